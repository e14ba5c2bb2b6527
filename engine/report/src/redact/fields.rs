//! The fields of a report that hold words of this program and nothing else. All others are rewritten.

use model::declared::{DeclaredFacts, Privacy};
use model::finding::FactValue;
use serde::Deserialize;
use serde_json::Value;

/// `*` stands for any one name or place in a list, `**` at the end for everything below.
const VOCABULARY: &[&str] = &[
    "schema_version",
    "tool.name",
    "tool.version",
    "started",
    "redaction.**",
    "remote.ssl",
    "remote.certificate_check",
    "remote.use",
    "remote.passive_mode",
    "remote.ip_version",
    "remote.highest_tls_version",
    "verdict",
    "root_causes.*",
    "findings.*.code",
    "findings.*.severity",
    "findings.*.owner",
    "findings.*.standing",
    "findings.*.probe",
    "findings.*.caused_by",
    "findings.*.confidence",
    "findings.*.alternatives.*.code",
    "findings.*.settings_patch.effect",
    "findings.*.settings_patch.ssl",
    "findings.*.settings_patch.passive_mode",
    "findings.*.settings_patch.ip_version",
    "findings.*.settings_patch.highest_tls_version",
    "findings.*.remedy.directives.*.kind",
    "findings.*.remedy.directives.*.product",
    "findings.*.remedy.product_confidence",
    "settings_patch.ssl",
    "settings_patch.passive_mode",
    "settings_patch.ip_version",
    "settings_patch.highest_tls_version",
    "not_tested.*.cause",
    "not_tested.*.codes.*",
    "not_tested.*.probe",
    "left_behind.*.probe",
    "probes.*.id",
    "probes.*.version",
    "probes.*.digest",
    "probes.*.signer.status",
    "probes.*.signer.key_id",
    "probes.*.capabilities.*",
    "probes.*.denied.*",
    "probes.*.status",
    "probes.*.clear.*",
    "matrix.*.look",
    "matrix.*.steps.*.result",
    "matrix.*.steps.*.code",
    "matrix.*.again.*.result",
    "matrix.*.again.*.code",
    "merged_from.*.started",
    "merged_from.*.verdict",
    "allow_list.looked_up",
    "allow_list.redaction.**",
    "allow_list.addresses.*.set",
    "allow_list.addresses.*.requirements.*.requirement",
    "allow_list.addresses.*.requirements.*.standing",
    "allow_list.addresses.*.spells.*.first",
    "allow_list.addresses.*.spells.*.last",
    "transcript.*.direction",
    "transcript.*.probe",
    "transcript.*.failure",
    "transcript.*.part",
    "changes.since.started",
    "changes.since.verdict",
    "changes.since.root_causes.*",
    "changes.remote.*.what",
    "changes.remote.*.may_come_from.*",
    "changes.ours.*.what",
    "changes.findings.*.*.code",
    "changes.findings.*.*.severity",
    "changes.findings.*.*.owner",
    "changes.findings.*.*.caused_by",
];

/// Whether the field at this place holds only words of ours.
pub(crate) fn is_vocabulary(path: &[String]) -> bool {
    VOCABULARY.iter().any(|pattern| fits(pattern, path))
}

/// Whether a place is one that a pattern names.
pub(crate) fn fits(pattern: &str, path: &[String]) -> bool {
    let mut names = path.iter();
    for part in pattern.split('.') {
        match (part, names.next()) {
            ("**", Some(_)) => return true,
            ("*", Some(_)) => {}
            (part, Some(name)) if part == name => {}
            _ => return false,
        }
    }
    names.next().is_none()
}

/// Whether a key of the object at this place is the name of a field, and no value that somebody chose.
pub(crate) fn is_key(path: &[String], key: &str, declared: &DeclaredFacts) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["facts"] | ["facts_by_source", _] => declared.is_of_ours(key),
        ["facts_by_source"] => false,
        ["facts" | "facts_by_source", ..] => is_word(key),
        _ => true,
    }
}

/// Whether nothing of the fact that this key of the object at this place names is for others.
pub(super) fn is_private(
    path: &[String],
    key: &str,
    value: &Value,
    declared: &DeclaredFacts,
) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["facts"] | ["facts_by_source", _] => FactValue::deserialize(value)
            .map_or(true, |it| declared.privacy(key, &it) == Privacy::Private),
        _ => false,
    }
}

fn is_word(name: &str) -> bool {
    name.split(['-', '_', ' ']).all(super::words::is_harmless)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every place of the schema that takes only certain words, as a path.
    fn closed(schema: &Value, whole: &Value, path: &mut Vec<String>, out: &mut BTreeSet<String>) {
        if path.len() > 9 {
            return;
        }
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            let pointer = name.trim_start_matches('#');
            return closed(whole.pointer(pointer).unwrap(), whole, path, out);
        }
        let mut below = |schema: &Value, name: &str, out: &mut BTreeSet<String>| {
            path.push(name.into());
            closed(schema, whole, path, out);
            path.pop();
        };
        if let Some(Value::Object(properties)) = schema.get("properties") {
            for (name, schema) in properties {
                below(schema, name, out);
            }
        }
        for (key, name) in [("items", "*"), ("additionalProperties", "*")] {
            if let Some(schema) = schema.get(key) {
                below(schema, name, out);
            }
        }
        for key in ["oneOf", "anyOf"] {
            for schema in schema
                .get(key)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                closed(schema, whole, path, out);
            }
        }
        let is_time = schema.get("format").and_then(Value::as_str) == Some("date-time");
        if schema.get("enum").is_some() || schema.get("const").is_some() || is_time {
            out.insert(path.join("."));
        }
    }

    fn schema() -> Value {
        serde_json::from_str(include_str!("../../schema/report.json")).unwrap()
    }

    /// A word that is replaced in such a field would make a report that cannot be read.
    #[test]
    fn every_field_that_takes_only_certain_words_keeps_them() {
        let schema = schema();
        let mut places = BTreeSet::new();
        closed(&schema, &schema, &mut Vec::new(), &mut places);
        assert!(places.len() > 20, "{places:?}");
        for place in places {
            let path: Vec<String> = place.split('.').map(String::from).collect();
            assert!(is_vocabulary(&path), "{place} is missing");
        }
    }

    #[test]
    fn what_a_server_or_a_user_chooses_is_never_vocabulary() {
        for place in [
            "remote.host",
            "remote.user",
            "summary",
            "findings.*.evidence.*.value",
            "findings.*.remedy.message",
            "transcript.*.text",
            "facts.server.greeting",
            "merged_from.*.place",
            "probes.*.signer.comment",
            "a.field.of.tomorrow",
        ] {
            let path: Vec<String> = place.split('.').map(String::from).collect();
            assert!(!is_vocabulary(&path), "{place}");
        }
        let facts = ["facts".to_string()];
        let declared = crate::declared_tests::built_in();
        let is_key = |name: &str| is_key(&facts, name, &declared);
        assert!(is_key("server.greeting") && is_key("certificate.not-after"));
        assert!(!is_key("ftp.initech.com") && !is_key("data.initech"));
    }
}
