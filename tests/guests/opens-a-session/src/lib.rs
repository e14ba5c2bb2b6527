//! A probe that asks for what it needs, and makes nothing of it where it does not get it: what it says then is not to be
//! taken for health.

use probe_sdk::{About, Capability, Failure, Probe, Run, session, state, value};

probe_sdk::facts! {
    OPENED = "sessions.opened": Flag, "whether a session was opened";
}

struct OpensASession;

impl Probe for OpensASession {
    const ABOUT: About = About {
        summary: "opens a session of its own",
        requires: &[state::LOGGED_IN],
        capabilities: &[Capability::Connect, Capability::Login],
        facts: FACTS,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let opening = session::Opening::like_the_first(run);
        let opened = session::Session::open(run, &opening).is_ok();
        run.note(OPENED, value::flag(opened));
        Ok(())
    }
}

probe_sdk::export!(OpensASession);
