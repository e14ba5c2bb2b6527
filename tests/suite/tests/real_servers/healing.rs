//! Following the printed remedy heals: a check finds a fault, what its report says to type is typed, word for word, the
//! server is started again, and the next check finds nothing wrong.
//!
//! Whoever types reads the text of the report, and nothing else of it. They know of no fault: lines go into the configuration, commands into a shell on the server's machine, where
//! an nftables firewall runs beside the server. A CA has handed out a new certificate in any case.

mod account;
mod certificate;
mod data;
mod exceptions;
mod network;
mod table;
mod text;
mod tls;

use libtest_mimic::{Failed, Trial};
use netlab::{Product, SERVER_V6, Setup};

use crate::check::Check;
use crate::held_session;
use crate::products;
use crate::scene::Scene;
use crate::seen::Seen;
use text::{Kind, Typed};

pub use table::{conclude, note_directives};

/// The firewall of the test network.
const FIREWALL: &str = "nftables";

/// A fault that lines of the server's or the firewall's can take away.
pub struct Ill {
    code: &'static str,
    /// What tells it from other ways to have the same fault.
    how: &'static str,
    setup: Setup,
    ssl: &'static str,
    arguments: Vec<String>,
    over_ipv6: bool,
    /// What else is done to server or network before the first check.
    spoil: Box<dyn Fn(&Scene) -> Result<(), Failed> + Send>,
    /// Whether somebody else has a session open while it is checked.
    somebody_else: bool,
}

/// The same as [`products::each`], for faults.
fn each(
    products: impl IntoIterator<Item = Product>,
    ill: impl Fn(Product) -> Ill,
) -> impl Iterator<Item = Ill> {
    let all: Vec<Ill> = products.into_iter().map(ill).collect();
    all.into_iter()
}

pub fn cases() -> Vec<Trial> {
    let all = [
        network::ills(),
        data::ills(),
        account::ills(),
        tls::ills(),
        certificate::ills(),
    ];
    let trials = all.into_iter().flatten().map(|ill| {
        let product = ill.setup.product.name();
        let how = match ill.how {
            "" => String::new(),
            how => format!("-{how}"),
        };
        Trial::test(
            format!("healing::{}{how}::{product}", ill.code),
            move || heals(&ill),
        )
    });
    trials.collect()
}

impl Ill {
    fn new(code: &'static str, setup: Setup) -> Self {
        Self {
            code,
            how: "",
            setup,
            ssl: "require-explicit",
            arguments: Vec::new(),
            over_ipv6: false,
            spoil: Box::new(|_| Ok(())),
            somebody_else: false,
        }
    }

    fn how(self, how: &'static str) -> Self {
        Self { how, ..self }
    }

    fn with(mut self, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(ToString::to_string);
        self.arguments.extend(arguments);
        self
    }

    /// Before there is a connection nobody knows which address it would leave from.
    fn leaving_from(self, source: impl ToString) -> Self {
        self.with(&["--source", &source.to_string()])
    }

    fn over_ipv6(mut self) -> Self {
        self.setup.ipv6 = true;
        self.over_ipv6 = true;
        self.how("ipv6")
    }

    fn spoilt(self, spoil: impl Fn(&Scene) -> Result<(), Failed> + Send + 'static) -> Self {
        Self {
            spoil: Box::new(spoil),
            ..self
        }
    }

    fn check(&self, scene: &Scene) -> Result<Seen, Failed> {
        let _session = match self.somebody_else {
            true => Some(held_session::hold(scene)?),
            false => None,
        };
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let check = Check::new(scene, self.ssl).with(&["--connect-timeout", "1"]);
        match self.over_ipv6 {
            true => check.host(SERVER_V6).with(&arguments).run(),
            false => check.with(&arguments).run(),
        }
    }
}

fn heals(ill: &Ill) -> Result<(), Failed> {
    let mut scene = Scene::new(&ill.setup)?;
    // An empty table, as on a machine whose firewall lets everything in.
    scene.net.heal()?;
    (ill.spoil)(&scene)?;
    scene.server.renew_certificate(ill.setup.wants_rsa())?;

    let before = ill.check(&scene)?;
    let product = products::in_reports(ill.setup.product);
    let directives = printed(&before, ill.code, &[product, FIREWALL])?;
    for directive in &directives {
        follow(&scene, directive).map_err(|failed| {
            let why = failed.message().unwrap_or_default().to_owned();
            format!("{directive:?}\ncannot be followed: {why}\n{before}")
        })?;
    }
    scene.server.restart(&scene.net).map_err(|error| {
        let typed: Vec<&str> = directives.iter().map(|it| it.text.as_str()).collect();
        format!("with {}: {error:?}", typed.join("\n"))
    })?;

    let after = ill.check(&scene)?;
    let healed = is_healed(&after, ill.code);
    table::note(ill.code, product, &directives, healed.is_ok());
    healed.map_err(|why| format!("{why}\ntyped: {directives:#?}\n{after}").into())
}

/// What the text of the report says to type, of these products.
fn printed(seen: &Seen, code: &str, products: &[&str]) -> Result<Vec<Typed>, Failed> {
    let text = text::of(&seen.report)?;
    let ours = |it: &Typed| products.contains(&it.product.as_str());
    let typed: Vec<Typed> = text::typed(&text, code).into_iter().filter(ours).collect();
    match typed.is_empty() {
        true => Err(format!("nothing to type for {code} and {products:?} in\n{text}").into()),
        false => Ok(typed),
    }
}

fn follow(scene: &Scene, typed: &Typed) -> Result<(), Failed> {
    let done = match typed.kind {
        Kind::Configuration => scene.server.configure(&typed.text),
        Kind::Command => scene.server.type_in(&scene.net, &typed.text),
    };
    done.map_err(|error| format!("{error:?}").into())
}

/// The fault is gone, and no error is there in its place.
fn is_healed(after: &Seen, code: &str) -> Result<(), String> {
    let still = after.findings().iter().any(|it| it["code"] == code);
    let errors = after
        .findings()
        .iter()
        .filter(|it| it["severity"] == "error");
    let errors: Vec<String> = errors.map(|it| it["code"].to_string()).collect();
    let complete = after.report["incomplete"] == false;
    match (still, errors.is_empty(), complete) {
        (true, ..) => Err(format!("{code} is still there")),
        (_, false, _) => Err(format!("in its place there is {}", errors.join(", "))),
        (_, _, false) => Err("the check is not complete".into()),
        (false, true, true) => Ok(()),
    }
}
