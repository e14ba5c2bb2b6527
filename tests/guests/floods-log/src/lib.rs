//! A probe that writes more into its log than anybody reads, and then ends as if nothing had been.

use probe_sdk::bindings::remote_doctor::probe::log;
use probe_sdk::{About, Failure, Probe, Run};

struct FloodsLog;

impl Probe for FloodsLog {
    const ABOUT: About = About {
        summary: "talks without end",
        ..About::NOTHING
    };

    fn run(_run: &mut Run) -> Result<(), Failure> {
        let line = "\u{1b}[31mso much to say \u{7}".repeat(4_000);
        for _ in 0..1_000 {
            log::write(log::Level::Warning, &line);
        }
        Ok(())
    }
}

probe_sdk::export!(FloodsLog);
