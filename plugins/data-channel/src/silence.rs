//! A question for a data port that is left without an answer: the same is asked in a second session, and in a third one the
//! other question, while the first is still listened to, for some time beyond what the settings allow. So what there is to know
//! of both takes the time of one.

use probe_sdk::ftp::Reply;
use probe_sdk::session::{Method, Session};
use probe_sdk::{
    Connection, DialogueError, FIRST_LOOK_MS, FailureKind, elapsed_us, ready, second_look_of,
};

use crate::channel::{Channel, since_ms};
use crate::ending::Ending;
use crate::question::Asked;

/// The rest of a reply that has begun, in milliseconds.
const REST_MS: u32 = FIRST_LOOK_MS;

/// A question that was left without an answer beside another one.
pub(crate) struct SilentBeside {
    pub(crate) method: Method,
    pub(crate) ending: Ending,
}

/// One session that was asked for a port.
struct Question {
    session: Session,
    method: Method,
    state: State,
}

enum State {
    Waiting,
    Answered,
    /// It ended, or something came that is no reply.
    Over,
}

impl Question {
    /// Asks in a session of its own; none where there is no such session, or it did not come to the question.
    fn ask(channel: &mut Channel, method: Method, command: &str) -> Option<Question> {
        if channel.fresh == 0 {
            return None;
        }
        let mut session = channel.session.another(|_| ()).ok()?;
        channel.fresh -= 1;
        session.pret |= channel.session.pret;
        let refused = session.send_question(method, command).ok()?;
        refused.is_none().then_some(Question {
            session,
            method,
            state: State::Waiting,
        })
    }

    fn is_waiting(&self) -> bool {
        matches!(self.state, State::Waiting)
    }
}

impl Channel {
    /// Goes on with a question that has had no answer at first, asked over the session that is there. None where there is no
    /// second session beside it.
    pub(crate) fn side_by_side(
        &mut self,
        method: Method,
        command: &str,
        first: &Ending,
    ) -> Option<Asked> {
        let asked_us =
            elapsed_us().saturating_sub(u64::from(self.session.control.waited_ms()) * 1000);
        let full_ms = self.session.control.full_ms();
        let reply_ms = self.session.control.reply_ms();
        let second = Question::ask(self, method, command)?;
        let other = other(method);
        let is_open = self.gives(other) && !self.samples.iter().any(|it| it.method == other);
        let third = is_open
            .then(|| Question::ask(self, other, command))
            .flatten();
        let begun_us = elapsed_us();
        let mut first_waits = true;
        // After how long the first one was answered, where that is too late.
        let mut late_ms = None;
        let mut questions: Vec<Question> = std::iter::once(second).chain(third).collect();
        loop {
            let left_ms = match late_ms {
                // One late answer may be an accident: the second session is given as long as the settings wait.
                Some(_) => reply_ms.saturating_sub(since_ms(begun_us)),
                None => full_ms
                    .saturating_sub(since_ms(asked_us))
                    .max(second_look_of(reply_ms).saturating_sub(since_ms(begun_us))),
            };
            let (waiting, watched) = watched(&questions);
            let mut connections: Vec<&Connection> = watched;
            if first_waits {
                connections.push(self.session.control.connection());
            }
            let woken = ready(&connections, left_ms);
            let Some(at) = woken.first().copied() else {
                return Some(match late_ms {
                    Some(after_ms) => self.answered_late(first, after_ms),
                    None => self.unanswered(method, first, questions, since_ms(asked_us)),
                });
            };
            match waiting.get(at) {
                None => {
                    first_waits = false;
                    match self.session.control.reply_within(REST_MS) {
                        Ok(_) if since_ms(asked_us) > reply_ms => {
                            late_ms = Some(since_ms(asked_us));
                        }
                        Ok(reply) => return Some(self.answered(method, reply)),
                        Err(_) => {}
                    }
                }
                Some(index) => {
                    let question = &mut questions[*index];
                    let heard = question.session.control.reply_within(REST_MS);
                    match heard {
                        Ok(reply) if question.method == method => {
                            let asked = questions.swap_remove(*index);
                            return Some(self.goes_on_in(asked, reply, first));
                        }
                        Ok(_) => question.state = State::Answered,
                        Err(error) if is_silence(&error) => {}
                        Err(_) => question.state = State::Over,
                    }
                }
            }
        }
    }

    /// The first session answers after all.
    fn answered(&mut self, method: Method, reply: Reply) -> Asked {
        self.session.usable = true;
        Asked::Offer(self.session.offer(method, reply))
    }

    /// The same, later than the settings wait, and the second one has no answer in that time either. The session goes on; what
    /// it was given so late is not used.
    fn answered_late(&mut self, first: &Ending, after_ms: u32) -> Asked {
        self.session.usable = true;
        Asked::Ended(first.answered_after(after_ms))
    }

    /// A second one answers what the first left without an answer.
    fn goes_on_in(&mut self, asked: Question, reply: Reply, first: &Ending) -> Asked {
        self.session.abandon();
        self.session = asked.session;
        self.adjust();
        let name = asked.method.name();
        self.once.push(format!("{name}: {}", first.words()));
        Asked::Offer(self.session.offer(asked.method, reply))
    }

    /// Neither session has an answer. What follows goes on in the one that was asked otherwise, where that was answered, or in a
    /// fresh one.
    fn unanswered(
        &mut self,
        asked: Method,
        first: &Ending,
        questions: Vec<Question>,
        silent_ms: u32,
    ) -> Asked {
        self.session.abandon();
        self.reopen = true;
        for question in questions {
            let method = question.method;
            match question.state {
                State::Answered => {
                    self.session = question.session;
                    self.reopen = false;
                    self.adjust();
                }
                State::Waiting if method != asked => {
                    let ending = first.of_another(method.name(), silent_ms);
                    self.silent_beside = Some(SilentBeside { method, ending });
                }
                State::Waiting | State::Over => {}
            }
        }
        Asked::Ended(first.lasting(silent_ms))
    }
}

/// Those that are waited for, and their connections.
fn watched(questions: &[Question]) -> (Vec<usize>, Vec<&Connection>) {
    questions
        .iter()
        .enumerate()
        .filter(|(_, question)| question.is_waiting())
        .map(|(index, question)| (index, question.session.control.connection()))
        .unzip()
}

fn is_silence(error: &DialogueError) -> bool {
    error.kind() == Some(FailureKind::TimedOut)
}

pub(crate) fn other(method: Method) -> Method {
    match method {
        Method::Epsv => Method::Pasv,
        Method::Pasv => Method::Epsv,
    }
}
