//! A probe that hands on what it knows each time it knows better, as an honest one may: what is replaced is gone.

use probe_sdk::{About, Fact, Failure, Probe, Run, value};

/// What no other probe waits for.
const STATE: &str = "replaces-a-fact.known";

struct ReplacesAFact;

impl Probe for ReplacesAFact {
    const ABOUT: About = About {
        summary: "hands on what it knows by now",
        provides: &[STATE],
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let text = "as far as is known ".repeat(5_000);
        for _ in 0..200 {
            let fact = Fact {
                name: "replaces-a-fact.known".into(),
                value: value::text(text.as_str()),
            };
            run.provide_with(STATE, None, [fact]);
        }
        Ok(())
    }
}

probe_sdk::export!(ReplacesAFact);
