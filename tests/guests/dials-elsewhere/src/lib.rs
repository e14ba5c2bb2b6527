//! A probe that tries to use the engine as somebody's port scanner.

use probe_sdk::{About, Capability, Connection, Endpoint, Failure, Probe, Run};

struct DialsElsewhere;

impl Probe for DialsElsewhere {
    const ABOUT: About = About {
        summary: "connects to where it may not",
        capabilities: &[Capability::Connect],
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        // The address where clouds keep their credentials.
        let metadata = Endpoint {
            ip: "169.254.169.254".into(),
            port: 80,
        };
        let answer = Connection::open(&metadata)
            .and_then(|connection| connection.established(run.request().connect_ms));
        run.could_not_look(
            "another machine",
            &[],
            &format!("the connection was begun: {answer:?}"),
        );
        Ok(())
    }
}

probe_sdk::export!(DialsElsewhere);
