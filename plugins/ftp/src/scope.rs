//! How far an IP address reaches, and what an address announced by PASV means seen from the control
//! connection.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far an address reaches, narrowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// This machine: 127.0.0.0/8 and 0.0.0.0/8 (RFC 1122 section 3.2.1.3), `::1` and `::` (RFC 4291
    /// section 2.5).
    Loopback,
    /// This link: 169.254.0.0/16 (RFC 3927), fe80::/10 (RFC 4291 section 2.5.6).
    LinkLocal,
    /// This network: RFC 1918, carrier-grade NAT 100.64.0.0/10 (RFC 6598), fc00::/7 (RFC 4193), and
    /// the former site-local fec0::/10 (RFC 3879).
    Private,
    /// Everything else, documentation ranges included: they stand for public addresses in examples
    /// and tests.
    Public,
}

impl Scope {
    /// The scope of an address. An IPv4 address mapped into IPv6 counts as IPv4 (RFC 4291 section
    /// 2.5.5.2).
    pub fn of(address: IpAddr) -> Scope {
        match address.to_canonical() {
            IpAddr::V4(address) => Scope::of_v4(address),
            IpAddr::V6(address) => Scope::of_v6(address),
        }
    }

    fn of_v4(address: Ipv4Addr) -> Scope {
        match address.octets() {
            [0 | 127, ..] => Scope::Loopback,
            [169, 254, ..] => Scope::LinkLocal,
            [100, second, ..] if second & 0xC0 == 64 => Scope::Private,
            _ if address.is_private() => Scope::Private,
            _ => Scope::Public,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Scope {
        let former_site_local = address.segments()[0] & 0xFFC0 == 0xFEC0;
        if address.is_loopback() || address.is_unspecified() {
            Scope::Loopback
        } else if address.is_unicast_link_local() {
            Scope::LinkLocal
        } else if address.is_unique_local() || former_site_local {
            Scope::Private
        } else {
            Scope::Public
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Scope::Loopback => "loopback",
            Scope::LinkLocal => "link-local",
            Scope::Private => "private",
            Scope::Public => "public",
        })
    }
}

/// What an announced data address means, compared with the peer of the control connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Announced {
    /// The peer itself.
    SameAsPeer,
    /// 0.0.0.0 or `::`: the server leaves the address to the client, who takes the peer's.
    UsePeer,
    /// An address of narrower scope than the peer's: it means nothing outside the server's own
    /// network (F-D04).
    Narrower,
    /// Another host. Never connect to it: a server could aim its client at anyone (RFC 2577 section
    /// 3; F-D05).
    Foreign,
}

impl Announced {
    /// Compares an announced address with the peer of the control connection.
    pub fn judge(announced: IpAddr, peer: IpAddr) -> Announced {
        let (announced, peer) = (announced.to_canonical(), peer.to_canonical());
        if announced == peer {
            Announced::SameAsPeer
        } else if announced.is_unspecified() {
            Announced::UsePeer
        } else if Scope::of(announced) < Scope::of(peer) {
            Announced::Narrower
        } else {
            Announced::Foreign
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect(text)
    }

    #[test]
    fn scopes() {
        use Scope::{LinkLocal, Loopback, Private, Public};
        let table = [
            ("127.0.0.1", Loopback),
            ("127.255.0.9", Loopback),
            ("0.0.0.0", Loopback),
            ("::1", Loopback),
            ("::", Loopback),
            ("::ffff:127.0.0.1", Loopback),
            ("169.254.169.254", LinkLocal),
            ("fe80::1", LinkLocal),
            ("febf::1", LinkLocal),
            ("10.0.0.1", Private),
            ("172.16.0.1", Private),
            ("172.31.255.255", Private),
            ("172.32.0.1", Public),
            ("192.168.1.1", Private),
            ("::ffff:192.168.1.1", Private),
            ("100.64.0.1", Private),
            ("100.127.255.255", Private),
            ("100.128.0.1", Public),
            ("100.63.255.255", Public),
            ("fc00::1", Private),
            ("fdff::1", Private),
            ("fec0::1", Private),
            ("192.0.2.1", Public),
            ("198.51.100.1", Public),
            ("203.0.113.1", Public),
            ("2001:db8::1", Public),
            ("255.255.255.255", Public),
            ("2a00::1", Public),
        ];
        for (text, scope) in table {
            assert_eq!(Scope::of(address(text)), scope, "{text}");
        }
        assert!(Loopback < LinkLocal && LinkLocal < Private && Private < Public);
    }

    #[test]
    fn announcements() {
        use Announced::{Foreign, Narrower, SameAsPeer, UsePeer};
        let table = [
            ("192.0.2.1", "192.0.2.1", SameAsPeer),
            ("192.0.2.1", "::ffff:192.0.2.1", SameAsPeer),
            ("10.0.0.1", "10.0.0.1", SameAsPeer), // both inside: nothing wrong
            ("127.0.0.1", "127.0.0.1", SameAsPeer),
            ("0.0.0.0", "192.0.2.1", UsePeer), // F-D05
            ("::", "2001:db8::1", UsePeer),
            ("10.0.0.1", "192.0.2.1", Narrower), // F-D04
            ("100.64.0.1", "192.0.2.1", Narrower),
            ("169.254.1.1", "10.0.0.1", Narrower),
            ("127.0.0.1", "10.0.0.1", Narrower),
            ("192.168.0.1", "2001:db8::1", Narrower), // F-D09
            ("192.0.2.2", "192.0.2.1", Foreign),      // F-D05: stale address, other line
            ("192.0.2.2", "10.0.0.1", Foreign),       // reached from inside, announces the outside
            ("10.0.0.2", "10.0.0.1", Foreign),
            ("127.0.0.2", "127.0.0.1", Foreign),
            ("255.255.255.255", "192.0.2.1", Foreign),
        ];
        for (announced, peer, expected) in table {
            assert_eq!(
                Announced::judge(address(announced), address(peer)),
                expected,
                "{announced} at {peer}"
            );
        }
    }
}
