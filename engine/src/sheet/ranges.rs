//! Addresses that are not everybody's: the special-purpose registries of IANA (RFC 6890), without the ranges for
//! documentation, which stand for public addresses in examples and tests.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

/// A range that is no part of the public internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The prefix.
    pub prefix: &'static str,
    /// What it is for, and where that is said.
    pub purpose: &'static str,
    /// Many customers of one carrier are behind each of its addresses, by definition.
    pub shared: bool,
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.prefix, self.purpose)
    }
}

const fn range(prefix: &'static str, purpose: &'static str) -> Range {
    Range {
        prefix,
        purpose,
        shared: false,
    }
}

const fn shared(prefix: &'static str, purpose: &'static str) -> Range {
    Range {
        prefix,
        purpose,
        shared: true,
    }
}

/// The narrower range before the wider one.
const RANGES: &[Range] = &[
    range("0.0.0.0/8", "this network (RFC 791)"),
    range("10.0.0.0/8", "private use (RFC 1918)"),
    shared("100.64.0.0/10", "carrier-grade NAT (RFC 6598)"),
    range("127.0.0.0/8", "loopback (RFC 1122)"),
    range("169.254.0.0/16", "link-local (RFC 3927)"),
    range("172.16.0.0/12", "private use (RFC 1918)"),
    shared("192.0.0.0/29", "carrier's IPv4 over IPv6 (RFC 7335)"),
    range("192.0.0.0/24", "protocol assignments (RFC 6890)"),
    range("192.88.99.0/24", "former 6to4 relays (RFC 7526)"),
    range("192.168.0.0/16", "private use (RFC 1918)"),
    range("198.18.0.0/15", "benchmarks (RFC 2544)"),
    range("224.0.0.0/4", "multicast (RFC 5771)"),
    range("240.0.0.0/4", "reserved (RFC 1112)"),
    range("::/128", "unspecified (RFC 4291)"),
    range("::1/128", "loopback (RFC 4291)"),
    range("64:ff9b:1::/48", "local IPv4 translation (RFC 8215)"),
    range("64:ff9b::/96", "IPv4 translation (RFC 6052)"),
    range("100::/64", "discard-only (RFC 6666)"),
    range("2001::/23", "protocol assignments (RFC 2928)"),
    range("2002::/16", "6to4 (RFC 3056)"),
    range("5f00::/16", "segment routing (RFC 9602)"),
    range("fc00::/7", "unique local (RFC 4193)"),
    range("fe80::/10", "link-local (RFC 4291)"),
    range("fec0::/10", "former site-local (RFC 3879)"),
    range("ff00::/8", "multicast (RFC 4291)"),
];

/// The range an address is in, if it is not public. An IPv4 address mapped into IPv6 counts as IPv4.
pub fn special(address: IpAddr) -> Option<Range> {
    let address = address.to_canonical();
    RANGES
        .iter()
        .find(|range| {
            range
                .prefix
                .parse::<IpNet>()
                .is_ok_and(|net| net.contains(&address))
        })
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prefix_is_one() {
        for range in RANGES {
            let net = range.prefix.parse::<IpNet>().expect(range.prefix);
            assert_eq!(net, net.trunc(), "{}", range.prefix);
        }
    }

    #[test]
    fn special_addresses_are_told_from_public_ones() {
        let prefix = |text: &str| special(text.parse().unwrap()).map(|range| range.prefix);
        for public in [
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.0",
            "172.32.0.1",
            "198.20.0.1",
            "2a00::1",
            // Ranges for documentation.
            "192.0.2.1",
            "198.51.100.1",
            "203.0.113.7",
            "2001:db8::7",
            "3fff::1",
        ] {
            assert_eq!(prefix(public), None, "{public}");
        }
        assert_eq!(prefix("192.168.1.5"), Some("192.168.0.0/16"));
        assert_eq!(prefix("::ffff:10.0.0.5"), Some("10.0.0.0/8"));
        assert_eq!(prefix("192.0.0.2"), Some("192.0.0.0/29"));
        assert_eq!(prefix("192.0.0.9"), Some("192.0.0.0/24"));
        assert_eq!(prefix("fd00::1"), Some("fc00::/7"));
        let carrier = special("100.64.0.1".parse().unwrap()).unwrap();
        assert!(carrier.shared);
        assert!(!special("10.0.0.1".parse().unwrap()).unwrap().shared);
    }
}
