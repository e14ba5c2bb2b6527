//! A port that says nothing: an implicit-TLS server, a web server, a slow one and a dead one look alike until somebody
//! says the first word. So, after a few silent seconds, a second connection does.

use probe_sdk::ftp::phase::greeting::{self, Greeting};
use probe_sdk::ftp::{Reply, ReplyReader, Service};
use probe_sdk::{
    Connection, Control, DialogueError, FailureKind, Patience, first_look_of, pause, ready,
};

use crate::Place;
use crate::failed::Failed;
use crate::secured::{Mode, Secured};

/// Real servers greet within a second or two; longer silence is worth a second connection.
const QUIET_MS: u32 = 3_000;
/// How long a greeting is waited for beyond the configured time-out, to tell late from never, and how long in all, where the
/// configured time-out is no longer than that. In milliseconds.
const PATIENCE_MS: u32 = 20_000;
const LONGEST_MS: u32 = 33_000;
/// A rate limit of one connection a second is the usual one.
const PAUSE_MS: u32 = 1_500;
/// After a younger connection was greeted, an older one is overdue.
const DUE_MS: u32 = 5_000;

/// What became of a wait for the greeting.
pub(crate) enum Outcome {
    /// Something came in clear text, or the connection ended.
    Spoke(Result<Reply, DialogueError>),
    /// It speaks FTP inside TLS.
    Implicit(Box<Secured>),
    /// It answered the ClientHello in the clear, and not as FTP does.
    OtherService(Service, Vec<u8>),
    /// It speaks TLS, and no FTP in it; with what it said.
    TlsWithoutFtp(Vec<u8>),
    /// It speaks TLS from the first byte, and the handshake failed.
    TlsFailed(Box<Failed>),
    /// Silence on the first connection, and a greeting in clear text on the second one.
    SilentOnce,
    /// Nothing at all.
    Silent,
}

/// Waits for the greeting; knocks with a ClientHello on a second connection when it does not come.
pub(crate) fn wait_for_greeting(place: &Place, control: &mut Control) -> Outcome {
    let quiet_ms = QUIET_MS.min(first_look_of(place.reply_ms));
    match control.reply_within(quiet_ms) {
        Err(error) if error.kind() == Some(FailureKind::TimedOut) => {}
        spoke => return Outcome::Spoke(spoke),
    }
    let mut patience = Patience::new(longest_ms(place).saturating_sub(quiet_ms));
    let mut knock = Knock::begin(place);
    loop {
        let left = match knock {
            // Greeted there: the first one is due.
            Knock::Undecided(Outcome::SilentOnce) => patience.left_ms().min(DUE_MS),
            Knock::Waiting(_) | Knock::Undecided(_) => patience.left_ms(),
        };
        if left == 0 {
            return knock.verdict();
        }
        let watched: Vec<&Connection> = std::iter::once(control.connection())
            .chain(knock.connection())
            .collect();
        let woken = ready(&watched, left);
        if woken.is_empty() {
            return knock.verdict();
        }
        if woken.contains(&0) {
            match control.reply_within(left) {
                Err(error) if error.kind() == Some(FailureKind::TimedOut) => {
                    return knock.verdict();
                }
                spoke => return Outcome::Spoke(spoke),
            }
        }
        if woken.contains(&1)
            && let Some(outcome) = knock.answered(place)
        {
            return outcome;
        }
    }
}

/// How long a greeting is waited for in all, be it the one that a 120 announces.
pub(crate) fn longest_ms(place: &Place) -> u32 {
    let longest_ms = match place.waits_no_longer {
        true => place.reply_ms,
        false => (place.reply_ms + PATIENCE_MS).min(LONGEST_MS),
    };
    longest_ms.max(place.reply_ms)
}

/// A second connection that says the first word.
enum Knock {
    Waiting(Connection),
    /// Answered in a way that decides nothing while the first connection may still speak.
    Undecided(Outcome),
}

impl Knock {
    fn begin(place: &Place) -> Knock {
        match place
            .connect()
            .and_then(|connection| connection.start_tls(&place.tls()).map(|()| connection))
        {
            Ok(connection) => Knock::Waiting(connection),
            Err(_) => Knock::Undecided(Outcome::Silent),
        }
    }

    fn connection(&self) -> Option<&Connection> {
        match self {
            Knock::Waiting(connection) => Some(connection),
            Knock::Undecided(_) => None,
        }
    }

    /// The handshake is over, one way or the other.
    fn answered(&mut self, place: &Place) -> Option<Outcome> {
        let Knock::Waiting(connection) = std::mem::replace(self, Knock::Undecided(Outcome::Silent))
        else {
            return None;
        };
        let session = connection.secured(0);
        if let Err(failure) = &session
            && matches!(
                failure.kind,
                FailureKind::TlsAlert(_) | FailureKind::TlsIncompatible | FailureKind::TlsBroken
            )
        {
            return Some(Outcome::TlsFailed(Box::new(Failed::from(failure.clone()))));
        }
        let Ok(session) = session else {
            let bytes = connection.unparsed();
            let service = Service::recognise(&bytes);
            // A clear-text FTP server that is only slow answers the ClientHello with its greeting, or an error.
            if greets(&bytes) {
                *self = Knock::Undecided(Outcome::SilentOnce);
                return None;
            }
            if bytes.is_empty() || service.is_ftp() || matches!(service, Service::Smtp) {
                return None;
            }
            return Some(Outcome::OtherService(service, bytes));
        };
        let mut control = Control::new(connection, place.reply_ms);
        match control.greeting_within(place.reply_ms) {
            Ok(greeting) if greeting::judge(&greeting) == Greeting::Ready => {
                Some(Outcome::Implicit(Box::new(Secured::new(
                    place,
                    control,
                    Mode::Implicit,
                    greeting,
                    Some(session),
                ))))
            }
            Ok(other) => Some(Outcome::TlsWithoutFtp(other.to_string().into_bytes())),
            Err(_) => Some(Outcome::TlsWithoutFtp(
                crate::other_service::ask_for_a_page(&control),
            )),
        }
    }

    fn verdict(self) -> Outcome {
        match self {
            Knock::Waiting(_) => Outcome::Silent,
            Knock::Undecided(outcome) => outcome,
        }
    }
}

/// Whether these are the words of a server that is ready (RFC 959 section 5.4).
fn greets(bytes: &[u8]) -> bool {
    let mut reader = ReplyReader::new();
    reader.push(bytes);
    let reply = reader.next().ok().flatten();
    reply.is_some_and(|reply| reply.code == 220)
}

/// How a second connection went after the first was closed.
pub(crate) enum Broken {
    Same,
    Different,
    /// This time it spoke: the session, with its first words.
    Spoke(Box<Control>, Reply),
    Unknown,
}

/// Tries again after a pause.
pub(crate) fn second_look(place: &Place) -> Broken {
    pause(PAUSE_MS);
    let Ok(mut control) = place.control() else {
        return Broken::Unknown;
    };
    match control.reply_within(QUIET_MS) {
        Ok(reply) => Broken::Spoke(Box::new(control), reply),
        Err(error) => match error.kind() {
            Some(FailureKind::Closed | FailureKind::Reset) => Broken::Same,
            _ => Broken::Different,
        },
    }
}
