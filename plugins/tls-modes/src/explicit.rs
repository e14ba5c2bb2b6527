//! The settings say explicit TLS, TLS if available, or clear text: the server speaks first, in the clear.

use probe_sdk::ftp::Reply;
use probe_sdk::ftp::phase::auth::{self, AuthAnswer};
use probe_sdk::halt::{Halt, ask_again};
use probe_sdk::session::NOT_READY_MS;
use probe_sdk::{
    Connection, Control, Decision, DialogueError, Failure, Finding, Owner, Run, SslSetting,
    TlsSession, elapsed_us, pause, since_ms, value,
};

use crate::demand::OverTls;
use crate::facts;
use crate::failed::Failed;
use crate::greeting::{self, Heard};
use crate::secured::{self, Mode, NotAgain, Secured};
use crate::{
    BANNER_BEFORE_TLS, CLEARTEXT_FALLBACK, EXPLICIT_ON_IMPLICIT, NOT_FTP, NOT_SUPPORTED, Place,
    REQUIRED, RESTRICTED, demand, raw, second_look,
};

/// From a fresh connection to one that is ready for the login.
pub(crate) fn first(run: &mut Run, place: &Place, connection: Connection) -> Option<Secured> {
    match greeting::hear(run, place, connection) {
        Heard::Greeting(control, greeting) if run.remote().ssl == SslSetting::Never => {
            in_clear(run, place, control, greeting)
        }
        Heard::Greeting(control, greeting) => with_auth(run, place, control, greeting),
        Heard::Implicit(secured) => {
            let evidence = secured.greeting.to_string();
            let port = place.at.port.to_string();
            let finding = Finding::new(
                EXPLICIT_ON_IMPLICIT,
                "The port sends nothing in clear text, and speaks FTP inside TLS from the first byte. It is a \
                port for implicit TLS, but the settings ask for another mode.",
            );
            run.found(
                finding
                    .because(Decision::by_counter_test(
                        "TLS from the first byte",
                        "an FTP greeting",
                    ))
                    .evidence("greeting", evidence)
                    .cured_by(&[("ssl", "require-implicit"), ("port", &port)]),
            );
            Some(*secured)
        }
        Heard::ImplicitFailed(failed) => {
            run.found(maybe_implicit(place));
            second_look::take(run, place, Mode::Implicit, failed)
        }
        Heard::Nothing => None,
    }
}

/// TLS from the first byte, of which nothing more is known because the handshake fails.
fn maybe_implicit(place: &Place) -> Finding {
    let port = place.at.port.to_string();
    let detail = "The port sends nothing in clear text, and speaks TLS from the first byte. It is a port for \
    implicit TLS, but the settings ask for another mode.";
    Finding::new(EXPLICIT_ON_IMPLICIT, detail)
        .evidence("in clear text", "silence")
        .likely(
            NOT_FTP,
            "a client that completes the handshake gets no FTP greeting",
        )
        .patch(&[("ssl", "require-implicit"), ("port", &port)])
}

/// The settings say clear text; the server may insist on TLS. Then the run goes on with what it insists on.
fn in_clear(run: &mut Run, place: &Place, control: Control, greeting: Reply) -> Option<Secured> {
    let Some(refusal) = demand::refused_in_clear(run, place) else {
        return Some(Secured::new(place, control, Mode::Clear, greeting, None));
    };
    let finding = Finding::new(
        REQUIRED,
        "The server accepts no user name in clear text: it requires TLS.",
    )
    .evidence("reply", &refusal.reply);
    let in_words = Decision::by_rule(&refusal.reply, "a reply to a user name that requires TLS");
    let over_tls = "the same user name is refused over TLS, too; any client that completes a handshake with this \
    server can try it";
    let decided = |finding: Finding| match refusal.names_tls {
        true => finding.because(in_words.clone()),
        false => finding.likely(RESTRICTED, over_tls),
    };
    match secure(place, control) {
        Auth::Secured(control, session) => {
            let finding = match refusal.names_tls {
                true => decided(finding),
                false => match demand::over_tls(run, place, &refusal.reply) {
                    OverTls::Taken(reply) => finding.because(Decision::by_counter_test(
                        "the same user name over TLS",
                        reply,
                    )),
                    OverTls::Refused => return refused_with_or_without(run, place),
                    OverTls::Unknown => decided(finding),
                },
            };
            run.found(finding.cured_by(&[("ssl", "require-explicit")]));
            Some(Secured::explicit(place, control, greeting, session))
        }
        Auth::Failed(failed) => {
            run.found(decided(finding).patch(&[("ssl", "require-explicit")]));
            second_look::take(run, place, Mode::Explicit, failed.greeted(&greeting))
        }
        // It cannot insist on what it does not have.
        Auth::Refused(_) if !refusal.names_tls => refused_with_or_without(run, place),
        Auth::Refused(_) | Auth::Halted(_) => {
            run.found(decided(finding));
            None
        }
    }
}

/// The user name is not refused for want of TLS. What else it is refused for, the login says.
fn refused_with_or_without(run: &mut Run, place: &Place) -> Option<Secured> {
    run.note(facts::REQUIRES_TLS, value::flag(false));
    let (control, greeting) = greeting::again(place).ok()?;
    Some(Secured::new(place, control, Mode::Clear, greeting, None))
}

/// `AUTH TLS` on a connection whose greeting was read.
fn with_auth(run: &mut Run, place: &Place, control: Control, greeting: Reply) -> Option<Secured> {
    match secure(place, control) {
        Auth::Secured(control, session) => {
            Some(Secured::explicit(place, control, greeting, session))
        }
        Auth::Failed(failed) => {
            secured::note_greeting(run, &greeting);
            second_look::take(run, place, Mode::Explicit, failed.greeted(&greeting))
        }
        Auth::Refused(reply) => without_auth(run, place, greeting, &reply),
        Auth::Halted(halt) => {
            secured::note_greeting(run, &greeting);
            halted(run, place, &halt)
        }
    }
}

/// `AUTH` was left without a reply: asked again over a fresh session, on which the run goes on where it is answered.
fn halted(run: &mut Run, place: &Place, halt: &Halt) -> Option<Secured> {
    let again = ask_again(halt, None, &mut || {
        greeting::again(place).map(|(control, _)| control)
    });
    if let Some(finding) = halt.finding(&again) {
        run.found(finding);
        return None;
    }
    halt.once(run);
    drop(again);
    match Secured::again(place, Mode::Explicit) {
        Ok(secured) => Some(secured),
        Err(NotAgain::Handshake(failure)) => {
            second_look::take(run, place, Mode::Explicit, Failed::from(failure))
        }
        Err(NotAgain::Before(_) | NotAgain::Same) => None,
    }
}

/// The server has no explicit TLS. Perhaps it has another kind.
fn without_auth(run: &mut Run, place: &Place, greeting: Reply, reply: &str) -> Option<Secured> {
    if let Some(secured) = tls_after_greeting(place) {
        let finding = Finding::new(
            BANNER_BEFORE_TLS,
            "The server greets in clear text and then expects a TLS handshake without AUTH. This mode is neither \
            explicit nor implicit, and ordinary clients do not support it.",
        );
        run.found(
            finding
                .because(Decision::by_counter_test(
                    "TLS after the greeting, without AUTH",
                    "the handshake completes",
                ))
                .evidence("greeting", &greeting)
                .evidence("AUTH TLS", reply),
        );
        return Some(secured);
    }
    if place.at.port != 990
        && let Ok(secured) = Secured::again(&place.at_port(990), Mode::Implicit)
    {
        let finding = Finding::new(
            NOT_SUPPORTED,
            "The server refuses explicit TLS on this port, but offers implicit TLS on port 990.",
        );
        run.found(
            finding
                .because(Decision::by_counter_test(
                    "implicit TLS on port 990",
                    "an FTP greeting",
                ))
                .evidence("reply", reply)
                .evidence("port 990", &secured.greeting)
                .owner(Owner::Settings)
                .cured_by(&[("ssl", "require-implicit"), ("port", "990")]),
        );
        return Some(secured);
    }
    let required = run.remote().ssl == SslSetting::RequireExplicit;
    let (code, detail) = if required {
        (
            NOT_SUPPORTED,
            "The settings require TLS, but the server offers none: it refuses AUTH TLS and AUTH SSL.",
        )
    } else {
        (
            CLEARTEXT_FALLBACK,
            "The server offers no TLS, so the settings fall back to clear text. Anyone on the network path can \
            read the password and the files.",
        )
    };
    let decision = Decision::by_counter_test("AUTH SSL in place of AUTH TLS", "refused, too");
    run.found(
        Finding::new(code, detail)
            .because(decision)
            .evidence("reply", reply),
    );
    if required {
        secured::note_greeting(run, &greeting);
        return None;
    }
    let (control, greeting) = greeting::again(place).ok()?;
    Some(Secured::new(place, control, Mode::Clear, greeting, None))
}

/// What came of `AUTH TLS` and the handshake after it.
pub(crate) enum Auth {
    Secured(Control, TlsSession),
    /// Accepted, and the handshake failed.
    Failed(Failed),
    /// Refused, with the replies.
    Refused(String),
    /// `AUTH` was left without a reply.
    Halted(Halt),
}

/// `AUTH` and the handshake. A refusal is heard twice before it counts, and a handshake that meets clear text is tried once
/// more, later: some servers read a quick ClientHello as a command.
pub(crate) fn secure(place: &Place, control: Control) -> Auth {
    let first = attempt(place, control, 0);
    let pause_ms = match &first {
        Auth::Refused(_) => 0,
        Auth::Failed(failed) if failed.is_not_tls() => NOT_READY_MS,
        Auth::Failed(_) | Auth::Secured(..) | Auth::Halted(_) => return first,
    };
    let Ok((control, _)) = greeting::again(place) else {
        return first;
    };
    match (first, attempt(place, control, pause_ms)) {
        // What was said the first time counts, and the last words most of all.
        (Auth::Refused(replies), Auth::Refused(_) | Auth::Halted(_)) => Auth::Refused(replies),
        (Auth::Failed(failed), Auth::Failed(second)) if second.said.is_none() => {
            Auth::Failed(failed)
        }
        (_, second) => second,
    }
}

/// The same, once; the handshake begins so many milliseconds after the answer to `AUTH`.
fn attempt(place: &Place, mut control: Control, pause_ms: u32) -> Auth {
    match ask_for_tls(&mut control) {
        Asked::Granted => {}
        Asked::Refused(replies) => return Auth::Refused(replies),
        Asked::Halted(halt) => return Auth::Halted(halt),
        Asked::Failed(failure) => {
            return Auth::Failed(Failed::from(failure));
        }
    }
    if pause_ms > 0 {
        pause(pause_ms);
    }
    match control.secure_within(&place.tls(), place.handshake_ms) {
        Ok(session) => Auth::Secured(control, session),
        Err(failure) => {
            let said = raw::words(&control.connection().unparsed());
            Auth::Failed(Failed::on(control, failure, said))
        }
    }
}

/// The server's answer to `AUTH`.
pub(crate) enum Asked {
    Granted,
    /// The replies.
    Refused(String),
    /// No answer, which is not a refusal: going on in clear text would be what somebody in between wants.
    Halted(Halt),
    /// The same for another reason.
    Failed(Failure),
}

/// `AUTH TLS`, and `AUTH SSL` where that is refused (F-A05).
pub(crate) fn ask_for_tls(control: &mut Control) -> Asked {
    let mut replies = Vec::new();
    for word in ["AUTH TLS", "AUTH SSL"] {
        let reply = match control.command(word) {
            Ok(reply) => reply,
            // Some servers refuse whatever comes before the login and then take leave: what they said counts.
            Err(_) if !replies.is_empty() => break,
            Err(error) if let Some(halt) = Halt::of(control, &error) => return Asked::Halted(halt),
            Err(DialogueError::Failure(failure)) => return Asked::Failed(failure),
            Err(error) => {
                replies.push(error.to_string());
                break;
            }
        };
        match auth::judge(&reply) {
            AuthAnswer::Accepted { .. } => return Asked::Granted,
            AuthAnswer::Closing => {
                replies.push(reply.to_string());
                break;
            }
            AuthAnswer::NotOffered | AuthAnswer::TemporarilyUnavailable | AuthAnswer::Policy => {
                replies.push(reply.to_string());
            }
        }
    }
    replies.dedup();
    Asked::Refused(replies.join(" / "))
}

/// A greeting in clear text and a handshake without AUTH (F-G06). What wants one answers at once; what has greeted in clear text
/// waits for a line that never comes. It is given some round trips and the time of a signature.
fn tls_after_greeting(place: &Place) -> Option<Secured> {
    const PATIENCE_MS: u32 = 3_000;
    const SIGNATURE_MS: u32 = 600;
    const ROUND_TRIPS: u32 = 4;
    let patient = place.within(PATIENCE_MS);
    let began_us = elapsed_us();
    let connection = patient.connect().ok()?;
    let took_ms = since_ms(began_us);
    let (mut control, greeting) = greeting::on(&patient, connection).ok()?;
    let wait_ms = took_ms
        .saturating_mul(ROUND_TRIPS)
        .saturating_add(SIGNATURE_MS);
    let session = control
        .secure_within(&place.tls(), wait_ms.min(PATIENCE_MS))
        .ok()?;
    Some(Secured::new(
        place,
        control,
        Mode::AfterGreeting,
        greeting,
        Some(session),
    ))
}

/// The settings say implicit, the port greets in clear text: goes on with explicit TLS where there is any.
pub(crate) fn after_wrong_mode(
    run: &mut Run,
    place: &Place,
    control: Control,
    greeting: Reply,
    finding: Finding,
) -> (Option<Secured>, Finding) {
    let port = place.at.port.to_string();
    let changes = [("ssl", "require-explicit"), ("port", port.as_str())];
    match secure(place, control) {
        Auth::Secured(control, session) => {
            let secured = Secured::explicit(place, control, greeting, session);
            (Some(secured), finding.cured_by(&changes))
        }
        Auth::Failed(failed) => {
            let failed = failed.greeted(&greeting);
            let secured = second_look::take(run, place, Mode::Explicit, failed);
            (secured, finding.patch(&changes))
        }
        Auth::Halted(halt) => (halted(run, place, &halt), finding.patch(&changes)),
        Auth::Refused(reply) => {
            if let Some(secured) = tls_after_greeting(place) {
                let finding = Finding::new(
                    BANNER_BEFORE_TLS,
                    "The server greets in clear text and then expects a TLS handshake without AUTH. This mode is \
                    neither explicit nor implicit, and ordinary clients do not support it.",
                );
                return (
                    Some(secured),
                    finding
                        .because(Decision::by_counter_test(
                            "TLS after the greeting, without AUTH",
                            "the handshake completes",
                        ))
                        .evidence("greeting", &greeting)
                        .evidence("AUTH TLS", reply),
                );
            }
            let detail = "The settings require TLS, but the server offers none.";
            let decision =
                Decision::by_counter_test("AUTH SSL in place of AUTH TLS", "refused, too");
            run.found(
                Finding::new(NOT_SUPPORTED, detail)
                    .because(decision)
                    .evidence("reply", reply),
            );
            (None, finding)
        }
    }
}
