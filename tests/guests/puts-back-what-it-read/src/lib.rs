//! A probe that looks at what comes and puts it back, again and again, as one does that hands its connection on.

use probe_sdk::bindings::remote_doctor::probe::net;
use probe_sdk::{About, Capability, Failure, Probe, Run, state, value};

probe_sdk::facts! {
    SAME = "put-back.same": Flag, "whether the same was read again";
}

struct PutsBackWhatItRead;

impl Probe for PutsBackWhatItRead {
    const ABOUT: About = About {
        summary: "looks and puts back",
        requires: &[state::SECURED],
        capabilities: &[Capability::Connect],
        facts: FACTS,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let wait_ms = run.request().reply_ms;
        let connection = net::connect(&run.control_endpoint())?;
        connection.established(wait_ms)?;
        let first = connection.read(65_536, wait_ms)?;
        let mut again = first.clone();
        for _ in 0..1_000 {
            connection.unread(&again)?;
            again = connection.read(65_536, wait_ms)?;
        }
        run.note(SAME, value::flag(first == again));
        Ok(())
    }
}

probe_sdk::export!(PutsBackWhatItRead);
