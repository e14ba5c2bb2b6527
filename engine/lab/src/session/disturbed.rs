//! A command that is not answered as it should be.

use std::time::Duration;

use super::{Flow, Session, Step};
use crate::{Disturbance, Fault};

/// What stands for the command where the greeting is disturbed.
pub(super) const GREETING: &str = "greeting";
/// No line of it begins with three digits.
const NO_REPLY: &[u8] = b"\x01\x02%%~\x00 }{ 7f\r\n##\x1f\xfe\xdc\r\n";
/// Between two replies that are to travel alone.
const A_MOMENT: Duration = Duration::from_millis(60);

impl Session {
    /// What disturbs this command, this time.
    pub(super) fn disturbance(&self, verb: &str) -> Option<Disturbance> {
        let (how, once) = self.value(|fault| match fault {
            Fault::Disturbed { at, how, once } if at.eq_ignore_ascii_case(verb) => {
                Some((how.clone(), *once))
            }
            _ => None,
        })?;
        (!once || self.server.counters.first_disturbed()).then_some(how)
    }

    pub(super) async fn disturbed(&mut self, how: Disturbance, verb: &str, argument: &str) -> Step {
        match how {
            Disturbance::Silence => self.fall_silent().await,
            Disturbance::Close => Ok(Flow::Close),
            Disturbance::Reset => {
                self.reset();
                Ok(Flow::Close)
            }
            Disturbance::Says { lines, close } => {
                for line in &lines {
                    self.line(line).await?;
                }
                Ok(if close { Flow::Close } else { Flow::Continue })
            }
            Disturbance::Before { line } => {
                self.line(&line).await?;
                if self.pause(A_MOMENT).await == Flow::Close {
                    return Ok(Flow::Close);
                }
                self.answer(verb, argument).await
            }
            Disturbance::Behind { line } => {
                let flow = self.answer(verb, argument).await?;
                self.line(&line).await?;
                Ok(flow)
            }
            Disturbance::Twice => {
                let flow = self.answer(verb, argument).await?;
                self.control.repeat().await?;
                Ok(flow)
            }
            Disturbance::Reworded { text } => {
                self.control.reworded = Some(text);
                let flow = self.answer(verb, argument).await;
                self.control.reworded = None;
                flow
            }
            Disturbance::InPieces => {
                self.control.in_pieces = true;
                let flow = self.answer(verb, argument).await;
                self.control.in_pieces = false;
                flow
            }
            Disturbance::Garbage => {
                self.control.write(NO_REPLY).await?;
                Ok(Flow::Continue)
            }
            Disturbance::Late { ms } => {
                if self.pause(Duration::from_millis(ms)).await == Flow::Close {
                    return Ok(Flow::Close);
                }
                self.answer(verb, argument).await
            }
        }
    }

    /// What would have come.
    async fn answer(&mut self, verb: &str, argument: &str) -> Step {
        match verb {
            GREETING => self.speak().await,
            _ => Box::pin(self.obey_verb(verb, argument)).await,
        }
    }

    async fn line(&mut self, line: &str) -> std::io::Result<()> {
        self.control.write(format!("{line}\r\n").as_bytes()).await
    }
}
