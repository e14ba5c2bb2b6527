//! A probe that finds what it is for, in its own good time.

use probe_sdk::{About, Failure, Finding, Probe, Run, pause, state};

probe_sdk::codes! {
    LONG_GREETING = "dawdles.greeting";
}

struct Dawdles;

impl Probe for Dawdles {
    const ABOUT: About = About {
        summary: "finds long greetings when it is too late",
        requires: &[state::SECURED],
        codes: CODES,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        pause(10 * 60 * 1000);
        let lines = run
            .text("server.greeting")
            .unwrap_or_default()
            .lines()
            .count();
        if lines > 10 {
            run.found(
                Finding::new(LONG_GREETING, "The greeting is long.").evidence("lines", lines),
            );
        }
        run.rest_clear(CODES);
        Ok(())
    }
}

probe_sdk::export!(Dawdles);
