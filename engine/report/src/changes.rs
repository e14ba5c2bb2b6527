//! What changed since an earlier report, as the formats for people show it: before everything else.

use super::outline::listed;
use super::style::{BAD, BOLD, GOOD, UNKNOWN, WARN, styled, unmistakable};
use super::text::mark_of;
use super::text::paper::Paper;
use crate::baseline::{Change, Changes, FindingChange};

/// Changes of one kind.
pub(super) struct Block {
    pub(super) heading: &'static str,
    pub(super) mark: (anstyle::Style, &'static str),
    pub(super) entries: Vec<Entry>,
}

/// One change.
pub(super) struct Entry {
    pub(super) title: String,
    /// A word for each value: `was`, `is`, `gone`, `new`, `with`, `because`; none where it says all itself.
    pub(super) values: Vec<(&'static str, String)>,
}

/// When the earlier report is of, where it is and how the remote was.
pub(super) fn since(changes: &Changes) -> String {
    let since = &changes.since;
    let when = since.started.strftime("%Y-%m-%d %H:%M UTC");
    let verdict = mark_of(since.verdict).1.to_lowercase();
    format!("{when} ({}, {verdict})", since.place)
}

/// All there is to tell, the remote's own changes first.
pub(super) fn blocks(changes: &Changes) -> Vec<Block> {
    let (ours, its): (Vec<&Change>, Vec<&Change>) = changes
        .remote
        .iter()
        .partition(|it| !it.may_come_from.is_empty());
    let entries = |changes: Vec<&Change>| changes.into_iter().map(entry).collect();
    let findings = |list: &[FindingChange]| {
        let roots = list.iter().filter(|it| it.caused_by.is_none());
        roots.map(found).collect::<Vec<Entry>>()
    };
    let all = [
        ("Changed on the remote", (WARN, "diff"), entries(its)),
        (
            "Different on our side",
            (UNKNOWN, "ours"),
            entries(changes.ours.iter().collect()),
        ),
        (
            "Different, possibly because of that",
            (UNKNOWN, "diff"),
            entries(ours),
        ),
        (
            "New findings",
            (BAD, "new "),
            findings(&changes.findings.new),
        ),
        (
            "Findings that are gone",
            (GOOD, "gone"),
            findings(&changes.findings.gone),
        ),
        (
            "Findings that were there already",
            (UNKNOWN, "same"),
            findings(&changes.findings.still),
        ),
        ("Not compared", (UNKNOWN, "SKIP"), not_compared(changes)),
    ];
    all.into_iter()
        .filter(|(.., entries)| !entries.is_empty())
        .map(|(heading, mark, entries)| Block {
            heading,
            mark,
            entries,
        })
        .collect()
}

fn entry(change: &Change) -> Entry {
    let from = match change.sources.is_empty() {
        true => String::new(),
        false => format!(" (from {})", listed(&change.sources)),
    };
    let mut values = values(change);
    if !change.may_come_from.is_empty() {
        values.push((
            "with",
            format!("another {}", change.may_come_from.join(", ")),
        ));
    }
    Entry {
        title: format!("{}{from}", change.title),
        values,
    }
}

/// Of a list what is gone and new; of one value, or another order, both.
fn values(change: &Change) -> Vec<(&'static str, String)> {
    let without = |list: &[String], other: &[String]| -> Vec<String> {
        list.iter()
            .filter(|it| !other.contains(it))
            .cloned()
            .collect()
    };
    let told = |list: &[String]| list.join(", ").replace('\n', " / ");
    let gone = without(&change.before, &change.now);
    let new = without(&change.now, &change.before);
    let is_list = change.before.len() > 1 || change.now.len() > 1;
    if !is_list || gone.is_empty() && new.is_empty() {
        return vec![("was", told(&change.before)), ("is", told(&change.now))];
    }
    let both = [("gone", gone), ("new", new)];
    both.into_iter()
        .filter(|(_, list)| !list.is_empty())
        .map(|(word, list)| (word, told(&list)))
        .collect()
}

fn found(finding: &FindingChange) -> Entry {
    Entry {
        title: finding.code.clone(),
        values: vec![("", finding.title.clone())],
    }
}

/// What could not be compared for one reason together.
fn not_compared(changes: &Changes) -> Vec<Entry> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for it in &changes.not_compared {
        match groups.iter_mut().find(|(reason, _)| *reason == it.reason) {
            Some((_, what)) => what.push(&it.what),
            None => groups.push((&it.reason, vec![&it.what])),
        }
    }
    groups
        .into_iter()
        .map(|(reason, what)| Entry {
            title: what.join("; "),
            values: vec![("because", reason.into())],
        })
        .collect()
}

/// For a terminal.
pub(super) fn text(paper: &mut Paper, changes: &Changes) {
    let told = format!("{}: {}", since(changes), changes.summary);
    let head = paper.width().hanging("SINCE  ", &told);
    paper.raw(&head.replacen("SINCE", &styled(BOLD, "SINCE"), 1));
    for block in blocks(changes) {
        let (style, word) = block.mark;
        paper.blank();
        for (number, entry) in block.entries.iter().enumerate() {
            let title = unmistakable(&entry.title);
            if number == 0 {
                paper.marked(style, word, &title);
            } else {
                paper.line("", &title);
            }
            for (word, value) in &entry.values {
                match *word {
                    "" => paper.line("", &unmistakable(value)),
                    word => paper.line(&format!("{word:6} "), value),
                }
            }
        }
    }
    paper.blank();
}
