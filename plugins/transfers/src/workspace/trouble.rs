//! Why a transfer did not come about, and what that says.

use probe_sdk::ftp::phase::refusal::{self, Reason};
use probe_sdk::ftp::phase::transfer::TransferAnswer;
use probe_sdk::ftp::{Phase, Reply, phase};
use probe_sdk::halt::Halt;
use probe_sdk::quoted;
use probe_sdk::session::{Answer, Refusal};

use super::Workspace;

/// Why a transfer did not come about.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It was refused or broke.
    Refused(Box<Refusal>),
    /// No data connection.
    NoConnection(String),
}

impl Trouble {
    pub(crate) fn reply(&self) -> Option<&Reply> {
        match self {
            Trouble::Refused(refusal) => refusal.reply.as_ref(),
            Trouble::NoConnection(_) => None,
        }
    }

    /// Why the server refused the transfer before anything went over it, where it did and that is not about the data
    /// connection.
    pub(crate) fn refusal(&self) -> Option<Reason> {
        use TransferAnswer::{Busy, Denied, StorageFull, Unexpected};
        let Trouble::Refused(refusal) = self else {
            return None;
        };
        let about_the_file = matches!(
            refusal.answer,
            Answer::Reply(Denied | Busy | StorageFull | Unexpected)
        );
        let reply = refusal.reply.as_ref().filter(|_| about_the_file)?;
        Some(refusal::reason(reply))
    }

    /// Whether the server does not want this transfer, as against not being able to make it.
    pub(crate) fn denied(&self) -> bool {
        !matches!(
            self.refusal(),
            None | Some(Reason::Full | Reason::InputOutput | Reason::Busy)
        )
    }

    /// Whether what was sent did not arrive, or nobody said anything of it: it may have been chance.
    pub(crate) fn lost(&self) -> bool {
        let Trouble::Refused(refusal) = self else {
            return false;
        };
        let begun = refusal.started || refusal.passed > 0;
        match refusal.answer {
            Answer::Silence | Answer::ControlLost | Answer::Handshake => true,
            Answer::Reply(TransferAnswer::Closing | TransferAnswer::Broken) => begun,
            // Listings came through before it.
            Answer::Reply(TransferAnswer::NoDataConnection) => true,
            Answer::Reply(_) => false,
        }
    }

    /// Whether data stopped on its way, and nobody said anything.
    pub(crate) fn stalled(&self) -> bool {
        matches!(self, Trouble::Refused(refusal) if refusal.answer == Answer::Silence && refusal.started)
    }

    /// The same, where the command itself was left without a reply.
    pub(crate) fn halt(&self, work: &Workspace) -> Option<Halt> {
        match self {
            Trouble::Refused(refusal) => Halt::of_transfer(&work.session.control, refusal),
            Trouble::NoConnection(_) => None,
        }
    }

    /// What was seen, in words.
    pub(crate) fn words(&self) -> String {
        match self {
            Trouble::NoConnection(why) => why.clone(),
            Trouble::Refused(refusal) => match (&refusal.reply, &refusal.failure) {
                (Some(reply), _) => quoted(reply),
                (None, Some(failure)) => failure.detail.clone(),
                (None, None) => format!("no reply, after {} bytes", refusal.passed),
            },
        }
    }

    /// Whether the server is busy with the file, and the transfer did not begin.
    pub(super) fn is_busy(&self) -> bool {
        let Trouble::Refused(refusal) = self else {
            return false;
        };
        let busy = |reply: &Reply| {
            phase::transfer::judge(Phase::Transfer, reply) == TransferAnswer::Busy
                && !refusal.started
        };
        refusal.reply.as_ref().is_some_and(busy)
    }
}
