//! A transfer command that is sent before its data connection is made: whether a server waits for the connection before
//! it says 150 tells later which of the two failed.

use ftp::phase::transfer::{self, TransferAnswer};
use ftp::{Phase, Reply};

use super::transfer::{Seen, Transfer};
use super::{Payload, Refusal, Session, Transferred};
use crate::{Connection, DialogueError, ready};

/// What came of a transfer command that was sent before its data connection was made.
#[derive(Debug)]
pub enum Early {
    /// 150 or 125 already: the server does not wait for the data connection.
    Started,
    /// Nothing yet, as where the data connection is waited for.
    Nothing,
    /// A final reply.
    Final(Reply),
}

impl Session {
    /// Sends `command` before its data connection is made, and waits up to `wait_ms` milliseconds for a reply. The
    /// transfer goes on with [`transfer_begun`](Session::transfer_begun).
    ///
    /// # Errors
    /// The dialogue failed.
    pub fn send_early(&mut self, command: &str, wait_ms: u32) -> Result<Early, DialogueError> {
        self.control.send(command)?;
        let answered =
            self.control.has_bytes() || !ready(&[self.control.connection()], wait_ms).is_empty();
        if !answered {
            return Ok(Early::Nothing);
        }
        let reply = self.control.reply()?;
        Ok(match transfer::judge(Phase::Transfer, &reply) {
            TransferAnswer::Started => Early::Started,
            _ => Early::Final(reply),
        })
    }

    /// Moves the payload over `data`, whose TCP connection is made, for a command that was sent before; `started` says
    /// whether its 150 came already.
    ///
    /// # Errors
    /// As [`transfer`](Session::transfer).
    pub fn transfer_begun(
        &mut self,
        data: Connection,
        started: bool,
        payload: Payload<'_>,
    ) -> Result<Transferred, Box<Refusal>> {
        Transfer {
            session: self,
            seen: Seen::from_start(started),
        }
        .go_on(data, payload)
        .map_err(Box::new)
    }
}
