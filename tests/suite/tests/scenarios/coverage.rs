//! Every code is declared, has a page, is shown by a scenario, and is not shown by one that resembles it. What is seen
//! without any remote has cases in place of scenarios, which say the same of themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use libtest_mimic::{Failed, Trial};
use model::finding::{Code, Owner};
use model::remedy::{HEADINGS, Page, Values};
use run::Probes;
use strum::VariantArray;
use suite::{Coverage, Gap, WITHOUT_A_REMOTE};

use crate::addresses;
use crate::scenario::Scenario;

type Scenarios = Arc<BTreeMap<String, Scenario>>;

/// The section of a page that names other codes.
const TOLD_APART: &str = "Told apart from";
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
    let mut known = names(scenarios, |it| it.expect.found().cloned().collect());
    known.extend(names(scenarios, |it| it.expect.look_alike_of.clone()));
    known.extend(addresses::shown_and_resembled().into_iter().flatten());
    let told_apart = Arc::clone(scenarios);
    vec![
        Trial::test("every_code_is_declared", undeclared),
        Trial::test("every_code_has_a_page", pages),
        Trial::test("every_code_is_shown", || {
            missing(|gap| matches!(gap, Gap::Code(_)))
        }),
        Trial::test("every_code_has_a_look_alike", || {
            missing(|gap| matches!(gap, Gap::LookAlike(_)))
        }),
        Trial::test("every_fault_has_a_scenario", || {
            missing(|gap| matches!(gap, Gap::Fault(_)))
        }),
        Trial::test("every_code_without_a_remote_has_cases", cases),
        Trial::test("every_code_in_a_scenario_exists", move || unknown(&known)),
        Trial::test("every_code_on_a_page_exists", unknown_on_pages),
        Trial::test("every_pair_is_told_apart", move || confused(&told_apart)),
    ]
}

fn names(scenarios: &Scenarios, of: impl Fn(&Scenario) -> Vec<String>) -> BTreeSet<String> {
    scenarios.values().flat_map(of).collect()
}

/// The codes that probes and engine declare are those that have a file for their page, in the folder of their probe or of
/// the engine: a page that is in no list of codes is told of nowhere, and a probe that was not built anew lacks its new code.
fn undeclared() -> Result<(), Failed> {
    let catalogue = catalogue()?;
    let declared: BTreeSet<&str> = declared(&catalogue).map(|it| it.name.as_str()).collect();
    let coverage = Coverage::read(suite::workspace())?;
    let paged: BTreeSet<&str> = coverage.codes.iter().map(String::as_str).collect();
    let no_page = declared.difference(&paged);
    let nobody = paged.difference(&declared);
    let problems: Vec<String> = nobody
        .map(|code| format!("nobody declares {code}, which has a page"))
        .chain(no_page.map(|code| format!("{code} has no page in a folder of remedies")))
        .collect();
    none(&problems)
}

fn catalogue() -> Result<Probes, Failed> {
    let runtime = tokio::runtime::Runtime::new()?;
    Ok(runtime.block_on(Probes::built_in())?)
}

/// All but those that say what happened to a probe.
fn declared(catalogue: &Probes) -> impl Iterator<Item = &Code> {
    let codes = catalogue.codes.all().iter();
    codes.filter(|code| !code.name.starts_with("probe."))
}

fn pages() -> Result<(), Failed> {
    let catalogue = catalogue()?;
    let problems: Vec<String> = catalogue
        .codes
        .all()
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
    // What is known of every case; a sentence that needs more is left out where it is not known.
    let mut known = Values::default();
    for (name, value) in [
        ("host", "ftp.example.com"),
        ("port", "21"),
        ("ssl", "require-explicit"),
        ("user", "jo"),
    ] {
        known.know(name, Some(value.into()));
    }
    let steps = page.steps(None, &known).is_empty();
    let unsaid = |owner: &Owner| page.message(*owner, &known).is_empty();
    let message = Owner::VARIANTS.iter().any(unsaid);
    let section = page.section("Message").unwrap_or_default();
    let headings = section.lines().filter_map(|line| line.strip_prefix("### "));
    let strangers = headings
        .filter(|heading| {
            heading
                .strip_prefix("For ")
                .and_then(|it| it.parse::<Owner>().ok())
                .is_none()
        })
        .map(|heading| format!("a message under \"{heading}\", which names no owner"));
    empty
        .chain(strangers)
        .chain(steps.then(|| "no step to take".to_owned()))
        .chain(message.then(|| "no message to send".to_owned()))
}

fn missing(which: fn(&Gap) -> bool) -> Result<(), Failed> {
    let gaps = Coverage::read(suite::workspace())?.gaps();
    let gaps: Vec<String> = gaps
        .iter()
        .filter(|gap| which(gap))
        .map(Gap::to_string)
        .collect();
    none(&gaps)
}

/// What the suite takes for shown without a remote is what the cases say they show, and one of them only looks like it.
fn cases() -> Result<(), Failed> {
    let named: BTreeSet<String> = WITHOUT_A_REMOTE
        .iter()
        .map(|(code, _)| code.to_string())
        .collect();
    let [shown, resembled] = addresses::shown_and_resembled();
    match shown == named && resembled == named {
        true => Ok(()),
        false => {
            Err(format!("named: {named:?}, shown: {shown:?}, resembled: {resembled:?}").into())
        }
    }
}

/// What a page names as easily taken for its code is another code, unless it is of no area of codes at all.
fn unknown_on_pages() -> Result<(), Failed> {
    let catalogue = catalogue()?;
    let area = |name: &str| name.split_once('.').map(|(area, _)| area.to_owned());
    let areas: BTreeSet<String> = catalogue
        .codes
        .all()
        .iter()
        .filter_map(|it| area(&it.name))
        .collect();
    let mut looked_at = 0;
    let mut unknown = Vec::new();
    for code in catalogue.codes.all() {
        let section = Page(&code.page).section(TOLD_APART).unwrap_or_default();
        for name in section
            .lines()
            .filter_map(|line| line.strip_prefix("- `")?.split('`').next())
        {
            let is_code = area(name).is_some_and(|area| areas.contains(&area));
            looked_at += usize::from(is_code);
            if is_code && catalogue.codes.code(name).is_none() {
                unknown.push(format!("{}: {name} is no code", code.name));
            }
        }
    }
    match looked_at {
        0 => Err("no page names another code".into()),
        _ => none(&unknown),
    }
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
        .filter(|name| catalogue.codes.code(name).is_none() && !of_a_guest(name))
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
