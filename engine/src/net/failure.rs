//! The closed vocabulary of what goes wrong on a network. Classified from error kinds, never from message text.

use std::fmt;
use std::io;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was being done when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Looking up a name.
    Resolve,
    /// Taking the source address.
    Bind,
    /// The TCP handshake.
    Connect,
    /// The TLS handshake.
    Handshake,
    /// Reading.
    Read,
    /// Writing.
    Write,
}

/// Why it failed. The meaning of each stands in `wit/probe.wit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "documented once, in wit/probe.wit")]
pub enum FailureKind {
    NameNotFound,
    NoAddress,
    ResolverFailed,
    AddressNotLocal,
    Unreachable,
    Refused,
    TimedOut,
    Reset,
    Closed,
    Truncated,
    NotTls,
    TlsAlert(u8),
    TlsIncompatible,
    TlsBroken,
    NotPermitted,
    BudgetExhausted,
    Busy,
    InvalidArgument,
    Other,
}

/// A failure: what was being done, why it failed, and a text for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{detail}")]
pub struct Failure {
    /// What was being done.
    pub operation: Operation,
    /// Why it failed.
    pub kind: FailureKind,
    /// For people; never to be matched.
    pub detail: String,
}

impl Failure {
    /// A failure with a text.
    pub fn new(operation: Operation, kind: FailureKind, detail: impl fmt::Display) -> Failure {
        Failure {
            operation,
            kind,
            detail: detail.to_string(),
        }
    }

    /// Nothing within the time allowed.
    pub fn timed_out(operation: Operation, waited: std::time::Duration) -> Failure {
        let what = match operation {
            Operation::Resolve => "no answer from the resolver",
            Operation::Bind | Operation::Connect => "no answer to the TCP connection",
            Operation::Handshake => "the TLS handshake did not end",
            Operation::Read => "nothing came",
            Operation::Write => "nothing could be sent",
        };
        Failure::new(
            operation,
            FailureKind::TimedOut,
            format_args!("{what} within {:.1} s", waited.as_secs_f64()),
        )
    }

    /// Classifies an error of the system or of the TLS library.
    pub fn from_io(operation: Operation, error: &io::Error) -> Failure {
        if let Some(tls) = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>())
        {
            return Failure::from_tls(operation, tls);
        }
        let kind = match error.kind() {
            io::ErrorKind::ConnectionRefused => FailureKind::Refused,
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
                FailureKind::Reset
            }
            io::ErrorKind::TimedOut => FailureKind::TimedOut,
            io::ErrorKind::AddrNotAvailable => FailureKind::AddressNotLocal,
            io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
            // A local firewall's reject rule: no way out, from where we stand.
            | io::ErrorKind::PermissionDenied => FailureKind::Unreachable,
            // rustls says so where a FIN came without close_notify.
            io::ErrorKind::UnexpectedEof if operation == Operation::Handshake => FailureKind::Closed,
            io::ErrorKind::UnexpectedEof => FailureKind::Truncated,
            _ => FailureKind::Other,
        };
        Failure::new(operation, kind, error)
    }

    /// Classifies an error of the TLS library (RFC 8446 section 6 for the alerts).
    pub fn from_tls(operation: Operation, error: &rustls::Error) -> Failure {
        use rustls::Error;
        let kind = match error {
            Error::AlertReceived(alert) => FailureKind::TlsAlert(u8::from(*alert)),
            Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType) => {
                FailureKind::NotTls
            }
            Error::PeerIncompatible(_) => FailureKind::TlsIncompatible,
            _ => FailureKind::TlsBroken,
        };
        Failure::new(operation, kind, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_apart_by_kind() {
        let cases = [
            (io::ErrorKind::ConnectionRefused, FailureKind::Refused),
            (io::ErrorKind::ConnectionReset, FailureKind::Reset),
            (io::ErrorKind::NetworkUnreachable, FailureKind::Unreachable),
            (
                io::ErrorKind::AddrNotAvailable,
                FailureKind::AddressNotLocal,
            ),
            (io::ErrorKind::UnexpectedEof, FailureKind::Truncated),
        ];
        for (kind, expected) in cases {
            assert_eq!(
                Failure::from_io(Operation::Read, &kind.into()).kind,
                expected
            );
        }
    }

    #[test]
    fn an_alert_keeps_its_number() {
        let alert = rustls::Error::AlertReceived(rustls::AlertDescription::UnrecognisedName);
        let error = io::Error::new(io::ErrorKind::InvalidData, alert);
        assert_eq!(
            Failure::from_io(Operation::Handshake, &error).kind,
            FailureKind::TlsAlert(112)
        );
    }
}
