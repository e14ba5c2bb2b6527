//! The first words of a session, and all that can be wrong with them.

use std::time::Duration;

use tokio::time::timeout;

use super::disturbed::GREETING;
use super::{Flow, Session, Step};
use crate::{Fault, Mode, control::Reply, wording::Occasion};

/// The longest a delayed greeting is delayed, in milliseconds.
const LONGEST_DELAY: u64 = 600_000;
/// The first byte of a TLS handshake (RFC 8446 section 5.1).
const HANDSHAKE: u8 = 22;
/// The length of a greeting that is far too long.
const HUGE: usize = 1 << 20;
/// Where even an endless greeting ends.
const ENDLESS: usize = 64 << 20;

impl Session {
    pub(super) async fn greet(&mut self) -> Step {
        if self.turned_away() == Flow::Close {
            return Ok(Flow::Close);
        }
        if self.has(&Fault::GreetingNever) {
            return self.fall_silent().await;
        }
        let mode = self.server.behaviour.mode;
        if mode == Mode::Implicit && self.secure().await? == Flow::Close {
            return Ok(Flow::Close);
        }
        if self.delay().await? == Flow::Close {
            return Ok(Flow::Close);
        }
        if let Some(refusal) = self.refusal() {
            self.send(refusal).await?;
            return Ok(Flow::Close);
        }
        let spoken = match self.disturbance(GREETING) {
            Some(how) => self.disturbed(how, GREETING, "").await?,
            None => self.speak().await?,
        };
        if spoken == Flow::Close {
            return Ok(Flow::Close);
        }
        if mode == Mode::GreetingThenTls {
            return self.await_hello().await;
        }
        Ok(Flow::Continue)
    }

    /// A client of this kind of server sends its ClientHello after the greeting; any other is told so at its first
    /// command.
    async fn await_hello(&mut self) -> Step {
        let idle = self.server.behaviour.limits.idle();
        match timeout(idle, self.control.first_byte()).await? {
            Ok(Some(HANDSHAKE)) => self.secure().await,
            Ok(_) => Ok(Flow::Continue),
            Err(error) => Err(error),
        }
    }

    /// Clients that do not get a single byte.
    fn turned_away(&mut self) -> Flow {
        if self.has(&Fault::ResetBeforeGreeting) {
            self.reset();
            return Flow::Close;
        }
        if self.has(&Fault::CloseBeforeGreeting)
            || self.has(&Fault::SourceRefused { ip: self.peer.ip() })
        {
            return Flow::Close;
        }
        Flow::Continue
    }

    async fn delay(&mut self) -> Step {
        let delays = |fault: &Fault| match fault {
            Fault::GreetingDelayed { ms } => Some((false, *ms)),
            Fault::GreetingNotYet { ms } => Some((true, *ms)),
            _ => None,
        };
        let Some((announced, ms)) = self.value(delays) else {
            return Ok(Flow::Continue);
        };
        if announced {
            self.reply(120, "Service ready in a moment").await?;
        }
        Ok(self
            .pause(Duration::from_millis(ms.min(LONGEST_DELAY)))
            .await)
    }

    /// Clients that get a refusal in place of a greeting.
    fn refusal(&self) -> Option<Reply> {
        if self.has(&Fault::SourceUnwelcome { ip: self.peer.ip() }) {
            return Some(self.words(Occasion::SourceUnwelcome));
        }
        if self.has(&Fault::ServiceUnavailable) {
            return Some(self.words(Occasion::Unavailable));
        }
        let from = self.value(|fault| match fault {
            Fault::TooManyConnections { from } => Some(*from),
            _ => None,
        });
        let limit = from
            .unwrap_or(usize::MAX)
            .min(self.server.behaviour.limits.connections + 1);
        (self.live.at_one_time >= limit).then(|| self.words(Occasion::TooManyConnections))
    }

    pub(super) async fn speak(&mut self) -> Step {
        let greeting = self.words(Occasion::Greeting);
        if self.has(&Fault::EndlessGreeting) {
            return self.speak_for_ever().await;
        }
        if self.has(&Fault::HugeLines) {
            return self.reply(220, "x".repeat(HUGE)).await;
        }
        if self.has(&Fault::Garbage) {
            let noise: Vec<u8> = (1..=u8::MAX).rev().cycle().step_by(7).take(600).collect();
            self.control.write(&noise).await?;
            return self.fall_silent().await;
        }
        if self.has(&Fault::ControlCharacters) {
            return self
                .reply(220, "\x1b[2J\x1b]0;owned\x07ready\x08\x08\u{202e}")
                .await;
        }
        if let Some(line) = self.value(|fault| match fault {
            Fault::GreetingCode { code, text } => Some(format!("{code} {text}\r\n")),
            _ => None,
        }) {
            self.control.write(line.as_bytes()).await?;
            return Ok(Flow::Continue);
        }
        if self.has(&Fault::GreetingMultiline) {
            let inner = [
                "530 is what a wrong password gets,",
                "220- and this is not the end either,",
                "  nor is this.",
            ];
            return self
                .send(Reply::lines_of(
                    220,
                    "A word first:",
                    inner.map(String::from),
                    "Ready",
                ))
                .await;
        }
        if let Some(lines) = self.value(|fault| match fault {
            Fault::GreetingOfLines { lines } => Some(*lines),
            _ => None,
        }) {
            let inner = (2..lines).map(|number| format!("Our terms of use, part {number}."));
            let long = Reply::lines_of(220, "Welcome.", inner, "Ready");
            return self.send(long).await;
        }
        if self.has(&Fault::GreetingInPieces) {
            self.control.reply_in_pieces(greeting).await?;
            return Ok(Flow::Continue);
        }
        self.send(greeting).await
    }

    async fn speak_for_ever(&mut self) -> Step {
        let lines = "220-There is more to come.\r\n".repeat(1 << 10);
        for _ in 0..ENDLESS / lines.len() {
            self.control.write(lines.as_bytes()).await?;
        }
        Ok(Flow::Close)
    }
}
