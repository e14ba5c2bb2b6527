//! A probe that calls itself until its stack is used up.

use std::hint::black_box;

use probe_sdk::{About, Failure, Probe, Run, value};

probe_sdk::facts! {
    DEPTH = "recurses.depth": Integer, "calls within each other";
}

struct Recurses;

impl Probe for Recurses {
    const ABOUT: About = About {
        summary: "calls itself without end",
        facts: FACTS,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let depth = deeper(u64::from(run.remote().port));
        run.note(DEPTH, value::number(depth));
        Ok(())
    }
}

/// Ends where the number wraps around, which the stack does not live to see.
fn deeper(depth: u64) -> u64 {
    match black_box(depth) {
        u64::MAX => 0,
        depth => 1 + black_box(deeper(depth + 1)),
    }
}

probe_sdk::export!(Recurses);
