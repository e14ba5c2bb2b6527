//! How a connection gets from one stage to the next, without ever waiting.

use crate::net::failure;
use std::future::Future;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, ready};

use tokio::io::ReadBuf;
use tokio::net::TcpStream;

use super::super::{TlsSession, TlsVersion};
use super::{Connection, Established, READ_AHEAD, Stage, Stream};
use model::failure::{Failure, FailureKind, Operation};

impl Connection {
    /// Ready once the next step would not wait: connected or failed, handshake over, bytes or the end to read.
    pub fn poll_advance(&mut self, cx: &mut TaskContext<'_>) -> Poll<()> {
        match &mut self.stage {
            Stage::Failed(_) => Poll::Ready(()),
            Stage::Connecting(handle) => {
                let outcome = ready!(Pin::new(handle).poll(cx));
                self.connected(outcome.unwrap_or_else(|_| Err(cancelled(Operation::Connect))));
                Poll::Ready(())
            }
            Stage::Securing(handle) => {
                let outcome = ready!(Pin::new(handle).poll(cx));
                self.handshake_over(
                    outcome.unwrap_or_else(|_| Err(cancelled(Operation::Handshake))),
                );
                Poll::Ready(())
            }
            Stage::Open(_) | Stage::Plain(_) if !self.incoming.is_empty() || self.end.is_some() => {
                Poll::Ready(())
            }
            Stage::Open(_) | Stage::Plain(_) => self.poll_fill(cx),
        }
    }

    fn connected(&mut self, outcome: Result<(TcpStream, Established), Failure>) {
        match outcome {
            Ok((stream, established)) => {
                let took = established.took.as_secs_f64() * 1000.0;
                let (local, peer) = (established.local, established.peer);
                self.dialogue.event(
                    self.id,
                    &format!("connected to {peer} from {local} in {took:.1} ms"),
                );
                self.established = Some(established);
                self.stage = Stage::Plain(stream);
            }
            Err(failure) => self.fail(failure),
        }
    }

    fn handshake_over(&mut self, outcome: Result<(Box<dyn Stream>, TlsSession), Failure>) {
        match outcome {
            Ok((stream, session)) => {
                let version = match session.version {
                    TlsVersion::Tls12 => "TLS 1.2",
                    TlsVersion::Tls13 => "TLS 1.3",
                };
                let resumed = if session.resumed { ", resumed" } else { "" };
                self.dialogue
                    .event(self.id, &format!("{version} {}{resumed}", session.cipher));
                self.session = Some(session);
                self.stage = Stage::Open(stream);
            }
            Err(failure) => self.fail(failure),
        }
    }

    fn poll_fill(&mut self, cx: &mut TaskContext<'_>) -> Poll<()> {
        // It is asked far more often than bytes come: filling the space with zeros each time would cost more than reading.
        let mut space = [MaybeUninit::uninit(); 16 * 1024];
        let mut buffer = ReadBuf::uninit(&mut space);
        loop {
            let stream: Pin<&mut dyn Stream> = match &mut self.stage {
                Stage::Open(stream) => Pin::new(stream.as_mut()),
                Stage::Plain(stream) => Pin::new(stream),
                _ => return Poll::Ready(()),
            };
            buffer.clear();
            let outcome = ready!(stream.poll_read(cx, &mut buffer));
            let bytes = buffer.filled();
            match outcome {
                Ok(()) if bytes.is_empty() => {
                    self.take_in(&[], true);
                    self.end = Some(Ok(()));
                }
                Ok(()) => {
                    self.take_in(bytes, false);
                }
                Err(error) => {
                    self.take_in(&[], true);
                    let failure = failure::from_io(Operation::Read, &error);
                    self.dialogue.failed(self.id, &failure);
                    self.end = Some(Err(failure));
                }
            }
            // The mask may hold everything back for now; then more must come.
            if !self.incoming.is_empty() || self.end.is_some() || self.incoming.len() >= READ_AHEAD
            {
                return Poll::Ready(());
            }
        }
    }

    fn take_in(&mut self, bytes: &[u8], at_end: bool) {
        self.quiet = None;
        let mut clean = match &mut self.mask {
            None => bytes.to_vec(),
            Some(mask) => mask.pass(bytes),
        };
        if let (Some(mask), true) = (&mut self.mask, at_end) {
            clean.extend(mask.finish());
        }
        if self.is_control() {
            self.dialogue.received(self.id, &clean, at_end);
        }
        self.incoming.extend(clean);
    }

    pub(super) fn fail(&mut self, failure: Failure) {
        self.dialogue.failed(self.id, &failure);
        self.stage = Stage::Failed(failure);
    }
}

fn cancelled(operation: Operation) -> Failure {
    Failure::new(operation, FailureKind::Other, "cancelled")
}
