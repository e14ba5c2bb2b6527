//! Writing: what may leave on a connection, and how it went.

use std::io;
use std::time::Duration;

use tokio::io::AsyncWriteExt;

use super::{Connection, Stage, Stream};
use crate::net::commands::NotSaid;
use crate::net::{Forbidden, failure};
use model::capability::Capability;
use model::failure::{Failure, FailureKind, Operation};

/// Why bytes were not written.
#[derive(Debug)]
pub enum NotWritten {
    /// They are a command that may not be sent: the guest broke the rules.
    Forbidden(Forbidden),
    /// The user denies the guest what it asked for.
    Denied(Capability),
    /// Writing failed.
    Failed(Failure),
}

impl From<NotSaid> for NotWritten {
    fn from(why: NotSaid) -> NotWritten {
        match why {
            NotSaid::Forbidden(rule) => NotWritten::Forbidden(rule),
            NotSaid::Denied(capability) => NotWritten::Denied(capability),
        }
    }
}

impl Connection {
    /// Writes all of the bytes. On a control connection they are commands: part of the transcript, and held to what the
    /// probe and the run may do. On a data connection they are an upload.
    ///
    /// # Errors
    /// What may not be sent, or how writing failed.
    pub async fn write(&mut self, bytes: &[u8], wait: Duration) -> Result<(), NotWritten> {
        let (holder, writes) = (&self.holder, &self.writes);
        if !self.is_control() {
            holder.may_upload(writes)?;
            let written = self.write_silently(bytes, wait).await;
            return written.map_err(NotWritten::Failed);
        }
        let probe = &self.dialogue.probe;
        let leaving = self.commands.pass(bytes, &self.words, |command| {
            holder.permits(probe, command, writes)
        });
        let leaving = match leaving {
            Ok(leaving) => leaving,
            // No rule was broken: this machine cannot do its part.
            Err(NotSaid::Forbidden(rule @ Forbidden::NotWrittenDown { .. })) => {
                let failure = Failure::new(Operation::Write, FailureKind::Other, rule);
                return Err(NotWritten::Failed(failure));
            }
            Err(why) => return Err(why.into()),
        };
        if leaving.is_empty() {
            return Ok(());
        }
        self.dialogue.sent(self.id, &leaving);
        let written = self.write_silently(&leaving, wait).await;
        written.map_err(NotWritten::Failed)
    }

    /// Writes a line that the transcript shows as something else.
    ///
    /// # Errors
    /// How writing failed.
    pub async fn write_secret(
        &mut self,
        line: &[u8],
        shown: &str,
        wait: Duration,
    ) -> Result<(), Failure> {
        self.dialogue.sent_secret(self.id, self.peer, shown);
        if let Some(mask) = &mut self.mask {
            mask.expect_echo();
        }
        self.write_silently(line, wait).await
    }

    async fn write_silently(&mut self, bytes: &[u8], wait: Duration) -> Result<(), Failure> {
        self.settle(Operation::Write, wait, |stage| {
            matches!(stage, Stage::Connecting(_) | Stage::Securing(_))
        })
        .await?;
        let stream: &mut dyn Stream = match &mut self.stage {
            Stage::Open(stream) => stream.as_mut(),
            Stage::Plain(stream) => stream,
            _ => return Err(self.failure(Operation::Write)),
        };
        let written = async {
            stream.write_all(bytes).await?;
            stream.flush().await
        };
        match tokio::time::timeout(wait, written).await {
            Err(_) => Err(Failure::timed_out(Operation::Write, wait)),
            Ok(written) => written.map_err(|error| self.unwritten(&error)),
        }
    }

    /// Says that no more will be written: close_notify within TLS, then FIN. Reading goes on.
    ///
    /// # Errors
    /// How that failed.
    pub async fn finish(&mut self, wait: Duration) -> Result<(), Failure> {
        let stream: &mut dyn Stream = match &mut self.stage {
            Stage::Open(stream) => stream.as_mut(),
            Stage::Plain(stream) => stream,
            _ => return Err(self.failure(Operation::Write)),
        };
        match tokio::time::timeout(wait, stream.shutdown()).await {
            Err(_) => Err(Failure::timed_out(Operation::Write, wait)),
            Ok(done) => done.map_err(|error| self.unwritten(&error)),
        }
    }

    fn unwritten(&self, error: &io::Error) -> Failure {
        let failure = failure::from_io(Operation::Write, error);
        self.dialogue.failed(self.id, &failure);
        failure
    }
}
