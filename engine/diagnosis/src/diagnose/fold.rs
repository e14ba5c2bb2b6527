//! Consequences under their causes.

use model::finding::SettingsPatch;

use super::Diagnosed;
use crate::codes::Codes;

/// The setting of the host name, as a change has it.
const HOST: &str = "host";

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
    take_over_names(findings);
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

/// A name that the server knows mends the cause of a wrong name, too: a cause that proposes no change takes over that of the
/// host name alone.
fn take_over_names(findings: &mut [Diagnosed]) {
    let is_name = |it: &SettingsPatch| matches!(it.changes.as_slice(), [(name, _)] if name == HOST);
    let names: Vec<(String, SettingsPatch)> = findings
        .iter()
        .filter(|it| it.standing.is_built_in())
        .filter_map(|it| {
            let patch = it.finding.patch.clone().filter(is_name)?;
            Some((it.caused_by.clone()?, patch))
        })
        .collect();
    for (cause, patch) in names {
        let causes = findings.iter_mut().filter(|it| it.standing.is_built_in());
        for found in causes.filter(|it| it.finding.code == cause && it.finding.patch.is_none()) {
            found.finding.patch = Some(patch.clone());
        }
    }
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
