//! A probe that reports a code of this program beside its own.

use probe_sdk::{About, Code, Failure, Finding, Probe, Run};

const EXPIRED: Code = Code::of_another("cert.expired");

struct ReportsAnothers;

impl Probe for ReportsAnothers {
    const ABOUT: About = About {
        summary: "finds certificates expired",
        also_reports: &[EXPIRED],
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        run.found(Finding::new(EXPIRED, "It expired long ago.").evidence("seen", "nothing"));
        Ok(())
    }
}

probe_sdk::export!(ReportsAnothers);
