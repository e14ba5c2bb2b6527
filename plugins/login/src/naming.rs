//! Questions that are asked for the name of the product alone, where nothing has shown it so far. A server that is recognised
//! is not asked, and one that is well is asked at depth `full` only: before that, another connection asks beside the login.

use probe_sdk::ftp::product::{Clue, Clues};
use probe_sdk::{Control, Depth, Run, name};

use crate::session::Session;

/// Asks a session that is logged in. What it says to a question like this is never a fault: the question is left out.
pub(crate) fn look(run: &mut Run, session: &mut Session, clues: &mut Clues) {
    if run.request().depth != Depth::Full {
        return;
    }
    for (question, clue) in [("SYST", Clue::System), ("HELP", Clue::Help)] {
        if clues.recognise().is_some() {
            return;
        }
        if let Some(reply) = session.ask(run, question)
            && reply.is_positive()
        {
            clues.hear(clue, &reply.text());
        }
    }
}

/// Asks where the login was refused, which is where advice for the product is needed most. The session is over with it.
pub(crate) fn of_who_refused(run: &Run, control: &mut Control, clues: &mut Clues) {
    let is_needed = clues.recognise().is_none() && run.request().depth != Depth::Ladder;
    if !is_needed || was_asked_beside(run) {
        return;
    }
    if let Some(reply) = control.ask_in_passing("SYST")
        && reply.is_positive()
    {
        clues.hear(Clue::System, &reply.text());
    }
}

/// Whether the connection that asks for the user name in clear text asks for the system, too.
fn was_asked_beside(run: &Run) -> bool {
    !run.is_brief() && run.text(name::CONTROL_MODE) == Some("explicit")
}
