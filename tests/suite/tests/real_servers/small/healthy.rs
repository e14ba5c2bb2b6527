//! Servers that are as they should be. What is said of them is true of the product, and takes nothing from it.

use libtest_mimic::{Failed, Trial};
use netlab::{SmallProduct, SmallSetup};
use serde_json::{Value, json};

use crate::expectation::{Expectation, Fault, warning};
use crate::scene::Scene;
use crate::small::each;

use SmallProduct::{Aioftp, FtpSrv, Inetutils, Twisted};

pub fn cases() -> Vec<Trial> {
    let mut cases = Vec::new();
    for depth in ["full", "standard"] {
        let name = format!("healthy::writes-{depth}");
        cases.extend(each(SmallProduct::ALL, &name, move |product| {
            writes(product, depth)
        }));
    }
    for depth in ["quick", "standard"] {
        let name = format!("healthy::{depth}");
        cases.extend(each(SmallProduct::ALL, &name, move |product| {
            reads(product, depth)
        }));
    }
    cases
}

fn reads(product: SmallProduct, depth: &str) -> Result<(), Failed> {
    let scene = Scene::small(&SmallSetup::of(product))?;
    let check = scene.check("never").with(&["--depth", depth]);
    let seen = check.run()?;
    let mut expected = Expectation::of(&seen).healthy();
    let (name, confidence) = recognised(product);
    expected.equal("product", seen.fact("server.product"), name);
    let sure = seen.fact("server.product.confidence");
    expected.equal("confidence", sure, confidence);
    expected.transfers_as("clear text").met()
}

/// The name that reports have for the product, and how sure they are of it.
fn recognised(product: SmallProduct) -> (Value, Value) {
    let (name, confidence) = match product {
        Aioftp => ("aioftp", "likely"),
        FtpSrv => ("ftp-srv", "likely"),
        Inetutils => ("inetutils ftpd", "certain"),
        Twisted => ("Twisted", "likely"),
    };
    (json!(name), json!(confidence))
}

/// What is made is gone, and what the server cannot do is a warning.
fn writes(product: SmallProduct, depth: &str) -> Result<(), Failed> {
    let scene = Scene::small(&SmallSetup::of(product))?;
    let check = scene.check("never");
    let check = check.with(&["--allow-writes", "--remote-path", "inbox"]);
    let seen = check.with(&["--depth", depth]).run()?;
    let mut expected = Expectation::of(&seen).faults(&lacks(product, depth));
    expected.equal("push", seen.fact("use.push"), "possible");
    let left = std::fs::read_dir(scene.server.home().join("inbox"))?.count();
    expected.equal("files left", left, 0);
    expected.met()
}

/// None of them can set the time of a file. Twisted knows no REST. ftp-srv empties the file of an upload that goes on in
/// the middle, which only the deepest look sees.
fn lacks(product: SmallProduct, depth: &str) -> Vec<Fault> {
    let times = warning("ftp.times-not-settable", "settings");
    let resume = warning("ftp.resume-broken", "server-admin");
    match product {
        Twisted => vec![times, resume],
        FtpSrv if depth == "full" => vec![times, resume],
        Aioftp | FtpSrv | Inetutils => vec![times],
    }
}
