use crate::check;
use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;
use crate::{Asked, Check};

fn policy(host: &str, port: u16, data: &[&str]) -> AddressPolicy {
    let mut asked = Asked::about(check::at(host, port));
    asked.data_addresses = data.iter().map(|text| ip(text)).collect();
    AddressPolicy::new(Check::of(asked).authority().clone())
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// Addresses that are no server's on the public internet, in every spelling.
const NARROW: &[&str] = &[
    "127.0.0.1",
    "0.0.0.0",
    "10.0.0.5",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.0.192",
    "168.63.129.16",
    "198.18.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fd00::1",
    "fe80::1",
    "::ffff:10.0.0.5",
    "::10.0.0.5",
    "64:ff9b::10.0.0.5",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::8.8.8.8",
    "2002:a00:5::1",
    "2002:7f00:1::1",
    "2001:0:4136:e378:8000:63bf:f5ff:fffa",
    "ff02::1",
];

#[test]
fn a_name_grants_its_public_addresses_on_three_ports() {
    let policy = policy("ftp.example.com", 2121, &[]);
    assert!(
        policy.control(at("198.51.100.20:21")).is_err(),
        "not resolved yet"
    );
    policy.learn(&[ip("198.51.100.20")]);
    for port in [21, 990, 2121] {
        let to = SocketAddr::new(ip("198.51.100.20"), port);
        assert_eq!(policy.control(to), Ok(()));
    }
    assert_eq!(
        policy.control(at("198.51.100.20:22")),
        Err(Denied::ControlPort(22))
    );
    assert!(matches!(
        policy.control(at("198.51.100.21:21")),
        Err(Denied::ForeignAddress(_))
    ));
}

#[test]
fn a_name_never_leads_to_a_narrower_network() {
    let policy = policy("ftp.example.com", 21, &[]);
    for narrow in NARROW {
        policy.learn(&[ip(narrow)]);
        assert!(!policy.covers(ip(narrow)), "{narrow}");
        let denied = policy.control(SocketAddr::new(ip(narrow), 21));
        assert!(matches!(denied, Err(Denied::NarrowAddress(_))), "{narrow}");
    }
}

#[test]
fn a_remote_given_as_an_address_is_that_address_and_no_other() {
    let inside = policy("10.0.0.5", 21, &[]);
    assert_eq!(inside.control(at("10.0.0.5:21")), Ok(()));
    assert_eq!(inside.control(at("[::ffff:10.0.0.5]:21")), Ok(()));
    for own in ["10.0.0.5", "198.51.100.20", "2001:db8::20"] {
        let policy = policy(own, 21, &[]);
        for other in NARROW.iter().copied().chain(["198.51.100.21"]) {
            if ip(other).to_canonical() == ip(own) {
                continue;
            }
            // Whatever is found under whatever name.
            policy.learn(&[ip(other)]);
            assert!(!policy.covers(ip(other)), "{own}: {other}");
            assert!(policy.control(SocketAddr::new(ip(other), 21)).is_err());
            assert!(
                policy
                    .data(ip(other), SocketAddr::new(ip(other), 8080))
                    .is_err()
            );
        }
    }
}

#[test]
fn the_name_of_the_loopback_leads_to_the_loopback_alone() {
    let policy = policy("LocalHost.", 21, &[]);
    let all = [
        "127.0.0.1",
        "::1",
        "198.51.100.20",
        "10.0.0.5",
        "64:ff9b::127.0.0.1",
    ];
    policy.learn(&all.map(ip));
    assert_eq!(
        all.map(|it| policy.covers(ip(it))),
        [true, true, false, false, false]
    );
}

#[test]
fn a_third_party_is_public_or_the_remote_itself() {
    let by_name = policy("ftp.example.com", 21, &[]);
    let inside = policy("10.0.0.5", 21, &[]);
    assert!(by_name.third_party(ip("198.51.100.20")));
    assert!(!by_name.third_party(ip("10.0.0.9")));
    assert!(inside.third_party(ip("10.0.0.5")));
    for other in [
        "10.0.0.9",
        "127.0.0.1",
        "169.254.169.254",
        "64:ff9b::10.0.0.9",
    ] {
        assert!(!inside.third_party(ip(other)), "{other}");
    }
}

#[test]
fn data_goes_to_the_control_peer_or_where_the_user_said() {
    let policy = policy("198.51.100.20", 21, &["192.0.2.9"]);
    let peer = ip("198.51.100.20");
    assert_eq!(policy.data(peer, at("198.51.100.20:50000")), Ok(()));
    assert_eq!(policy.data(peer, at("192.0.2.9:50000")), Ok(()));
    assert_eq!(
        policy.data(peer, at("198.51.100.20:22")),
        Err(Denied::DataPort(22))
    );
    assert!(matches!(
        policy.data(peer, at("10.0.0.5:50000")),
        Err(Denied::ForeignAddress(_))
    ));
}

/// Any address, and often one of those that are easily taken for others.
fn address() -> impl Strategy<Value = IpAddr> {
    let wrapped = |v4: Ipv4Addr| {
        let low = u128::from(v4.to_bits());
        let form = |high: u128| IpAddr::from(Ipv6Addr::from_bits(high | low));
        [
            IpAddr::V4(v4),
            form(0xFFFF << 32),
            form(0),
            form(0x0064_FF9B << 96),
            Ipv6Addr::from_bits(0x2002 << 112 | low << 80).into(),
        ]
    };
    prop_oneof![
        any::<Ipv4Addr>().prop_map(IpAddr::from),
        any::<Ipv6Addr>().prop_map(IpAddr::from),
        proptest::sample::select(NARROW).prop_map(ip),
        (any::<Ipv4Addr>(), 0..5_usize).prop_map(move |(v4, form)| wrapped(v4)[form]),
    ]
}

#[test]
fn no_data_connection_goes_to_a_control_port() {
    let policy = policy("198.51.100.20", 2121, &["192.0.2.9"]);
    let peer = ip("198.51.100.20");
    let refused = Err(Denied::DataToControlPort(2121));
    assert_eq!(policy.data(peer, at("198.51.100.20:2121")), refused);
    assert_eq!(policy.data(peer, at("198.51.100.20:2122")), Ok(()));
    assert_eq!(policy.data(peer, at("192.0.2.9:2121")), Ok(()));
}

proptest! {
    #[test]
    fn no_address_is_granted_that_was_not_found_under_the_host(
        own in proptest::collection::vec(address(), 0..4),
        to in address(),
        port: u16,
    ) {
        let policy = policy("ftp.example.com", 2121, &[]);
        policy.learn(&own);
        let is_own = own.iter().any(|it| it.to_canonical() == to.to_canonical());
        let is_public = Scope::of(to) == Scope::Public;
        let is_port = [21, 990, 2121].contains(&port);
        prop_assert_eq!(policy.covers(to), is_own && is_public);
        let to_port = SocketAddr::new(to, port);
        prop_assert_eq!(policy.control(to_port).is_ok(), is_own && is_public && is_port);
        let data = own.iter().any(|peer| policy.data(*peer, to_port).is_ok());
        prop_assert_eq!(data, is_own && is_public && port >= 1024 && !is_port);
    }

    #[test]
    fn a_remote_given_as_an_address_grants_nothing_else(
        host in address(),
        found in proptest::collection::vec(address(), 0..4),
        to in address(),
        port: u16,
    ) {
        let policy = policy(&host.to_string(), 21, &[]);
        policy.learn(&found);
        let itself = host.to_canonical() == to.to_canonical();
        prop_assert_eq!(policy.covers(to), itself);
        let to = SocketAddr::new(to, port);
        prop_assert_eq!(policy.control(to).is_ok(), itself && [21, 990].contains(&port));
        prop_assert_eq!(policy.data(to.ip(), to).is_ok(), itself && port >= 1024);
    }

    #[test]
    fn an_address_reaches_no_farther_than_what_is_wrapped_in_it(v4: Ipv4Addr) {
        let bits = u128::from(v4.to_bits());
        let scope = Scope::of(v4.into());
        for wrapped in [
            0xFFFF << 32 | bits,
            0x0064_FF9B << 96 | bits,
            0x0064_FF9B_0001 << 80 | bits,
            0x2002 << 112 | bits << 80,
            0x2001 << 112 | bits << 64,
            0x2001 << 112 | 0x0808_0808 << 64 | u128::from(!v4.to_bits()),
        ] {
            let wrapped = Ipv6Addr::from_bits(wrapped);
            prop_assert!(Scope::of(wrapped.into()) <= scope, "{} in {}", v4, wrapped);
        }
    }
}
