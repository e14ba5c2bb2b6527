//! Faults of the data channel.

use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

use libtest_mimic::{Failed, Trial};
use netlab::{HarnessError, NOBODY, Net, Product, SERVER_V6, SessionReuse, Setup, TlsVersions};

use crate::draw::with_both_kinds;
use crate::expectation::{Expectation, Fault, error, warning};
use crate::products::{self, each};
use crate::scene::Scene;

const PORTS: RangeInclusive<u16> = 40_000..=40_010;
/// What a firewall leaves out that was opened for another range.
const HALF: RangeInclusive<u16> = 40_000..=40_004;
const PRIVATE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 5);
/// Shared by the customers of a provider (RFC 6598).
const SHARED: Ipv4Addr = Ipv4Addr::new(100, 64, 0, 9);

pub fn cases() -> Vec<Trial> {
    [
        each(Product::ALL, "data::ports-dropped", |product| {
            closed(product, |net| net.drop_ports(PORTS))
        }),
        each(Product::ALL, "data::ports-rejected", |product| {
            closed(product, |net| net.reject_ports(PORTS))
        }),
        each(Product::ALL, "data::ports-half-dropped", |product| {
            half_closed(product, |net| net.drop_ports(HALF))
        }),
        each(Product::ALL, "data::ports-half-rejected", |product| {
            half_closed(product, |net| net.reject_ports(HALF))
        }),
        each(Product::ALL, "data::ports-stall", stalled),
        // ProFTPD 1.3.8 was seen to take such a connection.
        each(
            Product::ALL
                .into_iter()
                .filter(|it| *it != Product::ProFtpd),
            "data::peer-address",
            diverted,
        ),
        each(Product::ALL, "data::private-address", |product| {
            let fault = error("data.pasv-private-address", "server-admin");
            announces(product, PRIVATE, fault)
        }),
        each(Product::ALL, "data::foreign-address", |product| {
            let fault = error("data.pasv-foreign-address", "server-admin");
            announces(product, NOBODY, fault)
        }),
        each(
            Product::ALL,
            "data::ports-dropped-over-ipv6",
            closed_over_ipv6,
        ),
        each([Product::ProFtpd], "data::shared-address", |product| {
            let fault = error("data.pasv-private-address", "server-admin");
            announces(product, SHARED, fault)
        }),
        each([Product::Vsftpd], "data::no-address", no_address),
        each(
            [Product::Pyftpdlib],
            "data::machine-listing-refused-late",
            refused_late,
        ),
        each(
            products::demanding_reuse(),
            "data::reuse-impossible",
            |product| reuse_impossible(product, TlsVersions::Both),
        ),
        each(
            products::demanding_reuse(),
            "data::reuse-impossible-tls-1.3",
            |product| reuse_impossible(product, TlsVersions::Tls13),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn with_ports(product: Product) -> Setup {
    Setup {
        passive_ports: Some(PORTS),
        ..Setup::explicit(product)
    }
}

/// A firewall in front of the server that lets only the control port through.
fn closed(
    product: Product,
    close: impl Fn(&Net) -> Result<(), HarnessError>,
) -> Result<(), Failed> {
    let scene = Scene::new(&with_ports(product))?;
    close(&scene.net)?;
    let check = scene.check("require-explicit");
    let check = check.with(&["--connect-timeout", "1"]);
    let seen = check.run()?;
    let fault = error("data.all-ports-blocked", "firewall-admin");
    let mut expected = Expectation::of(&seen).fault(fault);
    expected.equal("login", seen.fact("login.accepted"), true);
    expected.equal("listing", seen.fact("data.listed"), false);
    expected.met()?;
    check.run_as_text(&seen)
}

/// The range of the firewall is narrower than the server's. The deepest look takes so many ports that it meets both
/// kinds, whatever the server chooses.
fn half_closed(
    product: Product,
    close: impl Fn(&Net) -> Result<(), HarnessError>,
) -> Result<(), Failed> {
    let scene = Scene::new(&with_ports(product))?;
    close(&scene.net)?;
    let check = scene.check("require-explicit");
    let check = check.with(&["--connect-timeout", "1", "--depth", "full"]);
    let seen = with_both_kinds(&check, &HALF)?;
    let fault = error("data.some-ports-blocked", "firewall-admin");
    Expectation::of(&seen).fault(fault).met()
}

fn closed_over_ipv6(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        ipv6: true,
        ..with_ports(product)
    })?;
    scene.net.drop_ports(PORTS)?;
    let check = scene.check("require-explicit").host(SERVER_V6);
    let check = check.with(&["--connect-timeout", "1"]);
    let seen = check.run()?;
    let fault = error("data.all-ports-blocked", "firewall-admin");
    Expectation::of(&seen).fault(fault).met()?;
    check.run_as_text(&seen)
}

/// Told an address while it listens on IPv6 too, vsftpd announces 0.0.0.0: the address of the control connection is meant.
fn no_address(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        ipv6: true,
        pasv_address: Some(PRIVATE),
        ..Setup::explicit(product)
    })?;
    let seen = scene.check("require-explicit").run()?;
    let fault = warning("data.pasv-unspecified-address", "server-admin");
    let expected = Expectation::of(&seen).fault(fault);
    expected.transfers(product, TlsVersions::Both).met()
}

/// A slow server says that it does not know MLSD when the data connection is there already: other listings came.
fn refused_late(product: Product) -> Result<(), Failed> {
    let lines = [
        "def refuse_late(session, path):",
        "    words = '500 Command \"MLSD\" not understood.'",
        "    session.ioloop.call_later(0.4, session.respond, words)",
        "handler.ftp_MLSD = refuse_late",
    ];
    let scene = Scene::new(&Setup {
        extra: lines.map(str::to_string).into(),
        ..Setup::explicit(product)
    })?;
    let seen = scene.check("require-explicit").run()?;
    let mut expected = Expectation::of(&seen).healthy();
    let told = |finding: &serde_json::Value| finding["code"] == "ftp.no-machine-listing";
    expected.holds("no MLSD", seen.findings().iter().any(told));
    expected.equal("listing", seen.fact("data.listed"), true);
    expected.met()
}

/// A firewall that accepts for the server and lets nothing through.
fn stalled(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&with_ports(product))?;
    scene.net.stall_ports(PORTS)?;
    let check = scene.check("require-explicit");
    let check = check.with(&["--reply-timeout", "3"]);
    let seen = check.run()?;
    let fault = error("data.tls-stalls", "firewall-admin");
    Expectation::of(&seen).fault(fault).met()?;
    check.run_as_text(&seen)
}

/// Control and data connections reach the server from two addresses.
fn diverted(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&with_ports(product))?;
    scene.net.divert_ports(PORTS)?;
    let check = scene.check("require-explicit");
    let check = check.with(&["--reply-timeout", "5"]);
    let seen = check.run()?;
    let fault = error("data.peer-address-rejected", "platform");
    Expectation::of(&seen).fault(fault).met()?;
    check.run_as_text(&seen)
}

/// The address is reported and never dialled; the ports work where the control connection goes.
fn announces(product: Product, address: Ipv4Addr, fault: Fault) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        pasv_address: Some(address),
        ..Setup::explicit(product)
    })?;
    let check = scene.check("require-explicit");
    let seen = check.run()?;
    let expected = Expectation::of(&seen).fault(fault);
    expected.transfers(product, TlsVersions::Both).met()?;
    check.run_as_text(&seen)
}

/// No tickets: with TLS 1.3 nothing can be resumed.
fn reuse_impossible(product: Product, tls: TlsVersions) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        tls,
        session_reuse: SessionReuse::Impossible,
        ..Setup::explicit(product)
    })?;
    let check = scene.check("require-explicit");
    let seen = check.run()?;
    let fault = error("ftps.session-reuse-required", "settings");
    let mut expected = Expectation::of(&seen).fault(fault);
    let patch = &seen.report["settings_patch"];
    expected.equal("patch", &patch["highest_tls_version"], "1.2");
    expected.met()?;
    check.run_as_text(&seen)
}
