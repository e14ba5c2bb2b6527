//! The facts of two reports, side by side.

use crate::Report;
use diagnosis::facts::Facts;
use model::declared::{ComparedFact, Comparison, FactDeclaration};
use model::finding::FactValue;
use model::matrix::VantagePoint;

use super::{Change, NOT_NOW, NOT_THEN, Seen, sampled};

/// What differs of the facts, and what does not.
pub(super) fn differences(then: &Report, now: &Report) -> Seen {
    let mut seen = Seen::default();
    let pairs = pairs(then, now);
    for (fact, how) in now.declared.compared() {
        compare(fact, how, &pairs, &mut seen);
    }
    sampled::passive_ports(then, now, &mut seen);
    sampled::announced_addresses(then, now, &mut seen);
    seen
}

/// The facts of one source address in both reports, or of all.
struct Pair<'a> {
    source: Option<VantagePoint>,
    then: &'a Facts,
    now: &'a Facts,
}

/// Of each source address that both looked from; of the reports as they are where there is none.
fn pairs<'a>(then: &'a Report, now: &'a Report) -> Vec<Pair<'a>> {
    let mut pairs: Vec<Pair<'a>> = now
        .matrix
        .iter()
        .filter(|row| then.matrix.iter().any(|it| it.vantage == row.vantage))
        .filter_map(|row| {
            Some(Pair {
                source: Some(row.vantage.clone()),
                then: facts_from(then, &row.vantage)?,
                now: facts_from(now, &row.vantage)?,
            })
        })
        .collect();
    let whole = Pair {
        source: None,
        then: &then.facts,
        now: &now.facts,
    };
    if pairs.is_empty() {
        pairs.push(whole);
    }
    pairs
}

fn facts_from<'a>(report: &'a Report, vantage: &VantagePoint) -> Option<&'a Facts> {
    match report.matrix.len() {
        1 => Some(&report.facts),
        _ => report.facts_by_source.get(&vantage.to_string()),
    }
}

fn compare(fact: &FactDeclaration, compared: &ComparedFact, pairs: &[Pair<'_>], seen: &mut Seen) {
    let how = compared.how;
    let value = |facts: &'_ Facts| {
        let value = facts.get(&fact.name);
        value.filter(|it| fact.kind.has(it)).cloned()
    };
    let (mut both, mut only_then, mut only_now) = (0, false, false);
    let mut found: Vec<Change> = Vec::new();
    for pair in pairs {
        let (then, now) = match (value(pair.then), value(pair.now)) {
            (Some(then), Some(now)) => (then, now),
            (Some(_), None) => {
                only_then = true;
                continue;
            }
            (None, Some(_)) => {
                only_now = true;
                continue;
            }
            (None, None) => continue,
        };
        both += 1;
        let (before, after) = (values(how, &then), values(how, &now));
        if steadied(how, &before) == steadied(how, &after) {
            continue;
        }
        match found
            .iter_mut()
            .find(|it| it.before == before && it.now == after)
        {
            Some(known) => known.sources.extend(pair.source.clone()),
            None => found.push(Change {
                what: fact.name.clone(),
                title: fact.title.clone(),
                before,
                now: after,
                sources: pair.source.clone().into_iter().collect(),
                may_come_from: Vec::new(),
            }),
        }
    }
    if both > 0 && found.is_empty() {
        seen.same.push(fact.title.clone());
    }
    for mut change in found {
        if change.sources.len() == pairs.len() {
            change.sources.clear();
        }
        let depends = compared.depends.iter().map(Into::into);
        seen.changes.push((change, depends.collect()));
    }
    if both == 0 && how != Comparison::Sometimes {
        match (only_then, only_now) {
            (true, _) => seen.missing(&fact.title, NOT_NOW),
            (false, true) => seen.missing(&fact.title, NOT_THEN),
            (false, false) => {}
        }
    }
}

fn values(how: Comparison, value: &FactValue) -> Vec<String> {
    let mut values = match value {
        FactValue::Flag(true) => vec!["yes".into()],
        FactValue::Flag(false) => vec!["no".into()],
        FactValue::Integer(number) => vec![number.to_string()],
        FactValue::Text(text) => vec![text.clone()],
        FactValue::Texts(texts) => texts.clone(),
        FactValue::Rows(rows) => rows.iter().map(certificate).collect(),
    };
    if how == Comparison::Set {
        values.sort();
        values.dedup();
    }
    values
}

fn certificate(row: &std::collections::BTreeMap<String, String>) -> String {
    let cell = |name: &str| row.get(name).map_or("unknown", String::as_str);
    let (subject, issuer) = (cell("subject"), cell("issuer"));
    format!("{subject}, from {issuer}, until {}", cell("not-after"))
}

/// What is compared of values: without what differs at every look.
fn steadied(how: Comparison, values: &[String]) -> Vec<String> {
    match how {
        Comparison::Words => values.iter().map(|text| normalise(text)).collect(),
        Comparison::Value | Comparison::Sometimes | Comparison::Set | Comparison::Certificates => {
            values.to_vec()
        }
    }
}

/// A text without what counts or tells the time: numbers that stand alone (versions have a dot), times, the names of days
/// and months, and long hexadecimal numbers.
fn normalise(text: &str) -> String {
    const CALENDAR: [&str; 19] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon",
        "tue", "wed", "thu", "fri", "sat", "sun",
    ];
    let volatile = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let digits = bare.chars().filter(char::is_ascii_digit).count();
        let number = digits > 0
            && bare
                .chars()
                .all(|c| c.is_ascii_digit() || ":-/".contains(c));
        let id = digits > 0 && bare.len() >= 12 && bare.chars().all(|c| c.is_ascii_hexdigit());
        let day = CALENDAR.contains(&bare.to_ascii_lowercase().get(..3).unwrap_or_default())
            && bare.len() <= 9
            && bare.chars().all(|c| c.is_ascii_alphabetic());
        number || id || day
    };
    let words = text.split_whitespace();
    words
        .map(|word| if volatile(word) { "#" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_or_tells_the_time_is_no_change() {
        let same = |one: &str, other: &str| normalise(one) == normalise(other);
        assert!(same(
            "You are user number 1 of 50 allowed. Local time is now 10:15.",
            "You are user number 7 of 50 allowed. Local time is now 23:59."
        ));
        assert!(same(
            "ready at Mon Nov 2 10:15:01 2026 (id 4f4c0d9e8a7b6c5d)",
            "ready at Tue Dec 13 00:00:00 2026 (id 00aa11bb22cc33dd)"
        ));
        assert!(!same("ProFTPD 1.3.8 Server", "ProFTPD 1.3.9 Server"));
        assert!(!same("(vsFTPd 3.0.3)", "(vsFTPd 3.0.5)"));
    }
}
