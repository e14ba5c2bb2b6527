//! A probe that reports a code it did not declare.

use probe_sdk::{About, Code, Failure, Finding, Probe, Run};

struct Lies;

impl Probe for Lies {
    const ABOUT: About = About {
        summary: "reports what it did not declare",
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        run.found(Finding::new(
            Code::of_another("cert.expired"),
            "\u{1b}[2JThe certificate expired long ago.",
        ));
        Ok(())
    }
}

probe_sdk::export!(Lies);
