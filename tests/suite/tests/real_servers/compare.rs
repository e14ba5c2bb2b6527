//! `remote-doctor compare`: reports taken in two places come to what one run finds that owns both addresses.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Output;

use libtest_mimic::{Failed, Trial};
use netlab::{CLIENT, HarnessError, Net, OTHER_CLIENT, Product, Setup};
use serde_json::{Value, json};

use crate::expectation::Expectation;
use crate::matrix::row;
use crate::products::each;
use crate::record;
use crate::scene::Scene;
use crate::seen::{Seen, list};
use crate::sources::{BLOCKED, check};

const BOTH: [Ipv4Addr; 2] = [CLIENT, OTHER_CLIENT];

pub fn cases() -> Vec<Trial> {
    [
        each(Product::ALL, "compare::data-ports-dropped", |product| {
            same(product, true, |net| net.drop_data_from(OTHER_CLIENT))
        }),
        each(Product::ALL, "compare::dropped", |product| {
            same(product, true, |net| net.drop_source(OTHER_CLIENT))
        }),
        each(Product::ALL, "compare::all-allowed", |product| {
            same(product, false, |_| Ok(()))
        }),
        vec![record::case(
            "compare::not-comparable",
            "vsftpd",
            not_comparable,
        )],
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// One run with both addresses, then one in each of two places, of which the second is not the client's any more.
fn same(
    product: Product,
    blocked: bool,
    firewall: impl Fn(&Net) -> Result<(), HarnessError>,
) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::explicit(product))?;
    firewall(&scene.net)?;
    let together = check(&scene, &BOTH).run()?;
    expectation(&together, blocked).met()?;

    let elsewhere = scene
        .net
        .move_elsewhere(OTHER_CLIENT)
        .map_err(|error| format!("{error:?}"))?;
    let folder = tempfile::tempdir()?;
    let [desk, gateway] = ["desk.json", "gateway.json"].map(|name| folder.path().join(name));
    check(&scene, &BOTH[..1]).save(&desk)?;
    check(&scene, &BOTH[1..]).at(&elsewhere).save(&gateway)?;

    let (output, line) = compare(&[&desk, &gateway])?;
    let merged = Seen {
        exit: output.status.code(),
        report: serde_json::from_slice(&output.stdout)?,
        line,
        arguments: together.arguments.clone(),
        log: scene.server.log(),
    };
    let mut expected = expectation(&merged, blocked);
    for what in ["verdict", "root_causes"] {
        expected.equal(what, &merged.report[what], together.report[what].clone());
    }
    let rows = |seen: &Seen| {
        list(&seen.report["matrix"])
            .iter()
            .map(row)
            .collect::<Vec<_>>()
    };
    expected.equal("matrix", rows(&merged), rows(&together));
    let accused = |seen: &Seen| -> Vec<Value> {
        let findings = seen.findings().iter();
        findings
            .map(|it| json!([it["code"], it["sources"], it["caused_by"]]))
            .collect()
    };
    expected.equal("findings", accused(&merged), accused(&together));
    let places = list(&merged.report["merged_from"])
        .iter()
        .map(|it| it["place"].clone());
    expected.equal(
        "places",
        places.collect::<Vec<_>>(),
        json!(["desk", "gateway"]),
    );
    expected.met()
}

fn expectation(seen: &Seen, blocked: bool) -> Expectation<'_> {
    let expected = Expectation::of(seen);
    match blocked {
        true => expected.fault(BLOCKED).accuses(&[OTHER_CLIENT]),
        false => expected.healthy(),
    }
}

/// What cannot be compared is told on standard error, and nothing is on standard output.
fn not_comparable() -> Result<(), Failed> {
    let scene = Scene::new(&Setup::explicit(Product::Vsftpd))?;
    let folder = tempfile::tempdir()?;
    let file = |name: &str| folder.path().join(name);
    let (report, other) = (file("report.json"), file("other.json"));
    let seen = check(&scene, &[CLIENT]).run()?;
    let text = serde_json::to_string(&seen.report)?;
    std::fs::write(&report, &text)?;
    check(&scene, &[CLIENT]).port(2121).save(&other)?;
    let (cut, foreign, newer) = (file("cut.json"), file("foreign.json"), file("newer.json"));
    std::fs::write(&cut, &text[..text.len() / 2])?;
    std::fs::write(&foreign, r#"{"name": "package", "version": "1.0.0"}"#)?;
    std::fs::write(&newer, r#"{"schema_version": "99"}"#)?;
    let mut expected = Expectation::of(&seen).healthy();
    let cases: [(&[&PathBuf], &str); 7] = [
        (&[&report], "two or more"),
        (&[], "REPORT"),
        (&[&report, &other], "port 21 and 2121"),
        (&[&report, &cut], "cut.json"),
        (&[&foreign, &report], "foreign.json"),
        (&[&report, &newer], "newer.json"),
        (&[&report, &file("missing.json")], "missing.json"),
    ];
    for (files, words) in cases {
        let (output, line) = compare(files)?;
        let said = String::from_utf8_lossy(&output.stderr);
        expected.equal(&format!("{line}: exit"), output.status.code(), 2);
        expected.holds(&format!("{line}: no output"), output.stdout.is_empty());
        expected.holds(
            &format!("{line}: {words:?} in {said:?}"),
            said.contains(words),
        );
    }
    expected.met()
}

/// Merges reports; the command line comes along.
fn compare(files: &[impl AsRef<Path>]) -> Result<(Output, String), Failed> {
    let mut command = std::process::Command::new(suite::program());
    command.args(["compare", "--format", "json"]);
    command.args(files.iter().map(AsRef::as_ref));
    let words = command.get_args().map(|word| word.to_string_lossy());
    let line = words.collect::<Vec<_>>().join(" ");
    Ok((command.output()?, line))
}
