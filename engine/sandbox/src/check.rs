//! Whether what a probe says makes sense. A guest may be buggy or hostile; its texts end up on a screen, in tickets and
//! in other programs.

mod description;

use std::collections::{BTreeMap, BTreeSet};

use super::budget::Stop;
pub(super) use description::description;
use model::cleaner;
use model::finding::{Basis, Description, Fact, FactValue, Omission, OmissionCause, Outcome};

/// Longer evidence is cut: a report is for people.
const MAX_TEXT: usize = 2000;
/// More of anything in one outcome means a loop.
pub(super) const MAX_ITEMS: usize = 200;
/// What is handed on is for probes, which go on with a certificate of 64 KiB in Base64 where the server has such a one.
const MAX_HANDED_ON: usize = 100_000;
/// The name of a fact, of a cell in a row of one, or of a piece of evidence.
const MAX_LABEL: usize = 80;

/// Checks what a probe says of a remote, makes its texts printable, and lists as not tested what it says nothing of.
///
/// # Errors
/// What is wrong: nothing the probe says is used then.
pub(super) fn outcome(description: &Description, mut outcome: Outcome) -> Result<Outcome, String> {
    let declared: BTreeSet<&str> = description
        .codes
        .iter()
        .map(|code| code.name.as_str())
        .collect();
    let known = |code: &str| {
        declared.contains(code) || description.also_reports.iter().any(|also| also == code)
    };
    let items = [
        outcome.findings.len(),
        outcome.clear.len(),
        outcome.not_tested.len(),
        outcome.facts.len(),
    ];
    if items.iter().any(|count| *count > MAX_ITEMS) {
        return Err(format!("it said more than {MAX_ITEMS} things of one kind"));
    }
    let said = outcome.findings.iter().map(|finding| &finding.code);
    let said = said.chain(&outcome.clear).chain(
        outcome
            .not_tested
            .iter()
            .flat_map(|omission| &omission.codes),
    );
    if let Some(stranger) = said.clone().find(|code| !known(code)) {
        return Err(format!(
            "it reported `{}`, which it did not declare",
            cleaner::line(stranger, 80)
        ));
    }
    let contradiction = outcome
        .findings
        .iter()
        .find(|finding| outcome.clear.contains(&finding.code));
    if let Some(finding) = contradiction {
        return Err(format!(
            "it reported `{}` as found and as clear",
            finding.code
        ));
    }
    let said: BTreeSet<String> = said.cloned().collect();
    for fact in &mut outcome.facts {
        fact.name = description
            .standing
            .fact(&description.name, cleaner::line(&fact.name, MAX_LABEL))
            .map_err(|reserved| reserved.to_string())?;
    }
    let silent: Vec<String> = declared
        .iter()
        .filter(|code| !said.contains(**code))
        .map(ToString::to_string)
        .collect();
    clean(&mut outcome);
    if !silent.is_empty() {
        outcome.not_tested.push(Omission {
            check: format!("{} of the checks of {}", silent.len(), description.name),
            codes: silent,
            cause: OmissionCause::CouldNotLook,
            reason: "the probe did not say".into(),
        });
    }
    Ok(outcome)
}

/// Each text is one line; where a server's words may stand in several, they do.
fn clean(outcome: &mut Outcome) {
    let clean = |text: &mut String| clean_line(text, MAX_TEXT);
    for finding in &mut outcome.findings {
        finding.evidence.truncate(MAX_ITEMS);
        clean(&mut finding.detail);
        finding.evidence.iter_mut().for_each(|evidence| {
            clean_line(&mut evidence.label, MAX_LABEL);
            clean_lines(&mut evidence.value, MAX_TEXT);
        });
        match &mut finding.basis {
            Basis::Observed => {}
            Basis::Decided(what) => clean_lines(what, MAX_TEXT),
            Basis::Likely(alternatives) => {
                alternatives.truncate(MAX_ITEMS);
                alternatives.iter_mut().for_each(|other| {
                    clean(&mut other.code);
                    clean(&mut other.deciding_test);
                });
            }
        }
        for (name, value) in finding
            .patch
            .iter_mut()
            .flat_map(|patch| &mut patch.changes)
        {
            clean(name);
            clean(value);
        }
    }
    for omission in &mut outcome.not_tested {
        clean(&mut omission.check);
        clean(&mut omission.reason);
    }
    for fact in &mut outcome.facts {
        clean_fact(fact, MAX_TEXT);
    }
}

/// Cleans what a probe hands on to others as what it reports is cleaned.
///
/// # Errors
/// It hands on more at once than anybody reports.
pub(super) fn handed_on(facts: &mut [Fact]) -> Result<(), Stop> {
    if facts.len() > MAX_ITEMS {
        return Err(Stop::UsedUp("room for facts (200 names)"));
    }
    for fact in facts {
        clean_fact(fact, MAX_HANDED_ON);
    }
    Ok(())
}

/// Makes a fact fit to be shown: names are one line, texts have at most `most` characters, and of a list or of rows no more
/// is kept than of anything else.
pub(crate) fn clean_fact(fact: &mut Fact, most: usize) {
    clean_line(&mut fact.name, MAX_LABEL);
    match &mut fact.value {
        FactValue::Flag(_) | FactValue::Integer(_) => {}
        FactValue::Text(text) => clean_lines(text, most),
        FactValue::Texts(texts) => {
            texts.truncate(MAX_ITEMS);
            texts.iter_mut().for_each(|text| clean_lines(text, most));
        }
        FactValue::Rows(rows) => {
            rows.truncate(MAX_ITEMS);
            rows.iter_mut().for_each(|row| clean_row(row, most));
        }
    }
}

fn clean_row(row: &mut BTreeMap<String, String>, most: usize) {
    let cells = std::mem::take(row).into_iter().take(MAX_ITEMS);
    let cleaned =
        cells.map(|(name, cell)| (cleaner::line(&name, MAX_LABEL), cleaner::lines(&cell, most)));
    *row = cleaned.collect();
}

fn clean_line(text: &mut String, most: usize) {
    *text = cleaner::line(text, most);
}

fn clean_lines(text: &mut String, most: usize) {
    *text = cleaner::lines(text, most);
}

#[cfg(test)]
mod tests;
