//! A probe that never finds what it is for.

use probe_sdk::{About, Failure, Probe, Run, state};

probe_sdk::codes! {
    LONG_GREETING = "finds-too-little.greeting";
}

struct FindsTooLittle;

impl Probe for FindsTooLittle {
    const ABOUT: About = About {
        summary: "finds no long greeting anywhere",
        requires: &[state::SECURED],
        codes: CODES,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        run.rest_clear(CODES);
        Ok(())
    }
}

probe_sdk::export!(FindsTooLittle);
