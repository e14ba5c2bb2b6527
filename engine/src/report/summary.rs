//! The verdict as one sentence a tired person understands.

use super::Facts;
use crate::diagnose::{Diagnosed, Diagnosis, NotTested, Verdict};
use crate::finding::FactValue;
use crate::run::Cut;
use crate::settings::Remote;

const WRITE_DENIED: &str = "ftp.write-denied";

/// One sentence, and a second on what the run could not say.
pub(super) fn summary(
    diagnosis: &Diagnosis,
    remote: &Remote,
    facts: &Facts,
    cut: Option<Cut>,
) -> String {
    let place = remote.place();
    let first = diagnosis.findings.iter().find(|it| {
        diagnosis
            .root_causes
            .first()
            .is_some_and(|code| *code == it.finding.code)
    });
    let others = match diagnosis.root_causes.len() {
        0 | 1 => String::new(),
        2 => " There is one more root cause.".into(),
        n => format!(" There are {} more root causes.", n - 1),
    };
    let sentence = match (diagnosis.verdict, first) {
        (Verdict::Failing, Some(cause)) => {
            format!(
                "{place} cannot be used{}: {}. {} has to act.{others}",
                from(cause, diagnosis.rows.len()),
                cause.title,
                capitalised(cause.owner.title())
            )
        }
        (Verdict::Degraded, Some(cause)) => {
            format!(
                "{place} works, but {}. {} should act.{others}",
                cause.title,
                capitalised(cause.owner.title())
            )
        }
        (Verdict::Incomplete, _) => {
            format!("Nothing wrong was found at {place}, but not everything could be looked at.")
        }
        _ => healthy(&place, facts),
    };
    let sentence = sentence + &intended(diagnosis, remote, facts);
    match cut {
        None => sentence,
        Some(Cut::Interrupted) => format!("{sentence} The run was interrupted."),
        Some(Cut::TimedOut) => format!("{sentence} The time for the run was up before it ended."),
    }
}

/// The source addresses that a cause is about, where it is not all of them.
fn from(cause: &Diagnosed, all: usize) -> String {
    match cause.sources.as_slice() {
        sources if sources.len() == all => String::new(),
        [] => String::new(),
        [one] => format!(" from {one}"),
        [one, two] => format!(" from {one} and {two}"),
        many => format!(" from {} of {all} addresses", many.len()),
    }
}

/// Whether the remote can be used for what it is configured for.
fn intended(diagnosis: &Diagnosis, remote: &Remote, facts: &Facts) -> String {
    let Some(wanted) = remote.intended_use else {
        return String::new();
    };
    if let Some(FactValue::Text(how)) = facts.get(wanted.fact()) {
        return match how.strip_prefix("not known") {
            Some(why) => format!(" Whether a {wanted} is possible is not known{why}."),
            None => format!(" A {wanted} is {how}."),
        };
    }
    // The probe that would say it looks for this, too.
    let is_it = |it: &&NotTested| it.omission.codes.iter().any(|code| code == WRITE_DENIED);
    let why = match diagnosis.not_tested.iter().find(is_it) {
        Some(left_out) => format!(": {}", left_out.omission.reason),
        None => String::new(),
    };
    format!(" Whether a {wanted} is possible was not tested{why}.")
}

fn healthy(place: &str, facts: &Facts) -> String {
    let is = |name: &str| facts.get(name) == Some(&FactValue::Flag(true));
    let how = match facts.get("control.security") {
        Some(FactValue::Text(security)) => format!(" over {security}"),
        _ => String::new(),
    };
    match (is("login.accepted"), is("data.listed")) {
        (true, true) => format!("{place} works: login and a listing{how} succeeded."),
        (true, false) => format!("{place} accepts the login{how}; transfers were not tested."),
        _ => {
            format!("Nothing wrong was found at {place}{how}; login and transfers were not tested.")
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + chars.as_str()
    })
}
