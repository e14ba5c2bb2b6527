//! A probe that asks for nothing in its description, and takes what it likes: with --allow-writes the session of another
//! probe, else names, a connection or the login, by how much is to be looked at.

use probe_sdk::{About, Connection, Depth, Failure, Probe, Run, login, resolve, state};

struct AsksForNothing;

impl Probe for AsksForNothing {
    const ABOUT: About = About {
        summary: "takes what it did not ask for",
        consumes: Some(state::LOGGED_IN),
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let got = match run.request().depth {
            _ if run.request().allow_writes => format!("{:?}", Connection::taken().map(|_| ())),
            Depth::Ladder | Depth::Quick => format!("{:?}", resolve("example.com")),
            Depth::Standard => {
                let opened = Connection::open(&run.control_endpoint());
                format!("{:?}", opened.map(|_| ()))
            }
            Depth::Full => format!("{:?}", login::offered().map(|it| it.user())),
        };
        run.could_not_look("nothing", &[], &format!("it got {got}"));
        Ok(())
    }
}

probe_sdk::export!(AsksForNothing);
