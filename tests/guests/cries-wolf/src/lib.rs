//! A probe that calls every remote broken, and knows another host that would do.

use probe_sdk::{About, Decision, Failure, Finding, Probe, Run};

probe_sdk::codes! {
    WOLF = "cries-wolf.wolf";
}

struct CriesWolf;

impl Probe for CriesWolf {
    const ABOUT: About = About {
        summary: "finds every remote broken",
        codes: CODES,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let finding = Finding::new(WOLF, "It cannot be used.")
            .because(Decision::by_evidence("its eyes"))
            .evidence("seen", "a wolf");
        run.found(finding.cured_by(&[("host", "elsewhere.example")]));
        Ok(())
    }
}

probe_sdk::export!(CriesWolf);
