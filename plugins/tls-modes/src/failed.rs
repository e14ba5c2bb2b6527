//! A handshake that failed, as the first look shows it.

use probe_sdk::ftp::Reply;
use probe_sdk::halt::too_late;
use probe_sdk::{
    Control, Decision, Failure, FailureKind, Finding, Operation, Run, TlsSession, elapsed_us,
    since_ms,
};

use crate::secured::{Mode, Secured};
use crate::{CLIENT_CERTIFICATE, HANDSHAKE_FAILED, Place, UNAVAILABLE};

/// The alert of a server that wants a client certificate (RFC 8446 section 6.2). In TLS 1.3 it may come after the
/// handshake.
const CERTIFICATE_REQUIRED: u8 = 116;

/// Reports a handshake that took longer than the settings wait, and ended well.
pub(crate) fn look_at_time(run: &mut Run, place: &Place, session: &TlsSession) {
    let took_ms = u32::try_from(session.took_us / 1000).unwrap_or(u32::MAX);
    if took_ms > place.reply_ms {
        run.found(too_late("the TLS handshake", place.reply_ms, took_ms));
    }
}

/// How it failed, and what the server said in clear text instead of it.
pub(crate) struct Failed {
    pub(crate) failure: Failure,
    pub(crate) said: Option<String>,
    /// The connection of a handshake that has not ended so far: it goes on while others are tried.
    pending: Option<Pending>,
}

struct Pending {
    control: Control,
    /// When it was given up at first, in microseconds of the run.
    since_us: u64,
    /// What the server greeted with, where it does so before TLS.
    greeting: Option<Reply>,
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Failed {
        Failed {
            failure,
            said: None,
            pending: None,
        }
    }
}

impl Failed {
    /// Whether it came to a handshake at all.
    pub(crate) fn in_handshake(&self) -> bool {
        self.failure.operation == Operation::Handshake
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.failure.kind == FailureKind::TimedOut
    }

    /// A handshake that failed, or has not ended so far, on this connection.
    pub(crate) fn on(control: Control, failure: Failure, said: Option<String>) -> Failed {
        let is_pending = failure.kind == FailureKind::TimedOut;
        Failed {
            failure,
            said,
            pending: is_pending.then(|| Pending {
                control,
                since_us: elapsed_us(),
                greeting: None,
            }),
        }
    }

    /// The same after this greeting.
    pub(crate) fn greeted(mut self, greeting: &Reply) -> Failed {
        if let Some(pending) = &mut self.pending {
            pending.greeting = Some(greeting.clone());
        }
        self
    }

    /// The session of the handshake, where that ends within so many milliseconds after all: it was slow, and no more. That it
    /// was slower than the settings wait is reported.
    pub(crate) fn late(
        &mut self,
        run: &mut Run,
        place: &Place,
        mode: Mode,
        wait_ms: u32,
    ) -> Option<Secured> {
        let Pending {
            mut control,
            since_us,
            greeting,
        } = self.pending.take()?;
        match control.secured_within(wait_ms) {
            Ok(session) => {
                look_at_time(run, place, &session);
                let greeting = match greeting {
                    Some(greeting) => greeting,
                    None => control.greeting_within(place.reply_ms).ok()?,
                };
                Some(Secured::new(place, control, mode, greeting, Some(session)))
            }
            Err(failure) => {
                if failure.kind == FailureKind::TimedOut {
                    self.pending = Some(Pending {
                        control,
                        since_us,
                        greeting,
                    });
                }
                None
            }
        }
    }

    /// How long the handshake has gone on since it was given up at first, in milliseconds; none where it has ended.
    pub(crate) fn pending_ms(&self) -> Option<u32> {
        self.pending
            .as_ref()
            .map(|pending| since_ms(pending.since_us))
    }

    /// Ends the connection of a handshake that has not ended; false where there is none.
    pub(crate) fn give_up(&mut self) -> bool {
        self.pending.take().is_some()
    }

    /// Whether the connection ended with no alert.
    pub(crate) fn ended_without_a_word(&self) -> bool {
        matches!(
            self.failure.kind,
            FailureKind::Closed | FailureKind::Reset | FailureKind::Truncated
        ) && self.said.is_none()
    }

    pub(crate) fn is_not_tls(&self) -> bool {
        self.failure.kind == FailureKind::NotTls
    }

    pub(crate) fn wants_certificate(&self) -> bool {
        self.failure.kind == FailureKind::TlsAlert(CERTIFICATE_REQUIRED)
    }

    /// A finding of another code that explains it.
    pub(crate) fn explained_by(&self, code: probe_sdk::Code, detail: impl Into<String>) -> Finding {
        let finding = Finding::new(code, detail).evidence("failure", &self.failure.detail);
        match &self.said {
            Some(said) => finding.evidence("server said", said),
            None => finding,
        }
    }

    /// What can be said without a second look.
    pub(crate) fn finding(&self) -> Finding {
        if self.wants_certificate() {
            let detail =
                "The server ends the TLS handshake because the client presents no certificate.";
            let alert =
                Decision::by_evidence("the alert certificate_required (RFC 8446 section 6.2)");
            return self.explained_by(CLIENT_CERTIFICATE, detail).because(alert);
        }
        let detail = match self.failure.kind {
            _ if !self.in_handshake() => {
                "The check asked the server for TLS, but the connection ended or got no answer."
            }
            FailureKind::TlsAlert(_) => "The server ended the TLS handshake with an alert.",
            FailureKind::TlsIncompatible => {
                "The server and the client have no TLS version, cipher suite or group in common."
            }
            FailureKind::TimedOut => "The server accepted TLS, but did not answer the handshake.",
            FailureKind::Closed | FailureKind::Reset | FailureKind::Truncated => {
                "The server closed the connection during the TLS handshake."
            }
            FailureKind::NotTls => "The server accepted TLS, but continued in clear text.",
            _ => "The TLS handshake failed.",
        };
        let finding = self.explained_by(HANDSHAKE_FAILED, detail);
        match self.failure.kind {
            FailureKind::TlsAlert(_) | FailureKind::TlsIncompatible | FailureKind::NotTls => {
                finding.because(Decision::by_evidence(
                    "what the server sent instead of a handshake",
                ))
            }
            _ => finding.likely(
                UNAVAILABLE,
                "the server's log says what went wrong in the handshake, and its administrator can look it up",
            ),
        }
    }
}
