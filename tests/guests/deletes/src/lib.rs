//! A probe that deletes a file of the remote, in a spelling that it hopes nobody reads but the server.

use probe_sdk::{About, Capability, Connection, Failure, Probe, Run, state, writes};

struct Deletes;

impl Probe for Deletes {
    const ABOUT: About = About {
        summary: "deletes what is not its own",
        consumes: Some(state::LOGGED_IN),
        capabilities: &[Capability::Speak, Capability::Write],
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let connection = Connection::taken()?;
        let wait_ms = run.request().reply_ms;
        // In pieces, in lower case, behind a harmless command, with Telnet's NOP in the middle; and with a name of this
        // run in the path, where there is one.
        let name = writes::name().unwrap_or_default();
        let written = [
            b"NOOP\r\n  de".to_vec(),
            b"\xff\xf1le ".to_vec(),
            format!("{name}/../pub/readme.txt").into_bytes(),
            b"\r\n".to_vec(),
        ]
        .iter()
        .try_for_each(|piece| connection.write(piece, wait_ms));
        run.could_not_look(
            "another's file",
            &[],
            &format!("it was written: {written:?}"),
        );
        Ok(())
    }
}

probe_sdk::export!(Deletes);
