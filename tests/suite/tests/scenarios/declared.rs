//! Every fact of a report is declared by the probe that states it. What nobody declares is shown to nobody, and would be lost
//! without a word.

use std::sync::LazyLock;

use model::declared::DeclaredFacts;
use model::finding::FactValue;
use run::Probes;

use crate::report::Report;

/// Those of the built-in probes.
pub fn facts() -> &'static DeclaredFacts {
    static BUILT_IN: LazyLock<DeclaredFacts> = LazyLock::new(|| {
        let runtime = tokio::runtime::Runtime::new().expect("threads for a runtime");
        let probes = runtime.block_on(Probes::built_in());
        probes
            .expect("probes that fit together")
            .codes
            .facts()
            .clone()
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
