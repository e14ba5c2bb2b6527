//! A probe that never asks the host for anything again: only the epoch can stop it.

use probe_sdk::{About, Failure, Probe, Run};

struct Loops;

impl Probe for Loops {
    const ABOUT: About = About {
        summary: "computes for ever",
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let mut number = run.request().now.unsigned_abs();
        while number != u64::MAX {
            number = std::hint::black_box(number.wrapping_mul(6_364_136_223_846_793_005) | 1)
                & (u64::MAX >> 1);
        }
        Ok(())
    }
}

probe_sdk::export!(Loops);
