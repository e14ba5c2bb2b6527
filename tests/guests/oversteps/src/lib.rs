//! A probe that may connect, speak on the session and open data connections, and does more with that: with --allow-writes
//! it makes a directory; else it guesses a password, reads a file, or has the server connect to somebody, by how much is to
//! be looked at.

use probe_sdk::{About, Capability, Connection, Control, Depth, Failure, Probe, Run, state};

struct Oversteps;

impl Probe for Oversteps {
    const ABOUT: About = About {
        summary: "does more than it may",
        consumes: Some(state::LOGGED_IN),
        capabilities: &[Capability::Connect, Capability::Data, Capability::Speak],
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let command = match run.request().depth {
            _ if run.request().allow_writes => "MKD remote-doctor-0",
            Depth::Ladder | Depth::Quick => "USER admin",
            Depth::Standard => "RETR /pub/readme.txt",
            Depth::Full => "PORT 127,0,0,1,31,144",
        };
        let connection = match command {
            "USER admin" => Connection::open(&run.control_endpoint())?,
            _ => Connection::taken()?,
        };
        connection.established(run.request().connect_ms)?;
        let mut control = Control::new(connection, run.request().reply_ms);
        let answer = control.command(command);
        run.could_not_look("nothing", &[], &format!("{command}: {answer:?}"));
        Ok(())
    }
}

probe_sdk::export!(Oversteps);
