//! Consequences under their causes.

use super::Diagnosed;
use crate::codes::Codes;

/// Folds each finding under the first root cause that declares to explain it, if it was seen wherever the other was. Nothing
/// that probes of this program found is folded under the word of a third party.
pub(super) fn fold(findings: &mut Vec<Diagnosed>, catalogue: &Codes) {
    let causes: Vec<Option<String>> = findings
        .iter()
        .map(|found| {
            let mut cause = explained_by(found, findings, catalogue)?;
            // To the root: a cause that is itself a consequence hands over to its own. Two codes that claim to explain
            // each other are a mistake of their authors; the bound keeps it from being an endless loop.
            for _ in 0..findings.len() {
                match explained_by(cause, findings, catalogue) {
                    Some(deeper) if deeper.finding.code != found.finding.code => cause = deeper,
                    _ => break,
                }
            }
            Some(cause.finding.code.clone())
        })
        .collect();
    for (found, cause) in findings.iter_mut().zip(causes) {
        found.caused_by = cause;
    }
    let (mut ordered, consequences): (Vec<_>, Vec<_>) =
        findings.drain(..).partition(|it| it.caused_by.is_none());
    for consequence in consequences {
        let after = ordered.iter().rposition(|it: &Diagnosed| {
            Some(&it.finding.code) == consequence.caused_by.as_ref()
                || it.caused_by == consequence.caused_by
        });
        ordered.insert(after.map_or(ordered.len(), |index| index + 1), consequence);
    }
    *findings = ordered;
}

fn explained_by<'a>(
    found: &Diagnosed,
    findings: &'a [Diagnosed],
    catalogue: &Codes,
) -> Option<&'a Diagnosed> {
    findings.iter().find(|cause| {
        let explains = || {
            let code = catalogue.code(&cause.finding.code);
            code.is_some_and(|code| code.explains(&found.finding.code))
        };
        // A third party explains what third parties found, whatever it claims; and what is worth knowing explains no fault.
        let may = cause.standing <= found.standing && cause.severity <= found.severity;
        may && cause.finding.code != found.finding.code && covers(cause, found) && explains()
    })
}

/// Whether a cause was there wherever its consequence was: what one address suffers explains nothing that others see.
fn covers(cause: &Diagnosed, consequence: &Diagnosed) -> bool {
    let from = &cause.sources;
    from.is_empty()
        || consequence
            .sources
            .iter()
            .all(|source| from.contains(source))
}
