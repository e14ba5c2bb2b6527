//! A probe that reads a file of the account, as it says that it will.

use probe_sdk::session::{Method, Offer, Payload, Session};
use probe_sdk::{About, Capability, Failure, Probe, Run, state, value};

/// The lab has it.
const FILE: &str = "/pub/readme.txt";
/// More than is in it.
const MOST: usize = 64 * 1024;

probe_sdk::facts! {
    BYTES = "file.bytes": Integer, "size of the file, in bytes";
}

struct ReadsAFile;

impl Probe for ReadsAFile {
    const ABOUT: About = About {
        summary: "reads a file",
        consumes: Some(state::LOGGED_IN),
        capabilities: &[Capability::Data, Capability::Speak, Capability::Read],
        facts: FACTS,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let mut session = Session::taken(run)?;
        let port = match session.ask(Method::Epsv, "RETR") {
            Ok(Offer::Port { port, .. }) => port,
            _ => {
                run.could_not_look("the file", &[], "the server opens no port");
                return Ok(());
            }
        };
        let data = session.connect(port)?;
        let read = session.transfer(
            data,
            &format!("RETR {FILE}"),
            Payload::Receive { most: MOST },
        );
        let bytes = read.map_or(0, |read| read.bytes.len());
        run.note(BYTES, value::number(bytes));
        Ok(())
    }
}

probe_sdk::export!(ReadsAFile);
