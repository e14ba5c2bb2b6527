//! Every code of the built-in probes has a page, is shown by a scenario, and is not shown by one that resembles it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use libtest_mimic::{Failed, Trial};
use remote_doctor::builtin::Catalogue;
use remote_doctor::finding::Code;
use remote_doctor::remedy::{HEADINGS, Page, Values};

use crate::scenario::Scenario;

type Scenarios = Arc<BTreeMap<String, Scenario>>;

/// The tests of coverage.
pub fn trials(scenarios: &Scenarios) -> Vec<Trial> {
    let shown = names(scenarios, |it| it.expect.found().cloned().collect());
    let resembled = names(scenarios, |it| it.expect.look_alike_of.clone());
    let known = shown.union(&resembled).cloned().collect();
    vec![
        Trial::test("every_code_has_a_page", pages),
        Trial::test("every_code_is_shown", move || missing(&shown)),
        Trial::test("every_code_has_a_look_alike", move || missing(&resembled)),
        Trial::test("every_code_in_a_scenario_exists", move || unknown(&known)),
    ]
}

fn names(scenarios: &Scenarios, of: impl Fn(&Scenario) -> Vec<String>) -> BTreeSet<String> {
    scenarios.values().flat_map(of).collect()
}

fn catalogue() -> Result<Catalogue, Failed> {
    let runtime = tokio::runtime::Runtime::new()?;
    Ok(runtime.block_on(Catalogue::load(&[]))?)
}

/// The codes that probes declare; those of the engine are about probes.
fn declared(catalogue: &Catalogue) -> impl Iterator<Item = &Code> {
    catalogue
        .plugins
        .iter()
        .flat_map(|plugin| &plugin.description.codes)
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
    let steps = page.steps(None, &Values::new()).is_empty();
    let message = page.message(&Values::new()).is_empty();
    empty
        .chain(steps.then(|| "no step to take".to_owned()))
        .chain(message.then(|| "no message to send".to_owned()))
}

fn missing(covered: &BTreeSet<String>) -> Result<(), Failed> {
    let catalogue = catalogue()?;
    let missing: Vec<String> = declared(&catalogue)
        .filter(|code| !covered.contains(&code.name))
        .map(|code| code.name.clone())
        .collect();
    none(&missing)
}

fn unknown(known: &BTreeSet<String>) -> Result<(), Failed> {
    let catalogue = catalogue()?;
    let unknown: Vec<String> = known
        .iter()
        .filter(|name| catalogue.code(name).is_none())
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
