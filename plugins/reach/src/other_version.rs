//! The addresses of the other IP version, where the settings leave them out and none of those that they allow can be reached:
//! whether it is the settings that stand in the way.

use probe_sdk::{Depth, FailureKind, IpVersion, Run};

use crate::attempt::Attempts;
use crate::{leave, verdict};

/// The other addresses are not given long where the first ones were silent, in milliseconds.
const SHORTER_MS: u32 = 3_000;

/// Tries these addresses, goes on where one opens, and says what that makes of the settings; false where none does.
pub(crate) fn look(run: &mut Run, attempts: &mut Attempts, left_out: Vec<String>) -> bool {
    let other = match run.remote().ip_version {
        Some(IpVersion::V4) => "6",
        Some(IpVersion::V6) => "4",
        None => return false,
    };
    // What only climbs as far as it gets is to be compared with another source address, which the settings leave no choice.
    if left_out.is_empty() || run.request().depth == Depth::Ladder || is_ours(attempts) {
        return false;
    }
    let wait_ms = run.request().connect_ms.min(SHORTER_MS);
    let mut others = Attempts::new(left_out, run.remote().port, wait_ms);
    let connected = others.first_connected(wait_ms);
    others.give_up();
    let Some((attempt, connection)) = connected else {
        return false;
    };
    attempts.give_up();
    let Some(code) = verdict::all_failed(attempts.decided()) else {
        return false;
    };
    let finding = verdict::finding(run, code, attempts.decided(), true)
        .evidence(
            &format!("{} port {}", attempt.ip, attempt.port),
            attempt.outcome(),
        )
        .patch(&[("ip_version", other)]);
    run.found(finding);
    leave(run, &attempt, connection);
    true
}

/// Whether our own source address is what is missing: then the other version has none either.
fn is_ours(attempts: &Attempts) -> bool {
    attempts.failed_with(FailureKind::AddressNotLocal).is_some()
}
