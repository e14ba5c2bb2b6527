//! Sentences about third-party probes: what they say is told as their word.

use diagnosis::diagnose::Diagnosis;
use model::finding::Severity;
use model::standing::Standing;

/// What third-party probes say of the remote, as their word, and what they were denied.
pub(super) fn third_parties(diagnosis: &Diagnosis) -> String {
    let causes = diagnosis.findings.iter().filter(|it| {
        it.standing == Standing::ThirdParty && diagnosis.root_causes.contains(&it.finding.code)
    });
    let words = causes.map(|cause| {
        let (probe, title) = (&cause.probe, &cause.title);
        let says = match cause.severity {
            _ if cause.is_about_a_probe() => {
                return format!("The third-party probe {probe} gave no result: {title}.");
            }
            Severity::Error => "says that it cannot be used",
            Severity::Warning | Severity::Info => "warns",
        };
        format!("The third-party probe {probe} {says}: \"{title}\".")
    });
    let denied = diagnosis.denied.iter().map(|(probe, denied)| {
        let options = denied.iter().map(|it| format!("--deny {it}"));
        format!(
            "The third-party probe {probe} was denied a capability ({}).",
            options.collect::<Vec<_>>().join(", ")
        )
    });
    words.chain(denied).collect::<Vec<_>>().join(" ")
}
