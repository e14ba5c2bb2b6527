//! A probe that takes any greeting of several lines for a long one.

use probe_sdk::{About, Failure, Finding, Probe, Run, state};

probe_sdk::codes! {
    LONG_GREETING = "blames-look-alikes.greeting";
}

struct BlamesLookAlikes;

impl Probe for BlamesLookAlikes {
    const ABOUT: About = About {
        summary: "takes two lines for many",
        requires: &[state::SECURED],
        codes: CODES,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let lines = run
            .text("server.greeting")
            .unwrap_or_default()
            .lines()
            .count();
        if lines > 1 {
            run.found(
                Finding::new(LONG_GREETING, "The greeting is long.").evidence("lines", lines),
            );
        }
        run.rest_clear(CODES);
        Ok(())
    }
}

probe_sdk::export!(BlamesLookAlikes);
