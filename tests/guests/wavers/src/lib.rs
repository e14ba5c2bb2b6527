//! A probe that says now this, now that: it reads its answers off the clock.

use probe_sdk::{About, Code, Failure, Finding, Probe, Run, elapsed_us, state};

probe_sdk::codes! {
    LONG_GREETING = "wavers.greeting";
    FIRST = "wavers.first";
    SECOND = "wavers.second";
    THIRD = "wavers.third";
    FOURTH = "wavers.fourth";
}

const MOODS: &[Code] = &[FIRST, SECOND, THIRD, FOURTH];

struct Wavers;

impl Probe for Wavers {
    const ABOUT: About = About {
        summary: "never says the same twice",
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
        if lines > 10 {
            run.found(
                Finding::new(LONG_GREETING, "The greeting is long.").evidence("lines", lines),
            );
        }
        for mood in MOODS {
            let odd = (0..9).fold(0, |sum, _| sum ^ elapsed_us()) & 1 == 1;
            match odd {
                true => run.clear(&[*mood]),
                false => run.not_applicable("a mood", &[*mood], "it was not in the mood"),
            }
        }
        run.rest_clear(CODES);
        Ok(())
    }
}

probe_sdk::export!(Wavers);
