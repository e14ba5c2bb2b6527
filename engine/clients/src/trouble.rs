//! What can go wrong between a client and a server: what the server does, what a client does about it, and which setting of
//! the client is about it. The sentences of reports are made here, and nowhere else.

use strum::AsRefStr;

use crate::profile::{
    Belief, Care, Charset, ListsIn, Profile, Resumes, Setting, Starts, Unprotected, Way,
};

/// What goes wrong. Its name in lower case is what a profile calls it under `[words]`.
#[derive(Clone, Debug, PartialEq, Eq, AsRefStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Trouble {
    /// Every client fails over it: the title of the finding.
    Everybody {
        /// Its code.
        code: String,
        /// Its title.
        title: String,
    },
    /// The client does not have the mode of the remote.
    NoSuchMode(crate::profile::Mode),
    /// The client knows no TLS, and the server wants it.
    PlainOnly,
    /// The newest TLS of the server is older than the client's oldest: the server's.
    OldTls(String),
    /// No cipher suite in common: the key exchange of the server's.
    NoCommonSuite(String),
    /// A certificate that no known authority vouches for: the title of the finding.
    Untrusted(String),
    /// It is not valid today.
    Dates(String),
    /// It is for another name.
    HostName,
    /// It has the name in its common name alone.
    CommonName,
    /// It is not for servers.
    Purpose,
    /// It is signed by SHA-1.
    WeakSignature,
    /// Its key is too short.
    WeakKey,
    /// It is the right one only where the server name is sent.
    NeedsServerName,
    /// The server refuses the server name.
    RefusesServerName,
    /// The server refuses `PROT P`.
    ProtectionRefused,
    /// Data connections must resume the TLS session.
    ResumptionDemanded,
    /// Data connections do not resume the TLS session.
    ResumptionMissing,
    /// The server says 150 only once TLS is there.
    TlsBefore150,
    /// The server begins TLS only once it has the command.
    TlsBeforeCommand,
    /// PASV announces an address of another network.
    PrivateAddress(String),
    /// PASV announces another host.
    ForeignAddress(String),
    /// PASV announces 0.0.0.0.
    NoAddress,
    /// Another host has the data ports.
    OtherHostNeeded(String),
    /// A way to ask for data ports gets no answer.
    Unanswered(Way),
    /// The answer to it names no port in a form that can be read.
    Unreadable(Way),
    /// The ports that are named in answer to it do not open.
    Nowhere(Way),
    /// The server refuses all ways that the client has.
    NoWay,
    /// Received data ends without close_notify.
    NoCloseNotify,
    /// The server refuses a command: the command and the code.
    CommandRefused(String, u16),
    /// The server leaves a command without a reply, or ends the session over it.
    CommandUnanswered(String),
    /// The server answers a command by a code alone.
    Wordless(String),
    /// The server greets with 120 first.
    Greeting120,
    /// The server takes longer than the client waits, in seconds.
    Slow(i64),
    /// An address of the name does not answer.
    DeadAddress,
    /// The server knows `AUTH SSL` alone.
    AuthSslAlone,
    /// The server agrees to `AUTH` with 334.
    Auth334,
    /// Lines inside the greeting begin with other codes.
    InnerCodes,
    /// Replies end in a line feed alone.
    BareReplies,
    /// Listings come in `TYPE A` alone.
    AsciiAlone,
    /// Names that are no UTF-8.
    Names,
    /// Lines that end in a line feed alone.
    BareLineFeeds,
    /// `LIST -a` brings nothing, and `LIST` does.
    HiddenForm,
    /// The server loses the end of uploads with TLS 1.3.
    UploadCut(String),
    /// The server and the client do not agree how an upload over TLS ends.
    UploadFails(String),
    /// The file comes short, and the server calls it whole.
    Truncated,
    /// The remote path is not there.
    NoFolder,
    /// The client only reads or only writes.
    NotItsWork,
}

impl Trouble {
    /// What the server does, as a clause.
    #[must_use]
    pub fn says(&self) -> String {
        match self {
            Trouble::Everybody { title, .. } => title.clone(),
            Trouble::NoSuchMode(crate::profile::Mode::Plain) => "the remote is set to no TLS".into(),
            Trouble::NoSuchMode(mode) => format!("the remote is set to {mode} TLS"),
            Trouble::PlainOnly => "the server requires TLS".into(),
            Trouble::OldTls(best) => format!("the server speaks no TLS above {best}"),
            Trouble::NoCommonSuite(kind) => {
                format!("the server has cipher suites with {kind} only")
            }
            Trouble::Untrusted(title) | Trouble::Dates(title) => title.clone(),
            Trouble::HostName => "the certificate is for another name".into(),
            Trouble::CommonName => "the certificate has the host in its common name alone".into(),
            Trouble::Purpose => "the certificate is not for servers".into(),
            Trouble::WeakSignature => "the certificate is signed with SHA-1".into(),
            Trouble::WeakKey => "the key of the certificate is too short".into(),
            Trouble::NeedsServerName => {
                "the server shows its right certificate only to clients that send the server name"
                    .into()
            }
            Trouble::RefusesServerName => "the server refuses the server name of TLS".into(),
            Trouble::ProtectionRefused => "the server refuses to encrypt data connections".into(),
            Trouble::ResumptionDemanded => {
                "the server demands that data connections resume the TLS session".into()
            }
            Trouble::ResumptionMissing => {
                "the server resumes no TLS session on data connections".into()
            }
            Trouble::TlsBefore150 => {
                "the server says 150 only once the TLS handshake of the data connection is done"
                    .into()
            }
            Trouble::TlsBeforeCommand => {
                "the server begins the TLS handshake of a data connection after the command".into()
            }
            Trouble::PrivateAddress(address) | Trouble::ForeignAddress(address) => {
                format!("the server announces {address}")
            }
            Trouble::NoAddress => "the server announces 0.0.0.0".into(),
            Trouble::OtherHostNeeded(address) => {
                format!("the data ports are at {address} alone, which the server announces")
            }
            Trouble::Unanswered(way) => format!("the server does not answer {way}"),
            Trouble::Unreadable(way) => {
                format!("the server's answer to {way} names its port in a form of its own")
            }
            Trouble::Nowhere(way) => {
                format!("the ports that the server names to {way} do not open")
            }
            Trouble::NoWay => {
                "the server refuses every command that would give a data connection".into()
            }
            Trouble::NoCloseNotify => {
                "the server ends data connections without close_notify".into()
            }
            Trouble::CommandRefused(command, code) => {
                format!("the server answers {command} with {code}")
            }
            Trouble::CommandUnanswered(command) => {
                format!("the server leaves {command} without an answer")
            }
            Trouble::Wordless(command) => {
                format!("the server answers {command} by a code alone, without words")
            }
            Trouble::Greeting120 => "the server greets with 120 before 220".into(),
            Trouble::Slow(seconds) => format!("the server takes {seconds} s to answer"),
            Trouble::DeadAddress => "one of the addresses of the name does not answer".into(),
            Trouble::AuthSslAlone => "the server refuses AUTH TLS and knows AUTH SSL alone".into(),
            Trouble::Auth334 => "the server agrees to AUTH TLS with 334 in place of 234".into(),
            Trouble::InnerCodes => {
                "lines inside the server's greeting begin with a code, as the last line of a reply does".into()
            }
            Trouble::BareReplies => "the server ends its replies with a line feed alone".into(),
            Trouble::AsciiAlone => "the server lists in TYPE A alone".into(),
            Trouble::Names => "the server sends names of files that are not UTF-8".into(),
            Trouble::BareLineFeeds => {
                "the server ends the lines of a listing with a line feed alone".into()
            }
            Trouble::HiddenForm => {
                "the server answers LIST -a with nothing, where LIST shows what is there".into()
            }
            Trouble::UploadCut(product) => {
                format!("{product} loses the end of uploads with TLS 1.3 where the way is long")
            }
            Trouble::UploadFails(product) => {
                format!("{product} and this client end an upload over TLS differently")
            }
            Trouble::Truncated => "the server sends a part and calls it whole".into(),
            Trouble::NoFolder => "the remote path is not there".into(),
            Trouble::NotItsWork => "it is no part of what the client does".into(),
        }
    }

    /// What a client does about it, as the end of a sentence that begins with its title.
    #[must_use]
    pub fn does(&self, client: &Profile) -> Option<String> {
        let care = |care: &Option<crate::Known<Care>>| {
            Some(match care.as_ref()?.is {
                Care::Refuses => "refuses it",
                Care::Asks => "asks its user, who accepts it",
                Care::Ignores => "does not check it",
            })
        };
        let certificate = &client.certificate;
        let told: String = match self {
            Trouble::NoSuchMode(mode) => {
                match client.encryption.modes.as_ref()?.is.contains(mode) {
                    true => "speaks it".into(),
                    false => "does not speak it".into(),
                }
            }
            Trouble::PlainOnly => {
                let modes = &client.encryption.modes.as_ref()?.is;
                match modes.iter().any(|it| *it != crate::profile::Mode::Plain) {
                    true => "speaks it".into(),
                    false => "does not speak it".into(),
                }
            }
            Trouble::OldTls(_) => format!("wants TLS {} at least", client.tls.lowest.as_ref()?.is),
            Trouble::Untrusted(_) => care(&certificate.trust)?.into(),
            Trouble::Dates(_) => care(&certificate.dates)?.into(),
            Trouble::HostName => care(&certificate.host_name)?.into(),
            Trouble::CommonName => care(&certificate.common_name)?.into(),
            Trouble::Purpose => care(&certificate.purpose)?.into(),
            Trouble::WeakSignature => care(&certificate.signature)?.into(),
            Trouble::WeakKey => care(&certificate.key)?.into(),
            Trouble::NeedsServerName | Trouble::RefusesServerName => {
                match client.tls.server_name.as_ref()?.is {
                    true => "sends it".into(),
                    false => "does not send it".into(),
                }
            }
            Trouble::ProtectionRefused => match client.encryption.protection_refused.as_ref()?.is {
                Unprotected::GoesOnInClear => "sends files in clear text without a word".into(),
                Unprotected::EndsSession => "ends the session".into(),
                Unprotected::FailsToTransfer => "goes on with TLS and cannot transfer".into(),
            },
            Trouble::ResumptionDemanded | Trouble::ResumptionMissing => {
                match client.data.resumes.as_ref()?.is {
                    Resumes::Yes => "resumes it".into(),
                    Resumes::No => "does not resume it".into(),
                    Resumes::Insists => "insists on resuming it".into(),
                }
            }
            Trouble::TlsBefore150 | Trouble::TlsBeforeCommand => {
                match client.data.starts.as_ref()?.is {
                    Starts::AtOnce => "begins TLS at once".into(),
                    Starts::AfterReply => "waits for 150 first".into(),
                    Starts::BeforeCommand => "begins TLS before the command".into(),
                }
            }
            Trouble::PrivateAddress(_) => of_address(client, &client.data.private_address)?,
            Trouble::ForeignAddress(_) | Trouble::OtherHostNeeded(_) => {
                of_address(client, &client.data.foreign_address)?
            }
            Trouble::NoAddress => of_address(client, &client.data.unspecified_address)?,
            Trouble::Unanswered(_) | Trouble::Unreadable(_) | Trouble::Nowhere(_) => {
                format!("uses {}", client.data.ways.as_ref()?.is.first()?)
            }
            Trouble::NoWay => {
                let ways = &client.data.ways.as_ref()?.is;
                let ways: Vec<String> = ways.iter().map(ToString::to_string).collect();
                format!("has only {}", ways.join(" and "))
            }
            Trouble::NoCloseNotify => match client.data.needs_close_notify.as_ref()?.is {
                true => "takes that for an error".into(),
                false => "accepts that".into(),
            },
            Trouble::CommandRefused(command, _) | Trouble::CommandUnanswered(command) => {
                let mut needs = client.dialogue.needs.iter();
                match needs.any(|it| it.command == *command) || client.sends(command) {
                    true => "needs it".into(),
                    false => "does not send it".into(),
                }
            }
            Trouble::Wordless(_) => match client.dialogue.wordless.as_ref()?.is {
                true => "reads that".into(),
                false => "takes that for no reply".into(),
            },
            Trouble::Greeting120 => match client.dialogue.waits_through_120.as_ref()?.is {
                true => "waits for the 220".into(),
                false => "takes it for a refusal".into(),
            },
            Trouble::Slow(_) => match client.dialogue.patience.as_ref()?.is {
                0 => "waits without end".into(),
                seconds => format!("waits {seconds} s"),
            },
            Trouble::DeadAddress => match client.data.dead_address.as_ref()?.is {
                crate::profile::DeadAddress::TriesNext
                | crate::profile::DeadAddress::TriesOtherVersion => {
                    "goes on with the next one".into()
                }
                crate::profile::DeadAddress::Waits => "waits for it".into(),
            },
            Trouble::AuthSslAlone => match client.encryption.auth_ssl.as_ref()?.is {
                true => "asks AUTH SSL, too".into(),
                false => "asks AUTH TLS alone".into(),
            },
            Trouble::Auth334 => match client.encryption.auth_334.as_ref()?.is {
                true => "takes that for an agreement".into(),
                false => "takes that for a refusal".into(),
            },
            Trouble::InnerCodes => match client.dialogue.inner_codes.as_ref()?.is {
                true => "reads on to the last line".into(),
                false => "takes the first of them for the end".into(),
            },
            Trouble::BareReplies => match client.dialogue.bare_replies.as_ref()?.is {
                true => "reads them".into(),
                false => "waits for the end of the line".into(),
            },
            Trouble::AsciiAlone => match client.dialogue.lists_in.as_ref()?.is {
                ListsIn::Ascii => "lists in TYPE A".into(),
                ListsIn::Image => "lists in TYPE I".into(),
            },
            Trouble::Names => match client.dialogue.charset.as_ref()?.is {
                Charset::StrictUtf8 => "reads UTF-8 alone".into(),
                Charset::Any => "takes any bytes".into(),
            },
            Trouble::BareLineFeeds => match client.dialogue.bare_line_feeds.as_ref()?.is {
                true => "reads them".into(),
                false => "reads no such line".into(),
            },
            Trouble::HiddenForm => match client.dialogue.lists_all.as_ref()?.is {
                true => "asks for LIST -a".into(),
                false => "asks for LIST".into(),
            },
            Trouble::UploadCut(product) => {
                match client.files.uploads_cut_by.as_ref()?.is.contains(product) {
                    true => "closes the connection before it has read what the server sends".into(),
                    false => "reads what the server sends before it closes".into(),
                }
            }
            Trouble::NoFolder => match client.files.makes_folder.as_ref()?.is {
                true => "makes the folder when it uploads".into(),
                false => "does not make the folder".into(),
            },
            Trouble::Truncated => match client.files.compares_sizes.as_ref()?.is {
                true => "compares the size and says so".into(),
                false => "does not notice".into(),
            },
            Trouble::Everybody { .. }
            | Trouble::NoCommonSuite(_)
            | Trouble::UploadFails(_)
            | Trouble::NotItsWork => return None,
        };
        Some(told)
    }

    /// What somebody can change in a client about it.
    #[must_use]
    pub fn setting(&self) -> Option<Setting> {
        Some(match self {
            Trouble::Everybody { code, .. } => match code.as_str() {
                "ftps.not-supported"
                | "ftps.required-by-server"
                | "ftps.implicit-on-explicit-port"
                | "ftps.explicit-on-implicit-port"
                | "ftps.banner-before-tls"
                | "ftps.data-protection-required" => Setting::Encryption,
                "ftps.session-reuse-broken" | "ftps.session-reuse-required" => Setting::HighestTls,
                "data.all-ports-blocked" => Setting::Active,
                _ => return None,
            },
            Trouble::NoSuchMode(_) | Trouble::PlainOnly => Setting::Encryption,
            Trouble::OldTls(_) => Setting::LowestTls,
            Trouble::Untrusted(_)
            | Trouble::Dates(_)
            | Trouble::HostName
            | Trouble::CommonName
            | Trouble::Purpose => Setting::Trust,
            Trouble::NeedsServerName | Trouble::RefusesServerName => Setting::ServerName,
            Trouble::ResumptionDemanded => Setting::Resume,
            Trouble::ResumptionMissing => Setting::HighestTls,
            Trouble::TlsBefore150 => Setting::StartAtOnce,
            Trouble::PrivateAddress(_) | Trouble::ForeignAddress(_) | Trouble::NoAddress => {
                Setting::UseServerAddress
            }
            Trouble::OtherHostNeeded(_) => Setting::BelieveAddress,
            Trouble::Unanswered(Way::Epsv)
            | Trouble::Unreadable(Way::Epsv)
            | Trouble::Nowhere(Way::Epsv) => Setting::WithoutEpsv,
            Trouble::Unanswered(_) | Trouble::Unreadable(_) | Trouble::Nowhere(_) => {
                Setting::Active
            }
            Trouble::NoWay => Setting::Active,
            Trouble::Slow(_) => Setting::TimeOut,
            Trouble::Names => Setting::Charset,
            Trouble::UploadCut(_) | Trouble::UploadFails(_) => Setting::HighestTls,
            Trouble::NoFolder => Setting::Folder,
            Trouble::NoCommonSuite(_)
            | Trouble::WeakSignature
            | Trouble::WeakKey
            | Trouble::ProtectionRefused
            | Trouble::TlsBeforeCommand
            | Trouble::NoCloseNotify
            | Trouble::CommandRefused(..)
            | Trouble::CommandUnanswered(_)
            | Trouble::Wordless(_)
            | Trouble::Greeting120
            | Trouble::AuthSslAlone
            | Trouble::Auth334
            | Trouble::InnerCodes
            | Trouble::BareReplies
            | Trouble::AsciiAlone
            | Trouble::DeadAddress
            | Trouble::BareLineFeeds
            | Trouble::HiddenForm
            | Trouble::Truncated
            | Trouble::NotItsWork => return None,
        })
    }
}

/// What a client does with the address that PASV announces; where it asks by EPSV first, there is none.
fn of_address(client: &Profile, belief: &Option<crate::Known<Belief>>) -> Option<String> {
    if client
        .data
        .ways
        .as_ref()
        .is_some_and(|it| it.is.first() == Some(&Way::Epsv))
    {
        return Some("asks by EPSV, which announces no address".into());
    }
    Some(
        match belief.as_ref()?.is {
            Belief::Believes => "does not replace it",
            Belief::Replaces => "replaces it",
            Belief::Refuses => "refuses it",
            Belief::TriesBoth => "tries it and then the server's own",
        }
        .into(),
    )
}
