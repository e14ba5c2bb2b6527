//! The catalogue with what came of it, and the targets beside it.

use std::time::Duration;

use comfy_table::{Table, presets::ASCII_MARKDOWN};

use super::{Case, HALF_DROPPED, HEALTHY, NO_TLS, ONE_DROPPED, Outcome, Slow};
use crate::failure::Failure;
use crate::target::Target;

type Played = (Case, Result<Outcome, Failure>);

/// A row for each case.
pub fn render(played: &[Played]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header([
        "fault",
        "source addresses",
        "round trip",
        "verdict",
        "first line",
        "connections",
        "found",
        "right",
        "curl",
        "lftp",
    ]);
    for (case, outcome) in played {
        let mut row = vec![
            case.fault.name.clone(),
            case.sources.to_string(),
            format!("{} ms", case.round_trip.as_millis()),
        ];
        match outcome {
            Err(failure) => row.push(format!("could not {failure}")),
            Ok(outcome) => {
                let opened = &outcome.connections;
                row.extend([
                    seconds(outcome.verdict),
                    outcome.first_line.map_or_else(String::new, seconds),
                    format!("{} + {}", opened.control, opened.data),
                    outcome.found.join(", "),
                    if outcome.is_right(&case.fault) {
                        "yes"
                    } else {
                        "NO"
                    }
                    .into(),
                ]);
                row.extend(outcome.peers.iter().map(|(_, took)| seconds(*took)));
            }
        }
        table.add_row(row);
    }
    table
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

/// What is to be reached, beside what was measured.
pub fn targets(played: &[Played]) -> Vec<Target> {
    let all = || {
        played
            .iter()
            .filter_map(|(case, it)| Some((case, it.as_ref().ok()?)))
    };
    let hanging = || all().filter(|(case, _)| case.fault.slow == Slow::Hangs);
    let mut took: Vec<f64> = hanging().map(|(_, it)| it.verdict.as_secs_f64()).collect();
    took.sort_by(f64::total_cmp);
    let at = |percent: usize| {
        let index = (took.len() * percent).div_ceil(100);
        took.get(index.saturating_sub(1)).copied()
    };
    let late = hanging().filter(|(_, it)| it.verdict > FIRST_LINE);
    let first_lines = late.map(|(_, it)| it.first_line.unwrap_or(it.verdict).as_secs_f64());
    let wrong = all().filter(|(case, it)| !it.is_right(&case.fault)).count();
    // The longest of the cases of this name, from so many source addresses, as far as they are near.
    let longest = |name: &str, sources: usize, is_near: bool| {
        let of = |case: &Case| {
            let near = case.round_trip == Duration::ZERO;
            case.fault.name.starts_with(&format!("{name} ("))
                && case.sources == sources
                && (near || !is_near)
        };
        let took = all().filter(|(case, _)| of(case));
        took.map(|(_, it)| it.verdict.as_secs_f64())
            .reduce(f64::max)
    };
    let times_one = |(case, it): (&Case, &Outcome)| {
        let is_one = |other: &Case| {
            (&other.fault.name, other.round_trip, other.sources)
                == (&case.fault.name, case.round_trip, 1)
        };
        let one = all().find(|(other, _)| is_one(other))?.1;
        Some(it.verdict.as_secs_f64() / one.verdict.as_secs_f64())
    };
    let far_and_healthy = all().filter(|(case, _)| {
        case.fault.name.starts_with(HEALTHY)
            && case.sources == 2
            && case.round_trip > Duration::ZERO
    });
    vec![
        Target::at_most(
            "healthy, 100 ms away: two source addresses, of the time of one",
            1.3,
            "",
            far_and_healthy.filter_map(times_one).reduce(f64::max),
        ),
        Target::at_most(
            "no TLS, near: time to the verdict",
            1.0,
            " s",
            longest(NO_TLS, 1, true),
        ),
        Target::at_most(
            "one of three source addresses dropped: time to the verdict",
            15.0,
            " s",
            longest(ONE_DROPPED, 3, true),
        ),
        Target::at_most(
            "half of the data ports dropped, two source addresses: time to the verdict",
            20.0,
            " s",
            longest(HALF_DROPPED, 2, false),
        ),
        Target::at_most(
            "hanging faults: time to the verdict, 95 % of them",
            20.0,
            " s",
            at(95),
        ),
        Target::at_most(
            "hanging faults: time to the verdict, all",
            45.0,
            " s",
            at(100),
        ),
        Target::at_most(
            "hanging faults: the first line about the cause, where the verdict takes longer",
            FIRST_LINE.as_secs_f64(),
            " s",
            first_lines.reduce(f64::max),
        ),
        Target::at_most(
            "hanging and slow faults: wrong verdicts",
            0.0,
            "",
            Some(wrong as f64),
        ),
    ]
}

/// By then a user is told something.
const FIRST_LINE: Duration = Duration::from_secs(10);
