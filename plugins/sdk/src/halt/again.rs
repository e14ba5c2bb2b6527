use ftp::exchange::{Class, classify};
use ftp::{Asked, Manner, Reply};

use super::Halt;
use crate::decision::Decision;
use crate::{Connection, Control, Patience, pause, ready};

/// How long a fresh session is listened to: the first one had the whole of the configured time already.
const PATIENCE_MS: u32 = 10_000;
/// A server that serves one at a time needs a moment to notice that the first one is gone.
const BREATH_MS: u32 = 1_000;

/// Opens one more session and brings it to where the first one was; or says what was in the way.
pub type FreshSession<'a> = &'a mut dyn FnMut() -> Result<Control, String>;

/// What became of the same command over a fresh session.
pub enum Again {
    /// No answer there either.
    Same(Decision),
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
    /// It did not come to the question: what was in the way.
    NotAsked(String),
}

/// Asks the same of a fresh session, and listens on to the first one meanwhile. Where there is no fresh session beside the
/// first one, that is closed before a last try: it may be our own idle session that is in the way.
pub fn ask_again(halt: &Halt, first: Option<Control>, fresh: FreshSession<'_>) -> Again {
    // One that is over holds its place on the server no longer.
    let mut first = first.filter(|_| !halt.manner.ends_session());
    let began = crate::elapsed_us();
    let mut second = match fresh() {
        Ok(control) => control,
        Err(_) if first.is_some() => {
            drop(first.take());
            pause(BREATH_MS);
            match fresh() {
                Ok(control) => control,
                Err(why) => return Again::NotAsked(why),
            }
        }
        Err(why) => return Again::NotAsked(why),
    };
    for command in halt.before.iter().filter(|command| sets_state(command)) {
        if let Err(error) = second.command(command) {
            return Again::NotAsked(format!("{command}: {error}"));
        }
    }
    if !halt.command.is_empty() && second.send(&halt.command).is_err() {
        return Again::NotAsked("the fresh session ended before the command".into());
    }
    let mut patience = Patience::new(second.reply_ms().min(PATIENCE_MS));
    loop {
        let left = patience.left_ms();
        let watched: Vec<&Connection> = std::iter::once(second.connection())
            .chain(first.as_ref().map(Control::connection))
            .collect();
        let woken = ready(&watched, left);
        if woken.contains(&1)
            && let Some(mut control) = first.take()
            && let Ok(reply) = control.reply_within(left.max(1))
        {
            let waited = u32::try_from((crate::elapsed_us() - began) / 1000).unwrap_or(u32::MAX);
            return Again::Late {
                control,
                reply,
                after_ms: halt.waited_ms.saturating_add(waited),
            };
        }
        if woken.contains(&0) || woken.is_empty() {
            let heard = second.reply_within(left.max(1));
            return judge(halt, second, heard);
        }
    }
}

/// Whether a command changes what later ones mean, so that a fresh session needs it, too.
fn sets_state(command: &str) -> bool {
    matches!(
        Asked::by(command),
        Asked::Protection | Asked::Change | Asked::Plain
    )
}

fn judge(halt: &Halt, control: Control, heard: Result<Reply, crate::DialogueError>) -> Again {
    match heard {
        Ok(reply) if classify(halt.asked(), &reply) == Class::Goodbye => {
            Again::Same(Decision::repeated(format!("{} ({reply})", Manner::Goodbye)))
        }
        Ok(reply) => Again::Answered { control, reply },
        Err(error) => match Halt::of(&control, &error) {
            Some(again) => Again::Same(Decision::repeated(again.manner)),
            None => Again::NotAsked(error.to_string()),
        },
    }
}
