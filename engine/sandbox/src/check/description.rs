//! Whether what a probe says of itself makes sense: its name, its states, its codes and their pages, and its facts.

use std::collections::BTreeSet;

use super::{MAX_ITEMS, MAX_LABEL};
use model::cleaner;
use model::declared::FactDeclaration;
use model::finding::Description;

/// A line about a probe or a code.
const MAX_SHOWN: usize = 200;
/// There are no more settings that a fact may depend on.
const MAX_DEPENDENCIES: usize = 8;
/// A page of advice; the longest of ours has a tenth.
const MAX_PAGE: usize = 100_000;

/// Checks what a probe says of itself.
///
/// # Errors
/// What is wrong, as a sentence for the author.
pub(in super::super) fn description(description: &Description) -> Result<(), String> {
    if !is_word(&description.name) {
        return Err(format!(
            "the name `{}` is not lower-case words joined by hyphens",
            cleaner::line(&description.name, 80)
        ));
    }
    let said = [&description.version, &description.summary].into_iter();
    let states = description.consumes.iter();
    let states = states
        .chain(&description.requires)
        .chain(&description.provides);
    let mut shown = said.chain(states).chain(&description.also_reports);
    if let Some(text) = shown.find(|text| !cleaner::is_clean(text, MAX_SHOWN)) {
        return Err(format!(
            "`{}` in its description is too long or not printable",
            cleaner::line(text, 80)
        ));
    }
    if description.requires.len() + description.provides.len() > MAX_ITEMS {
        return Err(format!("it names more than {MAX_ITEMS} states"));
    }
    if description.codes.len() + description.also_reports.len() > MAX_ITEMS {
        return Err(format!("it declares more than {MAX_ITEMS} codes"));
    }
    let mut seen = BTreeSet::new();
    for code in &description.codes {
        if !is_code(&code.name) {
            return Err(format!(
                "`{}` is not a code: write area.problem in lower case",
                cleaner::line(&code.name, 80)
            ));
        }
        if !seen.insert(&code.name) {
            return Err(format!("it declares `{}` twice", code.name));
        }
        if code.title.trim().is_empty() || code.page.trim().is_empty() {
            return Err(format!("`{}` has no title or no page", code.name));
        }
        let page = code.page.replace('\t', " ");
        let is_clean = cleaner::lines(&page, MAX_PAGE) == page.replace("\r\n", "\n");
        if !is_clean || !cleaner::is_clean(&code.title, MAX_SHOWN) {
            return Err(format!(
                "title or page of `{}` is too long or not printable",
                code.name
            ));
        }
    }
    facts(&description.facts)
}

/// Checks the facts that a probe declares.
fn facts(facts: &[FactDeclaration]) -> Result<(), String> {
    if facts.len() > MAX_ITEMS {
        return Err(format!("it declares more than {MAX_ITEMS} facts"));
    }
    let mut seen = BTreeSet::new();
    for fact in facts {
        let name = &fact.name;
        if !is_fact(name) {
            return Err(format!(
                "`{}` is not a valid name of a fact: write lower-case words with dots between them",
                cleaner::line(name, 80)
            ));
        }
        if !seen.insert(name) {
            return Err(format!("it declares the fact `{name}` twice"));
        }
        let label = fact.shown.as_ref().map(|shown| &shown.label);
        let mut texts = [Some(&fact.title), label, fact.fills.as_ref()]
            .into_iter()
            .flatten();
        let is_line = |text: &String| !text.trim().is_empty() && cleaner::is_clean(text, MAX_SHOWN);
        if !texts.all(is_line) {
            return Err(format!(
                "a text about the fact `{name}` is empty, too long or not printable"
            ));
        }
        let depends = fact.compared.iter().flat_map(|it| &it.depends);
        if depends.count() > MAX_DEPENDENCIES {
            return Err(format!("the fact `{name}` depends on a setting twice"));
        }
    }
    Ok(())
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 60
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && text.starts_with(|c: char| c.is_ascii_lowercase())
}

fn is_fact(text: &str) -> bool {
    let is_part = |part: &str| {
        let mut characters = part.chars();
        let is_lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !part.is_empty() && characters.all(is_lower)
    };
    text.len() <= MAX_LABEL
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.split('.').all(is_part)
}

fn is_code(text: &str) -> bool {
    text.split_once('.')
        .is_some_and(|(area, problem)| is_word(area) && is_word(problem))
}
