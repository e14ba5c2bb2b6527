//! Who wrote the text of a field: the lists say which fields hold words of this program. All others are somebody else's.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use model::declared::{DeclaredFacts, Privacy};
use model::finding::FactValue;
use model::redaction::Level;
use serde::Deserialize;
use serde_json::Value;

/// Those of which the schema does not say so itself. `*` stands for any one name or place in a list, `**` at the end for
/// everything below.
const VOCABULARY: &[&str] = &[
    "schema_version",
    "tool.name",
    "tool.version",
    "redaction.**",
    "root_causes.*",
    "findings.*.code",
    "findings.*.probe",
    "findings.*.caused_by",
    "findings.*.alternatives.*.code",
    "findings.*.settings_patch.effect",
    "findings.*.settings_patch.ssl",
    "findings.*.settings_patch.passive_mode",
    "findings.*.settings_patch.ip_version",
    "findings.*.settings_patch.highest_tls_version",
    "findings.*.remedy.directives.*.product",
    "settings_patch.ssl",
    "settings_patch.passive_mode",
    "settings_patch.ip_version",
    "settings_patch.highest_tls_version",
    "not_tested.*.codes.*",
    "not_tested.*.probe",
    "left_behind.*.probe",
    "probes.*.id",
    "probes.*.version",
    "probes.*.digest",
    "probes.*.signer.key_id",
    "probes.*.clear.*",
    "matrix.*.steps.*.code",
    "matrix.*.again.*.code",
    "allow_list.redaction.**",
    "transcript.*.probe",
    "changes.since.root_causes.*",
    "changes.remote.*.what",
    "changes.remote.*.may_come_from.*",
    "changes.ours.*.what",
    "changes.findings.*.*.code",
    "changes.findings.*.*.caused_by",
];

/// Sentences and lines that this program puts together. Somebody else's words stand in them only as values that are known
/// from other fields.
const OURS: &[&str] = &[
    "findings.*.title",
    "findings.*.evidence.*.label",
    "findings.*.remedy.**",
    "findings.*.source",
    "findings.*.sources.*",
    "matrix.*.vantage",
    "not_tested.*.check",
    "not_tested.*.sources.*",
    "changes.summary",
    "changes.same.*",
    "changes.findings.*.*.title",
    "changes.remote.*.title",
    "changes.remote.*.sources.*",
    "changes.ours.*.title",
    "changes.ours.*.sources.*",
];

/// What is [left of them](super::public) in a report for anybody is ours.
const REDUCED: &[&str] = &[
    "summary",
    "findings.*.detail",
    "findings.*.alternatives.*.deciding_test",
    "not_tested.*.reason",
    "transcript.*.text",
];

/// Who wrote a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Author {
    /// It is one of a list of words, a time or a name of ours.
    Vocabulary,
    /// It is ours, with values in it.
    Ours,
    /// A server, a user, or nobody knows.
    Others,
}

/// Whose the text at this place is, in a report of this level.
pub(super) fn author(path: &[String], level: Level, declared: &DeclaredFacts) -> Author {
    let is_of = |patterns: &[&str]| patterns.iter().any(|pattern| fits(pattern, path));
    if is_vocabulary(path) {
        Author::Vocabulary
    } else if is_of(OURS) || level == Level::Public && is_of(REDUCED) || is_open(path, declared) {
        Author::Ours
    } else {
        Author::Others
    }
}

/// Whether the place is in a fact that may be shown to anybody.
fn is_open(path: &[String], declared: &DeclaredFacts) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["facts", name, ..] | ["facts_by_source", _, name, ..] => {
            declared.is_of_class(name, Privacy::Open)
        }
        _ => false,
    }
}

/// Whether the field at this place holds only words of ours.
pub(crate) fn is_vocabulary(path: &[String]) -> bool {
    let closed = CLOSED.iter().map(String::as_str);
    VOCABULARY
        .iter()
        .copied()
        .chain(closed)
        .any(|pattern| fits(pattern, path))
}

/// The places of the schema that take only certain words, or a time. A word that is replaced there would make a report that
/// cannot be read.
static CLOSED: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let schema = crate::schema::report();
    let mut places = BTreeSet::new();
    closed(
        schema.as_value(),
        schema.as_value(),
        &mut Vec::new(),
        &mut places,
    );
    places
});

/// Reports have no more levels: a list of such lists ends here.
const MOST_LEVELS: usize = 9;

fn closed(schema: &Value, whole: &Value, path: &mut Vec<String>, out: &mut BTreeSet<String>) {
    if path.len() > MOST_LEVELS {
        return;
    }
    let reference = schema.get("$ref").and_then(Value::as_str);
    let referred = reference.and_then(|it| whole.pointer(it.trim_start_matches('#')));
    if let Some(schema) = referred {
        return closed(schema, whole, path, out);
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
        let choices = schema.get(key).and_then(Value::as_array);
        for schema in choices.into_iter().flatten() {
            closed(schema, whole, path, out);
        }
    }
    let is_time = schema.get("format").and_then(Value::as_str) == Some("date-time");
    if schema.get("enum").is_some() || schema.get("const").is_some() || is_time {
        out.insert(path.join("."));
    }
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
        // The columns of a table.
        ["facts", name, ..] | ["facts_by_source", _, name, ..] => declared.is_of_ours(name),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_only_certain_words_stays_as_it_is() {
        assert!(CLOSED.len() > 35, "{CLOSED:?}");
        for place in ["verdict", "started", "remote.ssl", "findings.*.owner"] {
            assert!(CLOSED.contains(place), "{place}");
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
