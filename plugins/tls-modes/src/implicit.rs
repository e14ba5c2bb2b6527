//! The settings say implicit TLS: we speak first.

use probe_sdk::ftp::phase::greeting::{self, Greeting};
use probe_sdk::ftp::{ReplyReader, Service};
use probe_sdk::halt::{Halt, ask_again};
use probe_sdk::{
    Connection, Control, Decision, DialogueError, Failure, FailureKind, Finding, Run, TlsSession,
};

use crate::failed::Failed;
use crate::greeting::{Heard, hear, refusal};
use crate::raw::{self, Answer, Offer};
use crate::secured::{Mode, Secured};
use crate::{
    CLOSED, IMPLICIT_ON_EXPLICIT, NOT_FTP, Place, TOO_MANY, UNAVAILABLE, black_hole, explicit,
    other_service, second_look,
};

/// From a fresh connection to one that is ready for the login.
pub(crate) fn first(run: &mut Run, place: &Place, connection: Connection) -> Option<Secured> {
    let secured = connection
        .start_tls(&place.tls())
        .and_then(|()| connection.secured(place.reply_ms));
    match secured {
        Ok(session) => greeted(run, place, connection, session),
        Err(failure) => {
            let bytes = connection.unparsed();
            // The looks that follow need its place.
            drop(connection);
            failed(run, place, &bytes, failure)
        }
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
                return Some(Secured::new(
                    place,
                    control,
                    Mode::Implicit,
                    greeting,
                    Some(session),
                ));
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
            let later = "a connection a few minutes later is greeted: it was a moment's trouble";
            run.found(
                Finding::new(CLOSED, detail)
                    .evidence("connection", error)
                    .likely(UNAVAILABLE, later),
            );
        }
        Err(DialogueError::Failure(failure))
            if Failed::from(failure.clone()).wants_certificate() =>
        {
            run.found(Failed::from(failure).finding());
        }
        Err(error) => {
            let page = other_service::ask_for_a_page(&control);
            match Halt::of(&control, &error) {
                Some(halt) if page.is_empty() => return silent(run, place, &halt),
                Some(_) | None => run.found(other_service::over_tls(&page)),
            }
        }
    }
    None
}

/// TLS is complete, and nothing is said in it: an FTP server that hangs, or another service that waits for a word it knows.
fn silent(run: &mut Run, place: &Place, halt: &Halt) -> Option<Secured> {
    let again = ask_again(halt, None, &mut || {
        let mut control = place.control().map_err(|failure| failure.detail)?;
        control
            .secure(&place.tls())
            .map_err(|failure| failure.detail)?;
        Ok(control)
    });
    match halt.finding(&again) {
        Some(finding) => run.found(finding.likely(
            NOT_FTP,
            "whether an FTP server is behind this port at all: the server's administrator can see it",
        )),
        None => {
            let reason = "the first session got no greeting within TLS, and a fresh one did";
            run.could_not_look("whether every connection is greeted", &[], reason);
            return Secured::again(place, Mode::Implicit).ok();
        }
    }
    None
}

/// No TLS from the first byte. What came instead tells what the port is.
fn failed(run: &mut Run, place: &Place, bytes: &[u8], failure: Failure) -> Option<Secured> {
    if !bytes.is_empty() && !Service::recognise(bytes).is_ftp() {
        run.found(other_service::finding(Service::recognise(bytes), bytes));
        return None;
    }
    let kind = failure.kind;
    let failed = Failed::from(failure);
    match kind {
        FailureKind::TlsAlert(_) | FailureKind::TlsIncompatible | FailureKind::TlsBroken => {
            return second_look::take(run, place, Mode::Implicit, &failed);
        }
        FailureKind::TimedOut => {
            let secured = black_hole::look(run, place, Mode::Implicit, &failed);
            if secured.is_some() {
                return secured;
            }
        }
        FailureKind::Closed | FailureKind::Reset => {
            // Some servers that lack what we offer say nothing of it.
            let answer = raw::ask(place, Mode::Implicit, Offer::Everything);
            if let Answer::Chosen(hello, flight) = answer {
                second_look::chosen(run, place, Mode::Implicit, &failed, hello, &flight);
                return None;
            }
            if let Ok(secured) = second_look::without_name(place, Mode::Implicit) {
                run.found(second_look::sni_rejected(place, &failed, &secured));
                return Some(secured);
            }
        }
        _ => {}
    }
    in_clear(run, place, bytes, failed)
}

/// Does the port greet in clear text? Then the mode in the settings is wrong, and the run goes on with the right one.
fn in_clear(run: &mut Run, place: &Place, bytes: &[u8], failed: Failed) -> Option<Secured> {
    let Ok(fresh) = place.connect() else {
        run.found(failed.finding());
        return None;
    };
    let (control, greeting) = match hear(run, place, fresh) {
        Heard::Greeting(control, greeting) => (control, greeting),
        // The first handshake was a moment's trouble.
        Heard::Implicit(secured) => return Some(*secured),
        Heard::ImplicitFailed(failed) => {
            return second_look::take(run, place, Mode::Implicit, &failed);
        }
        Heard::Nothing => return None,
    };
    let answer = first_line(bytes).unwrap_or(failed.failure.detail);
    let finding = Finding::new(
        IMPLICIT_ON_EXPLICIT,
        "The port greets in clear text: it is a port for explicit TLS, and the settings ask for implicit TLS.",
    )
    .because(Decision::by_counter_test("the same port in clear text", "a greeting"))
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
