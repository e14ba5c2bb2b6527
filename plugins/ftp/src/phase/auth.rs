//! The answer to AUTH (RFC 2228 section 3, RFC 4217 section 4).

use crate::exchange::{Asked, Fit, fit};
use crate::reply::{Class, Reply};

/// What the server says to `AUTH TLS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthAnswer {
    /// TLS begins now.
    Accepted {
        /// Another code than 234 (F-A06). Strict clients stop there.
        odd_code: bool,
    },
    /// No TLS, or not this word: 500, 502, 503, 504, or 530 as for any command before login (F-A01,
    /// F-A02, F-A05).
    NotOffered,
    /// TLS exists and does not work now: 431 and other 4yz (F-A03).
    TemporarilyUnavailable,
    /// TLS exists and policy refuses it, as where no certificate is bound: 534 and its kin, 550
    /// (F-A04).
    Policy,
    /// 421: the connection ends.
    Closing,
}

/// Judges the answer to AUTH. Its text is not needed.
pub fn judge(reply: &Reply) -> AuthAnswer {
    match (reply.code, reply.class()) {
        (234, _) => AuthAnswer::Accepted { odd_code: false },
        // A goodbye, or the reply to another command, accepts nothing.
        (421 | 221, _) => AuthAnswer::Closing,
        (334, _) => AuthAnswer::Accepted { odd_code: true },
        (_, Class::Completion) if fit(Asked::Auth, reply) == Fit::Possible => {
            AuthAnswer::Accepted { odd_code: true }
        }
        (_, Class::TransientNegative) => AuthAnswer::TemporarilyUnavailable,
        (533 | 534 | 535 | 536 | 550, _) => AuthAnswer::Policy,
        _ => AuthAnswer::NotOffered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        use AuthAnswer::{Accepted, Closing, NotOffered, Policy, TemporarilyUnavailable};
        let table = [
            (234, Accepted { odd_code: false }, "RFC 2228"),
            (334, Accepted { odd_code: true }, "F-A06"),
            (200, Accepted { odd_code: true }, "F-A06"),
            (232, Accepted { odd_code: true }, "F-L11"),
            (221, Closing, "a goodbye"),
            (220, NotOffered, "a second greeting"),
            (211, NotOffered, "the answer to another command"),
            (
                235,
                Accepted { odd_code: true },
                "RFC 2228: nothing more needed",
            ),
            (
                335,
                NotOffered,
                "RFC 2228: asks for ADAT, which TLS has not",
            ),
            (331, NotOffered, "taken for something else"),
            (500, NotOffered, "F-A01"),
            (501, NotOffered, "bad argument"),
            (502, NotOffered, "F-A01"),
            (503, NotOffered, "TLS port already, or a mail server"),
            (504, NotOffered, "F-A05: word not known"),
            (530, NotOffered, "F-A02: no password was sent"),
            (150, NotOffered, "makes no sense"),
            (431, TemporarilyUnavailable, "F-A03"),
            (454, TemporarilyUnavailable, "by the first digit"),
            (534, Policy, "F-A04"),
            (536, Policy, "RFC 2228"),
            (550, Policy, "command forbidden"),
            (421, Closing, "table 2.10"),
        ];
        for (code, expected, why) in table {
            assert_eq!(judge(&Reply::single(code, "")), expected, "{code}: {why}");
        }
    }
}
