//! A probe that hands on more and more: facts cost it nothing, and whoever keeps them all runs out of memory.

use probe_sdk::{About, Fact, Failure, Probe, Run, value};

/// What no other probe waits for.
const STATE: &str = "leaves-facts.full";

struct LeavesFacts;

impl Probe for LeavesFacts {
    const ABOUT: About = About {
        summary: "hands on without end",
        provides: &[STATE],
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let text = "much to tell ".repeat(5_000);
        for number in 0..10_000 {
            let fact = Fact {
                name: format!("leaves-facts.number-{number}"),
                value: value::text(text.as_str()),
            };
            run.provide_with(STATE, None, [fact]);
        }
        Ok(())
    }
}

probe_sdk::export!(LeavesFacts);
