//! The answers to PASV and EPSV, apart from the address in them (RFC 959 section 4.1.2, RFC 2428
//! section 3).

use super::wording;
use crate::reply::{Class, Reply};

/// What the server says to PASV or EPSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PassiveAnswer {
    /// 227, 229 or another 2yz: [`parse_227`](crate::parse_227) and [`parse_229`](crate::parse_229)
    /// read the rest.
    Offered,
    /// PASV cannot work over this connection, EPSV can (F-D09).
    UseExtended,
    /// 522: the network protocol is not supported (RFC 2428 section 2). Nothing to do with TLS in
    /// this phase.
    ProtocolUnsupported,
    /// 4yz: no port is free, or none can be opened now (F-D10).
    PortsBusy,
    /// Data in clear text is refused, said early (F-P03).
    ProtectionRequired,
    /// Not known, switched off, or refused for lack of rights (F-D14).
    Refused,
    /// 421: the connection ends.
    Closing,
    /// A reply that has no meaning here.
    Unexpected,
}

/// Judges the answer to PASV or EPSV.
pub fn judge(reply: &Reply) -> PassiveAnswer {
    match (reply.code, reply.class()) {
        (_, Class::Completion) => PassiveAnswer::Offered,
        (421, _) => PassiveAnswer::Closing,
        (522, _) => PassiveAnswer::ProtocolUnsupported,
        (521 | 533..=536, _) => PassiveAnswer::ProtectionRequired,
        _ if reply.is_negative() && wording::demands_protection(reply) => {
            PassiveAnswer::ProtectionRequired
        }
        _ if reply.is_negative() && wording::recommends_extended(reply) => {
            PassiveAnswer::UseExtended
        }
        (_, Class::TransientNegative) => PassiveAnswer::PortsBusy,
        (_, Class::PermanentNegative) => PassiveAnswer::Refused,
        _ => PassiveAnswer::Unexpected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        use PassiveAnswer::*;
        let table = [
            (227, "Entering Passive Mode (192,0,2,1,4,1)", Offered),
            (229, "Entering Extended Passive Mode (|||1025|)", Offered),
            (
                425,
                "You cannot use PASV over this protocol, use EPSV",
                UseExtended,
            ), // F-D09
            (500, "Only extended passive mode works here", UseExtended),
            (
                522,
                "Network protocol not supported, use (1)",
                ProtocolUnsupported,
            ), // RFC 2428
            (425, "All reserved ports are busy", PortsBusy), // F-D10
            (425, "Cannot prepare for the transfer", PortsBusy),
            (451, "", PortsBusy),
            (
                550,
                "SSL/TLS required on the data channel.",
                ProtectionRequired,
            ), // F-P03
            (534, "", ProtectionRequired),
            (500, "Unknown command", Refused), // F-D14
            (501, "Operation not permitted", Refused),
            (502, "Disabled", Refused),
            (530, "Not logged in", Refused),
            (550, "Permission denied.", Refused),
            (421, "Idle", Closing),
            (150, "", Unexpected),
            (331, "", Unexpected),
        ];
        for (code, text, expected) in table {
            assert_eq!(judge(&Reply::single(code, text)), expected, "{code} {text}");
        }
    }
}
