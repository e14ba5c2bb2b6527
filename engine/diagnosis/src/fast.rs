//! `--fast`, or a short `--timeout`: what is likely, at the moment it is likely. Whoever did not wait the full time has not seen that an answer is
//! missing, but that it has not come yet.

use crate::diagnose::Diagnosed;
use facts::{label, value};
use model::finding::Alternative;

/// The codes that say of something that it never came: a connection, a greeting, a reply, the end of a handshake, data.
const OF_SILENCE: &[&str] = &[
    "data.affinity-lost",
    "data.all-ports-blocked",
    "data.epsv-broken",
    "data.not-closed",
    "data.pasv-broken",
    "data.some-ports-blocked",
    "data.tls-stalls",
    "ftps.session-reuse-broken",
    "net.connection-timeout",
    "net.ipv6-unreachable",
    "net.mtu-blackhole",
    "net.source-ip-blocked",
    "service.no-banner",
    "service.slow-banner",
    "service.stops-answering",
    "settings.passive-mode-unusable",
    "settings.timeout-too-short",
    "tls.handshake-stalls",
];

/// A refusal is an answer, and has come.
const ANSWERED: &[&str] = &["reset", "closed", "prohibited"];

/// Opens again what was decided by waiting, where the full time was not waited for.
pub(crate) fn weigh(findings: &mut [Diagnosed], option: &str) {
    for found in findings.iter_mut().filter(|it| rests_on_silence(it)) {
        found.doubt(Alternative {
            code: "service.slow-replies".into(),
            deciding_test: format!(
                "run the same check without {option}, which waits the full time: a late answer means slow, not \
                missing"
            ),
        });
        let seen = &mut found.finding;
        // It was seen, and with less patience than would decide.
        seen.evidence.retain(|it| it.label != "decided by");
        seen.detail.push_str(&format!(
            " The check did not wait the full time ({option})."
        ));
    }
}

fn rests_on_silence(found: &Diagnosed) -> bool {
    let evidence = found.finding.evidence.iter();
    let answered = evidence
        .filter(|it| it.label == label::HOW)
        .any(|it| ANSWERED.contains(&it.value.as_str()));
    let mut evidence = found.finding.evidence.iter();
    let was_silent_again =
        evidence.any(|it| it.label == label::TRIED_AGAIN && it.value == value::SILENT_AGAIN);
    was_silent_again || OF_SILENCE.contains(&found.finding.code.as_str()) && !answered
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::finding::{Basis, Confidence, Evidence, Finding, Owner, Severity};
    use model::standing::Standing;

    fn found(code: &str, how: &str) -> Diagnosed {
        let evidence = |label: &str, value: &str| Evidence {
            label: label.into(),
            value: value.into(),
        };
        Diagnosed {
            finding: Finding {
                code: code.into(),
                detail: "It was seen.".into(),
                evidence: vec![evidence(label::HOW, how), evidence("decided by", "a test")],
                owner: None,
                basis: Basis::Decided("a test".into()),
                patch: None,
            },
            severity: Severity::Error,
            confidence: Confidence::Certain,
            owner: Owner::ServerAdmin,
            title: String::new(),
            probe: String::new(),
            standing: Standing::BuiltIn,
            sources: Vec::new(),
            caused_by: None,
        }
    }

    #[test]
    fn a_transfer_that_was_silent_again_is_likely() {
        let mut truncated = found("data.truncated", "dropped");
        truncated.finding.evidence[0] = Evidence {
            label: label::TRIED_AGAIN.into(),
            value: value::SILENT_AGAIN.into(),
        };
        let mut findings = [truncated];
        weigh(&mut findings, "--timeout 5");
        let [truncated] = findings;
        assert_eq!(truncated.confidence, Confidence::Likely);
        assert!(
            truncated
                .finding
                .detail
                .ends_with("the full time (--timeout 5).")
        );
    }

    #[test]
    fn what_rests_on_silence_is_likely_and_what_was_answered_stays_certain() {
        let mut findings = [
            found("data.all-ports-blocked", "dropped"),
            found("data.all-ports-blocked", "reset"),
            found("cert.expired", "dropped"),
        ];
        weigh(&mut findings, "--fast");
        let [silent, refused, expired] = findings;
        assert_eq!(silent.confidence, Confidence::Likely);
        assert!(silent.finding.detail.ends_with("the full time (--fast)."));
        assert!(silent.finding.seen().all(|it| it.label != "decided by"));
        for certain in [refused, expired] {
            assert_eq!(certain.confidence, Confidence::Certain);
            assert_eq!(certain.finding.detail, "It was seen.");
        }
    }
}
