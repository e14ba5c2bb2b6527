//! The built-in probes in front of a server that says anything: each ends by itself within what the sandbox grants, and what
//! it says is in order.

mod hostile;

use native_probes::PROBES;
use probe_sdk::native::NativeProbe;

use hostile::{Script, Server};

/// A run of each of them, against a server that follows a script. The first line is the probe and how the remote is
/// configured; the others are what the server does.
pub fn probes(bytes: &[u8]) {
    let script = Script::read(bytes);
    let named = |probe: &&&NativeProbe| probe.name == script.probe;
    let Some(probe) = PROBES.iter().find(named) else {
        return;
    };
    let request = script.request();
    let Ok(outcome) = probe.run(Server::new(script), request) else {
        return;
    };
    for finding in &outcome.findings {
        let is_clear = outcome.clear.contains(&finding.code);
        assert!(!is_clear, "{} is found and clear", finding.code);
        assert!(finding.code.contains('.'), "{}", finding.code);
    }
    for omission in &outcome.not_tested {
        assert!(!omission.reason.is_empty(), "{}", omission.check);
    }
}
