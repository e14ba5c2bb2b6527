//! Addresses as reports have them: as they are, or the token that stands for one that was taken out.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// An address, or what stands for it. Two tokens are the same only if the addresses were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Address {
    /// As it is.
    Known(IpAddr),
    /// It was taken out.
    Redacted(AddressToken),
}

/// What stands for an address: what kind it is, and a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressToken {
    /// What may be known of it.
    pub scope: AddressScope,
    /// Counted from 1 in a report.
    pub number: u32,
}

/// From where an address can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressScope {
    /// From everywhere.
    Public,
    /// From its own network: private, link-local, or behind a carrier's translation.
    Private,
    /// From its own machine.
    Loopback,
}

impl AddressScope {
    /// All of them.
    pub const ALL: [AddressScope; 3] = [
        AddressScope::Public,
        AddressScope::Private,
        AddressScope::Loopback,
    ];

    /// Of an address.
    pub fn of(address: IpAddr) -> AddressScope {
        match ftp::Scope::of(address) {
            ftp::Scope::Public => AddressScope::Public,
            ftp::Scope::Private | ftp::Scope::LinkLocal => AddressScope::Private,
            ftp::Scope::Loopback => AddressScope::Loopback,
        }
    }

    /// How a token of it begins.
    pub fn stem(self) -> &'static str {
        match self {
            AddressScope::Public => "public-address",
            AddressScope::Private => "private-address",
            AddressScope::Loopback => "loopback-address",
        }
    }
}

impl Address {
    /// The address, where it was not taken out.
    pub fn ip(self) -> Option<IpAddr> {
        match self {
            Address::Known(ip) => Some(ip),
            Address::Redacted(_) => None,
        }
    }
}

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Address {
        Address::Known(ip)
    }
}

impl PartialEq<IpAddr> for Address {
    fn eq(&self, other: &IpAddr) -> bool {
        self.ip() == Some(*other)
    }
}

/// A text that is neither an address nor a token of one.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address")]
pub struct NoAddress(String);

impl FromStr for Address {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Address, NoAddress> {
        if let Ok(ip) = text.parse() {
            return Ok(Address::Known(ip));
        }
        let token = |scope: &AddressScope| {
            let number = text.strip_prefix(scope.stem())?.strip_prefix('-')?;
            Some(Address::Redacted(AddressToken {
                scope: *scope,
                number: number.parse().ok()?,
            }))
        };
        let found = AddressScope::ALL.iter().find_map(token);
        found.ok_or_else(|| NoAddress(text.into()))
    }
}

impl TryFrom<String> for Address {
    type Error = NoAddress;

    fn try_from(text: String) -> Result<Address, NoAddress> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.to_string()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Known(ip) => fmt::Display::fmt(ip, f),
            Address::Redacted(token) => fmt::Display::fmt(token, f),
        }
    }
}

impl fmt::Display for AddressToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}-{}", self.scope.stem(), self.number))
    }
}

impl JsonSchema for Address {
    fn schema_name() -> Cow<'static, str> {
        "Address".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An IPv4 or IPv6 address; in a redacted report the token that stands for it.",
            "anyOf": [
                {"type": "string", "format": "ipv4"},
                {"type": "string", "format": "ipv6"},
                {"type": "string", "pattern": "^(public|private|loopback)-address-[1-9][0-9]*$"}
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_tokens_come_back_from_their_text() {
        for text in ["203.0.113.7", "2001:db8::1", "private-address-12"] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), text);
            let json = serde_json::to_string(&address).unwrap();
            assert_eq!(serde_json::from_str::<Address>(&json).unwrap(), address);
        }
        for text in ["private-address-", "secret-address-1", "", "10.0.0"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_token_says_from_where_its_address_can_be_reached() {
        let scope = |text: &str| AddressScope::of(text.parse().unwrap());
        assert_eq!(scope("203.0.113.7"), AddressScope::Public);
        assert_eq!(scope("10.0.0.5"), AddressScope::Private);
        assert_eq!(scope("fe80::1"), AddressScope::Private);
        assert_eq!(scope("::ffff:127.0.0.1"), AddressScope::Loopback);
        assert_eq!(scope("64:ff9b::10.0.0.5"), AddressScope::Private);
        assert_eq!(scope("2002:7f00:1::1"), AddressScope::Loopback);
    }
}
