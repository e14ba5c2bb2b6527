//! A probe that hands on rows with nothing in them: a few bytes for the probe, and some hundred each for who keeps them.

use probe_sdk::{About, Fact, FactValue, Failure, Probe, Run};

/// What no other probe waits for.
const STATE: &str = "leaves-rows.full";

struct LeavesRows;

impl Probe for LeavesRows {
    const ABOUT: About = About {
        summary: "hands on tables of nothing",
        provides: &[STATE],
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let row = vec![(String::new(), String::new())];
        for number in 0..10_000 {
            let fact = Fact {
                name: format!("leaves-rows.number-{}", number % 150),
                value: FactValue::Rows(vec![row.clone(); 200]),
            };
            run.provide_with(STATE, None, [fact]);
        }
        Ok(())
    }
}

probe_sdk::export!(LeavesRows);
