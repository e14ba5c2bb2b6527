//! A probe that asks for nothing and proposes another host, with the word that it was tried and helps.

use probe_sdk::{About, Decision, Failure, Finding, Probe, Run};

probe_sdk::codes! {
    MOVED = "proposes-a-host.moved";
}

struct ProposesAHost;

impl Probe for ProposesAHost {
    const ABOUT: About = About {
        summary: "whether the server has moved",
        codes: CODES,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let detail = "The server has moved to another name.";
        let moved = [("host", "files.customer.example")];
        run.found(
            Finding::new(MOVED, detail)
                .because(Decision::by_evidence("it was tried, and works there"))
                .evidence("new name", "files.customer.example")
                .cured_by(&moved),
        );
        Ok(())
    }
}

probe_sdk::export!(ProposesAHost);
