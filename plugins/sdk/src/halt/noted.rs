//! What a probe did not judge itself: the last command of its main session that was left without a reply.

use std::cell::RefCell;

use super::{Again, Halt, ask_again};
use crate::session::Opening;
use crate::{Control, Run, name};

thread_local! {
    /// An instance of a probe is one run of it.
    static NOTED: RefCell<Option<Halt>> = const { RefCell::new(None) };
}

/// Keeps the first halt of the main session.
pub(crate) fn note(halt: Halt) {
    NOTED.with_borrow_mut(|noted| {
        noted.get_or_insert(halt);
    });
}

/// Forgets it: the probe judges it.
pub(super) fn forget() {
    NOTED.take();
}

/// Confirms and reports it, once the probe has ended. A transfer has two connections, and what its silence means only the
/// probe can tell.
pub(crate) fn report(run: &mut Run) {
    let Some(halt) = NOTED.take() else {
        return;
    };
    let is_judged = run.has_found(super::STOPS_ANSWERING) || run.has_found(super::CLOSES_SESSION);
    if is_judged || matches!(halt.asked(), ftp::Asked::Transfer | ftp::Asked::Pass) {
        return;
    }
    let again = ask_again(&halt, None, &mut || fresh(run));
    match halt.finding(&again) {
        Some(finding) => run.found_after_all(finding),
        None => run.could_not_look(
            "the session",
            &[],
            &format!(
                "{} got no reply once, but a fresh session answered it",
                halt.at()
            ),
        ),
    }
    if let Again::Answered { control, .. } | Again::Late { control, .. } = again {
        control.quit();
    }
}

/// One more session like the first, logged in where that was.
fn fresh(run: &Run) -> Result<Control, String> {
    let opening = Opening::like_the_first(run);
    if run.flag(name::LOGIN_ACCEPTED) {
        opening.logged_in(run).map_err(|error| error.to_string())
    } else {
        let opened = opening.control(run).map_err(|error| error.to_string())?;
        Ok(opened.0)
    }
}
