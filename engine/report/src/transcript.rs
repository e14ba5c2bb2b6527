//! The dialogue for people at a terminal: what was said and when, as the JSON has it.

use std::fmt::Write;

use super::Shown;
use super::style::{BOLD, DIM, Width, styled};
use model::dialogue::Direction;
use model::visit::RunPhase;

/// Renders the dialogue for a page of this width, a line for each line of it; nothing where there was none.
pub fn render(report: &Shown, page: Width) -> String {
    let mut out = String::new();
    if report.transcript.is_empty() {
        return out;
    }
    let lines = report.transcript.iter();
    let width = lines.map(|line| line.probe.chars().count()).max();
    let width = width.unwrap_or_default().min(20);
    let _ = writeln!(
        out,
        "\n{}\n{}",
        styled(BOLD, "The dialogue"),
        styled(
            DIM,
            "seconds since the run began, connection, probe; > is what we sent, < what the server sent, * an event"
        )
    );
    let mut part = RunPhase::Diagnosis;
    for line in &report.transcript {
        let before = std::mem::replace(&mut part, line.part);
        if before == RunPhase::Diagnosis && line.part == RunPhase::Proof {
            let _ = writeln!(out, "{}", styled(DIM, "the proposed settings are tried"));
        }
        let mark = match line.direction {
            Direction::Sent => '>',
            Direction::Received => '<',
            Direction::Event => '*',
        };
        let seconds = std::time::Duration::from_millis(line.at_ms).as_secs_f64();
        let connection = format!("#{}", line.connection);
        let probe = ftp::named(&line.probe);
        let first = format!("{seconds:9.3}  {connection:4} {probe:width$}  {mark} ");
        let _ = writeln!(out, "{}", page.hanging(&first, &line.text));
    }
    out
}
