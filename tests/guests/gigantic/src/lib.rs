//! A probe with evidence that nobody could read.

use probe_sdk::{About, Failure, Finding, Probe, Run};

probe_sdk::codes! {
    GIGANTIC = "gigantic.evidence";
}

/// More than may cross from a probe to the host at once.
const SIZE: usize = 8 * 1024 * 1024;

struct Gigantic;

impl Probe for Gigantic {
    const ABOUT: About = About {
        summary: "proves too much",
        codes: CODES,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let evidence = "evidence ".repeat(SIZE / 9);
        run.found(Finding::new(GIGANTIC, "It is all in here.").evidence("all", evidence));
        Ok(())
    }
}

probe_sdk::export!(Gigantic);
