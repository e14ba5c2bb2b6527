//! The name of a host, as people write it, and as DNS knows it.

use std::net::{IpAddr, Ipv6Addr};

/// The longest name (RFC 1035 section 2.3.4), without the dot of the root.
const LONGEST: usize = 253;
/// The longest label (RFC 1035 section 2.3.4).
const LONGEST_LABEL: usize = 63;

/// Why a text is no host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// Nothing is there.
    #[error("the host is empty")]
    Empty,
    /// Two dots in a row, or one at the beginning.
    #[error("`{0}` has an empty part between two dots, or before the first: a typing error?")]
    EmptyLabel(String),
    /// Longer than names are.
    #[error("`{0}` is longer than a host name may be")]
    TooLong(String),
    /// A character that stands in no name.
    #[error("`{0}` contains {named}, which no host name contains: give only a name or an address", named = named(*.1))]
    Character(String, char),
    /// A name in another script that cannot be converted (RFC 5891).
    #[error("`{0}` cannot be converted to a DNS name")]
    NotConvertible(String),
}

/// A character in words: what nobody sees cannot be shown.
fn named(character: char) -> String {
    match character {
        ' ' => "a space".into(),
        '\t' => "a tab".into(),
        '\r' | '\n' => "a line end".into(),
        '\u{feff}' => "a byte-order mark".into(),
        it if it.is_whitespace() || it.is_control() => {
            format!("the invisible character U+{:04X}", u32::from(it))
        }
        it => format!("the character `{it}`"),
    }
}

/// The host that a text names: an address as it is, an address of IPv6 in brackets without them, an international name in the form that DNS knows (RFC 5891), any other
/// name as it is. That a host name has letters, digits and hyphens only (RFC 952) is no rule of DNS (RFC 2181 section 11):
/// names with an underscore exist, and are asked for.
///
/// # Errors
/// What makes it none.
pub fn host(text: &str) -> Result<String, HostError> {
    if text.parse::<IpAddr>().is_ok() {
        return Ok(text.into());
    }
    let in_brackets = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    if let Some(address) = in_brackets.filter(|it| it.parse::<Ipv6Addr>().is_ok()) {
        return Ok(address.into());
    }
    if text.is_empty() {
        return Err(HostError::Empty);
    }
    let foreign =
        |c: &char| c.is_whitespace() || c.is_control() || *c == '\u{feff}' || FOREIGN.contains(*c);
    if let Some(foreign) = text.chars().find(foreign) {
        return Err(HostError::Character(text.into(), foreign));
    }
    let name = if text.is_ascii() {
        text.to_string()
    } else {
        match url::Host::parse(text) {
            Ok(url::Host::Domain(name)) => name,
            Ok(_) | Err(_) => return Err(HostError::NotConvertible(text.into())),
        }
    };
    let bare = name.strip_suffix('.').unwrap_or(&name);
    let mut labels = bare.split('.');
    if labels.clone().any(str::is_empty) {
        return Err(HostError::EmptyLabel(text.into()));
    }
    if bare.len() > LONGEST || labels.any(|label| label.len() > LONGEST_LABEL) {
        return Err(HostError::TooLong(text.into()));
    }
    Ok(name)
}

/// What belongs to URLs, paths and mail addresses, or to no name at all.
const FOREIGN: &str = "/\\@:;,?#%&=+!\"'`()[]{}<>|^$*~";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_as_dns_knows_them() {
        for (text, name) in [
            ("ftp.example.com", "ftp.example.com"),
            ("FTP.example.com.", "FTP.example.com."),
            ("edi_gw.partner_net.example", "edi_gw.partner_net.example"),
            ("_ftp.example", "_ftp.example"),
            ("localhost", "localhost"),
            ("münchen.example", "xn--mnchen-3ya.example"),
            ("ftp.例え.example", "ftp.xn--r8jz45g.example"),
            ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
        ] {
            assert_eq!(host(text), Ok(name.to_string()), "{text}");
        }
    }

    #[test]
    fn typing_errors_are_errors_of_usage() {
        for text in [
            "",
            "ftp..example.com",
            ".example.com",
            "ftp.example.com/in",
            "ftp://ftp.example.com",
            "anna@ftp.example.com",
            "ftp.example.com:21",
            "ftp,example,com",
            "ftp example.com",
            "m\u{fc}nchen..example",
        ] {
            assert!(host(text).is_err(), "{text}");
        }
        let long = format!("{}.example", "a".repeat(64));
        assert_eq!(host(&long), Err(HostError::TooLong(long.clone())));
    }
}
