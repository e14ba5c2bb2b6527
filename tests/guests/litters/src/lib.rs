//! A probe that makes a directory, which it may, and traps before it has removed it. Run again to tidy up, it makes
//! another one.

use probe_sdk::{
    About, Capability, Connection, Control, Failure, Probe, Run, session, state, writes,
};

struct Litters;

impl Probe for Litters {
    const ABOUT: About = About {
        summary: "leaves a directory behind",
        consumes: Some(state::LOGGED_IN),
        capabilities: &[
            Capability::Connect,
            Capability::Speak,
            Capability::Write,
            Capability::Login,
        ],
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let Some(name) = writes::name() else {
            run.not_permitted("directories", &[], "nothing may be written");
            return Ok(());
        };
        if run.texts(writes::LEFT).is_empty() {
            let mut control = Control::new(Connection::taken()?, run.request().reply_ms);
            let made = control.command(&format!("MKD {name}-litter"));
            panic!("it made a directory: {made:?}");
        }
        let opening = session::Opening::like_the_first(run);
        if let Ok(mut session) = session::Session::open(run, &opening) {
            let _ = session.control.command(&format!("MKD {name}-more"));
        }
        Ok(())
    }
}

probe_sdk::export!(Litters);
