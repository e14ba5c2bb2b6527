//! A probe that collects handles and never lets one go.

use probe_sdk::{About, Capability, Failure, Probe, Run, login};

struct KeepsHandles;

impl Probe for KeepsHandles {
    const ABOUT: About = About {
        summary: "keeps every handle",
        capabilities: &[Capability::Login],
        ..About::NOTHING
    };

    fn run(_run: &mut Run) -> Result<(), Failure> {
        let mut kept = Vec::new();
        for _ in 0..10_000 {
            kept.extend(login::offered());
        }
        Ok(())
    }
}

probe_sdk::export!(KeepsHandles);
