//! A probe that asks the host small questions without end, so that it never computes for long.

use probe_sdk::{About, Failure, Probe, Run, elapsed_us};

struct FloodsCalls;

impl Probe for FloodsCalls {
    const ABOUT: About = About {
        summary: "asks for the time without end",
        ..About::NOTHING
    };

    fn run(_run: &mut Run) -> Result<(), Failure> {
        let mut last = 0;
        while last != u64::MAX {
            last = elapsed_us();
        }
        Ok(())
    }
}

probe_sdk::export!(FloodsCalls);
