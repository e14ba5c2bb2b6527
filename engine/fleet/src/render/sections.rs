//! What a summary tells, in sections that every format for people has.

use model::verdict::Verdict;

use crate::Summary;
use crate::summary::{Change, Changed, Seen};

/// So many names are told; JSON and CSV have all of them.
const NAMES: usize = 5;

/// A heading and a table, or a list where there is one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) heading: &'static str,
    pub(super) columns: &'static [&'static str],
    pub(super) rows: Vec<Vec<String>>,
}

/// One sentence or two: how many remotes, and how they are.
pub(super) fn headline(summary: &Summary) -> String {
    let (accepted, jobs) = (summary.accepted, summary.jobs);
    let done = match summary.ended {
        Some(_) => format!("All {jobs} jobs have a result."),
        None => format!("{accepted} of {jobs} jobs have a result; the run goes on or was stopped."),
    };
    let counts = [
        (summary.with(Verdict::Failing), "failing"),
        (summary.with(Verdict::Degraded), "with warnings"),
        (summary.with(Verdict::Incomplete), "incomplete"),
        (summary.with(Verdict::Healthy), "healthy"),
        (untested(summary), "not tested"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let remotes = match summary.remotes.len() {
        1 => "1 remote".into(),
        number => format!("{number} remotes"),
    };
    format!("{remotes}: {}. {done}", counts.join(", "))
}

fn untested(summary: &Summary) -> usize {
    let without = summary.remotes.iter().filter(|it| it.verdict.is_none());
    without.count()
}

/// The sections that have something to tell.
pub(super) fn sections(summary: &Summary) -> Vec<Section> {
    let mut sections = vec![
        changes(summary),
        owners(summary),
        causes(summary),
        sources(summary),
        products(summary),
        certificates(summary),
        slowest(summary),
        not_tested(summary),
        remotes(summary),
    ];
    sections.retain(|section| !section.rows.is_empty());
    sections
}

fn owners(summary: &Summary) -> Section {
    let rows = summary.owners.iter().map(|it| {
        vec![
            it.owner.title().to_owned(),
            it.remotes.len().to_string(),
            names(&it.remotes),
        ]
    });
    Section {
        heading: "Whose turn it is",
        columns: &["owner", "remotes", "which"],
        rows: rows.collect(),
    }
}

fn causes(summary: &Summary) -> Section {
    let rows = summary.root_causes.iter().map(|it| {
        vec![
            it.code.clone(),
            it.severity.to_string(),
            it.title.clone(),
            it.remotes.len().to_string(),
            names(&it.remotes),
        ]
    });
    Section {
        heading: "Root causes",
        columns: &["code", "severity", "what", "remotes", "which"],
        rows: rows.collect(),
    }
}

fn sources(summary: &Summary) -> Section {
    let rows = summary.sources.iter();
    Section {
        heading: "Source addresses",
        columns: &["what was seen"],
        rows: rows.map(|seen| vec![from(seen)]).collect(),
    }
}

fn from(seen: &Seen) -> String {
    let source = match seen.source {
        Some(source) => source.to_string(),
        None => "the address that the system chose".into(),
    };
    let (all, answered) = (seen.remotes, seen.answered);
    let answer = format!("{source}: {answered} of {all} remotes answer");
    match seen.turned_away.as_slice() {
        [] => answer,
        [one] => format!("{answer}; 1 does not let it in, but lets another address in: {one}"),
        away => format!(
            "{answer}; {} do not let it in, but let another address in: {}",
            away.len(),
            names(away)
        ),
    }
}

fn products(summary: &Summary) -> Section {
    let rows = summary.products.iter().map(|it| {
        vec![
            it.product.clone(),
            it.remotes.len().to_string(),
            it.failing.to_string(),
            names(&it.remotes),
        ]
    });
    Section {
        heading: "Server products",
        columns: &["product", "remotes", "failing", "which"],
        rows: rows.collect(),
    }
}

fn certificates(summary: &Summary) -> Section {
    let rows = summary.certificates.iter().map(|it| {
        vec![
            it.day.clone(),
            it.remotes.len().to_string(),
            names(&it.remotes),
        ]
    });
    Section {
        heading: "Certificates by their last day",
        columns: &["last day", "remotes", "which"],
        rows: rows.collect(),
    }
}

fn slowest(summary: &Summary) -> Section {
    let rows = summary.slowest.iter().map(|it| {
        vec![
            it.remote.clone(),
            format!("{:.1} s", seconds(it.duration_ms)),
        ]
    });
    Section {
        heading: "Slowest",
        columns: &["remote", "longest job"],
        rows: rows.collect(),
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "a duration is shown with one digit behind the point"
)]
pub(super) fn seconds(millis: u64) -> f64 {
    millis as f64 / 1_000.0
}

fn not_tested(summary: &Summary) -> Section {
    let rows = summary.not_tested.iter().map(|it| {
        vec![
            it.reason.clone(),
            it.remotes.len().to_string(),
            names(&it.remotes),
        ]
    });
    Section {
        heading: "Not tested",
        columns: &["what and why", "remotes", "which"],
        rows: rows.collect(),
    }
}

fn remotes(summary: &Summary) -> Section {
    let rows = summary.remotes.iter().map(|it| {
        vec![
            it.name.clone(),
            it.place.clone(),
            verdict(it.verdict),
            it.summary.clone(),
        ]
    });
    Section {
        heading: "Remotes",
        columns: &["remote", "place", "verdict", "summary"],
        rows: rows.collect(),
    }
}

fn changes(summary: &Summary) -> Section {
    let changes = summary.changes.iter().flatten();
    Section {
        heading: "What changed",
        columns: &["remote", "change", "before", "now", "new", "gone"],
        rows: changes.map(changed).collect(),
    }
}

fn changed(change: &Change) -> Vec<String> {
    let word = match change.changed {
        Changed::Worse => "worse",
        Changed::Otherwise => "different",
        Changed::Better => "better",
        Changed::New => "new in the list",
        Changed::Gone => "not in the list any more",
        Changed::NotCompared => "not compared",
    };
    vec![
        change.remote.clone(),
        word.into(),
        verdict(change.before),
        verdict(change.now),
        change.came.join(", "),
        change.went.join(", "),
    ]
}

/// A verdict as reports spell it.
pub(super) fn verdict(verdict: Option<Verdict>) -> String {
    verdict.map_or_else(|| "not tested".into(), |it| it.to_string())
}

fn names(all: &[String]) -> String {
    let told = all
        .iter()
        .take(NAMES)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match all.len().saturating_sub(NAMES) {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}
