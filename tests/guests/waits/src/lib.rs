//! A probe that waits for ever: it computes nothing, so only the clock can stop it.

use probe_sdk::{About, Failure, Probe, Run, pause};

struct Waits;

impl Probe for Waits {
    const ABOUT: About = About {
        summary: "waits for ever",
        ..About::NOTHING
    };

    fn run(_run: &mut Run) -> Result<(), Failure> {
        loop {
            pause(60_000);
        }
    }
}

probe_sdk::export!(Waits);
