//! What a look shows only a part of: the passive ports, and the addresses that stand in answers to PASV.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use crate::Report;
use facts::name;
use model::dialogue::Direction;
use model::finding::FactValue;

use super::{Change, NOT_NOW, NOT_THEN, Seen};

const PORTS: &str = "passive ports";
const ADDRESSES: &str = "addresses announced for data connections";
const DEPENDS: &[&str] = &["host", "port", "ssl", "user"];
/// Fewer ports than this say nothing of a range.
const ENOUGH: usize = 3;
/// Where `n` ports of a range were seen, it goes on beyond the outermost by more than this part of the width seen, divided
/// by `n - 1`, less than once in ten thousand times on a side: `(1 - x)^n < 0.0001`. Reports are compared day after day, and a
/// change that is none costs more trust than one that is seen a day later.
const BEYOND: f64 = 15.0;
/// Narrow ranges are used one port after the other, and a look may begin anywhere.
const SLACK: f64 = 10.0;

/// A look takes a sample of the range. Ports inside the earlier range, or as near to it as a sample cannot exclude, are no
/// change.
pub(super) fn passive_ports(then: &Report, now: &Report, seen: &mut Seen) {
    let (then, now) = match (Sample::of(then), Sample::of(now)) {
        (Some(then), Some(now)) => (then, now),
        (Some(_), None) => return seen.missing(PORTS, NOT_NOW),
        (None, Some(_)) => return seen.missing(PORTS, NOT_THEN),
        (None, None) => return,
    };
    if then.count < ENOUGH || now.count < ENOUGH {
        let known = now.within(&then, 0.0);
        return match known {
            true => seen.same.push(PORTS.into()),
            false => seen.missing(PORTS, "too few ports were tried to know the range"),
        };
    }
    if now.within(&then, then.margin()) && then.within(&now, now.margin()) || now.within(&then, 0.0)
    {
        return seen.same.push(PORTS.into());
    }
    let change = Change {
        what: name::DATA_PASSIVE_RANGE.into(),
        title: PORTS.into(),
        before: vec![then.in_words()],
        now: vec![now.in_words()],
        sources: Vec::new(),
        may_come_from: Vec::new(),
    };
    seen.changes.push((change, DEPENDS.to_vec()));
}

/// The lowest and the highest port that were announced, and how many were.
struct Sample {
    lowest: f64,
    highest: f64,
    count: usize,
}

impl Sample {
    fn of(report: &Report) -> Option<Sample> {
        let Some(FactValue::Text(range)) = report.facts.get(name::DATA_PASSIVE_RANGE) else {
            return None;
        };
        let (lowest, highest) = range.split_once('-')?;
        let count = match report.facts.get(name::DATA_PASSIVE_MAP) {
            Some(FactValue::Rows(rows)) => rows.len(),
            _ => 0,
        };
        Some(Sample {
            lowest: lowest.parse::<u16>().ok()?.into(),
            highest: highest.parse::<u16>().ok()?.into(),
            count,
        })
    }

    fn within(&self, other: &Sample, margin: f64) -> bool {
        self.lowest >= other.lowest - margin && self.highest <= other.highest + margin
    }

    /// How far the range may go on beyond what was seen of it.
    fn margin(&self) -> f64 {
        let between = self.count.saturating_sub(1).max(1) as f64;
        SLACK + (self.highest - self.lowest) * BEYOND / between
    }

    fn in_words(&self) -> String {
        format!("{} to {} ({} tried)", self.lowest, self.highest, self.count)
    }
}

/// In the answers to PASV (RFC 959 section 4.1.2), as the dialogue has them.
pub(super) fn announced_addresses(then: &Report, now: &Report, seen: &mut Seen) {
    let (before, after) = (announced(then), announced(now));
    match (before.is_empty(), after.is_empty()) {
        (true, true) => return,
        (false, true) => return seen.missing(ADDRESSES, "no answer to PASV was seen this time"),
        (true, false) => return seen.missing(ADDRESSES, "no answer to PASV was seen then"),
        (false, false) => {}
    }
    if before == after {
        return seen.same.push(ADDRESSES.into());
    }
    let list = |set: BTreeSet<Ipv4Addr>| set.iter().map(ToString::to_string).collect();
    let change = Change {
        what: "data.announced-addresses".into(),
        title: ADDRESSES.into(),
        before: list(before),
        now: list(after),
        sources: Vec::new(),
        may_come_from: Vec::new(),
    };
    seen.changes.push((change, DEPENDS.to_vec()));
}

fn announced(report: &Report) -> BTreeSet<Ipv4Addr> {
    let lines = report.transcript.iter();
    // Under other settings a server may say something else.
    lines
        .filter(|line| line.part.is_diagnosis())
        .filter(|line| line.direction == Direction::Received && line.text.starts_with("227 "))
        .filter_map(|line| address(&line.text[4..]))
        .collect()
}

/// Six numbers with commas between them, wherever they stand (RFC 1123 section 4.1.2.6).
fn address(text: &str) -> Option<Ipv4Addr> {
    let mut parts = text.split(|c: char| !c.is_ascii_digit() && c != ',');
    let six = parts.find(|part| part.matches(',').count() == 5)?;
    let numbers: Vec<u8> = six.split(',').map_while(|it| it.parse().ok()).collect();
    match numbers.as_slice() {
        [a, b, c, d, _, _] => Some(Ipv4Addr::new(*a, *b, *c, *d)),
        _ => None,
    }
}
