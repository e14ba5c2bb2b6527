//! Every fact of a report is declared by the probe that states it. What nobody declares is shown to nobody, and would be lost
//! without a word.

use std::sync::LazyLock;

use remote_doctor::builtin::Catalogue;
use remote_doctor::declared::DeclaredFacts;
use remote_doctor::finding::FactValue;

use crate::report::Report;

/// Those of the built-in probes.
pub fn facts() -> &'static DeclaredFacts {
    static BUILT_IN: LazyLock<DeclaredFacts> = LazyLock::new(|| {
        let runtime = tokio::runtime::Runtime::new().expect("threads for a runtime");
        let catalogue = runtime.block_on(Catalogue::built_in());
        catalogue.expect("probes that fit together").facts
    });
    &BUILT_IN
}

/// The facts that no built-in probe declares, or declares as something else. Those of third-party probes begin with their names.
pub fn complaints(report: &Report) -> Vec<String> {
    let theirs = |fact: &str| {
        let area = fact.split('.').next().unwrap_or_default();
        let mut probes = report.probes.iter();
        probes.any(|probe| probe.id == area && probe.signer["status"] != "built-in")
    };
    let facts_of_ours = report.facts.iter().filter(|(name, _)| !theirs(name));
    facts_of_ours
        .filter_map(|(name, value)| {
            let value: FactValue = match serde_json::from_value(value.clone()) {
                Ok(value) => value,
                Err(error) => return Some(format!("the fact `{name}` has no value: {error}")),
            };
            let declared = facts().fits(name, &value);
            (!declared).then(|| format!("no probe declares the fact `{name}` as what it is"))
        })
        .collect()
}
