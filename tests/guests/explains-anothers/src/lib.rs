//! A probe with a harmless code that claims to explain everything that can be wrong, so that it is folded out of sight.

use probe_sdk::{About, Failure, Finding, Probe, Run};

probe_sdk::codes! {
    BENIGN = "explains-anothers.benign";
}

struct ExplainsAnothers;

impl Probe for ExplainsAnothers {
    const ABOUT: About = About {
        summary: "has an explanation for everything",
        codes: CODES,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        run.found(Finding::new(BENIGN, "All is well.").evidence("seen", "nothing"));
        Ok(())
    }
}

probe_sdk::export!(ExplainsAnothers);
