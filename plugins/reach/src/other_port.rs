//! FTP's own other ports, where the configured one does not open, so that a wrong port does not hide what else is wrong.
//! No other port is tried: that would be a scan.

use probe_sdk::{Code, Connection, Depth, FailureKind, Finding, Run, SslSetting};

use crate::attempt::{Attempt, Attempts};
use crate::{REFUSED, TIMEOUT, leave, verdict};

const PORTS: [u16; 2] = [21, 990];
/// An address that was silent on one port is not given long on the next, in milliseconds.
const SHORTER_MS: u32 = 3_000;

/// Tries the other ports, goes on where one opens, and says what that makes of the configured one. Where that opens after
/// all, its connection.
pub(crate) fn look(run: &mut Run, attempts: &mut Attempts) -> Option<(Attempt, Connection)> {
    let refused = attempts.failed_with(FailureKind::Refused);
    let (ip, code) = match (refused, attempts.silent()) {
        (Some(refused), _) => (refused.ip.clone(), REFUSED),
        (None, Some(silent)) => (silent.to_string(), TIMEOUT),
        (None, None) => return attempts.first_connected(u32::MAX),
    };
    let wait_ms = match code {
        _ if code == TIMEOUT => run.request().connect_ms.min(SHORTER_MS),
        _ => run.request().connect_ms,
    };
    // What only climbs as far as it gets is to be compared with another source address, which saw the other ports.
    let ports = match run.request().depth {
        Depth::Ladder => &[][..],
        Depth::Quick | Depth::Standard | Depth::Full => &PORTS[..],
    };
    let (mut elsewhere, mut open) = (Vec::new(), None);
    for port in ports.iter().copied() {
        if port == run.remote().port || open.is_some() {
            continue;
        }
        let mut other = Attempts::new(vec![ip.clone()], port, wait_ms);
        if let Some((attempt, connection)) = other.first_connected(wait_ms) {
            leave(run, &attempt, connection);
            open = Some(port);
        }
        other.give_up();
        elsewhere.extend(other.all());
    }
    match open {
        Some(_) => attempts.give_up(),
        None => {
            if let Some(late) = attempts.first_connected(u32::MAX) {
                return Some(late);
            }
        }
    }
    let finding = finding(run, code, attempts, &elsewhere);
    run.found(match open {
        Some(port) => with_port(run, finding, port),
        None => finding,
    });
    None
}

fn finding(run: &Run, code: Code, attempts: &Attempts, elsewhere: &[Attempt]) -> Finding {
    let answers = elsewhere.iter().any(|attempt| {
        attempt.result.is_ok()
            || matches!(
                attempt.kind(),
                Some(FailureKind::Refused | FailureKind::Reset)
            )
    });
    let finding = verdict::finding(run, code, attempts.decided(), answers);
    elsewhere.iter().fold(finding, |finding, attempt| {
        finding.evidence(&format!("port {}", attempt.port), attempt.outcome())
    })
}

/// The settings that go with the port that opened.
fn with_port(run: &Run, finding: Finding, port: u16) -> Finding {
    let port_text = port.to_string();
    let mut changes = vec![("port", port_text.as_str())];
    match (port, run.remote().ssl) {
        (990, SslSetting::RequireImplicit) => {}
        (990, _) => changes.push(("ssl", "require-implicit")),
        (_, SslSetting::RequireImplicit) => changes.push(("ssl", "require-explicit")),
        _ => {}
    }
    finding.patch(&changes)
}
