//! Does a server that speaks a good version still speak the withdrawn ones (RFC 8996, RFC 7568)?

use hello::Version;
use probe_sdk::{Depth, Finding, Run, value};

use crate::facts;
use crate::raw::{self, Answer, Offer};
use crate::secured::Mode;
use crate::{LEGACY_VERSIONS, Place};

const CHECK: &str = "versions of TLS before 1.2";

/// Offers no more than TLS 1.1, on a connection of its own; at full depth no more than SSL 3.0 on another.
pub(crate) fn look(run: &mut Run, place: &Place, mode: Mode) {
    if !matches!(mode, Mode::Explicit | Mode::Implicit) {
        let reason = "the connection is not secured by explicit or implicit TLS";
        return run.not_applicable(CHECK, &[LEGACY_VERSIONS], reason);
    }
    let offers: &[Version] = match run.request().depth {
        Depth::Ladder => {
            return run.not_applicable(CHECK, &[LEGACY_VERSIONS], "asked from another address");
        }
        Depth::Quick => {
            let reason = "it needs a separate connection, which --depth quick does not open";
            return run.not_permitted(CHECK, &[LEGACY_VERSIONS], reason);
        }
        Depth::Standard => &[Version::Tls11],
        Depth::Full => &[Version::Tls11, Version::Ssl3],
    };
    let mut taken = Vec::new();
    for highest in offers {
        match raw::ask(place, mode, Offer::UpTo(*highest)) {
            Answer::Chosen(hello, _) if hello.version <= *highest => taken.push(hello),
            Answer::Refused(_) => {}
            Answer::Chosen(hello, _) => not_known(run, *highest, &hello.to_string()),
            Answer::Unclear(words) | Answer::NotMade(words) => not_known(run, *highest, &words),
        }
    }
    if taken.is_empty() {
        return;
    }
    let versions: Vec<String> = taken.iter().map(|it| it.version.to_string()).collect();
    let detail = format!(
        "In addition to a current version, the server still accepts {}, which is deprecated. An attacker on the \
        network path could try to downgrade a client to it, and security audits will report it.",
        versions.join(" and ")
    );
    let mut finding = Finding::new(LEGACY_VERSIONS, detail);
    for hello in &taken {
        finding = finding.evidence("taken", hello);
    }
    run.note(facts::OLD_VERSIONS, value::texts(versions));
    run.found(finding);
}

/// A server that turns a further session away, or says nothing to an old hello, is no incomplete diagnosis; nor is it
/// known to have no old version.
fn not_known(run: &mut Run, highest: Version, why: &str) {
    let reason = format!("asked for {highest} at most: {why}");
    run.not_permitted(CHECK, &[LEGACY_VERSIONS], &reason);
}
