//! The source address that the remote sees: what allow lists have to name where addresses are translated on the way.

use probe_sdk::Run;
use probe_sdk::ftp::product::{Clue, Clues};

use crate::session::Session;

/// Asks the server for its status, where there is time for that; many say whom they are connected to.
pub(crate) fn look(run: &mut Run, session: &mut Session, clues: &mut Clues) {
    if run.is_brief() {
        return;
    }
    if let Some(reply) = session.ask(run, "STAT") {
        run.note_seen_as(&reply.text());
        clues.hear(Clue::Status, &reply.text());
    }
}
