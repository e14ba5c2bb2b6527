//! The passive ports that were tried, on a line from the lowest to the highest.

use std::collections::BTreeMap;

use facts::name;

use super::super::Report;
use model::finding::FactValue;

/// Room for the marks of the lowest and the highest port, in percent of the width.
const MARGIN: f64 = 3.0;
/// Of one line for each way to ask, in pixels.
const LANE: usize = 46;

pub(super) struct Ports {
    pub(super) lowest: u16,
    pub(super) highest: u16,
    pub(super) height: usize,
    pub(super) lanes: Vec<Lane>,
    pub(super) tries: Vec<Try>,
    pub(super) told: String,
    pub(super) excludes: Option<String>,
}

/// The ports that one command announced.
pub(super) struct Lane {
    pub(super) method: String,
    pub(super) y: usize,
    pub(super) marks: Vec<Mark>,
}

pub(super) struct Mark {
    pub(super) port: u16,
    pub(super) x: String,
    pub(super) opened: bool,
}

pub(super) struct Try {
    pub(super) port: u16,
    pub(super) method: String,
    pub(super) result: String,
    pub(super) ms: String,
    pub(super) opened: bool,
}

impl Ports {
    pub(super) fn of(report: &Report) -> Option<Ports> {
        let Some(FactValue::Rows(rows)) = report.facts.get(name::DATA_PASSIVE_MAP) else {
            return None;
        };
        let tries: Vec<Try> = rows.iter().filter_map(tried).collect();
        let lowest = tries.iter().map(|it| it.port).min()?;
        let highest = tries.iter().map(|it| it.port).max()?;
        let lanes = lanes(&tries, lowest, highest);
        let opened = tries.iter().filter(|it| it.opened).count();
        let excludes = match report.facts.get(name::DATA_PASSIVE_SAMPLE) {
            Some(FactValue::Text(text)) => Some(text.clone()),
            _ => None,
        };
        Some(Ports {
            lowest,
            highest,
            height: lanes.len() * LANE + 24,
            told: format!(
                "{opened} of {} ports between {lowest} and {highest} opened",
                tries.len()
            ),
            lanes,
            tries,
            excludes,
        })
    }

    pub(super) fn axis(&self) -> usize {
        self.height - 22
    }
}

fn tried(row: &BTreeMap<String, String>) -> Option<Try> {
    let cell = |name: &str| row.get(name).cloned().unwrap_or_default();
    Some(Try {
        port: row.get("port")?.parse().ok()?,
        method: cell("method"),
        opened: row.get("result").is_some_and(|result| result == "open"),
        result: cell("result"),
        ms: cell("ms"),
    })
}

fn lanes(tries: &[Try], lowest: u16, highest: u16) -> Vec<Lane> {
    let mut by_method: BTreeMap<&str, Vec<Mark>> = BTreeMap::new();
    let span = f64::from(highest - lowest).max(1.0);
    for it in tries {
        let share = f64::from(it.port - lowest) / span;
        let x = if lowest == highest {
            50.0
        } else {
            MARGIN + share * (100.0 - 2.0 * MARGIN)
        };
        by_method.entry(&it.method).or_default().push(Mark {
            port: it.port,
            x: format!("{x:.2}%"),
            opened: it.opened,
        });
    }
    let lanes = by_method.into_iter().enumerate();
    lanes
        .map(|(index, (method, marks))| Lane {
            method: method.to_owned(),
            y: index * LANE + 24,
            marks,
        })
        .collect()
}
