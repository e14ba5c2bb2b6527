//! A probe that takes the session over and never hands it back, holds every connection it can get, and ends only when it is
//! ended: what others would have looked at is to be lost.

use probe_sdk::{About, Capability, Connection, Failure, Probe, Run, pause, state};

struct Starves;

impl Probe for Starves {
    const ABOUT: About = About {
        summary: "keeps session, connections and time",
        consumes: Some(state::LOGGED_IN),
        capabilities: &[Capability::Connect, Capability::Speak],
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let session = Connection::taken();
        let more = [(); 2].map(|()| Connection::open(&run.control_endpoint()));
        loop {
            pause(60_000);
            std::hint::black_box((&session, &more));
        }
    }
}

probe_sdk::export!(Starves);
