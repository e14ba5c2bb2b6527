//! Every code of the vocabulary is declared, has a page, is shown by a scenario, and is not shown by one that resembles
//! it. What is seen without any remote has cases in place of scenarios, which say the same of themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use libtest_mimic::{Failed, Trial};
use remote_doctor::builtin::Catalogue;
use remote_doctor::finding::Code;
use remote_doctor::remedy::{HEADINGS, Page, Values};

use crate::addresses;
use crate::scenario::Scenario;

type Scenarios = Arc<BTreeMap<String, Scenario>>;

/// Every code there is to be, with its severity and its owner.
const CODES: &str = include_str!("codes.txt");

/// Codes of which each is taken for the other most easily.
const PAIRS: &[(&str, &str)] = &[
    (
        "ftps.session-reuse-required",
        "ftps.data-protection-required",
    ),
    ("data.all-ports-blocked", "data.peer-address-rejected"),
    ("ftp.login-rejected", "ftps.required-by-server"),
    ("ftp.login-rejected", "service.too-many-connections"),
    ("service.slow-banner", "ftps.explicit-on-implicit-port"),
    ("ftps.session-reuse-broken", "data.some-ports-blocked"),
    ("data.pasv-private-address", "data.pasv-foreign-address"),
    ("cert.missing-intermediate", "cert.untrusted-ca"),
    ("data.closed-without-notify", "data.truncated"),
    ("ftp.write-denied", "data.all-ports-blocked"),
];

/// The tests of coverage.
pub fn trials(scenarios: &Scenarios) -> Vec<Trial> {
    let mut shown = names(scenarios, |it| it.expect.found().cloned().collect());
    let mut resembled = names(scenarios, |it| it.expect.look_alike_of.clone());
    let [by_cases, by_look_alikes] = addresses::shown_and_resembled();
    shown.extend(by_cases);
    resembled.extend(by_look_alikes);
    let known = shown.union(&resembled).cloned().collect();
    let told_apart = Arc::clone(scenarios);
    vec![
        Trial::test("every_code_is_declared", undeclared),
        Trial::test("every_code_has_a_page", pages),
        Trial::test("every_code_is_shown", move || missing(&shown)),
        Trial::test("every_code_has_a_look_alike", move || missing(&resembled)),
        Trial::test("every_code_in_a_scenario_exists", move || unknown(&known)),
        Trial::test("every_pair_is_told_apart", move || confused(&told_apart)),
    ]
}

fn names(scenarios: &Scenarios, of: impl Fn(&Scenario) -> Vec<String>) -> BTreeSet<String> {
    scenarios.values().flat_map(of).collect()
}

/// The codes of the list, each with its severity and its owner.
fn vocabulary() -> impl Iterator<Item = [&'static str; 3]> {
    CODES.lines().map(|line| {
        let mut words = line.split_whitespace();
        [(); 3].map(|()| words.next().unwrap_or_default())
    })
}

/// The list and the catalogue agree.
fn undeclared() -> Result<(), Failed> {
    let catalogue = catalogue()?;
    let listed = vocabulary().filter_map(|[name, severity, owner]| {
        let Some(code) = catalogue.code(name) else {
            return Some(format!("nobody declares {name}"));
        };
        let declared = serde_json::json!([code.severity, code.owner]);
        let differs = declared != serde_json::json!([severity, owner]);
        differs.then(|| format!("{name} is declared as {declared}, not {severity}, {owner}"))
    });
    let unlisted = declared(&catalogue)
        .filter(|code| !vocabulary().any(|[name, ..]| name == code.name))
        .map(|code| format!("{} is not on the list of codes", code.name));
    let problems: Vec<String> = listed.chain(unlisted).collect();
    none(&problems)
}

fn catalogue() -> Result<Catalogue, Failed> {
    let runtime = tokio::runtime::Runtime::new()?;
    Ok(runtime.block_on(Catalogue::built_in())?)
}

/// All but those that say what happened to a probe.
fn declared(catalogue: &Catalogue) -> impl Iterator<Item = &Code> {
    let codes = catalogue.codes.iter();
    codes.filter(|code| !code.name.starts_with("probe."))
}

fn pages() -> Result<(), Failed> {
    let catalogue = catalogue()?;
    let problems: Vec<String> = catalogue
        .codes
        .iter()
        .flat_map(|code| {
            let problems = problems(Page(&code.page));
            problems.map(|problem| format!("{}: {problem}", code.name))
        })
        .collect();
    none(&problems)
}

fn problems(page: Page<'_>) -> impl Iterator<Item = String> {
    let empty = HEADINGS
        .into_iter()
        .filter(move |heading| page.section(heading).is_none_or(str::is_empty))
        .map(|heading| format!("nothing under \"{heading}\""));
    let steps = page.steps(None, &Values::default()).is_empty();
    let message = page.message(&Values::default()).is_empty();
    empty
        .chain(steps.then(|| "no step to take".to_owned()))
        .chain(message.then(|| "no message to send".to_owned()))
}

fn missing(covered: &BTreeSet<String>) -> Result<(), Failed> {
    let missing: Vec<String> = vocabulary()
        .filter(|[code, ..]| !covered.contains(*code))
        .map(|[code, ..]| code.to_owned())
        .collect();
    none(&missing)
}

/// Of each pair, each is shown by a scenario that could be taken for the other.
fn confused(scenarios: &Scenarios) -> Result<(), Failed> {
    let shows = |code: &str, not: &str| {
        scenarios.values().any(|it| {
            let looks_like_it = it.expect.look_alike_of.iter().any(|other| other == not);
            looks_like_it && it.expect.found().any(|found| found == code)
        })
    };
    let both_ways = PAIRS
        .iter()
        .flat_map(|(one, other)| [(one, other), (other, one)]);
    let confused: Vec<String> = both_ways
        .filter(|(code, not)| !shows(code, not))
        .map(|(code, not)| format!("no scenario shows {code} as a look-alike of {not}"))
        .collect();
    none(&confused)
}

fn unknown(known: &BTreeSet<String>) -> Result<(), Failed> {
    let catalogue = catalogue()?;
    let guests = suite::workspace().join("tests/guests");
    let of_a_guest = |code: &str| {
        let (area, _) = code.split_once('.').unwrap_or_default();
        guests
            .join(area)
            .join(format!("remedies/{code}.md"))
            .exists()
    };
    let unknown: Vec<String> = known
        .iter()
        .filter(|name| catalogue.code(name).is_none() && !of_a_guest(name))
        .cloned()
        .collect();
    none(&unknown)
}

fn none(problems: &[String]) -> Result<(), Failed> {
    if problems.is_empty() {
        return Ok(());
    }
    Err(problems.join("\n").into())
}
