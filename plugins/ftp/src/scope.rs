//! How far an IP address reaches, and what an address announced by PASV means seen from the control
//! connection.

use std::fmt;
use std::net::IpAddr;

use crate::special::{embedded, special};

/// How far an address reaches, narrowest first. Which address is of which scope stands in [`special`](crate::special()).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// This machine.
    Loopback,
    /// This link, and what a hosting provider keeps for its own machines.
    LinkLocal,
    /// This network, and whatever else is no part of the public internet.
    Private,
    /// Everything else, documentation ranges included: they stand for public addresses in examples
    /// and tests.
    Public,
}

impl Scope {
    /// The scope of an address. One of IPv6 that leads to an address of IPv4 (mapped, translated, tunnelled) reaches no
    /// farther than that one does.
    pub fn of(address: IpAddr) -> Scope {
        let own = special(address).map_or(Scope::Public, |range| range.scope);
        match address.to_canonical() {
            IpAddr::V4(_) => own,
            IpAddr::V6(address) => {
                let embedded = embedded(address).into_iter().flatten();
                embedded
                    .map(|it| Scope::of(it.into()))
                    .fold(own, Scope::min)
            }
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
            ("255.255.255.255", LinkLocal),
            ("2a00::1", Public),
            ("192.0.0.192", LinkLocal),
            ("168.63.129.16", LinkLocal),
            ("198.18.0.1", Private),
            ("240.0.0.1", Private),
            ("224.0.0.1", Private),
            ("5f00::1", Private),
            ("ff02::1", Private),
            // Whatever an address of IPv4 is wrapped in.
            ("::10.0.0.1", Private),
            ("::127.0.0.1", Loopback),
            ("64:ff9b::8.8.8.8", Public),
            ("64:ff9b::10.0.0.1", Private),
            ("64:ff9b::169.254.169.254", LinkLocal),
            ("64:ff9b::127.0.0.1", Loopback),
            ("64:ff9b:1::8.8.8.8", Private),
            ("64:ff9b:1::127.0.0.1", Loopback),
            ("64:ff9b:1:7f00:0:100::", Loopback),
            ("2002:808:808::1", Public),
            ("2002:a00:1::1", Private),
            ("2002:a9fe:a9fe::1", LinkLocal),
            ("2002:7f00:1::1", Loopback),
            // The server's address in front, the client's at the end.
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", Public),
            ("2001:0:4136:e378:8000:63bf:f5ff:fffe", Private),
            ("2001:0:a00:1:8000:63bf:3fff:fdd2", Private),
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
            ("255.255.255.255", "192.0.2.1", Narrower),
            ("198.18.0.1", "192.0.2.1", Narrower),
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
