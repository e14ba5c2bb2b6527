//! A probe that asks for a name ten thousand times, whatever the answer is.

use probe_sdk::{About, Capability, Failure, Probe, Run, resolve, state};

struct AsksNames;

impl Probe for AsksNames {
    const ABOUT: About = About {
        summary: "asks for names without end",
        requires: &[state::SECURED],
        capabilities: &[Capability::Names],
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let host = run.request().remote.host.clone();
        for _ in 0..10_000 {
            let _ = resolve(&host);
        }
        Ok(())
    }
}

probe_sdk::export!(AsksNames);
