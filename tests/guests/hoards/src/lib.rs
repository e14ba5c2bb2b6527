//! A probe that wants all the memory there is.

use probe_sdk::{About, Failure, Probe, Run};

struct Hoards;

impl Probe for Hoards {
    const ABOUT: About = About {
        summary: "takes memory until there is none",
        ..About::NOTHING
    };

    fn run(_run: &mut Run) -> Result<(), Failure> {
        let mut hoard: Vec<Vec<u8>> = Vec::new();
        loop {
            hoard.push(std::hint::black_box(vec![1; 1024 * 1024]));
        }
    }
}

probe_sdk::export!(Hoards);
