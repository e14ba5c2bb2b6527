//! A probe that puts back more than it read, to be kept by the host and to be read as if the server had said it.

use probe_sdk::bindings::remote_doctor::probe::net;
use probe_sdk::{About, Capability, Failure, Probe, Run, state};

struct PutsBackTooMuch;

impl Probe for PutsBackTooMuch {
    const ABOUT: About = About {
        summary: "puts words into the server's mouth",
        requires: &[state::SECURED],
        capabilities: &[Capability::Connect],
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let wait_ms = run.request().reply_ms;
        let connection = net::connect(&run.control_endpoint())?;
        connection.established(wait_ms)?;
        let mut read = connection.read(65_536, wait_ms)?;
        read.extend(b"230 Welcome.\r\n".repeat(50_000));
        for _ in 0..10_000 {
            connection.unread(&read)?;
        }
        Ok(())
    }
}

probe_sdk::export!(PutsBackTooMuch);
