//! The settings say implicit TLS: we speak first.

use probe_sdk::ftp::phase::greeting::{self, Greeting};
use probe_sdk::ftp::{ReplyReader, Service};
use probe_sdk::{
    Connection, Control, DialogueError, Failure, FailureKind, Finding, Run, TlsSession,
};

use crate::greeting::{Heard, hear, refusal};
use crate::secured::{Mode, Secured};
use crate::{CLOSED, IMPLICIT_ON_EXPLICIT, Place, TOO_MANY, UNAVAILABLE, explicit, other_service};

/// From a fresh connection to one that is ready for the login.
pub(crate) fn first(run: &mut Run, place: &Place, connection: Connection) -> Option<Secured> {
    let secured = connection
        .start_tls(&place.tls())
        .and_then(|()| connection.secured(place.reply_ms));
    match secured {
        Ok(session) => greeted(run, place, connection, session),
        Err(failure) => failed(run, place, &connection, &failure),
    }
}

fn greeted(
    run: &mut Run,
    place: &Place,
    connection: Connection,
    session: TlsSession,
) -> Option<Secured> {
    let mut control = Control::new(connection, place.reply_ms);
    match control.greeting_within(place.reply_ms) {
        Ok(greeting) => match greeting::judge(&greeting) {
            Greeting::Ready => {
                return Some(Secured {
                    control,
                    mode: Mode::Implicit,
                    greeting,
                    session: Some(session),
                    port: None,
                });
            }
            Greeting::TooMany => run.found(refusal(TOO_MANY, &greeting)),
            Greeting::Unavailable | Greeting::Wait => run.found(refusal(UNAVAILABLE, &greeting)),
            Greeting::NotFtp => run.found(other_service::over_tls(greeting.to_string().as_bytes())),
        },
        Err(error)
            if matches!(
                error.kind(),
                Some(FailureKind::Closed | FailureKind::Reset | FailureKind::Truncated)
            ) =>
        {
            let detail = "The server finishes the TLS handshake and then closes the connection without a greeting.";
            run.found(Finding::new(CLOSED, detail).evidence("connection", error));
        }
        Err(DialogueError::Failure(failure))
            if failure.kind == FailureKind::TlsAlert(explicit::CERTIFICATE_REQUIRED) =>
        {
            run.found(explicit::handshake_failed(&failure, ""));
        }
        Err(_) => run.found(other_service::over_tls(&other_service::ask_for_a_page(
            &control,
        ))),
    }
    None
}

/// No TLS from the first byte. What came instead tells what the port is.
fn failed(
    run: &mut Run,
    place: &Place,
    connection: &Connection,
    failure: &Failure,
) -> Option<Secured> {
    let bytes = connection.unparsed();
    if !bytes.is_empty() && !Service::recognise(&bytes).is_ftp() {
        run.found(other_service::finding(Service::recognise(&bytes), &bytes));
        return None;
    }
    match failure.kind {
        FailureKind::TlsAlert(_) | FailureKind::TlsIncompatible | FailureKind::TlsBroken => {
            run.found(explicit::handshake_failed(failure, ""));
            None
        }
        _ => in_clear(run, place, &bytes, failure),
    }
}

/// Does the port greet in clear text? Then the mode in the settings is wrong, and the run goes on with the right one.
fn in_clear(run: &mut Run, place: &Place, bytes: &[u8], failure: &Failure) -> Option<Secured> {
    let Ok(fresh) = place.connect() else {
        run.found(explicit::handshake_failed(failure, ""));
        return None;
    };
    let Heard::Greeting(control, greeting) = hear(run, place, fresh) else {
        return None;
    };
    let answer = first_line(bytes).unwrap_or_else(|| failure.detail.clone());
    let finding = Finding::new(
        IMPLICIT_ON_EXPLICIT,
        "The port greets in clear text: it is a port for explicit TLS, and the settings ask for implicit TLS.",
    )
    .evidence("answer to the TLS handshake", answer)
    .evidence("greeting in clear text", &greeting);
    let (secured, finding) = explicit::after_wrong_mode(run, place, control, greeting, finding);
    run.found(finding);
    secured
}

fn first_line(bytes: &[u8]) -> Option<String> {
    let mut reader = ReplyReader::new();
    reader.push(bytes);
    let reply = reader.next().ok().flatten()?;
    Some(reply.to_string())
}

/// Implicit TLS on another port of the same server.
pub(crate) fn elsewhere(place: &Place, port: u16) -> Option<Secured> {
    let connection = place.connect_to(port).ok()?;
    connection.start_tls(&place.tls()).ok()?;
    let session = connection.secured(place.reply_ms).ok()?;
    let mut control = Control::new(connection, place.reply_ms);
    let greeting = control.greeting_within(place.reply_ms).ok()?;
    (greeting::judge(&greeting) == Greeting::Ready).then(|| Secured {
        control,
        mode: Mode::Implicit,
        greeting,
        session: Some(session),
        port: Some(port),
    })
}
