//! Data channels that do not come about.

use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

use netlab::{NOBODY, Product, Setup};

use super::{Ill, each};
use crate::products::{with, without};

use Product::{ProFtpd, Pyftpdlib, Vsftpd};

const PORTS: RangeInclusive<u16> = 40_000..=40_010;
/// What a firewall leaves out that was opened for another range.
const HALF: RangeInclusive<u16> = 40_000..=40_004;
const PRIVATE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 5);

pub fn ills() -> Vec<Ill> {
    let mut ills: Vec<Ill> = Vec::new();
    ills.extend(each(Product::ALL, |product| {
        Ill::new("data.all-ports-blocked", with_ports(product))
            .spoilt(|scene| Ok(scene.net.drop_ports(PORTS)?))
    }));
    ills.extend(each(Product::ALL, |product| {
        // Only the control port is open, and no range is set.
        Ill::new("data.all-ports-blocked", Setup::explicit(product))
            .how("no-range")
            .spoilt(|scene| Ok(scene.net.reject_ports(1024..=65535)?))
    }));
    ills.push(
        Ill::new("data.all-ports-blocked", with_ports(ProFtpd))
            .over_ipv6()
            .spoilt(|scene| Ok(scene.net.drop_ports(PORTS)?)),
    );
    ills.extend(each(Product::ALL, |product| {
        Ill::new("data.some-ports-blocked", with_ports(product))
            .with(&["--depth", "full"])
            .spoilt(|scene| Ok(scene.net.drop_ports(HALF)?))
    }));
    for (code, address) in [
        ("data.pasv-private-address", PRIVATE),
        ("data.pasv-foreign-address", NOBODY),
    ] {
        ills.extend(each(Product::ALL, |product| {
            let setup = Setup {
                pasv_address: Some(address),
                ..Setup::explicit(product)
            };
            Ill::new(code, setup)
        }));
    }
    ills.extend(each([Vsftpd, ProFtpd], |product| {
        let lines = match product {
            Vsftpd => "pasv_enable=NO",
            _ => "<Limit PASV EPSV>\nDenyAll\n</Limit>",
        };
        Ill::new("data.passive-refused", with(product, lines))
    }));
    for (code, command) in [("data.epsv-broken", "EPSV"), ("data.pasv-broken", "PASV")] {
        ills.extend(each([Vsftpd, ProFtpd, Pyftpdlib], |product| {
            Ill::new(code, without(product, command))
        }));
    }
    // ProFTPD answers with an empty listing where it is not allowed.
    ills.extend(each([Vsftpd, Pyftpdlib], |product| {
        let lines = match product {
            Vsftpd => "dirlist_enable=NO",
            _ => "authorizer.user_table[options.user].update(perm='er', operms={})",
        };
        Ill::new("ftp.list-denied", with(product, lines))
    }));
    ills
}

fn with_ports(product: Product) -> Setup {
    Setup {
        passive_ports: Some(PORTS),
        ..Setup::explicit(product)
    }
}
