//! The answers to LIST, RETR, STOR and their kin (RFC 959 section 5.4, RFC 4217 section 10.2).

use super::{Phase, wording};
use crate::reply::{Class, Reply};

use TransferAnswer::*;

/// What the server says to a transfer command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferAnswer {
    /// 1yz: the transfer begins, another reply follows.
    Started,
    /// 2yz: complete.
    Done,
    /// The data channel must be protected: send PROT P (F-P03).
    ProtectionRequired,
    /// TLS on the data channel failed, often for want of a resumed session (F-D17). The reply
    /// alone cannot tell whether the data channel has TLS: where it has none, whoever knows that
    /// reads the reply otherwise.
    TlsRefused,
    /// The data connection could not be made (F-D01, F-D15).
    NoDataConnection,
    /// The data connection came from another address than the control connection (F-N07).
    PeerAddressRejected,
    /// No such file, or no right to it, to its name or to be here (F-S01, F-S03).
    Denied,
    /// The file or the server is busy; later it may work (F-S20).
    Busy,
    /// Disk or quota is full (F-S02).
    StorageFull,
    /// The data connection broke, or the server failed to read or write.
    Broken,
    /// 421: the connection ends.
    Closing,
    /// A reply that has no meaning here.
    Unexpected,
}

/// Judges a reply to a transfer command, before its 1yz ([`Phase::Transfer`]) or after it
/// ([`Phase::Transferring`]). Any other phase counts as before.
///
/// Servers may say 1yz before the data connection is made, before or after its TLS handshake, so
/// the border between [`TransferAnswer::NoDataConnection`] and [`TransferAnswer::TlsRefused`] is
/// confirmed by what the data connection itself did.
pub fn judge(phase: Phase, reply: &Reply) -> TransferAnswer {
    if phase == Phase::Transferring {
        during(reply)
    } else {
        before(reply)
    }
}

fn before(reply: &Reply) -> TransferAnswer {
    match (reply.code, reply.class()) {
        (_, Class::Preliminary) => Started,
        (_, Class::Completion) => Done,
        (421, _) => Closing,
        (425, _) => unconnected(reply).unwrap_or(NoDataConnection),
        (521 | 522 | 533..=536, _) => ProtectionRequired,
        _ if reply.is_negative() && wording::names_tls_setup(reply) => TlsRefused,
        _ if reply.code != 426 && reply.is_negative() && wording::demands_protection(reply) => {
            ProtectionRequired
        }
        _ => common(reply),
    }
}

fn during(reply: &Reply) -> TransferAnswer {
    match (reply.code, reply.class()) {
        (_, Class::Completion) => Done,
        (421, _) => Closing,
        (522, _) => TlsRefused,
        (521 | 533..=536, _) => ProtectionRequired,
        (425, _) if wording::names_unreached(reply) && !wording::names_encryption(reply) => {
            NoDataConnection
        }
        (425, _) => match unconnected(reply) {
            // Seen after 1yz where the session was not resumed, with the words of a missing right.
            Some(PeerAddressRejected) if wording::names_peer_mismatch(reply) => PeerAddressRejected,
            _ => TlsRefused,
        },
        (450, _) if wording::names_loss(reply) => Broken,
        (450, _) if wording::names_use(reply) => Busy,
        (450, _) => TlsRefused,
        _ if reply.is_negative() && wording::names_tls_setup(reply) => TlsRefused,
        _ => common(reply),
    }
}

/// What the text of a 425 points to.
fn unconnected(reply: &Reply) -> Option<TransferAnswer> {
    if wording::names_tls_setup(reply) {
        Some(TlsRefused)
    } else if wording::demands_protection(reply) {
        Some(ProtectionRequired)
    } else if wording::names_peer_mismatch(reply) || wording::restricts_account(reply) {
        // "Permission denied" and the like: the server has the connection and does not want it.
        Some(PeerAddressRejected)
    } else {
        None
    }
}

/// Codes that mean the same on both sides of the 1yz.
fn common(reply: &Reply) -> TransferAnswer {
    match (reply.code, reply.class()) {
        (452 | 552, _) => StorageFull,
        (426, _) => Broken,
        (431, _) => TlsRefused,
        _ if reply.is_negative() && wording::names_full_store(reply) => StorageFull,
        (451, _) if wording::states_limit(reply) => Busy,
        (451, _) => Broken,
        (530 | 532 | 550 | 553, _) => Denied,
        (_, Class::TransientNegative) => Busy,
        _ => Unexpected,
    }
}

#[cfg(test)]
#[path = "transfer_tests.rs"]
mod tests;
