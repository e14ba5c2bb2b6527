//! The source address that the remote sees: what allow lists have to name where addresses are translated on the way.

use probe_sdk::ftp::product::{Clue, Clues};
use probe_sdk::{Control, Run};

/// Asks the server for its status, where there is time for that; many say whom they are connected to.
pub(crate) fn look(run: &mut Run, control: &mut Control, clues: &mut Clues) {
    if run.is_brief() {
        return;
    }
    if let Ok(reply) = control.command("STAT") {
        run.note_seen_as(&reply.text());
        clues.hear(Clue::Status, &reply.text());
    }
}
