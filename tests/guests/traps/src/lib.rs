//! A probe with a defect: it panics.

use probe_sdk::{About, Failure, Probe, Run};

struct Traps;

impl Probe for Traps {
    const ABOUT: About = About {
        summary: "panics",
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        panic!("nobody expected the port {}", run.remote().port)
    }
}

probe_sdk::export!(Traps);
