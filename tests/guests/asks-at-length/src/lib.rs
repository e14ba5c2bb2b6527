//! A probe whose questions are as long as a question may be: a recording would have to hold them all.

use probe_sdk::trust::{Question, Store, verify};
use probe_sdk::{About, Failure, Probe, Run};

struct AsksAtLength;

impl Probe for AsksAtLength {
    const ABOUT: About = About {
        summary: "asks at length",
        ..About::NOTHING
    };

    fn run(_run: &mut Run) -> Result<(), Failure> {
        let question = Question {
            chain: vec![vec![0xff; 900 * 1024]],
            name: None,
            at: 0,
            store: Store::None,
            anchors: Vec::new(),
        };
        for _ in 0..10_000 {
            let _ = verify(&question);
        }
        Ok(())
    }
}

probe_sdk::export!(AsksAtLength);
