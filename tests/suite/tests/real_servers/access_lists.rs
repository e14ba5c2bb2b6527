//! Servers that turn source addresses away themselves, by a list or by a limit, each product in its own way.

use std::net::Ipv4Addr;

use libtest_mimic::{Failed, Trial};
use netlab::{CLIENT, INSIDE, OTHER_CLIENT, POOL, Product, Setup};

use crate::expectation::{Expectation, Fault, error};
use crate::held_session;
use crate::matrix::THROUGH;
use crate::products::each;
use crate::record;
use crate::scene::Scene;
use crate::sources::{BLOCKED, FOUR, check, dedicated};

/// Whoever comes after a refused password does not send it again.
const UNTRIED: &str = "ok ok ok - -";
const REFUSED: &str = "ok ok ok 530 -";

/// TCP is let in, so that the list is the server's own.
const LISTED: Fault = Fault {
    owner: "server-admin",
    ..BLOCKED
};

pub fn cases() -> Vec<Trial> {
    [
        each(Product::ALL, "access-lists::third-denied", third_denied),
        each(Product::ALL, "access-lists::limit-reached", limit_reached),
        vec![
            record::case(
                "access-lists::first-login-refused",
                "pure-ftpd",
                first_refused,
            ),
            record::case("access-lists::untried", "pure-ftpd", untried),
            record::case(
                "access-lists::refused-behind-a-nat",
                "pyftpdlib",
                refused_behind_a_nat,
            ),
            record::case(
                "access-lists::login-refused-by-wrap2",
                "proftpd",
                refused_by_wrap2,
            ),
            record::case(
                "access-lists::refused-by-code",
                "pyftpdlib",
                refused_by_code,
            ),
        ],
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The server's own list leaves one address out: by `hosts.deny`, `<Limit LOGIN>`, the clients an account may come from,
/// and a handler that hangs up.
fn third_denied(product: Product) -> Result<(), Failed> {
    let row = match product {
        Product::Vsftpd => "ok 421 - - -",
        Product::ProFtpd | Product::Pyftpdlib => "ok closed - - -",
        Product::PureFtpd => REFUSED,
    };
    let scene = Scene::new(&Setup {
        denied: vec![POOL[0]],
        ..Setup::explicit(product)
    })?;
    third_turned_away(&scene, row)
}

/// The third address does not get in. After a refused password the fourth does not try it.
fn third_turned_away(scene: &Scene, row: &'static str) -> Result<(), Failed> {
    let check = check(scene, &FOUR);
    let seen = check.run()?;
    let last = if row == REFUSED { UNTRIED } else { THROUGH };
    let rows = [THROUGH, THROUGH, row, last];
    let tried = |row: &str| usize::from(row == THROUGH || row == REFUSED);
    let (step, how) = match row.split(' ').position(|word| word != "ok") {
        Some(1) => ("greeting", row.split(' ').nth(1)),
        _ => ("login", row.split(' ').nth(3)),
    };
    let expected = Expectation::of(&seen)
        .fault(LISTED)
        .rows(FOUR.into_iter().zip(rows))
        .accuses(&[POOL[0]])
        .passwords(FOUR.into_iter().zip(rows.map(tried)))
        .says(&format!("stops at {step}: {}", how.unwrap_or_default()));
    expected.met()?;
    check.run_as_text(&seen)
}

/// The first address is refused, and the password is sent from no other: whose fault it is, nobody can know.
fn first_refused() -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        denied: vec![CLIENT],
        ..Setup::explicit(Product::PureFtpd)
    })?;
    let check = check(&scene, &FOUR);
    let seen = check.run()?;
    let mut expected = Expectation::of(&seen)
        .fault(error("ftp.login-rejected", "account-owner"))
        .rows(
            [REFUSED, UNTRIED, UNTRIED, UNTRIED]
                .into_iter()
                .zip(FOUR)
                .map(|(row, it)| (it, row)),
        )
        .accuses(&[CLIENT])
        .passwords(FOUR.map(|it| (it, usize::from(it == CLIENT))));
    let finding = &seen.findings()[0];
    expected.equal("confidence", &finding["confidence"], "likely");
    let alternatives = finding["alternatives"].to_string();
    expected.holds(
        "the address as an alternative",
        alternatives.contains(LISTED.code),
    );
    expected.met()?;
    check.run_as_text(&seen)
}

/// Of the other set one address was refused and one, for that reason, not tried: nobody knows that this set gets through.
fn untried() -> Result<(), Failed> {
    let scene = Scene::new(&Setup {
        denied: vec![CLIENT],
        ..Setup::explicit(Product::PureFtpd)
    })?;
    let order = [POOL[0], CLIENT, OTHER_CLIENT, POOL[1]];
    let check = dedicated(check(&scene, &order));
    let seen = check.run()?;
    let rows = [THROUGH, REFUSED, UNTRIED, UNTRIED];
    let mut expected = Expectation::of(&seen)
        .fault(LISTED)
        .rows(order.into_iter().zip(rows))
        .accuses(&[CLIENT]);
    let patch = &seen.findings()[0]["settings_patch"];
    expected.equal("patch", patch, serde_json::Value::Null);
    expected.met()?;
    check.run_as_text(&seen)
}

/// A second product that refuses the password, by rules in files.
fn refused_by_wrap2() -> Result<(), Failed> {
    let lists = tempfile::tempdir()?;
    let [allow, deny] = ["allow", "deny"].map(|name| lists.path().join(name));
    std::fs::write(&allow, "")?;
    std::fs::write(&deny, format!("ALL: {}\n", POOL[0]))?;
    let lines = [
        "LoadModule mod_wrap2.c\nLoadModule mod_wrap2_file.c\nWrapEngine on".to_string(),
        format!(
            "WrapTables file:{} file:{}",
            allow.display(),
            deny.display()
        ),
    ];
    let scene = Scene::new(&Setup {
        extra: lines.into(),
        ..Setup::explicit(Product::ProFtpd)
    })?;
    third_turned_away(&scene, REFUSED)
}

/// A greeting that refuses and blames the address.
fn refused_by_code() -> Result<(), Failed> {
    let lines = [
        "def turn_away(session):".to_string(),
        format!("    if session.remote_ip == '{}':", POOL[0]),
        "        session.push('421 Access from your IP address is denied.\\r\\n')".to_string(),
        "        session.close_when_done()".to_string(),
        "handler.on_connect = turn_away".to_string(),
    ];
    let scene = Scene::new(&Setup {
        extra: lines.into(),
        ..Setup::explicit(Product::Pyftpdlib)
    })?;
    third_turned_away(&scene, "ok 421 - - -")
}

/// The other party can only allow the address that it sees, and its refusal names that one.
fn refused_behind_a_nat() -> Result<(), Failed> {
    let lines = [
        "def turn_away(session):".to_string(),
        format!("    if session.remote_ip == '{CLIENT}':"),
        "        session.push(f'421 No access for client {session.remote_ip}.\\r\\n')".to_string(),
        "        session.close_when_done()".to_string(),
        "handler.on_connect = turn_away".to_string(),
    ];
    let scene = Scene::new(&Setup {
        extra: lines.into(),
        ..Setup::explicit(Product::Pyftpdlib)
    })?;
    scene.net.masquerade()?;
    let check = check(&scene, &[INSIDE, OTHER_CLIENT]);
    let seen = check.run()?;
    let mut expected = Expectation::of(&seen)
        .fault(LISTED)
        .rows([(INSIDE, "ok 421 - - -"), (OTHER_CLIENT, THROUGH)])
        .accuses(&[INSIDE]);
    let row = &seen.report["matrix"][0];
    expected.equal("seen as", &row["seen_as"], CLIENT.to_string());
    let message = seen.findings()[0]["remedy"]["message"].to_string();
    let fit = message.contains(&CLIENT.to_string()) && !message.contains(&INSIDE.to_string());
    expected.holds(&format!("the address outside in {message}"), fit);
    expected.met()?;
    check.run_as_text(&seen)
}

/// Somebody has a session open from the first address, and one is all that an address may have.
fn limit_reached(product: Product) -> Result<(), Failed> {
    let line = match product {
        Product::Vsftpd => "max_per_ip=1",
        Product::ProFtpd => "MaxClientsPerHost 1",
        Product::PureFtpd => "MaxClientsPerIP 1",
        Product::Pyftpdlib => "server.max_cons_per_ip = 1",
    };
    let scene = Scene::new(&Setup {
        extra: vec![line.into()],
        ..Setup::explicit(product)
    })?;
    let _session = held_session::hold(&scene)?;
    let order = [OTHER_CLIENT, POOL[0], CLIENT, POOL[1]];
    let check = check(&scene, &order);
    let seen = check.run()?;
    // ProFTPD lets everybody in, and refuses the password.
    let at_login = product == Product::ProFtpd;
    let row = |it: Ipv4Addr| match it {
        CLIENT if at_login => REFUSED,
        CLIENT => "ok 421 - - -",
        it if at_login && it == order[3] => UNTRIED,
        _ => THROUGH,
    };
    let expected = Expectation::of(&seen)
        .fault(error("service.too-many-connections", "settings"))
        .rows(order.map(|it| (it, row(it))))
        .accuses(&[CLIENT]);
    expected.met()?;
    check.run_as_text(&seen)
}
