//! One entry of a list: an address, or all addresses of a prefix (RFC 4632, RFC 4291 section 2.3).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// An address is the longest prefix. Written without its length then, in JSON too.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Prefix(IpNet);

/// Why a text is no entry of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrefixError {
    /// Something else.
    #[error("not an IP address and not a prefix such as 203.0.113.0/24")]
    NotAPrefix,
    /// `0.0.0.0/0` or `::/0`.
    #[error("it covers every address, so it is not a list of addresses")]
    Everything,
}

impl Prefix {
    /// Whether an address is in it.
    pub fn contains(self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    pub(super) fn net(self) -> IpNet {
        self.0
    }

    pub(super) fn of(net: IpNet) -> Prefix {
        Prefix(net)
    }
}

impl FromStr for Prefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Prefix, PrefixError> {
        let net = match text.parse::<IpAddr>() {
            Ok(address) => IpNet::from(address.to_canonical()),
            // Bits beyond the length say nothing: whoever lets 203.0.113.7/24 in lets 203.0.113.0/24 in.
            Err(_) => text
                .parse::<IpNet>()
                .map_err(|_| PrefixError::NotAPrefix)?
                .trunc(),
        };
        match net.prefix_len() {
            0 => Err(PrefixError::Everything),
            _ => Ok(Prefix(net)),
        }
    }
}

impl TryFrom<String> for Prefix {
    type Error = PrefixError;

    fn try_from(text: String) -> Result<Prefix, PrefixError> {
        text.parse()
    }
}

impl From<Prefix> for String {
    fn from(prefix: Prefix) -> String {
        prefix.to_string()
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() {
            self.0.addr().fmt(f)
        } else {
            self.0.fmt(f)
        }
    }
}

impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_for_each_entry() {
        for (written, read) in [
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.7/32", "203.0.113.7"),
            ("203.0.113.7/24", "203.0.113.0/24"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:DB8:0::1", "2001:db8::1"),
            ("2001:db8::/32", "2001:db8::/32"),
        ] {
            assert_eq!(written.parse::<Prefix>().unwrap().to_string(), read);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "host.example", "203.0.113.7/33", "203.0.113", "7"] {
            assert_eq!(text.parse::<Prefix>(), Err(PrefixError::NotAPrefix));
        }
        for text in ["0.0.0.0/0", "::/0", "203.0.113.7/0"] {
            assert_eq!(text.parse::<Prefix>(), Err(PrefixError::Everything));
        }
    }
}
