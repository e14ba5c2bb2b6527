//! One finding in the light of its case: advice filled in with what was seen.

use std::collections::BTreeMap;

use facts::name;
use serde_json::{Map, Value};

use super::values::with_evidence;
use super::{Remedy, ReportFinding};
use diagnosis::codes::Codes;
use diagnosis::diagnose::{Diagnosed, Diagnosis};
use model::finding::{Confidence, FactValue, PatchEffect, SettingsPatch};
use model::matrix::Row;
use model::patch::is_remark;
use model::remedy::Page;
use model::remote::Remote;
use model::standing::Standing;

/// What the remedies of a case are filled in from.
pub(super) struct Case<'a> {
    pub(super) remote: &'a Remote,
    pub(super) facts: &'a BTreeMap<String, FactValue>,
    pub(super) catalogue: &'a Codes,
    /// The source addresses or places from which was looked.
    pub(super) rows: &'a [Row],
}

/// Why a change is not tried that somebody else's probe proposes.
const OF_A_THIRD_PARTY: &str =
    "not tried: a third-party probe proposes it, and such changes are never tried";

impl Case<'_> {
    pub(super) fn finding(&self, found: &Diagnosed) -> ReportFinding {
        let finding = &found.finding;
        let everywhere = found.sources.len() == self.rows.len() && self.rows.len() > 1;
        ReportFinding {
            code: finding.code.clone(),
            severity: found.severity,
            owner: found.owner,
            probe: found.probe.clone(),
            standing: found.standing,
            source: found.sources.first().cloned().filter(|_| !everywhere),
            sources: found.sources.clone(),
            title: found.title.clone(),
            detail: finding.detail.clone(),
            caused_by: found.caused_by.clone(),
            evidence: finding.evidence.clone(),
            remedy: self.remedy(found),
            confidence: found.confidence,
            alternatives: finding.basis.alternatives().to_vec(),
            settings_patch: finding.patch.as_ref().map(|it| self.patch(it, found)),
        }
    }

    fn remedy(&self, found: &Diagnosed) -> Remedy {
        let page = Page(
            self.catalogue
                .code(&found.finding.code)
                .map_or("", |code| code.page.as_str()),
        );
        let product = self
            .text(name::SERVER_PRODUCT)
            .filter(|product| page.knows(product));
        let values = with_evidence(self.known(found), found);
        Remedy {
            steps: page.steps(product, &values),
            // Of what a probe saw nothing gets into a line that is to be typed.
            directives: page.directives(self.text(name::SERVER_PRODUCT), &values),
            product: product.map(Into::into),
            product_confidence: product.map(|_| self.product_confidence()),
            check: page.check(&values),
            message: page.message(found.owner, &values),
        }
    }

    /// A product that nothing is said of is a guess.
    fn product_confidence(&self) -> Confidence {
        match self.text(name::SERVER_PRODUCT_CONFIDENCE) {
            Some("certain") => Confidence::Certain,
            Some(_) | None => Confidence::Likely,
        }
    }

    /// A patch with what it was seen to do.
    fn patch(&self, patch: &SettingsPatch, found: &Diagnosed) -> Map<String, Value> {
        let mut map = changes(patch);
        let effect = match found.standing {
            Standing::BuiltIn => patch.effect,
            Standing::ThirdParty => PatchEffect::Untried,
        };
        let effect = serde_json::to_value(effect).unwrap_or_default();
        map.insert("effect".into(), effect);
        if !found.standing.is_built_in() {
            map.insert("reason".into(), OF_A_THIRD_PARTY.into());
        }
        map
    }

    pub(super) fn text(&self, fact: &str) -> Option<&str> {
        match self.facts.get(fact) {
            Some(FactValue::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// Settings that are numbers.
const NUMBERS: [&str; 3] = ["port", "max_connections", "reply_timeout"];

fn changes(patch: &SettingsPatch) -> Map<String, Value> {
    patch
        .changes
        .iter()
        .map(|(name, value)| {
            // A path or a version may look like a number, too.
            let number = NUMBERS
                .contains(&name.as_str())
                .then(|| value.parse::<u16>());
            let value = match number {
                Some(Ok(number)) => number.into(),
                Some(Err(_)) | None => value.clone().into(),
            };
            (name.clone(), value)
        })
        .collect()
}

/// A patch as a report has it.
pub(super) fn read_patch(map: &Map<String, Value>) -> SettingsPatch {
    let effect = match map.get("effect").and_then(Value::as_str) {
        Some("cures-this") => PatchEffect::CuresThis,
        Some("cures-all") => PatchEffect::CuresAll,
        Some("failed") => PatchEffect::Failed,
        _ => PatchEffect::Untried,
    };
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), Into::into);
    let changes = map.iter().filter(|(name, _)| !is_remark(name));
    SettingsPatch {
        changes: changes
            .map(|(name, value)| (name.clone(), text(value)))
            .collect(),
        effect,
    }
}

/// All patches of root causes together, where each root cause has one. Verifying takes a second run. What third parties
/// propose is beside it: neither does it change the settings, nor does it keep a change from being tried.
pub(super) fn all_patches(diagnosis: &Diagnosis) -> Option<Map<String, Value>> {
    let causes = diagnosis
        .findings
        .iter()
        .filter(|it| it.standing.is_built_in())
        .filter(|it| diagnosis.root_causes.contains(&it.finding.code));
    let mut all = Map::new();
    for cause in causes {
        all.extend(changes(cause.finding.patch.as_ref()?));
    }
    if all.is_empty() {
        return None;
    }
    all.insert("verified".into(), false.into());
    Some(all)
}
