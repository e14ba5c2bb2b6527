//! The answers to PBSZ and PROT (RFC 2228 section 3, RFC 4217 section 9).

use crate::reply::{Class, Reply};

/// What the server says to `PBSZ 0`, `PROT P` or `PROT C`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProtectionAnswer {
    /// The level holds from now on.
    Accepted,
    /// 503: PBSZ was missing, or TLS, or a login that this server wants first (F-P01).
    OutOfOrder,
    /// The command or its value is not known, or nothing is before login (F-P02). On an implicit
    /// port that often means that the level is P already (F-P04).
    NotOffered,
    /// The level asked for is refused: 521, 533, 534, 536, 550. For `PROT C` that says that P is
    /// demanded (F-P03), for `PROT P` that data cannot be protected (F-P02).
    Refused,
    /// 431 and other 4yz: protection exists and does not work now.
    TemporarilyUnavailable,
    /// 421: the connection ends.
    Closing,
}

/// Judges the answer to PBSZ or PROT. Its text is not needed.
pub fn judge(reply: &Reply) -> ProtectionAnswer {
    match (reply.code, reply.class()) {
        (_, Class::Completion) => ProtectionAnswer::Accepted,
        (421, _) => ProtectionAnswer::Closing,
        (_, Class::TransientNegative) => ProtectionAnswer::TemporarilyUnavailable,
        (503, _) => ProtectionAnswer::OutOfOrder,
        (521 | 522 | 533..=536 | 550, _) => ProtectionAnswer::Refused,
        _ => ProtectionAnswer::NotOffered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        use ProtectionAnswer::*;
        let table = [
            (200, Accepted, "RFC 4217 section 9"),
            (503, OutOfOrder, "F-P01"),
            (500, NotOffered, "F-P04"),
            (501, NotOffered, "bad argument"),
            (502, NotOffered, "F-P02"),
            (504, NotOffered, "F-P02: level not known"),
            (530, NotOffered, "F-A02"),
            (521, Refused, "F-P03"),
            (534, Refused, "F-P02, F-P03"),
            (536, Refused, "F-P02"),
            (550, Refused, "command forbidden"),
            (431, TemporarilyUnavailable, "F-P02"),
            (421, Closing, "table 2.10"),
            (331, NotOffered, "makes no sense"),
        ];
        for (code, expected, why) in table {
            assert_eq!(judge(&Reply::single(code, "")), expected, "{code}: {why}");
        }
    }
}
