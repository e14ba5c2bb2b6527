//! Addresses that are not everybody's: the special-purpose registries of IANA for IPv4 and IPv6 (RFC 6890 and its
//! successors), multicast, and what hosting providers keep for their own machines. This table stands behind every judgement
//! of an address: what may be connected to, what a server announces, what an allow list can have, what a report may show.
//!
//! The ranges for documentation are left out: they stand for public addresses in examples and tests. So are the few that
//! the registries call globally reachable and that lie outside of an assignment that is not (AS112, AMT).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::Scope;

/// A range that is no part of the public internet, or that stands for addresses of IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first address; one of IPv4 as it is mapped into IPv6 (RFC 4291 section 2.5.5.2).
    first: u128,
    /// How many bits of it count.
    bits: u32,
    /// How far its addresses reach, without the address of IPv4 that may be part of them.
    pub scope: Scope,
    /// What it is for, and where that is said.
    pub purpose: &'static str,
    /// Many customers of one carrier are behind each of its addresses, by definition.
    pub shared: bool,
}

/// The prefix of all mapped addresses.
const MAPPED: u128 = 0xFFFF << 32;
/// Where IPv4 begins in a mapped address.
const MAPPED_BITS: u32 = 96;

impl Range {
    fn contains(self, address: u128) -> bool {
        // What is said of a range of IPv6 is not said of IPv4.
        let same_version = is_mapped(self.first) == is_mapped(address);
        same_version && (self.first ^ address) >> (128 - self.bits) == 0
    }
}

impl fmt::Display for Range {
    /// `10.0.0.0/8, private use (RFC 1918)`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = Ipv6Addr::from_bits(self.first).to_canonical();
        let bits = match first {
            IpAddr::V4(_) => self.bits - MAPPED_BITS,
            IpAddr::V6(_) => self.bits,
        };
        write!(out, "{first}/{bits}, {}", self.purpose)
    }
}

const fn is_mapped(address: u128) -> bool {
    address >> 32 == MAPPED >> 32
}

const fn v4(first: [u8; 4], bits: u32, scope: Scope, purpose: &'static str) -> Range {
    Range {
        first: MAPPED | u32::from_be_bytes(first) as u128,
        bits: MAPPED_BITS + bits,
        scope,
        purpose,
        shared: false,
    }
}

/// `first` has the groups up to the last that is not zero.
const fn v6(first: &[u16], bits: u32, scope: Scope, purpose: &'static str) -> Range {
    let (mut address, mut group) = (0, 0);
    while group < first.len() {
        address |= (first[group] as u128) << (112 - 16 * group);
        group += 1;
    }
    Range {
        first: address,
        bits,
        scope,
        purpose,
        shared: false,
    }
}

const fn shared(range: Range) -> Range {
    Range {
        shared: true,
        ..range
    }
}

use Scope::{LinkLocal, Loopback, Private, Public};

/// Of two ranges that hold an address, the narrower stands first.
const RANGES: &[Range] = &[
    v4([0, 0, 0, 0], 8, Loopback, "this network (RFC 791)"),
    v4([10, 0, 0, 0], 8, Private, "private use (RFC 1918)"),
    shared(v4(
        [100, 64, 0, 0],
        10,
        Private,
        "carrier-grade NAT (RFC 6598)",
    )),
    v4([127, 0, 0, 0], 8, Loopback, "loopback (RFC 1122)"),
    v4(
        [168, 63, 129, 16],
        32,
        LinkLocal,
        "a cloud's service for its own machines",
    ),
    v4([169, 254, 0, 0], 16, LinkLocal, "link-local (RFC 3927)"),
    v4([172, 16, 0, 0], 12, Private, "private use (RFC 1918)"),
    v4(
        [192, 0, 0, 192],
        32,
        LinkLocal,
        "a cloud's service for its own machines",
    ),
    shared(v4(
        [192, 0, 0, 0],
        29,
        Private,
        "carrier's IPv4 over IPv6 (RFC 7335)",
    )),
    v4(
        [192, 0, 0, 0],
        24,
        Private,
        "protocol assignments (RFC 6890)",
    ),
    v4(
        [192, 88, 99, 0],
        24,
        Private,
        "former 6to4 relays (RFC 7526)",
    ),
    v4([192, 168, 0, 0], 16, Private, "private use (RFC 1918)"),
    v4([198, 18, 0, 0], 15, Private, "benchmarks (RFC 2544)"),
    v4([224, 0, 0, 0], 4, Private, "multicast (RFC 5771)"),
    v4(
        [255, 255, 255, 255],
        32,
        LinkLocal,
        "limited broadcast (RFC 8190)",
    ),
    v4([240, 0, 0, 0], 4, Private, "reserved (RFC 1112)"),
    v6(&[], 128, Loopback, "unspecified (RFC 4291)"),
    v6(
        &[0, 0, 0, 0, 0, 0, 0, 1],
        128,
        Loopback,
        "loopback (RFC 4291)",
    ),
    v6(&[], 96, Private, "former IPv4-compatible (RFC 4291)"),
    v6(
        &[0x64, 0xFF9B, 1],
        48,
        Private,
        "local IPv4 translation (RFC 8215)",
    ),
    v6(&[0x64, 0xFF9B], 96, Public, "IPv4 translation (RFC 6052)"),
    v6(&[0x100], 64, Private, "discard-only (RFC 6666)"),
    v6(&[0x100, 0, 0, 1], 64, Private, "dummy prefix (RFC 9780)"),
    v6(&[0x2001], 32, Public, "Teredo (RFC 4380)"),
    v6(&[0x2001], 23, Private, "protocol assignments (RFC 2928)"),
    v6(&[0x2002], 16, Public, "6to4 (RFC 3056)"),
    v6(&[0x5F00], 16, Private, "segment routing (RFC 9602)"),
    v6(&[0xFC00], 7, Private, "unique local (RFC 4193)"),
    v6(&[0xFE80], 10, LinkLocal, "link-local (RFC 4291)"),
    v6(&[0xFEC0], 10, Private, "former site-local (RFC 3879)"),
    v6(&[0xFF00], 8, Private, "multicast (RFC 4291)"),
    // Global unicast is 2000::/3; nothing else has been handed out.
    v6(&[], 3, Private, "reserved (RFC 4291)"),
    v6(&[0x4000], 2, Private, "reserved (RFC 4291)"),
    v6(&[0x8000], 1, Private, "reserved (RFC 4291)"),
];

/// The range an address is in, if it is not one that is everybody's. An IPv4 address mapped into IPv6 counts as IPv4.
pub fn special(address: IpAddr) -> Option<Range> {
    let address = match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    let ranges = RANGES.iter();
    ranges
        .copied()
        .find(|range| range.contains(address.to_bits()))
}

/// The addresses of IPv4 that an address of IPv6 leads to: IPv4-compatible (RFC 4291 section 2.5.5.1), translated (RFC 6052
/// section 2.2, RFC 8215), 6to4 (RFC 3056 section 2) and Teredo (RFC 4380 section 4), whose server and client count alike.
pub(crate) fn embedded(address: Ipv6Addr) -> [Option<Ipv4Addr>; 2] {
    let bits = address.to_bits();
    let v4 = |bits: u128| {
        u32::try_from(bits & 0xFFFF_FFFF)
            .ok()
            .map(Ipv4Addr::from_bits)
    };
    // The 32 bits that end so many before the end.
    let at = |end: u32| v4(bits >> end);
    let after_48_bits = |bits: u128| v4((bits >> 64 & 0xFFFF) << 16 | bits >> 40 & 0xFFFF);
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => [None, None],
        [0, 0, 0, 0, 0, 0, ..] | [0x64, 0xFF9B, 0 | 1, 0, 0, 0, ..] => [at(0), None],
        // The prefix may be as short as 48 bits; then the eight bits after 64 are left out.
        [0x64, 0xFF9B, 1, ..] => [after_48_bits(bits), None],
        [0x2002, ..] => [at(80), None],
        [0x2001, 0, ..] => [at(64), v4(!bits)],
        _ => [None, None],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> Option<String> {
        special(text.parse().expect(text)).map(|range| range.to_string())
    }

    #[test]
    fn every_range_begins_at_its_prefix() {
        for range in RANGES {
            let rest = range.first.checked_shl(range.bits).unwrap_or(0);
            assert_eq!(rest, 0, "{range}");
        }
    }

    #[test]
    fn no_range_hides_one_that_stands_behind_it() {
        for (index, range) in RANGES.iter().enumerate() {
            let found = RANGES.iter().position(|it| it.contains(range.first));
            let ahead = &RANGES[found.expect("it holds its own beginning")];
            let narrower = found == Some(index) || ahead.bits > range.bits;
            assert!(narrower, "{range} stands behind {ahead}");
        }
    }

    #[test]
    fn special_addresses_are_told_from_public_ones() {
        for public in [
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.0",
            "168.63.129.15",
            "168.63.129.17",
            "172.32.0.1",
            "192.0.1.0",
            "198.20.0.1",
            "223.255.255.255",
            "2a00::1",
            "2620:4f:8000::1",
            // Ranges for documentation.
            "192.0.2.1",
            "198.51.100.1",
            "203.0.113.7",
            "2001:db8::7",
            "3fff::1",
        ] {
            assert_eq!(range(public), None, "{public}");
        }
        for (text, begins) in [
            ("192.168.1.5", "192.168.0.0/16, "),
            ("::ffff:10.0.0.5", "10.0.0.0/8, "),
            ("192.0.0.2", "192.0.0.0/29, "),
            ("192.0.0.9", "192.0.0.0/24, "),
            ("192.0.0.192", "192.0.0.192/32, "),
            ("255.255.255.255", "255.255.255.255/32, "),
            ("fd00::1", "fc00::/7, "),
            ("2001::1", "2001::/32, "),
            ("2001:2::1", "2001::/23, "),
            ("64:ff9b::1", "64:ff9b::/96, "),
            ("64:ff9b:1::1", "64:ff9b:1::/48, "),
            ("64:ff9b:2::1", "::/3, "),
            ("::8.8.8.8", "::/96, "),
            ("4000::1", "4000::/2, "),
            ("c000::1", "8000::/1, "),
        ] {
            let found = range(text).expect(text);
            assert!(found.starts_with(begins), "{text}: {found}");
        }
        let is_shared = |text: &str| special(text.parse().expect(text)).expect(text).shared;
        assert!(is_shared("100.64.0.1") && !is_shared("10.0.0.1"));
    }

    #[test]
    fn an_address_of_ipv4_is_found_in_every_form() {
        for (text, found) in [
            ("::192.0.2.1", ["192.0.2.1"].as_slice()),
            ("64:ff9b::192.0.2.1", &["192.0.2.1"]),
            ("64:ff9b:1::192.0.2.1", &["192.0.2.1"]),
            // RFC 6052 section 2.4, with the prefix of RFC 8215.
            ("64:ff9b:1:c000:2:2100::", &["192.0.2.33"]),
            ("2002:c000:221::1", &["192.0.2.33"]),
            // RFC 4380 section 4: the client's address is stored with every bit turned round.
            (
                "2001:0:4136:e378:8000:63bf:3fff:fdd2",
                &["65.54.227.120", "192.0.2.45"],
            ),
            ("::1", &[]),
            ("2001:db8::192.0.2.1", &[]),
        ] {
            let address: Ipv6Addr = text.parse().expect(text);
            let embedded: Vec<String> = embedded(address)
                .iter()
                .flatten()
                .map(Ipv4Addr::to_string)
                .collect();
            assert_eq!(embedded, found, "{text}");
        }
    }
}
