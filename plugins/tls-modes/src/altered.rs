//! Was what the server sent changed on the way? The bytes of several flights tell: what "cleans" a stream leaves a shape in
//! keys, signatures and random numbers that chance does not.

use hello::damage;
use probe_sdk::{Decision, FailureKind, Finding};

use crate::failed::Failed;
use crate::raw::{self, Offer};
use crate::secured::Mode;
use crate::{ALTERED, HANDSHAKE_FAILED, Place};

/// So many flights have enough random bytes in them.
const FLIGHTS: usize = 3;

/// Alerts of a server for which our bytes make no sense (RFC 8446 section 6.2): bad_record_mac, illegal_parameter,
/// decode_error, decrypt_error, unexpected_message.
const SENSELESS: &[u8] = &[10, 20, 47, 50, 51];

/// Whether a handshake failed in a way that damage could explain.
pub(crate) fn may_be(failed: &Failed) -> bool {
    match failed.failure.kind {
        FailureKind::TlsBroken => true,
        FailureKind::TlsAlert(alert) => SENSELESS.contains(&alert),
        FailureKind::NotTls => failed.said.is_none(),
        _ => false,
    }
}

/// Looks at the bytes; a finding where they show it.
pub(crate) fn look(place: &Place, mode: Mode, failed: &Failed) -> Option<Finding> {
    let mut flights = Vec::new();
    for _ in 0..FLIGHTS {
        flights.push(raw::bytes(place, mode, Offer::Everything)?);
    }
    let damage = damage(&flights)?;
    let detail = format!(
        "The handshake does not arrive as a server sends it: {damage}. A device on the network path changes the \
        bytes. Firewalls that filter Telnet commands out of a text dialogue do this."
    );
    let finding = if damage.is_certain() {
        let decision = Decision::by_evidence(format!(
            "{FLIGHTS} handshakes on connections of their own: {damage}"
        ));
        Finding::new(ALTERED, detail).because(decision)
    } else {
        Finding::new(ALTERED, detail).likely(
            HANDSHAKE_FAILED,
            "the same handshake completes from another network, which bypasses the firewalls on this path",
        )
    };
    Some(
        finding
            .evidence("failure", &failed.failure.detail)
            .evidence("damage", damage),
    )
}
