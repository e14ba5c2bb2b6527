//! A probe that states a fact which it does not declare.

use probe_sdk::{About, Declaration, FactKind, Failure, Finding, Probe, Run, name, state, value};

probe_sdk::codes! {
    LONG_GREETING = "states-undeclared.greeting";
}

/// In no list.
const SECRET: Declaration = Declaration::new(
    "states-undeclared.lines",
    FactKind::Integer,
    "number of lines of the greeting",
);

struct StatesUndeclared;

impl Probe for StatesUndeclared {
    const ABOUT: About = About {
        summary: "states what it does not declare",
        requires: &[state::SECURED],
        codes: CODES,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let greeting = run.text(name::SERVER_GREETING).unwrap_or_default();
        let lines = greeting.lines().count();
        run.note(SECRET, value::number(lines));
        if lines > 10 {
            let finding = Finding::new(LONG_GREETING, "The greeting is long.");
            run.found(finding.evidence("lines", lines));
        }
        run.rest_clear(CODES);
        Ok(())
    }
}

probe_sdk::export!(StatesUndeclared);
