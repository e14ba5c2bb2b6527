//! What was established, from each source address and at all.

use std::collections::BTreeMap;

use crate::record::Record;
use model::finding::FactValue;

/// Facts by their names.
pub type Facts = BTreeMap<String, FactValue>;

/// The facts of the first source address that has them, and of each where there are several.
pub fn facts(record: &Record) -> (Facts, BTreeMap<String, Facts>) {
    let (mut all, mut by_source) = (Facts::new(), BTreeMap::<String, Facts>::new());
    for run in record.runs() {
        for fact in &run.outcome.facts {
            all.entry(fact.name.clone())
                .or_insert_with(|| fact.value.clone());
            if let Some(source) = run.source {
                by_source
                    .entry(source.to_string())
                    .or_default()
                    .insert(fact.name.clone(), fact.value.clone());
            }
        }
    }
    if by_source.len() < 2 {
        by_source.clear();
    }
    (all, by_source)
}
