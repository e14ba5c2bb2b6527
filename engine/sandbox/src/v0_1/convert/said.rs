//! What probes say, of themselves and of a remote.

use super::super::bindings::remote_doctor::probe::types;
use super::*;

/// As it was said: nobody is taken for more than a third party by what it says.
pub(crate) fn description(description: types::Description) -> Description {
    Description {
        standing: Standing::ThirdParty,
        name: description.name,
        version: description.version,
        summary: description.summary,
        consumes: description.consumes,
        requires: description.requires,
        provides: description.provides,
        from_depth: match description.from_depth {
            types::Depth::Ladder => None,
            types::Depth::Quick => Some(Depth::Quick),
            types::Depth::Standard => Some(Depth::Standard),
            types::Depth::Full => Some(Depth::Full),
        },
        capabilities: description
            .capabilities
            .into_iter()
            .map(capability)
            .collect(),
        codes: description.codes.into_iter().map(code).collect(),
        also_reports: description.also_reports,
        facts: description.facts.into_iter().map(declaration).collect(),
    }
}

fn declaration(fact: types::FactDeclaration) -> FactDeclaration {
    FactDeclaration {
        name: fact.name,
        kind: fact_kind(fact.kind),
        title: fact.title,
        shown: fact.shown.map(|shown| ShownFact {
            label: shown.label,
            rank: shown.rank,
        }),
        compared: fact.compared.map(|compared| ComparedFact {
            how: comparison(compared.how),
            rank: compared.rank,
            depends: compared.depends.into_iter().map(dependency).collect(),
        }),
        privacy: privacy(fact.privacy),
        fills: fact.fills,
    }
}

fn code(code: types::Code) -> Code {
    Code {
        name: code.name,
        title: code.title,
        severity: severity(code.severity),
        owner: owner(code.owner),
        explains: code.explains,
        eased_by_certificate_check: code.eased_by_certificate_check,
        page: code.page,
    }
}

pub(crate) fn outcome(outcome: types::Outcome) -> Outcome {
    Outcome {
        findings: outcome.findings.into_iter().map(finding).collect(),
        clear: outcome.clear,
        not_tested: outcome.not_tested.into_iter().map(omission).collect(),
        facts: outcome.facts.into_iter().map(fact).collect(),
    }
}

fn finding(finding: types::Finding) -> Finding {
    Finding {
        code: finding.code,
        detail: finding.detail,
        evidence: finding
            .evidence
            .into_iter()
            .map(|evidence| Evidence {
                label: evidence.label,
                value: evidence.value,
            })
            .collect(),
        owner: finding.owner.map(owner),
        basis: basis(finding.basis),
        patch: finding.patch.map(|patch| SettingsPatch {
            changes: patch.changes,
            effect: effect(patch.effect),
        }),
    }
}

fn basis(basis: types::Basis) -> Basis {
    match basis {
        types::Basis::Observed => Basis::Observed,
        types::Basis::Decided(what) => Basis::Decided(what),
        types::Basis::Likely(others) => {
            let others = others.into_iter().map(|other| Alternative {
                code: other.code,
                deciding_test: other.deciding_test,
            });
            Basis::Likely(others.collect())
        }
    }
}

fn omission(omission: types::Omission) -> Omission {
    Omission {
        check: omission.check,
        codes: omission.codes,
        cause: cause(omission.cause),
        reason: omission.reason,
    }
}

pub(crate) fn fact(fact: types::Fact) -> Fact {
    Fact {
        name: fact.name,
        value: match fact.value {
            types::FactValue::Flag(flag) => FactValue::Flag(flag),
            types::FactValue::Integer(number) => FactValue::Integer(number),
            types::FactValue::Text(text) => FactValue::Text(text),
            types::FactValue::Texts(texts) => FactValue::Texts(texts),
            types::FactValue::Rows(rows) => FactValue::Rows(
                rows.into_iter()
                    .map(|row| row.into_iter().collect())
                    .collect(),
            ),
        },
    }
}

pub(super) fn fact_out(fact: &Fact) -> types::Fact {
    types::Fact {
        name: fact.name.clone(),
        value: match &fact.value {
            FactValue::Flag(flag) => types::FactValue::Flag(*flag),
            FactValue::Integer(number) => types::FactValue::Integer(*number),
            FactValue::Text(text) => types::FactValue::Text(text.clone()),
            FactValue::Texts(texts) => types::FactValue::Texts(texts.clone()),
            FactValue::Rows(rows) => types::FactValue::Rows(
                rows.iter()
                    .map(|row| {
                        row.iter()
                            .map(|(name, cell)| (name.clone(), cell.clone()))
                            .collect()
                    })
                    .collect(),
            ),
        },
    }
}
