//! What is shown elsewhere: to clients that send no server name, and at the other addresses of the name. Each look is a
//! connection of its own up to the handshake, which never carries credentials.

use probe_sdk::ftp::phase::auth::{self, AuthAnswer};
use probe_sdk::ftp::phase::greeting::{self, Greeting};
use probe_sdk::{
    Connection, Control, DialogueError, Endpoint, Failure, FailureKind, Operation, Run, TlsOptions,
    name, pause,
};

/// A server that allows few sessions has one free again when the main session is over.
const PAUSES_MS: [u32; 2] = [3_000, 7_000];

/// What one look showed.
#[derive(Debug)]
pub(crate) enum Look {
    /// The certificates, DER, the leaf first.
    Shown(Vec<Vec<u8>>),
    /// FTP answers, and the handshake fails.
    NoHandshake(Failure),
    /// TCP does not come about.
    NoConnection(Failure),
    /// The user's limit on connections leaves no room beside the session.
    NoRoom,
    /// The server takes no further connection beside the session.
    Full,
    /// This depth allows no further connection.
    NoneLeft,
    /// The dialogue ended before the handshake.
    NotLooked(String),
}

/// Who looks, and where.
pub(crate) struct Place {
    pub(crate) at: Endpoint,
    /// The name sent in the handshake (RFC 6066 section 3).
    pub(crate) server_name: Option<String>,
}

impl Look {
    /// Looks; a server that is full is asked again.
    pub(crate) fn at(run: &Run, place: &Place) -> Look {
        for pause_ms in PAUSES_MS {
            match attempt(run, place) {
                Ok(look) => return look,
                Err(TooMany) => pause(pause_ms),
            }
        }
        attempt(run, place).unwrap_or(Look::Full)
    }
}

/// Turned away at the greeting for the number of connections.
struct TooMany;

fn attempt(run: &Run, place: &Place) -> Result<Look, TooMany> {
    let established = Connection::open(&place.at).and_then(|connection| {
        connection
            .established(run.request().connect_ms)
            .map(|_| connection)
    });
    let connection = match established {
        Ok(connection) => connection,
        Err(failure) if failure.kind == FailureKind::Busy => return Ok(Look::NoRoom),
        Err(failure) => return Ok(Look::NoConnection(failure)),
    };
    let mut control = Control::new(connection, run.request().reply_ms);
    let mode = run.text(name::CONTROL_MODE);
    if mode != Some("implicit") {
        match control.greeting_within(patience(run)) {
            Ok(reply) if greeting::judge(&reply) == Greeting::TooMany => return Err(TooMany),
            Ok(_) => {}
            Err(error) => return Ok(Look::NotLooked(error.to_string())),
        }
    }
    if mode == Some("explicit")
        && let Err(why) = ask_for_tls(&mut control)
    {
        return Ok(Look::NotLooked(why));
    }
    let secured = control.secure(&TlsOptions {
        server_name: place.server_name.clone(),
        resume: false,
        highest: None,
    });
    Ok(match secured {
        Ok(session) => {
            control.quit();
            Look::Shown(session.chain)
        }
        Err(failure) if failure.operation == Operation::Handshake => Look::NoHandshake(failure),
        Err(failure) => Look::NotLooked(failure.detail),
    })
}

/// A greeting that came late comes late again.
fn patience(run: &Run) -> u32 {
    let reply_ms = run.request().reply_ms;
    let came_after = run.number(name::SERVER_GREETING_MS).unwrap_or_default();
    u32::try_from(came_after).map_or(reply_ms, |came_after| reply_ms.max(2 * came_after))
}

/// `AUTH TLS`, or the word that was accepted before.
fn ask_for_tls(control: &mut Control) -> Result<(), String> {
    for word in ["AUTH TLS", "AUTH SSL"] {
        let reply = control
            .command(word)
            .map_err(|error: DialogueError| error.to_string())?;
        if matches!(auth::judge(&reply), AuthAnswer::Accepted { .. }) {
            return Ok(());
        }
    }
    Err("the server accepted AUTH TLS on one connection and refused it on the next".into())
}
