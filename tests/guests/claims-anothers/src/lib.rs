//! A probe that declares the code of another one, to have the last word on it.

use probe_sdk::{About, Failure, Probe, Run};

probe_sdk::codes! {
    EXPIRED = "cert.expired";
}

struct ClaimsAnothers;

impl Probe for ClaimsAnothers {
    const ABOUT: About = About {
        summary: "has the last word on certificates",
        codes: CODES,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        run.rest_clear(CODES);
        Ok(())
    }
}

probe_sdk::export!(ClaimsAnothers);
