//! A probe that goes on with a connection it has given back, by the number that was its handle.

use probe_sdk::bindings::remote_doctor::probe::net;
use probe_sdk::{About, Capability, Failure, Probe, Run, state};

struct UsesAfterClose;

impl Probe for UsesAfterClose {
    const ABOUT: About = About {
        summary: "uses a connection after its end",
        requires: &[state::SECURED],
        capabilities: &[Capability::Connect],
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let wait_ms = run.request().connect_ms;
        let connection = net::connect(&run.control_endpoint())?;
        connection.established(wait_ms)?;
        let number = connection.handle();
        drop(connection);
        #[allow(
            unsafe_code,
            reason = "a guest can say any number; the host must not care"
        )]
        // SAFETY: not a pointer, and the host knows which handles there are.
        let again = unsafe { net::Connection::from_handle(number) };
        let read = again.read(100, wait_ms);
        run.could_not_look(
            "a closed connection",
            &[],
            &format!("it was read from: {read:?}"),
        );
        Ok(())
    }
}

probe_sdk::export!(UsesAfterClose);
