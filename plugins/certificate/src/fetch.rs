//! Gets the certificate: a connection of its own, secured as the session was, without user or password.

use probe_sdk::ftp::Features;
use probe_sdk::ftp::phase::auth::{self, AuthAnswer};
use probe_sdk::ftp::phase::greeting::{self, Greeting};
use probe_sdk::{
    Connection, Control, Failure, FailureKind, Finding, Operation, Run, TlsOptions, TlsSession,
    pause, value,
};

use crate::CLIENT_CERTIFICATE;

/// RFC 8446 section 6.2.
const CERTIFICATE_REQUIRED: u8 = 116;

/// A server that allows few sessions has one free again when the main session is over.
const PAUSES_MS: [u32; 3] = [1_000, 3_000, 6_000];

/// The handshake of a connection of this probe's own.
pub(crate) fn session(run: &mut Run) -> Result<TlsSession, Failure> {
    for pause_ms in PAUSES_MS {
        match attempt(run)? {
            Attempt::Secured(session) => return Ok(*session),
            Attempt::TooMany => pause(pause_ms),
        }
    }
    match attempt(run)? {
        Attempt::Secured(session) => Ok(*session),
        Attempt::TooMany => Err(failed(
            "the server takes no second connection beside the session: it allows too few at a time",
        )),
    }
}

enum Attempt {
    Secured(Box<TlsSession>),
    /// Turned away at the greeting for the number of connections.
    TooMany,
}

fn attempt(run: &mut Run) -> Result<Attempt, Failure> {
    let connection = Connection::open(&run.control_endpoint())?;
    connection.established(run.request().connect_ms)?;
    let mut control = Control::new(connection, run.request().reply_ms);
    let greets_inside = run.text("control.mode") == Some("implicit");
    if !greets_inside {
        let greeting = control.greeting_within(patience(run)).map_err(ended)?;
        if greeting::judge(&greeting) == Greeting::TooMany {
            return Ok(Attempt::TooMany);
        }
    }
    if run.text("control.mode") == Some("explicit") {
        ask_for_tls(&mut control)?;
    }
    let session = control.secure(&TlsOptions {
        server_name: run.server_name(),
        resume: false,
        highest: None,
    })?;
    if greets_inside {
        // The certificate is there already; what the greeting says is the other probe's finding.
        let _ = control.reply();
    }
    features(run, &mut control);
    control.quit();
    Ok(Attempt::Secured(Box::new(session)))
}

/// A greeting that came late comes late again.
fn patience(run: &Run) -> u32 {
    let reply_ms = run.request().reply_ms;
    let came_after = run.number("server.greeting-ms").unwrap_or_default();
    u32::try_from(came_after).map_or(reply_ms, |came_after| reply_ms.max(2 * came_after))
}

/// `AUTH TLS`, or the word that was accepted before.
fn ask_for_tls(control: &mut Control) -> Result<(), Failure> {
    for word in ["AUTH TLS", "AUTH SSL"] {
        let reply = control.command(word).map_err(ended)?;
        if matches!(auth::judge(&reply), AuthAnswer::Accepted { .. }) {
            return Ok(());
        }
    }
    Err(failed(
        "AUTH TLS was accepted on one connection and refused on the next",
    ))
}

fn failed(detail: &str) -> Failure {
    Failure {
        operation: Operation::Handshake,
        kind: FailureKind::Other,
        detail: detail.into(),
    }
}

fn ended(error: probe_sdk::DialogueError) -> Failure {
    match error {
        probe_sdk::DialogueError::Failure(failure) => failure,
        other => Failure {
            operation: Operation::Read,
            kind: FailureKind::Other,
            detail: other.to_string(),
        },
    }
}

/// What the server says it can do before anybody has logged in (RFC 2389 section 3).
fn features(run: &mut Run, control: &mut Control) {
    let reply = match control.command("FEAT") {
        Ok(reply) => reply,
        // In TLS 1.3 it comes with the first read after the handshake, and without a login this is the first.
        Err(error) if error.kind() == Some(FailureKind::TlsAlert(CERTIFICATE_REQUIRED)) => {
            let detail =
                "The server ends the session because the client shows no certificate of its own.";
            return run.found(Finding::new(CLIENT_CERTIFICATE, detail).evidence("failure", error));
        }
        Err(_) => return,
    };
    if let Some(features) = Features::parse(&reply) {
        run.note(
            "server.features-before-login",
            value::texts(features.names()),
        );
    }
}
