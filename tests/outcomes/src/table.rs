//! All outcomes, for people.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table as Grid};

use crate::{Judgement, Outcome, Reported};

const HEADER: [&str; 7] = [
    "scenario",
    "server",
    "expected root causes",
    "reported root causes",
    "result",
    "control + data",
    "time",
];

/// A row for each check, and what they come to.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a>(pub &'a [Outcome]);

impl Table<'_> {
    /// Whether there are checks, and nothing is wrong or missing.
    pub fn all_right(&self) -> bool {
        !self.0.is_empty() && !self.0.iter().any(|it| it.judgement.fails())
    }

    /// The rows of what is wrong or missing or was set aside, and what all come to.
    pub fn summary(&self) -> String {
        let not_right: Vec<Outcome> = self
            .0
            .iter()
            .filter(|it| !matches!(it.judgement, Judgement::Right(_)))
            .cloned()
            .collect();
        match not_right.is_empty() {
            true => self.totals(),
            false => format!("{}\n{}", grid(&not_right), self.totals()),
        }
    }

    fn totals(&self) -> String {
        let mut sum = Reported::default();
        let (mut right, mut wrong) = (0, 0);
        let mut not_made: BTreeMap<&str, usize> = BTreeMap::new();
        let mut set_aside: Vec<String> = Vec::new();
        for outcome in self.0 {
            let reported = match &outcome.judgement {
                Judgement::Right(reported) => {
                    right += 1;
                    reported
                }
                Judgement::Wrong(reported) => {
                    wrong += 1;
                    reported
                }
                Judgement::NotMade(reason) => {
                    *not_made
                        .entry(reason.lines().next().unwrap_or_default())
                        .or_default() += 1;
                    continue;
                }
                Judgement::SetAside(first) => {
                    let first = first.lines().next().unwrap_or_default();
                    set_aside.push(format!("{}: {first}", outcome.scenario));
                    continue;
                }
            };
            sum.control += reported.control;
            sum.data += reported.data;
            sum.duration_ms += reported.duration_ms;
        }
        let missing: usize = not_made.values().sum();
        let mut text = format!(
            "{} checks: {right} right, {wrong} wrong, {missing} NOT MADE; {} control and {} data connections, {}",
            self.0.len() - set_aside.len(),
            sum.control,
            sum.data,
            time(sum.duration_ms),
        );
        if missing > 0 {
            text.push_str("\nINCOMPLETE: what was not made says nothing about the program");
        }
        for (reason, times) in not_made {
            text.push_str(&format!("\n  {times} times: {reason}"));
        }
        if !set_aside.is_empty() {
            let count = set_aside.len();
            text.push_str(&format!(
                "\n{count} SET ASIDE: not as expected beside other checks, and as expected when repeated alone"
            ));
        }
        for first in set_aside {
            text.push_str(&format!("\n  {first}"));
        }
        text
    }
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", grid(self.0), self.totals())
    }
}

fn grid(outcomes: &[Outcome]) -> Grid {
    let mut grid = Grid::new();
    grid.load_style(ASCII_MARKDOWN).set_header(HEADER);
    grid.add_rows(outcomes.iter().map(row));
    for column in grid.column_iter_mut().skip(5) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    grid
}

fn row(outcome: &Outcome) -> [String; 7] {
    let (reported, result) = match &outcome.judgement {
        Judgement::Right(reported) => (Some(reported), "right"),
        Judgement::Wrong(reported) => (Some(reported), "WRONG"),
        Judgement::NotMade(_) => (None, "NOT MADE"),
        Judgement::SetAside(_) => (None, "SET ASIDE"),
    };
    let told = |tell: fn(&Reported) -> String| reported.map_or_else(|| "?".into(), tell);
    [
        outcome.scenario.clone(),
        outcome.server.clone(),
        codes(&outcome.expected),
        told(|it| codes(&it.root_causes)),
        result.into(),
        told(|it| format!("{} + {}", it.control, it.data)),
        told(|it| time(it.duration_ms)),
    ]
}

fn codes(codes: &[String]) -> String {
    match codes {
        [] => "none".into(),
        codes => codes.join(", "),
    }
}

fn time(ms: u64) -> String {
    format!("{:.1} s", Duration::from_millis(ms).as_secs_f64())
}
