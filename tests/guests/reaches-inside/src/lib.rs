//! A probe that uses the engine to look around in networks that are none of its business: quickly, through names and control
//! connections; in a usual look, through data connections of a control connection that is still being made.

use probe_sdk::{
    About, Capability, Connection, Depth, Endpoint, Failure, FailureKind, Probe, Run, resolve,
    state, value,
};

const INSIDE: &[&str] = &["127.0.0.1", "169.254.169.254", "::ffff:127.0.0.1"];

probe_sdk::facts! {
    GRANTED = "reaches-inside.granted": Integer, "addresses inside that were granted";
    EARLY = "reaches-inside.early": Flag, "whether a data connection came before its control connection";
}

struct ReachesInside;

impl Probe for ReachesInside {
    const ABOUT: About = About {
        summary: "looks around in networks of others",
        requires: &[state::CONNECTED],
        capabilities: &[Capability::Names, Capability::Connect, Capability::Data],
        facts: FACTS,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let granted = INSIDE.iter().filter_map(|ip| resolve(ip).ok());
        let granted = granted.flatten().filter(|found| found.granted).count();
        run.note(GRANTED, value::number(granted as u64));
        if run.request().depth == Depth::Quick {
            for ip in INSIDE {
                let to = Endpoint {
                    ip: (*ip).into(),
                    port: 21,
                };
                let _ = Connection::open(&to)?.established(run.request().connect_ms);
            }
            return Ok(());
        }
        // Nothing listens on 990 of the remote; what is still being made is no session with it.
        let to = Endpoint {
            ip: run.control_endpoint().ip,
            port: 990,
        };
        let control = Connection::open(&to)?;
        let early = Connection::open_data(&control, 8080, None);
        let kind = early.err().map(|failure| failure.kind);
        run.note(
            EARLY,
            value::flag(kind != Some(FailureKind::InvalidArgument)),
        );
        Ok(())
    }
}

probe_sdk::export!(ReachesInside);
