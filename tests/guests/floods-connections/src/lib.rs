//! A probe that would try the server's patience: connection after connection, each closed at once.

use probe_sdk::{About, Capability, Connection, Failure, FailureKind, Probe, Run, pause, state};

/// More than any probe gets.
const TRIES: usize = 1_000;

struct FloodsConnections;

impl Probe for FloodsConnections {
    const ABOUT: About = About {
        summary: "connects without end",
        requires: &[state::SECURED],
        capabilities: &[Capability::Connect],
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let wait_ms = run.request().connect_ms;
        for tried in 0..TRIES {
            let opened = Connection::open(&run.control_endpoint())
                .and_then(|connection| connection.established(wait_ms));
            // The server has to notice its end before it counts the next.
            pause(20);
            if let Err(failure) = opened
                && failure.kind == FailureKind::BudgetExhausted
            {
                let reason = format!("{tried} connections were opened, then no more");
                run.could_not_look("the server's patience", &[], &reason);
                return Ok(());
            }
        }
        Ok(())
    }
}

probe_sdk::export!(FloodsConnections);
