//! FTP's own other ports, where the configured one does not open, so that a wrong port does not hide what else is wrong.
//! No other port is tried: that would be a scan.

use probe_sdk::{Code, FailureKind, Finding, Run, SslSetting};

use crate::attempt::{Attempt, Attempts};
use crate::{REFUSED, TIMEOUT, leave, verdict};

const PORTS: [u16; 2] = [21, 990];
/// An address that was silent on one port is not given long on the next, in milliseconds.
const SHORTER_MS: u32 = 3_000;

/// Tries the other ports, goes on where one opens, and says what that makes of the configured one.
pub(crate) fn look(run: &mut Run, attempts: &Attempts) {
    let failed = |kind, code| Some((attempts.failed_with(kind)?, code));
    let found =
        failed(FailureKind::Refused, REFUSED).or_else(|| failed(FailureKind::TimedOut, TIMEOUT));
    let Some((attempt, code)) = found else {
        return;
    };
    let wait_ms = match code {
        _ if code == TIMEOUT => run.request().connect_ms.min(SHORTER_MS),
        _ => run.request().connect_ms,
    };
    let (mut elsewhere, mut open) = (Vec::new(), None);
    for port in PORTS {
        if port == run.remote().port || open.is_some() {
            continue;
        }
        let mut attempts = Attempts::new(vec![attempt.ip.clone()], port, wait_ms);
        if let Some((attempt, connection)) = attempts.first_connected() {
            leave(run, &attempt, connection);
            open = Some(port);
        }
        elsewhere.extend(attempts.all());
    }
    let finding = finding(run, code, attempts, &elsewhere);
    run.found(match open {
        Some(port) => with_port(run, finding, port),
        None => finding,
    });
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
