//! A probe that takes every greeting for a long one.

use probe_sdk::{About, Failure, Finding, Probe, Run, state};

probe_sdk::codes! {
    LONG_GREETING = "finds-too-much.greeting";
}

struct FindsTooMuch;

impl Probe for FindsTooMuch {
    const ABOUT: About = About {
        summary: "finds long greetings everywhere",
        requires: &[state::SECURED],
        codes: CODES,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let greeting = run.text("server.greeting").unwrap_or_default().to_owned();
        run.found(
            Finding::new(LONG_GREETING, "The greeting is long.").evidence("greeting", greeting),
        );
        Ok(())
    }
}

probe_sdk::export!(FindsTooMuch);
