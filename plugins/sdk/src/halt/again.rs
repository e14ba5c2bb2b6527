use ftp::exchange::{Class, classify};
use ftp::{Asked, Manner, Reply};

use super::Halt;
use crate::decision::Decision;
use crate::patience::{beyond_ms, second_look_of, since_ms};
use crate::{AT_HAND_MS, Connection, Control, DialogueError, elapsed_us, pause, ready};

/// How long a fresh session is listened to at most, in milliseconds. A server that takes seconds for each reply is given more
/// time than one that answers at once.
const MOST_PATIENCE_MS: u32 = 10_000;
/// The rest of a reply that has begun, in milliseconds.
const REST_MS: u32 = 4_000;
/// A server that serves one at a time needs a moment to notice that the first one is gone.
const BREATH_MS: u32 = 1_000;
/// What every server can answer, and at once.
const WITNESS: &str = "NOOP";

/// Opens one more session and brings it to where the first one was; or says what was in the way.
pub type FreshSession<'a> = &'a mut dyn FnMut() -> Result<Control, String>;

/// What became of the same command over a fresh session.
pub enum Again {
    /// No answer there either.
    Same {
        /// What decides.
        decision: Decision,
        /// How long the first session was without an answer in all, in milliseconds.
        silent_ms: u32,
    },
    /// Answered this time: whatever it was came once. The session goes on from there.
    Answered {
        /// The fresh session.
        control: Control,
        /// Its answer.
        reply: Reply,
    },
    /// The first session answered after all.
    Late {
        /// The first session.
        control: Control,
        /// Its answer.
        reply: Reply,
        /// How long it took, about, in milliseconds.
        after_ms: u32,
    },
    /// It did not come to the question.
    NotAsked {
        /// What was in the way.
        why: String,
        /// As above.
        silent_ms: u32,
    },
}

/// Asks the same of a fresh session, and listens on to the first one meanwhile: what was a first look at silence has lasted the
/// full time when both have ended. Where there is no fresh session beside the first one, that is heard out and closed before a
/// last try: it may be our own idle session that is in the way.
pub fn ask_again(halt: &Halt, first: Option<Control>, fresh: FreshSession<'_>) -> Again {
    // One that is over holds its place on the server no longer.
    let first = first.filter(|_| !halt.manner.ends_session());
    let mut first = first.map(|control| First::new(halt, control));
    let mut silent_ms = halt.waited_ms;
    let mut second = fresh();
    if second.is_err()
        && let Some(first) = first.take()
    {
        match first.heard_out() {
            Ok(late) => return late,
            Err(for_ms) => silent_ms = for_ms,
        }
        pause(BREATH_MS);
        second = fresh();
    }
    let mut second = match second {
        Ok(control) => control,
        Err(why) => return Again::NotAsked { why, silent_ms },
    };
    if let Err(why) = bring(halt, &mut second) {
        return Again::NotAsked { why, silent_ms };
    }
    // Whether it is this answer that takes time, or any.
    let witness = match &first {
        Some(first) if first.left_ms() > REST_MS && !halt.asked().is_at_hand() => fresh()
            .ok()
            .and_then(|mut control| control.send(WITNESS).is_ok().then_some(control)),
        Some(_) | None => None,
    };
    SideBySide {
        halt,
        silent_ms,
        first,
        second,
        asked_us: elapsed_us(),
        witness,
    }
    .listen()
}

/// Puts a fresh session where the first one was, and asks what was left without a reply.
fn bring(halt: &Halt, second: &mut Control) -> Result<(), String> {
    for command in halt.before.iter().filter(|command| sets_state(command)) {
        second
            .command(command)
            .map_err(|error| format!("{command}: {error}"))?;
    }
    if !halt.command.is_empty() && second.send(&halt.command).is_err() {
        return Err("the fresh session ended before the command".into());
    }
    Ok(())
}

/// Whether a command changes what later ones mean, so that a fresh session needs it, too.
fn sets_state(command: &str) -> bool {
    matches!(
        Asked::by(command),
        Asked::Protection | Asked::Change | Asked::Plain
    )
}

/// The session that was left without a reply, and is listened to as long as an answer may take.
struct First {
    control: Control,
    /// When it was asked, in microseconds of the run.
    asked_us: u64,
    /// What it was waited for before, in milliseconds.
    waited_ms: u32,
    /// How long it is listened to, from the question on, in milliseconds.
    full_ms: u32,
}

impl First {
    fn new(halt: &Halt, control: Control) -> First {
        let beyond_ms = match halt.asked().is_at_hand() {
            true => 0,
            false => beyond_ms(),
        };
        First {
            control,
            asked_us: elapsed_us().saturating_sub(u64::from(halt.waited_ms) * 1000),
            waited_ms: halt.waited_ms,
            full_ms: halt.full_ms.saturating_add(beyond_ms),
        }
    }

    fn left_ms(&self) -> u32 {
        self.full_ms.saturating_sub(since_ms(self.asked_us))
    }

    /// Its answer, where one is here; itself, where it has none yet and its connection stands.
    fn answer(mut self, is_just_here: bool) -> Result<Again, Option<Box<First>>> {
        // What came while nobody looked may have come at the beginning of that time.
        let after_ms = match is_just_here {
            true => since_ms(self.asked_us),
            false => self.waited_ms.saturating_add(1),
        };
        match self.control.reply_within(REST_MS) {
            Ok(reply) => Ok(Again::Late {
                control: self.control,
                reply,
                after_ms,
            }),
            Err(error)
                if Halt::of(&self.control, &error).is_some_and(|it| !it.manner.ends_session()) =>
            {
                Err(Some(Box::new(self)))
            }
            Err(_) => Err(None),
        }
    }

    /// Waits for the rest of its time.
    ///
    /// # Errors
    /// How long it was without an answer, in milliseconds.
    fn heard_out(self) -> Result<Again, u32> {
        let asked_us = self.asked_us;
        if !ready(&[self.control.connection()], self.left_ms()).is_empty()
            && let Ok(late) = self.answer(true)
        {
            return Ok(late);
        }
        Err(since_ms(asked_us))
    }
}

/// Up to three sessions that are waited for at the same time.
struct SideBySide<'a> {
    halt: &'a Halt,
    /// How long the first one is without an answer, where it is not listened to any more, in milliseconds.
    silent_ms: u32,
    first: Option<First>,
    second: Control,
    /// When the second was asked, in microseconds of the run.
    asked_us: u64,
    /// One that was asked what every server can answer.
    witness: Option<Control>,
}

impl SideBySide<'_> {
    fn listen(mut self) -> Again {
        let first = self.first.as_ref().map(|first| first.control.connection());
        let mut is_just_here = first.is_none_or(|first| ready(&[first], 0).is_empty());
        loop {
            let left_ms = self.left_ms();
            let mut watched: Vec<&Connection> = vec![self.second.connection()];
            watched.extend(self.first.as_ref().map(|first| first.control.connection()));
            watched.extend(self.witness.as_ref().map(Control::connection));
            let woken = ready(&watched, left_ms);
            let at_witness = 1 + usize::from(self.first.is_some());
            if woken.contains(&1)
                && let Some(first) = self.first.take()
            {
                match first.answer(is_just_here) {
                    Ok(late) => return late,
                    Err(first) => self.first = first.map(|first| *first),
                }
            } else if woken.contains(&0) {
                let heard = self.second.reply_within(REST_MS);
                return self.heard(heard);
            } else if woken.contains(&at_witness) {
                // It answers, so that what is silent is this command.
                self.witness = None;
            } else if woken.is_empty() {
                return self.ended();
            }
            is_just_here = true;
        }
    }

    /// How long there is still something to wait for, in milliseconds.
    fn left_ms(&self) -> u32 {
        let patience_ms = self
            .second
            .patience_ms(second_look_of(self.second.reply_ms()), MOST_PATIENCE_MS);
        let own_ms = patience_ms.saturating_sub(since_ms(self.asked_us));
        let first_ms = self.first.as_ref().map_or(0, First::left_ms);
        let first_ms = match (&self.first, &self.witness) {
            // Where nothing is answered at all, it is not for the work behind this answer.
            (Some(first), Some(_)) => AT_HAND_MS
                .saturating_sub(since_ms(first.asked_us))
                .min(first_ms),
            (Some(_), None) | (None, _) => first_ms,
        };
        own_ms.max(first_ms)
    }

    /// The second session has spoken, or ended. Where it answers, what the first one waits for came once.
    fn heard(self, heard: Result<Reply, DialogueError>) -> Again {
        let silent_ms = self.silent_ms();
        judge(self.halt, self.second, heard, silent_ms)
    }

    /// Nothing came, in all the time there was.
    fn ended(self) -> Again {
        let how = match (&self.first, &self.witness) {
            (Some(_), Some(_)) => format!(
                "{}, and {WITNESS} over a third one: no answer",
                Manner::Silence
            ),
            (Some(_), None) | (None, _) => Manner::Silence.to_string(),
        };
        Again::Same {
            decision: Decision::repeated(how),
            silent_ms: self.silent_ms(),
        }
    }

    fn silent_ms(&self) -> u32 {
        let first = self.first.as_ref();
        first.map_or(self.silent_ms, |first| since_ms(first.asked_us))
    }
}

fn judge(
    halt: &Halt,
    control: Control,
    heard: Result<Reply, DialogueError>,
    silent_ms: u32,
) -> Again {
    let same = |decision| Again::Same {
        decision,
        silent_ms,
    };
    match heard {
        Ok(reply) if classify(halt.asked(), &reply) == Class::Goodbye => {
            same(Decision::repeated(format!("{} ({reply})", Manner::Goodbye)))
        }
        Ok(reply) => Again::Answered { control, reply },
        Err(error) => match Halt::of(&control, &error) {
            Some(again) => same(Decision::repeated(again.manner)),
            None => Again::NotAsked {
                why: error.to_string(),
                silent_ms,
            },
        },
    }
}
