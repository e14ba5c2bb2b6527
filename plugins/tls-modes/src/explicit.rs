//! The settings say explicit TLS, TLS if available, or clear text: the server speaks first, in the clear.

use probe_sdk::ftp::Reply;
use probe_sdk::ftp::phase::auth::{self, AuthAnswer};
use probe_sdk::{
    Connection, Control, DialogueError, Failure, FailureKind, Finding, Operation, Owner, Run,
    SslSetting, TlsSession,
};

use crate::greeting::{self, Heard};
use crate::secured::{Mode, Secured};
use crate::{
    BANNER_BEFORE_TLS, CLEARTEXT_FALLBACK, CLIENT_CERTIFICATE, EXPLICIT_ON_IMPLICIT,
    HANDSHAKE_FAILED, NOT_SUPPORTED, Place, REQUIRED, demand, implicit,
};

/// The alert of a server that wants a client certificate (RFC 8446 section 6.2). In TLS 1.3 it may come after the
/// handshake.
pub(crate) const CERTIFICATE_REQUIRED: u8 = 116;

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
                "The port stays silent in clear text, and speaks FTP inside TLS from the first byte: it is a port for \
                 implicit TLS, and the settings ask for another mode.",
            );
            run.found(
                finding
                    .evidence("greeting", evidence)
                    .cured_by(&[("ssl", "require-implicit"), ("port", &port)]),
            );
            Some(*secured)
        }
        Heard::Nothing => None,
    }
}

/// The settings say clear text; the server may insist on TLS. Then the run goes on with what it insists on.
fn in_clear(run: &mut Run, place: &Place, control: Control, greeting: Reply) -> Option<Secured> {
    let Some(reply) = demand::refused_in_clear(run, place) else {
        return Some(Secured {
            control,
            mode: Mode::Clear,
            greeting,
            session: None,
            port: None,
        });
    };
    let finding = Finding::new(
        REQUIRED,
        "The server takes no user name in clear text: it insists on TLS.",
    )
    .evidence("reply", &reply);
    match secure(place, control) {
        Auth::Secured(control, session) => {
            run.found(finding.cured_by(&[("ssl", "require-explicit")]));
            Some(Secured {
                control,
                mode: Mode::Explicit,
                greeting,
                session: Some(session),
                port: None,
            })
        }
        Auth::Failed(failure, said) => {
            run.found(finding.patch(&[("ssl", "require-explicit")]));
            run.found(handshake_failed(&failure, &said));
            None
        }
        Auth::Refused(_) => {
            run.found(finding);
            None
        }
    }
}

/// `AUTH TLS` on a connection whose greeting was read.
fn with_auth(run: &mut Run, place: &Place, control: Control, greeting: Reply) -> Option<Secured> {
    match secure(place, control) {
        Auth::Secured(control, session) => Some(Secured {
            control,
            mode: Mode::Explicit,
            greeting,
            session: Some(session),
            port: None,
        }),
        Auth::Failed(failure, said) => {
            run.found(handshake_failed(&failure, &said));
            None
        }
        Auth::Refused(reply) => without_auth(run, place, greeting, &reply),
    }
}

/// The server has no explicit TLS. Perhaps it has another kind.
fn without_auth(run: &mut Run, place: &Place, greeting: Reply, reply: &str) -> Option<Secured> {
    if let Some(secured) = tls_after_greeting(place) {
        let finding = Finding::new(
            BANNER_BEFORE_TLS,
            "The server greets in clear text and then wants the TLS handshake without AUTH: a third kind, neither \
             explicit nor implicit, that general clients do not speak.",
        );
        run.found(
            finding
                .evidence("greeting", &greeting)
                .evidence("AUTH TLS", reply),
        );
        return Some(secured);
    }
    if place.at.port != 990 {
        if let Some(secured) = implicit::elsewhere(place, 990) {
            let finding = Finding::new(
                NOT_SUPPORTED,
                "The server refuses explicit TLS on this port, and offers implicit TLS on port 990.",
            );
            run.found(
                finding
                    .evidence("reply", reply)
                    .evidence("port 990", &secured.greeting)
                    .owner(Owner::Settings)
                    .cured_by(&[("ssl", "require-implicit"), ("port", "990")]),
            );
            return Some(secured);
        }
    }
    let required = run.remote().ssl == SslSetting::RequireExplicit;
    let (code, detail) = if required {
        (
            NOT_SUPPORTED,
            "The settings require TLS, and the server offers none: AUTH TLS and AUTH SSL are refused.",
        )
    } else {
        (
            CLEARTEXT_FALLBACK,
            "The server offers no TLS, so the settings fall back to clear text: password and files can be read on the way.",
        )
    };
    run.found(Finding::new(code, detail).evidence("reply", reply));
    if required {
        return None;
    }
    let (control, greeting) = greeting::again(place)?;
    Some(Secured {
        control,
        mode: Mode::Clear,
        greeting,
        session: None,
        port: None,
    })
}

/// What came of `AUTH TLS`.
enum Auth {
    Secured(Control, TlsSession),
    /// Accepted, and the handshake failed; with what the server said in clear text instead.
    Failed(Failure, String),
    /// Refused, with the replies.
    Refused(String),
}

/// `AUTH TLS`, `AUTH SSL` where that is refused (F-A05), and the handshake. A handshake that meets clear text is tried
/// once more: some servers read a quick ClientHello as a command.
fn secure(place: &Place, control: Control) -> Auth {
    match attempt(place, control) {
        Auth::Failed(failure, said) if failure.kind == FailureKind::NotTls && said.is_empty() => {
            match greeting::again(place) {
                Some((control, _)) => attempt(place, control),
                None => Auth::Failed(failure, said),
            }
        }
        other => other,
    }
}

fn attempt(place: &Place, mut control: Control) -> Auth {
    let mut replies = Vec::new();
    for word in ["AUTH TLS", "AUTH SSL"] {
        let reply = match control.command(word) {
            Ok(reply) => reply,
            // No answer is not a refusal: going on in clear text would be what somebody in between wants.
            Err(DialogueError::Failure(failure)) => return Auth::Failed(failure, String::new()),
            Err(error) => {
                replies.push(error.to_string());
                break;
            }
        };
        match auth::judge(&reply) {
            AuthAnswer::Accepted { .. } => return handshake(place, control),
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
    Auth::Refused(replies.join(" / "))
}

fn handshake(place: &Place, mut control: Control) -> Auth {
    match control.secure(&place.tls()) {
        Ok(session) => Auth::Secured(control, session),
        Err(failure) => {
            let said = String::from_utf8_lossy(&control.connection().unparsed())
                .trim()
                .to_string();
            // Binary that is no record says nothing; a reply in clear text says why (RFC 4217 section 10.1).
            let said = if said.chars().any(|c| c == '\u{fffd}') {
                String::new()
            } else {
                said
            };
            Auth::Failed(failure, said)
        }
    }
}

/// A greeting in clear text and a handshake without AUTH (F-G06).
fn tls_after_greeting(place: &Place) -> Option<Secured> {
    let (mut control, greeting) = greeting::again(place)?;
    let session = control.secure(&place.tls()).ok()?;
    Some(Secured {
        control,
        mode: Mode::AfterGreeting,
        greeting,
        session: Some(session),
        port: None,
    })
}

/// A handshake that failed, with what the server said of it.
pub(crate) fn handshake_failed(failure: &Failure, said: &str) -> Finding {
    let code = match failure.kind {
        FailureKind::TlsAlert(CERTIFICATE_REQUIRED) => CLIENT_CERTIFICATE,
        _ => HANDSHAKE_FAILED,
    };
    let detail = match failure.kind {
        FailureKind::TlsAlert(CERTIFICATE_REQUIRED) => {
            "The server ends TLS because the client shows no certificate of its own."
        }
        _ if failure.operation != Operation::Handshake => {
            "The server was asked for TLS; in place of an answer the connection ended or stayed silent."
        }
        FailureKind::TlsAlert(_) => "The server ended the TLS handshake with an alert.",
        FailureKind::TlsIncompatible => {
            "Server and client have no TLS version, cipher suite or group in common."
        }
        FailureKind::TimedOut => "The server accepted TLS and then did not answer the handshake.",
        FailureKind::Closed | FailureKind::Reset | FailureKind::Truncated => {
            "The server closed the connection during the TLS handshake."
        }
        FailureKind::NotTls => "The server accepted TLS and then went on in clear text.",
        _ => "The TLS handshake failed.",
    };
    let mut finding = Finding::new(code, detail).evidence("failure", &failure.detail);
    if !said.is_empty() {
        finding = finding.evidence("server said", said);
    }
    finding
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
            let secured = Secured {
                control,
                mode: Mode::Explicit,
                greeting,
                session: Some(session),
                port: None,
            };
            (Some(secured), finding.cured_by(&changes))
        }
        Auth::Failed(failure, said) => {
            run.found(handshake_failed(&failure, &said));
            (None, finding.patch(&changes))
        }
        Auth::Refused(reply) => {
            if let Some(secured) = tls_after_greeting(place) {
                let finding = Finding::new(
                    BANNER_BEFORE_TLS,
                    "The server greets in clear text and then wants the TLS handshake without AUTH: a third kind, \
                     neither explicit nor implicit, that general clients do not speak.",
                );
                return (
                    Some(secured),
                    finding
                        .evidence("greeting", &greeting)
                        .evidence("AUTH TLS", reply),
                );
            }
            let detail = "The settings require TLS, and the server offers none.";
            run.found(Finding::new(NOT_SUPPORTED, detail).evidence("reply", reply));
            (None, finding)
        }
    }
}
