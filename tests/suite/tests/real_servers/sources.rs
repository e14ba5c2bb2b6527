//! Several source addresses of which a firewall lets in some: which one, at which step, and what would help.

use std::net::{IpAddr, Ipv4Addr};

use libtest_mimic::{Failed, Trial};
use netlab::{
    CLIENT, CLIENT_V6, HarnessError, INSIDE, Net, OTHER_CLIENT, OTHER_CLIENT_V6, POOL, Product,
    SERVER_V6, Setup,
};

use crate::check::Check;
use crate::expectation::{Expectation, Fault, error};
use crate::matrix::THROUGH;
use crate::products::each;
use crate::scene::Scene;

/// Two dedicated addresses and two of a pool. The route would choose the first for all of them.
pub const FOUR: [Ipv4Addr; 4] = [CLIENT, OTHER_CLIENT, POOL[0], POOL[1]];
/// That an address is not let in.
pub const BLOCKED: Fault = Fault {
    code: "net.source-ip-blocked",
    owner: "firewall-admin",
    severity: "error",
};
/// A row that ends before it began.
const DROPPED: &str = "dropped - - - -";
const RESET: &str = "reset - - - -";

pub fn cases() -> Vec<Trial> {
    [
        each(
            Product::ALL,
            "sources::data-ports-for-all-but-one",
            data_for_all_but_one,
        ),
        each(Product::ALL, "sources::data-ports-for-none", data_for_none),
        each(Product::ALL, "sources::only-dedicated", |product| {
            one_set(product, &POOL[..2], "dedicated", Net::drop_source)
        }),
        each(Product::ALL, "sources::only-pool", |product| {
            one_set(product, &FOUR[..2], "pool", Net::reject_source)
        }),
        each(Product::ALL, "sources::first-dropped", |product| {
            one_blocked(product, 0, DROPPED, Net::drop_source)
        }),
        each(Product::ALL, "sources::third-rejected", |product| {
            one_blocked(product, 2, RESET, Net::reject_source)
        }),
        each(Product::ALL, "sources::many", many),
        each(Product::ALL, "sources::all-allowed", all_allowed),
        each(
            Product::ALL,
            "sources::all-allowed-over-ipv6",
            all_allowed_over_ipv6,
        ),
        each(Product::ALL, "sources::behind-a-nat", behind_a_nat),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A check from each of these addresses, which does not wait long for silence.
pub fn check<'a, A: Into<IpAddr> + Copy>(scene: &'a Scene, sources: &[A]) -> Check<'a> {
    let check = scene
        .check("require-explicit")
        .with(&["--connect-timeout", "1"]);
    let sources = sources.iter().map(|source| (*source).into().to_string());
    sources.fold(check, |check, source| check.with(&["--source", &source]))
}

/// The first two addresses are dedicated ones.
pub fn dedicated(check: Check<'_>) -> Check<'_> {
    let [first, second] = [CLIENT, OTHER_CLIENT].map(|it| it.to_string());
    check.with(&["--dedicated", &first, "--dedicated", &second])
}

/// Data connections come from the address that the control connection comes from: vsftpd, Pure-FTPd and pyftpdlib refuse
/// all others.
fn all_allowed(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::explicit(product))?;
    let check = check(&scene, &FOUR);
    let seen = check.run()?;
    let mut expected = Expectation::of(&seen)
        .healthy()
        .rows(FOUR.map(|source| (source, THROUGH)))
        .passwords(FOUR.map(|source| (source, 1)));
    for source in FOUR {
        let facts = &seen.report["facts_by_source"][source.to_string()];
        expected.equal("source", &facts["source.address"], source.to_string());
        expected.equal("listing", &facts["data.listed"], true);
        expected.equal(
            "seen as",
            &facts["source.seen-as"],
            tells(product).then(|| source.to_string()),
        );
    }
    expected.met()?;
    check.run_as_text(&seen)
}

fn all_allowed_over_ipv6(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        ipv6: true,
        ..Setup::explicit(product)
    })?;
    let sources = [CLIENT_V6, OTHER_CLIENT_V6];
    let seen = check(&scene, &sources).host(SERVER_V6).run()?;
    let expected = Expectation::of(&seen).healthy();
    expected.rows(sources.map(|source| (source, THROUGH))).met()
}

fn one_blocked(
    product: Product,
    place: usize,
    row: &'static str,
    block: impl Fn(&Net, Ipv4Addr) -> Result<(), HarnessError>,
) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::explicit(product))?;
    block(&scene.net, FOUR[place])?;
    let check = check(&scene, &FOUR);
    let seen = check.run()?;
    let how = row.split(' ').next().unwrap_or_default();
    let turned_away = |source| source == FOUR[place];
    let mut expected = Expectation::of(&seen)
        .fault(BLOCKED)
        .rows(FOUR.map(|it| (it, if turned_away(it) { row } else { THROUGH })))
        .accuses(&[FOUR[place]])
        .passwords(FOUR.map(|it| (it, usize::from(!turned_away(it)))))
        .says(&format!("stops at reach: {how}"));
    let finding = &seen.findings()[0];
    expected.equal("confidence", &finding["confidence"], "certain");
    expected.equal("patch", &finding["settings_patch"], serde_json::Value::Null);
    expected.met()?;
    check.run_as_text(&seen)
}

/// The other party lets in one of the two sets: the settings can be changed to that one.
fn one_set(
    product: Product,
    blocked: &[Ipv4Addr],
    other: &str,
    block: impl Fn(&Net, Ipv4Addr) -> Result<(), HarnessError>,
) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::explicit(product))?;
    for source in blocked {
        block(&scene.net, *source)?;
    }
    let check = dedicated(check(&scene, &FOUR));
    let seen = check.run()?;
    let row = if other == "pool" { RESET } else { DROPPED };
    let expected = Expectation::of(&seen)
        .fault(BLOCKED)
        .rows(FOUR.map(|it| (it, if blocked.contains(&it) { row } else { THROUGH })))
        .accuses(blocked)
        .patch("source_set", other)
        .patch("effect", "cures-all");
    expected.met()?;
    check.run_as_text(&seen)
}

/// The firewall lets one address in to the control port alone.
fn data_for_all_but_one(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::explicit(product))?;
    let forgotten = OTHER_CLIENT;
    scene.net.drop_data_from(forgotten)?;
    let seen = check(&scene, &FOUR).run()?;
    let row = |it| {
        if it == forgotten {
            "ok ok ok ok dropped"
        } else {
            THROUGH
        }
    };
    let expected = Expectation::of(&seen)
        .fault(BLOCKED)
        .rows(FOUR.map(|it| (it, row(it))))
        .accuses(&[forgotten])
        .passwords(FOUR.map(|it| (it, 1)))
        .says("its rule lacks the passive ports");
    expected.met()
}

/// No address gets a data connection: the addresses have nothing to do with it.
fn data_for_none(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::explicit(product))?;
    let sources = [CLIENT, OTHER_CLIENT];
    scene.net.reject_ports(1024..=65535)?;
    let check = check(&scene, &sources);
    let seen = check.run()?;
    let fault = error("data.all-ports-blocked", "firewall-admin");
    let expected = Expectation::of(&seen)
        .fault(fault)
        .rows(sources.map(|it| (it, "ok ok ok ok reset")))
        .accuses(&sources);
    expected.met()?;
    check.run_as_text(&seen)
}

/// Two dedicated addresses in full; of a pool each up to TLS, and in full only what behaves as no other.
fn many(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::explicit(product))?;
    scene.net.drop_source(POOL[3])?;
    let sources: Vec<Ipv4Addr> = FOUR.into_iter().chain(POOL[2..].iter().copied()).collect();
    let check = dedicated(check(&scene, &sources));
    let seen = check.run()?;
    let row = |it| match it {
        it if it == POOL[3] => DROPPED,
        it if POOL.contains(&it) => "ok ok ok - -",
        _ => THROUGH,
    };
    let mut expected = Expectation::of(&seen)
        .fault(BLOCKED)
        .rows(sources.iter().map(|it| (*it, row(*it))))
        .accuses(&[POOL[3]])
        .patch("source_set", "dedicated")
        .passwords(
            sources
                .iter()
                .map(|it| (*it, usize::from(!POOL.contains(it)))),
        );
    for source in &POOL[..3] {
        let opened = seen.connections_from((*source).into());
        expected.equal(&format!("connections from {source}"), opened, 1);
    }
    expected.met()?;
    check.run_as_text(&seen)
}

/// The server sees another address than ours, and some say so.
fn behind_a_nat(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::explicit(product))?;
    scene.net.masquerade()?;
    let check = check(&scene, &[INSIDE]);
    let seen = check.run()?;
    let outside = tells(product).then(|| CLIENT.to_string());
    let mut expected = Expectation::of(&seen).healthy().rows([(INSIDE, THROUGH)]);
    expected.equal("source", seen.fact("source.address"), INSIDE.to_string());
    expected.equal("seen as", seen.fact("source.seen-as"), outside.clone());
    expected.equal("row seen as", &seen.report["matrix"][0]["seen_as"], outside);
    expected.met()?;
    let text = check.text(&seen)?;
    let stated = text.contains("10.0.0.5, which the server sees as 203.0.113.7");
    match stated == tells(product) {
        true => Ok(()),
        false => Err(format!("the translation in words: {stated}\n{text}").into()),
    }
}

/// Whether the product says in its answer to `STAT` whom it is connected to.
pub fn tells(product: Product) -> bool {
    matches!(product, Product::Vsftpd | Product::ProFtpd)
}
