//! A handshake that failed, as the first look shows it.

use probe_sdk::{Decision, Failure, FailureKind, Finding, Operation};

use crate::{CLIENT_CERTIFICATE, HANDSHAKE_FAILED, UNAVAILABLE};

/// The alert of a server that wants a client certificate (RFC 8446 section 6.2). In TLS 1.3 it may come after the
/// handshake.
const CERTIFICATE_REQUIRED: u8 = 116;

/// How it failed, and what the server said in clear text instead of it.
pub(crate) struct Failed {
    pub(crate) failure: Failure,
    pub(crate) said: Option<String>,
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Failed {
        Failed {
            failure,
            said: None,
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
            let detail = "The server ends TLS because the client shows no certificate of its own.";
            let alert =
                Decision::by_evidence("the alert certificate_required (RFC 8446 section 6.2)");
            return self.explained_by(CLIENT_CERTIFICATE, detail).because(alert);
        }
        let detail = match self.failure.kind {
            _ if !self.in_handshake() => {
                "The server was asked for TLS; in place of an answer the connection ended or stayed silent."
            }
            FailureKind::TlsAlert(_) => "The server ended the TLS handshake with an alert.",
            FailureKind::TlsIncompatible => {
                "Server and client have no TLS version, cipher suite or group in common."
            }
            FailureKind::TimedOut => {
                "The server accepted TLS and then did not answer the handshake."
            }
            FailureKind::Closed | FailureKind::Reset | FailureKind::Truncated => {
                "The server closed the connection during the TLS handshake."
            }
            FailureKind::NotTls => "The server accepted TLS and then went on in clear text.",
            _ => "The TLS handshake failed.",
        };
        let finding = self.explained_by(HANDSHAKE_FAILED, detail);
        match self.failure.kind {
            FailureKind::TlsAlert(_) | FailureKind::TlsIncompatible | FailureKind::NotTls => {
                finding.because(Decision::by_evidence(
                    "what the server sent in the place of its handshake",
                ))
            }
            _ => finding.likely(
                UNAVAILABLE,
                "the server's log names what it met in the handshake: its administrator can look",
            ),
        }
    }
}
