//! What errors of the system and of the TLS library mean, in the closed vocabulary of failures.

use std::io;

use model::failure::{Failure, FailureKind, Operation};

/// Classifies an error of the system or of the TLS library.
pub fn from_io(operation: Operation, error: &io::Error) -> Failure {
    if let Some(tls) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    {
        return from_tls(operation, tls);
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
    Failure::new(operation, kind, words(error))
}

/// What the system says, without its number; what the TLS library says of an end is in our words.
fn words(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return "the connection ended without a TLS closing alert".into();
    }
    let text = error.to_string();
    let system = text
        .split_once(" (os error ")
        .map(|(text, _)| text.to_owned());
    system.unwrap_or(text)
}

/// Classifies an error of the TLS library (RFC 8446 section 6 for the alerts).
pub fn from_tls(operation: Operation, error: &rustls::Error) -> Failure {
    use rustls::Error;
    let kind = match error {
        Error::AlertReceived(alert) => FailureKind::TlsAlert(u8::from(*alert)),
        Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType) => FailureKind::NotTls,
        Error::PeerIncompatible(_) => FailureKind::TlsIncompatible,
        _ => FailureKind::TlsBroken,
    };
    let detail = match error {
        Error::AlertReceived(alert) => {
            format!(
                "the other side sent the TLS alert {alert:?} ({})",
                u8::from(*alert)
            )
        }
        other => format!("TLS: {other}"),
    };
    Failure::new(operation, kind, detail)
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
            assert_eq!(from_io(Operation::Read, &kind.into()).kind, expected);
        }
    }

    #[test]
    fn an_alert_keeps_its_number() {
        let alert = rustls::Error::AlertReceived(rustls::AlertDescription::UnrecognisedName);
        let error = io::Error::new(io::ErrorKind::InvalidData, alert);
        assert_eq!(
            from_io(Operation::Handshake, &error).kind,
            FailureKind::TlsAlert(112)
        );
    }
}
