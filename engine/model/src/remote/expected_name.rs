//! Names, and where they are to lead.

use std::net::IpAddr;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A name that is to lead to certain addresses.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[schemars(rename = "ExpectedName")]
pub struct ExpectedName<A = IpAddr> {
    /// The name.
    pub name: String,
    /// Where it is to lead.
    pub addresses: Vec<A>,
}

impl ExpectedName {
    /// Whether it is this name, however it is spelt (RFC 4343).
    pub fn is_for(&self, name: &str) -> bool {
        is_same_name(&self.name, name)
    }
}

/// Whether two texts are one name: upper and lower case are alike, and so is the dot of the root at the end (RFC 4343, RFC 1034
/// section 3.1).
pub fn is_same_name(one: &str, other: &str) -> bool {
    fn bare(name: &str) -> &str {
        name.strip_suffix('.').unwrap_or(name)
    }
    bare(one).eq_ignore_ascii_case(bare(other))
}

impl FromStr for ExpectedName {
    type Err = ExpectedNameError;

    /// `NAME=ADDR[,ADDR...]`.
    fn from_str(text: &str) -> Result<ExpectedName, ExpectedNameError> {
        let (name, addresses) = text.split_once('=').ok_or(ExpectedNameError::Shape)?;
        if !is_host_name(name) {
            return Err(ExpectedNameError::Name(name.into()));
        }
        let addresses = addresses
            .split(',')
            .map(|text| {
                let text = text.trim();
                text.parse()
                    .map_err(|_| ExpectedNameError::Address(text.into()))
            })
            .collect::<Result<Vec<IpAddr>, _>>()?;
        Ok(ExpectedName {
            name: name.into(),
            addresses,
        })
    }
}

/// Letters, digits, hyphens and underscores in labels of at most 63, and no address (RFC 1123 section 2.1).
pub fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let bare = text.strip_suffix('.').unwrap_or(text);
    bare.len() <= 253 && bare.split('.').all(is_label) && text.parse::<IpAddr>().is_err()
}

/// Why a text names no expectation.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpectedNameError {
    /// No `=`.
    #[error("write NAME=ADDR, or NAME=ADDR,ADDR for several addresses")]
    Shape,
    /// No name.
    #[error("`{0}` is not a host name")]
    Name(String),
    /// No address.
    #[error("`{0}` is not an IP address; write NAME=ADDR,ADDR")]
    Address(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expectation_is_a_name_and_its_addresses() {
        let expected: ExpectedName = "acct.example.com=203.0.113.7, 203.0.113.8".parse().unwrap();
        assert_eq!(expected.addresses.len(), 2);
        assert!(expected.is_for("ACCT.example.com."));
        for wrong in [
            "acct.example.com",
            "=203.0.113.7",
            "a b=203.0.113.7",
            "a=",
            "a=b",
        ] {
            assert!(wrong.parse::<ExpectedName>().is_err(), "{wrong}");
        }
        assert!("203.0.113.7=203.0.113.8".parse::<ExpectedName>().is_err());
    }
}
