//! Which product it is, also where the greeting does not say.

use libtest_mimic::{Failed, Trial};
use netlab::{Product, Setup};
use serde_json::Value;

use crate::expectation::Expectation;
use crate::products::{self, each};
use crate::scene::Scene;

pub fn cases() -> Vec<Trial> {
    [
        each(Product::ALL, "recognition::by-name", by_name),
        each(Product::ALL, "recognition::by-habit", by_habit),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn by_name(product: Product) -> Result<(), Failed> {
    let scene = Scene::new(&Setup::explicit(product))?;
    let seen = scene.check("require-explicit").run()?;
    let mut expected = Expectation::of(&seen).healthy();
    let name = products::in_reports(product);
    expected.equal("product", seen.fact("server.product"), name);
    let confidence = seen.fact("server.product.confidence");
    expected.equal("confidence", confidence, "certain");
    expected.met()
}

/// The greeting says nothing, and at this depth nobody asks for more than a client does.
fn by_habit(product: Product) -> Result<(), Failed> {
    let line = match product {
        Product::Vsftpd => "ftpd_banner=Welcome",
        Product::ProFtpd => "ServerIdent on Welcome",
        Product::PureFtpd => "FortunesFile /etc/hostname",
        Product::Pyftpdlib => "handler.banner = 'Welcome'",
    };
    let scene = Scene::new(&Setup {
        extra: vec![line.into()],
        ..Setup::explicit(product)
    })?;
    let check = scene.check("require-explicit");
    let seen = check.with(&["--depth", "quick"]).run()?;
    let mut expected = Expectation::of(&seen).healthy();
    let name = products::in_reports(product);
    expected.equal("product", seen.fact("server.product"), name);
    let confidence = seen.fact("server.product.confidence");
    expected.equal("confidence", confidence, "likely");
    let by = seen.fact("server.product.recognised-by");
    let greeted = |it: &Value| it.as_str().is_some_and(|it| it.starts_with("greeting"));
    let hidden = by.as_array().is_some_and(|by| !by.iter().any(greeted));
    expected.holds(&format!("by its habits: {by}"), hidden);
    expected.met()
}
