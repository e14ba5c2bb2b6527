//! Firewalls, and servers, that do not let us in.

use std::fs;
use std::ops::RangeInclusive;

use netlab::{CLIENT, CLIENT_V6, OTHER_CLIENT, POOL, Product, Setup};

use super::{Ill, each};
use crate::sources::FOUR;

/// The range that reports take for an example as long as they know nothing of the server's.
const EXAMPLE: RangeInclusive<u16> = 50_000..=50_100;
/// See [`crate::black_hole`].
const TUNNEL: u16 = 1_472;
const LARGE: usize = 200_000;

pub fn ills() -> Vec<Ill> {
    let mut ills: Vec<Ill> = Vec::new();
    ills.extend(each(Product::ALL, |product| {
        let ill = Ill::new("net.connection-timeout", Setup::explicit(product));
        ill.leaving_from(CLIENT)
            .spoilt(|scene| Ok(scene.net.drop_ports(1..=1023)?))
    }));
    ills.push(
        Ill::new("net.connection-timeout", in_range(Product::Vsftpd))
            .how("source")
            .leaving_from(CLIENT)
            .spoilt(|scene| Ok(scene.net.drop_source(CLIENT)?)),
    );
    ills.push(
        Ill::new("net.connection-timeout", Setup::explicit(Product::ProFtpd))
            .over_ipv6()
            .leaving_from(CLIENT_V6)
            .spoilt(|scene| Ok(scene.net.drop_ports(1..=1023)?)),
    );
    ills.extend(each(Product::ALL, |product| {
        let ill = Ill::new("net.connection-refused", Setup::explicit(product));
        ill.leaving_from(CLIENT)
            .spoilt(|scene| Ok(scene.net.reject_ports(1..=1023)?))
    }));
    ills.push(
        from_four(in_range(Product::Pyftpdlib))
            .how("dropped")
            .spoilt(|scene| Ok(scene.net.drop_source(OTHER_CLIENT)?)),
    );
    // pyftpdlib has no list of its own.
    let lists = [Product::Vsftpd, Product::ProFtpd, Product::PureFtpd];
    ills.extend(each(lists, |product| {
        from_four(Setup {
            denied: vec![POOL[0]],
            ..Setup::explicit(product)
        })
    }));
    ills.extend(each(Product::ALL, |product| {
        let ill = Ill::new("net.mtu-blackhole", Setup::explicit(product));
        ill.with(&["--reply-timeout", "3"]).spoilt(|scene| {
            let file = scene.server.home().join("orders.bin");
            fs::write(file, vec![b'x'; LARGE])?;
            Ok(scene.net.drop_larger_than(TUNNEL)?)
        })
    }));
    ills
}

fn in_range(product: Product) -> Setup {
    Setup {
        passive_ports: Some(EXAMPLE),
        ..Setup::explicit(product)
    }
}

fn from_four(setup: Setup) -> Ill {
    let ill = Ill::new("net.source-ip-blocked", setup);
    FOUR.into_iter().fold(ill, Ill::leaving_from)
}
