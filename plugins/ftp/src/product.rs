//! Which program a server is, from what it says anyway. A server can say anything: the product chooses between texts of
//! advice, never between verdicts. Names and words were seen on the wire or are in the sources of the products.

use std::fmt;

use crate::features::Features;

#[cfg(test)]
#[path = "product_tests.rs"]
mod tests;

/// A server program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Product {
    /// Apache FtpServer, also inside other programs.
    ApacheFtpServer,
    /// AWS Transfer Family.
    AwsTransfer,
    /// CrushFTP.
    CrushFtp,
    /// FileZilla Server.
    FileZilla,
    /// The FTP service of Windows.
    Iis,
    /// ProFTPD.
    ProFtpd,
    /// Pure-FTPd.
    PureFtpd,
    /// pyftpdlib, also inside other programs.
    Pyftpdlib,
    /// Serv-U.
    ServU,
    /// vsftpd.
    Vsftpd,
    /// The FTP server of z/OS.
    Zos,
}

impl Product {
    /// The name that pages of advice have for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ApacheFtpServer => "Apache FtpServer",
            Self::AwsTransfer => "AWS Transfer Family",
            Self::CrushFtp => "CrushFTP",
            Self::FileZilla => "FileZilla Server",
            Self::Iis => "IIS",
            Self::ProFtpd => "ProFTPD",
            Self::PureFtpd => "Pure-FTPd",
            Self::Pyftpdlib => "pyftpdlib",
            Self::ServU => "Serv-U",
            Self::Vsftpd => "vsftpd",
            Self::Zos => "z/OS",
        }
    }

    /// The product with this name.
    pub fn named(name: &str) -> Option<Product> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// The lowest and the highest passive port, where all servers of the product have the same.
    pub fn passive_ports(self) -> Option<(u16, u16)> {
        match self {
            Self::AwsTransfer => Some((8192, 8200)),
            Self::ApacheFtpServer
            | Self::CrushFtp
            | Self::FileZilla
            | Self::Iis
            | Self::ProFtpd
            | Self::PureFtpd
            | Self::Pyftpdlib
            | Self::ServU
            | Self::Vsftpd
            | Self::Zos => None,
        }
    }

    const ALL: [Product; 11] = [
        Self::ApacheFtpServer,
        Self::AwsTransfer,
        Self::CrushFtp,
        Self::FileZilla,
        Self::Iis,
        Self::ProFtpd,
        Self::PureFtpd,
        Self::Pyftpdlib,
        Self::ServU,
        Self::Vsftpd,
        Self::Zos,
    ];
}

/// Where something was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clue {
    /// The 220 at the beginning, or what stands in its place.
    Greeting,
    /// The answer to `SYST`.
    System,
    /// The answer to `STAT`.
    Status,
    /// The answer to `USER`.
    User,
    /// The answer to the password.
    Pass,
    /// The answer to `FEAT`.
    Features,
}

impl Clue {
    fn name(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::System => "SYST",
            Self::Status => "STAT",
            Self::User => "reply to USER",
            Self::Pass => "reply to PASS",
            Self::Features => "FEAT",
        }
    }
}

/// How sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// It names itself, and nothing speaks for another.
    Certain,
    /// Its habits are those of no other known product, or its name does not fit its habits.
    Likely,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
        })
    }
}

/// A product, and what speaks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognition {
    /// Which one.
    pub product: Product,
    /// How sure it is.
    pub confidence: Confidence,
    /// Where it showed, with the words: `greeting: vsFTPd`.
    pub by: Vec<String>,
}

/// Names that products give themselves, in lower case.
const NAMES: &[(&str, Product)] = &[
    ("vsftpd", Product::Vsftpd),
    ("proftpd", Product::ProFtpd),
    ("pure-ftpd", Product::PureFtpd),
    ("pureftpd.org", Product::PureFtpd),
    ("filezilla", Product::FileZilla),
    ("microsoft ftp service", Product::Iis),
    ("serv-u", Product::ServU),
    ("pyftpdlib", Product::Pyftpdlib),
    ("aws transfer", Product::AwsTransfer),
    ("apache ftpserver", Product::ApacheFtpServer),
    ("crushftp", Product::CrushFtp),
    ("ibm ftp cs", Product::Zos),
];

/// Words in a reply, in lower case, that no other known product uses there: how it begins and how it ends.
const WORDS: &[(Clue, &str, &str, Product)] = &[
    (
        Clue::Greeting,
        "there are too many connected users, please try later.",
        "",
        Product::Vsftpd,
    ),
    (
        Clue::Greeting,
        "there are too many connections from your internet address.",
        "",
        Product::Vsftpd,
    ),
    (
        Clue::Greeting,
        "",
        " users (the maximum) are already logged in, sorry",
        Product::PureFtpd,
    ),
    (
        Clue::Greeting,
        "too many connections. service temporarily unavailable.",
        "",
        Product::Pyftpdlib,
    ),
    (
        Clue::User,
        "please specify the password.",
        "",
        Product::Vsftpd,
    ),
    (
        Clue::User,
        "user ",
        " ok. password required",
        Product::PureFtpd,
    ),
    (
        Clue::User,
        "username ok, send password.",
        "",
        Product::Pyftpdlib,
    ),
    (
        Clue::User,
        "please, specify the password.",
        "",
        Product::FileZilla,
    ),
    (
        Clue::User,
        "user name okay, need password for ",
        "",
        Product::ApacheFtpServer,
    ),
    (
        Clue::Pass,
        "ok. current directory is ",
        "",
        Product::PureFtpd,
    ),
    (Clue::System, "windows_nt", "", Product::Iis),
];

/// Features with a part of their arguments, in lower case, that no other known product lists.
const FEATURES: &[(&str, &str, Product)] = &[
    ("MFF", "unix.group", Product::ProFtpd),
    ("MLST", "unix.ownername", Product::ProFtpd),
    ("MLST", "sizd*", Product::PureFtpd),
    ("ESTP", "", Product::PureFtpd),
    ("AUTH", "tls;tls-c;ssl;tls-p;", Product::Iis),
    ("CSID", "name;", Product::ServU),
    ("MMD5", "", Product::ApacheFtpServer),
];

/// What was heard of a server so far.
#[derive(Clone, Debug, Default)]
pub struct Clues {
    /// Where, which words, and for which product they speak.
    named: Vec<(Clue, &'static str, Product)>,
    habits: Vec<(Clue, String, Product)>,
}

impl Clues {
    /// Hears a reply, without its code. Any line may name the product; its habits show in the last.
    pub fn hear(&mut self, clue: Clue, text: &str) {
        let lower = text.to_ascii_lowercase();
        // Behind the login anybody may have written what is said.
        if matches!(clue, Clue::Greeting | Clue::System | Clue::Status) {
            let named = NAMES.iter().filter(|(name, _)| lower.contains(name));
            self.named
                .extend(named.map(|(name, product)| (clue, *name, *product)));
        }
        let Some(line) = lower.lines().map(str::trim).rfind(|line| !line.is_empty()) else {
            return;
        };
        let habits = WORDS.iter().filter(|(heard_in, begins, ends, _)| {
            *heard_in == clue && line.starts_with(begins) && line.ends_with(ends)
        });
        self.habits.extend(habits.map(|(_, begins, ends, product)| {
            let between = if ends.is_empty() { "" } else { "…" };
            (clue, format!("{begins}{between}{ends}"), *product)
        }));
    }

    /// Sees the list of features.
    pub fn see(&mut self, features: &Features) {
        for (name, part, product) in FEATURES {
            let listed = features.iter().any(|feature| {
                feature.name == *name && feature.arguments.to_ascii_lowercase().contains(part)
            });
            if listed {
                let words = format!("{name} {part}").trim_end().to_owned();
                self.habits.push((Clue::Features, words, *product));
            }
        }
    }

    /// The product, if what was heard speaks for one alone.
    pub fn recognise(&self) -> Option<Recognition> {
        let habits = || self.habits.iter().map(|(_, _, product)| *product);
        let named = || self.named.iter().map(|(_, _, product)| *product);
        let (product, confidence) = match only(named()) {
            Some(product) if habits().all(|other| other == product) => {
                (product, Confidence::Certain)
            }
            Some(product) => (product, Confidence::Likely),
            None if self.named.is_empty() => (only(habits())?, Confidence::Likely),
            None => return None,
        };
        let names = self.named.iter().map(|it| (it.0, it.1, it.2));
        let habits = self.habits.iter().map(|it| (it.0, it.1.as_str(), it.2));
        let mut by: Vec<String> = Vec::new();
        for (clue, words, speaks_for) in names.chain(habits) {
            let told = format!("{}: {words}", clue.name());
            if speaks_for == product && !by.contains(&told) {
                by.push(told);
            }
        }
        Some(Recognition {
            product,
            confidence,
            by,
        })
    }
}

/// The one that all of them are.
fn only(mut products: impl Iterator<Item = Product>) -> Option<Product> {
    let first = products.next()?;
    products.all(|other| other == first).then_some(first)
}
