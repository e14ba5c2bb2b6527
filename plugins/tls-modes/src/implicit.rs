//! The settings say implicit TLS: we speak first.

use probe_sdk::ftp::phase::greeting::{self, Greeting};
use probe_sdk::ftp::{ReplyReader, Service};
use probe_sdk::halt::{Halt, ask_again};
use probe_sdk::{
    Connection, Control, Decision, DialogueError, FailureKind, Finding, Run, TlsSession,
};

use crate::failed::{self, Failed};
use crate::greeting::{Heard, hear, refuses};
use crate::raw::{self, Answer, Offer};
use crate::secured::{Mode, Secured};
use crate::{
    CLOSED, IMPLICIT_ON_EXPLICIT, NOT_FTP, Place, TOO_MANY, UNAVAILABLE, black_hole, explicit,
    other_service, second_look,
};

/// From a fresh connection to one that is ready for the login.
pub(crate) fn first(run: &mut Run, place: &Place, connection: Connection) -> Option<Secured> {
    let mut control = Control::new(connection, place.reply_ms);
    match control.secure_within(&place.tls(), place.handshake_ms) {
        Ok(session) => greeted(run, place, control, session),
        Err(failure) => {
            let bytes = control.connection().unparsed();
            failed(run, place, &bytes, Failed::on(control, failure, None))
        }
    }
}

fn greeted(
    run: &mut Run,
    place: &Place,
    mut control: Control,
    session: TlsSession,
) -> Option<Secured> {
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
            Greeting::TooMany => refuses(run, TOO_MANY, &greeting),
            Greeting::Unavailable | Greeting::Wait => refuses(run, UNAVAILABLE, &greeting),
            Greeting::NotFtp => run.found(other_service::over_tls(greeting.to_string().as_bytes())),
        },
        Err(error)
            if matches!(
                error.kind(),
                Some(FailureKind::Closed | FailureKind::Reset | FailureKind::Truncated)
            ) =>
        {
            let detail = "The server completes the TLS handshake, but closes the connection without a greeting.";
            let later =
                "a connection a few minutes later gets a greeting: the problem was temporary";
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
            "the server's administrator can see whether an FTP server is behind this port",
        )),
        None => {
            let reason = "the first session got no greeting within TLS, but a fresh one did";
            run.could_not_look("whether every connection gets a greeting", &[], reason);
            return Secured::again(place, Mode::Implicit).ok();
        }
    }
    None
}

/// No TLS from the first byte. What came instead tells what the port is.
fn failed(run: &mut Run, place: &Place, bytes: &[u8], mut failed: Failed) -> Option<Secured> {
    if !bytes.is_empty() && !Service::recognise(bytes).is_ftp() {
        run.found(other_service::finding(Service::recognise(bytes), bytes));
        return None;
    }
    match failed.failure.kind {
        FailureKind::TlsAlert(_) | FailureKind::TlsIncompatible | FailureKind::TlsBroken => {
            return second_look::take(run, place, Mode::Implicit, failed);
        }
        FailureKind::TimedOut => {
            let secured = black_hole::look(run, place, Mode::Implicit, &mut failed);
            if secured.is_some() {
                return secured;
            }
            failed.give_up();
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
        // The first handshake was a moment's trouble, or given up too early.
        Heard::Implicit(secured) => {
            if let Some(session) = &secured.session {
                failed::look_at_time(run, place, session);
            }
            return Some(*secured);
        }
        Heard::ImplicitFailed(failed) => {
            return second_look::take(run, place, Mode::Implicit, failed);
        }
        Heard::Nothing => return None,
    };
    let answer = first_line(bytes).unwrap_or(failed.failure.detail);
    let finding = Finding::new(
        IMPLICIT_ON_EXPLICIT,
        "The port greets in clear text: it is a port for explicit TLS, but the settings ask for implicit TLS.",
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
