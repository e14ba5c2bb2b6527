//! What stands for what was taken out: one token for one value, wherever and however it is spelt.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::pseudonyms::Pseudonyms;
use model::address::{AddressScope, AddressToken};

/// What a token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Address(AddressScope),
    /// A part of a host name, before its domain.
    Label,
    /// The part of a host name that is registered.
    Domain,
    User,
    /// A part of a path.
    Path,
    /// The name of a file of ours.
    Place,
    Mail,
    CertificateName,
    /// A fingerprint or a serial number.
    Fingerprint,
    /// A text that is replaced or left out as a whole.
    Word,
}

impl Kind {
    const ALL: [Kind; 12] = [
        Kind::Address(AddressScope::Public),
        Kind::Address(AddressScope::Private),
        Kind::Address(AddressScope::Loopback),
        Kind::Label,
        Kind::Domain,
        Kind::User,
        Kind::Path,
        Kind::Place,
        Kind::Mail,
        Kind::CertificateName,
        Kind::Fingerprint,
        Kind::Word,
    ];

    fn stem(self) -> &'static str {
        match self {
            Kind::Address(scope) => scope.stem(),
            Kind::Label => "host",
            Kind::Domain => "domain",
            Kind::User => "user",
            Kind::Path => "path",
            Kind::Place => "place",
            Kind::Mail => "mail",
            Kind::CertificateName => "certificate-name",
            Kind::Fingerprint => "fingerprint",
            Kind::Word => "word",
        }
    }

    /// What is counted of it in a report.
    fn counted(self) -> &'static str {
        match self {
            Kind::Address(_) => "addresses",
            Kind::Label | Kind::Domain => "host_names",
            Kind::User => "users",
            Kind::Path => "path_names",
            Kind::Place => "file_names",
            Kind::Mail => "mail_addresses",
            Kind::CertificateName => "certificate_names",
            Kind::Fingerprint => "fingerprints",
            Kind::Word => "words",
        }
    }
}

/// The tokens of one report or one recording.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// None where tokens say that they are tokens.
    pseudonyms: Option<Pseudonyms>,
    numbers: HashMap<(Kind, String), u32>,
    last: HashMap<Kind, u32>,
    removed: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Tokens {
    /// Tokens that look like what they stand for and are as long.
    pub(super) fn pseudonymised() -> Tokens {
        Tokens {
            pseudonyms: Some(Pseudonyms::new()),
            ..Tokens::default()
        }
    }

    pub(super) fn are_disguises(&self) -> bool {
        self.pseudonyms.is_some()
    }

    /// Numbers that stand in a text already are not given again: they are of an earlier redaction, or of somebody who
    /// would like to be taken for a token.
    pub(super) fn leave_out(&mut self, text: &str) {
        for kind in Kind::ALL {
            for (at, stem) in text.match_indices(kind.stem()) {
                let number = number(&text[at + stem.len()..]).map(|(number, _)| number);
                let last = self.last.entry(kind).or_default();
                *last = (*last).max(number.unwrap_or_default());
            }
        }
    }

    /// The token at the beginning of a text, if there is one: its length.
    pub(super) fn at_start(text: &str) -> Option<usize> {
        let ends = |kind: Kind| {
            let rest = text.strip_prefix(kind.stem())?;
            let length = number(rest)?.1;
            let suffix = match kind {
                Kind::Domain => ".example".len(),
                _ => 0,
            };
            let end = kind.stem().len() + length;
            let whole = suffix == 0 || text[end..].starts_with(".example");
            whole.then_some(end + suffix)
        };
        let longest = Kind::ALL.into_iter().filter_map(ends).max()?;
        let next = text[longest..].chars().next();
        (!next.is_some_and(char::is_alphanumeric)).then_some(longest)
    }

    /// How many values there were of each kind.
    pub(super) fn removed(&self) -> BTreeMap<String, u32> {
        let counted = self.removed.iter();
        counted
            .map(|(name, values)| {
                (
                    (*name).into(),
                    u32::try_from(values.len()).unwrap_or(u32::MAX),
                )
            })
            .collect()
    }

    fn number(&mut self, kind: Kind, value: &str) -> u32 {
        let last = self.last.entry(kind).or_default();
        let numbers = &mut self.numbers;
        *numbers.entry((kind, value.into())).or_insert_with(|| {
            *last += 1;
            *last
        })
    }

    fn count(&mut self, kind: Kind, value: &str) {
        let values = self.removed.entry(kind.counted()).or_default();
        values.insert(value.into());
    }

    /// Counts a text for which no token stands.
    pub(super) fn leave_a_text_out(&mut self, text: &str) {
        self.count(Kind::Word, text);
    }

    /// The token of a value; capital letters make no other value.
    pub(super) fn plain(&mut self, kind: Kind, value: &str) -> String {
        let (shown, value) = (value, value.to_lowercase());
        self.count(kind, &value);
        if let Some(pseudonyms) = &mut self.pseudonyms {
            return pseudonyms.word(shown);
        }
        format!("{}-{}", kind.stem(), self.number(kind, &value))
    }

    /// The token of an address that is written like this; an IPv4 address mapped into IPv6 is that IPv4 address.
    pub(super) fn address(&mut self, ip: IpAddr, shown: &str) -> String {
        let ip = ip.to_canonical();
        let scope = AddressScope::of(ip);
        let kind = Kind::Address(scope);
        self.count(kind, &ip.to_string());
        if let Some(pseudonyms) = &self.pseudonyms {
            return pseudonyms.address(ip, shown);
        }
        let number = self.number(kind, &ip.to_string());
        AddressToken { scope, number }.to_string()
    }

    /// The token of a host name: its domain and each part before that have their own, so that what belongs together is
    /// still seen to.
    pub(super) fn host(&mut self, name: &str) -> String {
        if let Some(ip) = reversed(name) {
            return format!("{}.in-addr.arpa", self.address(ip, name));
        }
        let bare = name.trim_end_matches('.');
        let (star, bare) = match bare.strip_prefix("*.") {
            Some(rest) => ("*.", rest),
            None => ("", bare),
        };
        let ascii =
            url::Host::parse(bare).map_or_else(|_| bare.to_lowercase(), |it| it.to_string());
        self.count(Kind::Domain, &ascii);
        let labels: Vec<&str> = ascii.split('.').collect();
        let registered = labels.len().saturating_sub(registered(&labels));
        let (before, domain) = labels.split_at(registered);
        let mut parts: Vec<String> = before
            .iter()
            .map(|label| match label.is_empty() {
                true => String::new(),
                false => format!("host-{}", self.number(Kind::Label, label)),
            })
            .collect();
        if !domain.is_empty() {
            let number = self.number(Kind::Domain, &domain.join("."));
            parts.push(format!("domain-{number}.example"));
        }
        format!("{star}{}", parts.join("."))
    }
}

/// `-7` at the beginning of a text: the number, and how long that is.
fn number(text: &str) -> Option<(u32, usize)> {
    let digits = text.strip_prefix('-')?;
    let length = digits.chars().take_while(char::is_ascii_digit).count();
    let number = digits[..length].parse().ok()?;
    Some((number, length + 1))
}

/// How many labels at the end are what somebody registered. Where the line is drawn wrongly, less is seen to belong
/// together, and nothing more is shown.
fn registered(labels: &[&str]) -> usize {
    const SECOND: [&str; 14] = [
        "ac", "co", "com", "edu", "gob", "gouv", "gov", "go", "mil", "ne", "net", "nom", "or",
        "org",
    ];
    match labels {
        [] | [_] => 0,
        [.., second, first] if first.len() == 2 && labels.len() > 2 && SECOND.contains(second) => 3,
        _ => 2,
    }
}

/// The address that a name for its reverse look-up is made from (RFC 1035 section 3.5, RFC 3596 section 2.5).
pub(super) fn reversed(name: &str) -> Option<IpAddr> {
    let name = name.trim_end_matches('.').to_lowercase();
    if let Some(four) = name.strip_suffix(".in-addr.arpa") {
        let forward: Vec<&str> = four.rsplit('.').collect();
        return forward.join(".").parse::<Ipv4Addr>().ok().map(Into::into);
    }
    let nibbles: Vec<&str> = name.strip_suffix(".ip6.arpa")?.rsplit('.').collect();
    let value = u128::from_str_radix(&nibbles.concat(), 16).ok()?;
    (nibbles.len() == 32).then(|| Ipv6Addr::from_bits(value).into())
}
