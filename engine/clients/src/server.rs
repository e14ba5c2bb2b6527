//! What a diagnosis established of a remote, as far as clients differ over it. What it did not establish is `None`.

use std::collections::BTreeMap;
use std::net::IpAddr;

use facts::{label, name, value};
use model::address::Address;
use model::finding::{Evidence, FactValue, Severity};
use model::remote::{CertificateCheck, Remote, SslSetting};

use crate::profile::{Mode, Way};

/// A finding of a report.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// The code.
    pub code: &'a str,
    /// Its title.
    pub title: &'a str,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it follows from another one.
    pub is_consequence: bool,
    /// Whether it is the same from every source address.
    pub is_everywhere: bool,
    /// What was seen.
    pub evidence: &'a [Evidence],
}

impl Found<'_> {
    /// The evidence of a label.
    #[must_use]
    pub fn evidence(&self, label: &str) -> Option<&str> {
        let mut all = self.evidence.iter();
        all.find(|it| it.label == label).map(|it| it.value.as_str())
    }
}

/// A remote as a report has it.
#[derive(Clone, Debug)]
pub struct Server<'a> {
    /// The remote and its settings.
    pub remote: &'a Remote<Address>,
    /// What was established.
    pub facts: &'a BTreeMap<String, FactValue>,
    /// What was found by probes of the program.
    pub findings: Vec<Found<'a>>,
}

/// How a way to ask for data ports goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goes {
    /// A data connection came about.
    Works,
    /// The server refuses the command.
    Refused,
    /// The server names a port in a form that cannot be read.
    Unreadable,
    /// The server does not answer it, or ends the session.
    Unanswered,
    /// The port that the server names does not open at its own address: nothing answers there.
    Nowhere,
    /// The port that the server names refuses connections at its own address.
    Closed,
}

/// An address of a server's name that does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SilentAddress {
    /// One of IPv6, which clients try first.
    OfIpv6,
    /// One of IPv4 beside others that answer: which comes first is chance.
    AmongOthers,
}

/// What a server says to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// A final reply with this code (RFC 959 section 4.2).
    Code(u16),
    /// Nothing, or it ends the session.
    Nothing,
}

impl Said {
    /// Whether it is a reply of success.
    #[must_use]
    pub fn succeeds(self) -> bool {
        matches!(self, Said::Code(code) if code < 400)
    }
}

/// How the address that PASV announces lies to the server's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announced {
    /// It is the same.
    Own,
    /// Only the server's own network reaches it.
    Private,
    /// It is another host's.
    Foreign,
    /// It is 0.0.0.0.
    Unspecified,
}

impl<'a> Server<'a> {
    /// A finding that is no consequence of another, and no mere remark.
    #[must_use]
    pub fn found(&self, code: &str) -> Option<&Found<'a>> {
        let mut findings = self.findings.iter();
        findings.find(|it| it.code == code && !it.is_consequence)
    }

    /// Whether there is such a finding.
    #[must_use]
    pub fn has(&self, code: &str) -> bool {
        self.found(code).is_some()
    }

    /// A fact that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.facts.get(name) {
            Some(FactValue::Text(text)) => Some(text),
            Some(_) | None => None,
        }
    }

    /// A fact that is a flag.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.facts.get(name) {
            Some(FactValue::Flag(flag)) => Some(*flag),
            Some(_) | None => None,
        }
    }

    /// A fact that is a number.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<i64> {
        match self.facts.get(name) {
            Some(FactValue::Integer(number)) => Some(*number),
            Some(_) | None => None,
        }
    }

    fn texts(&self, name: &str) -> Option<&[String]> {
        match self.facts.get(name) {
            Some(FactValue::Texts(texts)) => Some(texts),
            Some(_) | None => None,
        }
    }

    fn rows(&self, name: &str) -> impl Iterator<Item = &BTreeMap<String, String>> {
        match self.facts.get(name) {
            Some(FactValue::Rows(rows)) => rows.as_slice(),
            Some(_) | None => &[],
        }
        .iter()
    }

    /// The mode that the settings ask for; with `if-available` what was found.
    #[must_use]
    pub fn mode(&self) -> Mode {
        match self.remote.ssl {
            SslSetting::RequireExplicit => Mode::Explicit,
            SslSetting::RequireImplicit => Mode::Implicit,
            SslSetting::Never => Mode::Plain,
            SslSetting::IfAvailable => match self.text(name::CONTROL_MODE) {
                Some("clear") => Mode::Plain,
                Some(_) | None => Mode::Explicit,
            },
        }
    }

    /// Whether the settings accept any certificate.
    #[must_use]
    pub fn accepts_any_certificate(&self) -> bool {
        self.remote.certificate_check == CertificateCheck::Off
    }

    /// How many sessions the server takes at a time, where it was seen to refuse one more.
    #[must_use]
    pub fn most_sessions(&self) -> Option<i64> {
        let is_limited = self.has("settings.connection-limit-too-high");
        self.number("sessions.at-a-time").filter(|_| is_limited)
    }

    /// Whether data connections must resume TLS.
    #[must_use]
    pub fn demands_resumption(&self) -> Option<bool> {
        if self.has("ftps.session-reuse-required") {
            return Some(true);
        }
        // Where a data connection came about that resumed nothing, nothing is demanded.
        let mut rows = self.rows("data.resumption");
        let without = rows.any(|row| {
            let is = |name: &str, value: &str| row.get(name).is_some_and(|it| it == value);
            is("transfer", "complete") && !is("session", "resumed")
        });
        match self.flag(name::DATA_REUSE_REQUIRED) {
            Some(demands) => Some(demands),
            None => without.then_some(false),
        }
    }

    /// Whether the server gives the control connection a session that data connections can offer to resume.
    #[must_use]
    pub fn gives_sessions(&self) -> Option<bool> {
        let rows = self.rows("data.resumption");
        let mut sessions = rows.filter_map(|row| row.get("session")).peekable();
        sessions.peek()?;
        // Once a session was offered there may be none left.
        Some(sessions.any(|it| it != "nothing to offer, full handshake"))
    }

    /// Whether the server begins TLS on data connections before it says 150.
    #[must_use]
    pub fn starts_tls_first(&self) -> Option<bool> {
        match self.text(name::DATA_TLS_START)? {
            value::BEFORE_150 => Some(true),
            _ => Some(false),
        }
    }

    /// The smallest round trip that was seen, in microseconds: one connection alone may have been slow.
    #[must_use]
    pub fn round_trip_us(&self) -> Option<i64> {
        let facts = [name::REACH_CONNECT_US, "tls.handshake-us"];
        let facts = facts.into_iter().filter_map(|it| self.number(it));
        let ports = self.rows(name::DATA_PASSIVE_MAP);
        let ports = ports.filter_map(|row| row.get("ms")?.parse().ok());
        facts.chain(ports.map(|ms: i64| ms * 1000)).min()
    }

    /// How a way to ask for data ports goes.
    #[must_use]
    pub fn goes(&self, way: Way) -> Option<Goes> {
        let (fact, other) = match way {
            Way::Epsv => (name::DATA_EPSV, "data.epsv-broken"),
            Way::Pasv => (name::DATA_PASV, "data.pasv-broken"),
            Way::Port => return self.active(),
        };
        match self.text(fact) {
            Some(value::WORKS) => return Some(Goes::Works),
            Some(value::REFUSED) if self.says_to(&way.to_string()).is_some_and(Said::succeeds) => {
                return Some(Goes::Unreadable);
            }
            Some(value::REFUSED) => return Some(Goes::Refused),
            Some(value::UNANSWERED) => return Some(Goes::Unanswered),
            Some(value::NOWHERE) => return Some(self.dead(way)),
            Some(_) | None => {}
        }
        if self.has("data.passive-refused") {
            return Some(Goes::Refused);
        }
        if self.has("data.all-ports-blocked") {
            return Some(self.dead(way));
        }
        let mut tried = self.tried(way).peekable();
        match (tried.peek().is_some(), self.has(other)) {
            (true, _) if tried.any(|it| it.starts_with("open")) => Some(Goes::Works),
            (true, _) => Some(self.dead(way)),
            (false, true) => Some(Goes::Refused),
            (false, false) => None,
        }
    }

    /// What became of each port that was asked for this way.
    fn tried(&self, way: Way) -> impl Iterator<Item = &String> {
        self.rows(name::DATA_PASSIVE_MAP)
            .filter(move |row| row.get("method").is_some_and(|it| *it == way.to_string()))
            .filter_map(|row| row.get("result"))
    }

    /// How ports that do not open show that: by a refusal only where each of them refuses.
    fn dead(&self, way: Way) -> Goes {
        let mut tried = self.tried(way).peekable();
        match tried.peek().is_some() && tried.all(|it| it == "refused") {
            true => Goes::Closed,
            false => Goes::Nowhere,
        }
    }

    /// Whether the server can be had to connect to a client: it lists the command, and sees the client where it is.
    fn active(&self) -> Option<Goes> {
        let features = self.texts(name::SERVER_FEATURES)?;
        let lists = features.iter().any(|it| it == "EPRT");
        let ours = self.text(name::SOURCE_ADDRESS)?;
        let is_public = |it: &str| it.parse().is_ok_and(|ip: IpAddr| !is_narrow(ip));
        let translated = match self.text(name::SOURCE_SEEN_AS) {
            Some(seen) => ours != seen,
            // What has an address of the Internet is not behind a translation.
            None => !is_public(ours) && !near(ours, self.text(name::SERVER_ADDRESS)?),
        };
        (lists && !translated).then_some(Goes::Works)
    }

    /// What PASV announces, with the address where it is not the server's own.
    #[must_use]
    pub fn announces(&self) -> Option<(Announced, Option<&str>)> {
        for (code, announced) in [
            ("data.pasv-private-address", Announced::Private),
            ("data.pasv-foreign-address", Announced::Foreign),
            ("data.pasv-unspecified-address", Announced::Unspecified),
        ] {
            if let Some(found) = self.found(code) {
                return Some((announced, found.evidence(label::ANNOUNCED)));
            }
        }
        let announced = match self.text(name::DATA_PASV_ANNOUNCES) {
            Some(value::PRIVATE_ADDRESS) => Announced::Private,
            Some(value::FOREIGN_ADDRESS) => Announced::Foreign,
            Some(value::NO_ADDRESS) => Announced::Unspecified,
            Some(_) => Announced::Own,
            None => {
                return (self.goes(Way::Pasv)? == Goes::Works).then_some((Announced::Own, None));
            }
        };
        Some((announced, self.text(name::DATA_PASV_ADDRESS)))
    }

    /// Whether data connections to the announced address come about, where the user let them be tried.
    #[must_use]
    pub fn announced_opens(&self) -> bool {
        self.text("data.announced-address").is_some()
    }

    /// What the server says to a command, as far as it was asked; a verb alone stands for it with any argument.
    #[must_use]
    pub fn says_to(&self, command: &str) -> Option<Said> {
        let said = [
            name::CONTROL_REPLIES,
            name::LOGIN_REPLIES,
            name::DATA_REPLIES,
        ];
        let mut lines = said.iter().filter_map(|fact| self.texts(fact)).flatten();
        lines.find_map(|line| {
            let line = line.strip_suffix(value::WITHOUT_WORDS).unwrap_or(line);
            let unanswered = line.strip_suffix(value::UNANSWERED).map(str::trim_end);
            let (asked, said) = match unanswered {
                Some(asked) => (asked, Said::Nothing),
                None => {
                    let (asked, code) = line.rsplit_once(' ')?;
                    (asked, Said::Code(code.parse().ok()?))
                }
            };
            let verb = asked.split(' ').next()?;
            [asked, verb].contains(&command).then_some(said)
        })
    }

    /// The commands that were answered by a code alone.
    pub fn wordless(&self) -> impl Iterator<Item = &str> {
        let said = [name::LOGIN_REPLIES, name::DATA_REPLIES].into_iter();
        let lines = said.filter_map(move |fact| self.texts(fact)).flatten();
        lines.filter_map(|line| {
            let (asked, _) = line.strip_suffix(value::WITHOUT_WORDS)?.rsplit_once(' ')?;
            Some(asked)
        })
    }

    /// Whether the server gives session tickets up to TLS 1.2: OpenSSL does unless it is told otherwise, as by ProFTPD.
    #[must_use]
    pub fn gives_tickets(&self) -> Option<bool> {
        if self.text(name::TLS_VERSION)? == "TLS 1.3" {
            return Some(true);
        }
        match self.text(name::SERVER_PRODUCT)? {
            "ProFTPD" => Some(false),
            "vsftpd" | "Pure-FTPd" => Some(true),
            _ => None,
        }
    }

    /// Whether FEAT lists a feature.
    #[must_use]
    pub fn lists(&self, feature: &str) -> bool {
        let features = [name::SERVER_FEATURES, name::SERVER_FEATURES_BEFORE_LOGIN];
        let features = features.iter().find_map(|fact| self.texts(fact));
        features.is_some_and(|all| all.iter().any(|it| it == feature))
    }

    /// Whether the certificate has the host in its common name, and no name where clients look today.
    #[must_use]
    pub fn named_in_common_name_alone(&self) -> bool {
        let names = self.texts("certificate.names").unwrap_or_default();
        let subject = self.text("certificate.subject").unwrap_or_default();
        let host = format!("CN={}", self.remote.host);
        names.is_empty()
            && subject
                .split(", ")
                .any(|part| part.eq_ignore_ascii_case(&host))
    }

    /// Whether a line inside the greeting looks like the last line of a reply (RFC 959 section 4.2 has it that it is none).
    #[must_use]
    pub fn greets_with_codes_inside(&self) -> bool {
        let greeting = self.text(name::SERVER_GREETING).unwrap_or_default();
        let mut lines = greeting.lines().skip(1).peekable();
        let is_code = |line: &str| {
            let (code, rest) = line.split_at_checked(3).unwrap_or_default();
            !code.is_empty() && code.bytes().all(|it| it.is_ascii_digit()) && rest.starts_with(' ')
        };
        std::iter::from_fn(|| lines.next().filter(|_| lines.peek().is_some())).any(is_code)
    }

    /// Whether replies end in a line feed alone.
    #[must_use]
    pub fn replies_end_in_bare_line_feeds(&self) -> bool {
        let found = self.found("service.malformed-reply");
        found.is_some_and(|it| it.evidence("line ends in LF without CR").is_some())
    }

    /// Whether a list of features has this, and so promises the command (RFC 2389 section 3.2).
    #[must_use]
    pub fn promises(&self, command: &str) -> bool {
        let verb = command.split(' ').next().unwrap_or_default();
        self.lists(if verb == "MLSD" { "MLST" } else { verb })
    }

    /// Whether data connections are known to move data over the mode of the settings.
    #[must_use]
    pub fn transfers(&self) -> Option<bool> {
        self.flag(name::DATA_LISTED)
    }

    /// An address of the name that is silent while another one answers; whether it is one of IPv6. A refusal at once keeps no
    /// client waiting, and an address of IPv4 none that has one of IPv6 to go to (RFC 6724 section 2.1).
    #[must_use]
    pub fn silent_address(&self) -> Option<SilentAddress> {
        let cell = |row: &'_ BTreeMap<String, String>, name: &str, wanted: fn(&str) -> bool| {
            row.get(name).is_some_and(|it| wanted(it))
        };
        let is_ipv6 = |row: &&BTreeMap<String, String>| cell(row, "address", |it| it.contains(':'));
        let rows: Vec<_> = self.rows("reach.addresses").collect();
        let (silent, others): (Vec<_>, Vec<_>) = rows
            .into_iter()
            .partition(|row| cell(row, "result", |it| it == "no answer"));
        let open: Vec<_> = others
            .into_iter()
            .filter(|row| cell(row, "result", |it| it.starts_with("open")))
            .collect();
        if open.is_empty() || silent.is_empty() {
            return None;
        }
        if silent.iter().any(is_ipv6) {
            return Some(SilentAddress::OfIpv6);
        }
        let alike = !open.iter().any(is_ipv6);
        alike.then_some(SilentAddress::AmongOthers)
    }

    /// Whether the server's address is one of IPv6.
    #[must_use]
    pub fn is_ipv6(&self) -> bool {
        self.text(name::SERVER_ADDRESS)
            .is_some_and(|it| it.contains(':'))
    }
}

/// Whether an address means something only within a network (RFC 1918, RFC 3927, RFC 6598, RFC 4193, RFC 4291).
fn is_narrow(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            let is_shared = first == 100 && (64..128).contains(&second);
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || is_shared
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// Whether two addresses are in one network: nobody translates between them.
fn near(one: &str, other: &str) -> bool {
    let front = |address: &str| address.rsplit_once('.').map(|(front, _)| front.to_owned());
    one == other || (front(one).is_some() && front(one) == front(other))
}
