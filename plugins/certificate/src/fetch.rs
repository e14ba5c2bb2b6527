//! Gets the certificate: a connection of its own, secured as the session was, without user or password.

use probe_sdk::ftp::Features;
use probe_sdk::ftp::phase::auth::{self, AuthAnswer};
use probe_sdk::{
    Connection, Control, Endpoint, Failure, FailureKind, Operation, Run, TlsOptions, TlsSession,
    value,
};

/// The handshake of a connection of this probe's own.
pub(crate) fn session(run: &mut Run) -> Result<TlsSession, Failure> {
    let host = run.remote().host.clone();
    let ip = run.text("server.address").unwrap_or(&host).to_string();
    let port = run
        .number("control.port")
        .and_then(|port| port.try_into().ok())
        .unwrap_or(run.remote().port);
    let connection = Connection::open(&Endpoint { ip, port })?;
    connection.established(run.request().connect_ms)?;
    let mut control = Control::new(connection, run.request().reply_ms);
    let explicit = run.text("control.mode") == Some("explicit");
    if explicit {
        dialogue(&mut control)?;
    } else if run.has_fact("control.greets-before-tls") {
        control.reply().map_err(ended)?;
    }
    let server_name = host.parse::<std::net::IpAddr>().is_err().then_some(host);
    let session = control.secure(&TlsOptions {
        server_name,
        resume: false,
        highest: None,
    })?;
    if !explicit && !run.has_fact("control.greets-before-tls") {
        // The greeting is due; a server that misses it is the other probe's finding.
        let _ = control.reply();
    }
    features(run, &mut control);
    let _ = control.send("QUIT");
    Ok(session)
}

/// Greeting and `AUTH TLS`, or the word that was accepted before.
fn dialogue(control: &mut Control) -> Result<(), Failure> {
    control.reply().map_err(ended)?;
    for word in ["AUTH TLS", "AUTH SSL"] {
        let reply = control.command(word).map_err(ended)?;
        if matches!(auth::judge(&reply), AuthAnswer::Accepted { .. }) {
            return Ok(());
        }
    }
    Err(Failure {
        operation: Operation::Handshake,
        kind: FailureKind::Other,
        detail: "AUTH TLS was accepted on one connection and refused on the next".into(),
    })
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
    let Ok(reply) = control.command("FEAT") else {
        return;
    };
    if let Some(features) = Features::parse(&reply) {
        run.note(
            "server.features-before-login",
            value::texts(features.names()),
        );
    }
}
