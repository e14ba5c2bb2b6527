//! What differs on our side: a remote that was reached with other settings, from elsewhere or by another version of this
//! program may look different and be the same.

use facts::name;
use serde_json::Value;

use crate::Report;

use super::Change;

/// The settings of the two runs, where they came from, and the program.
pub(super) fn differences(then: &Report, now: &Report) -> Vec<Change> {
    let mut changes = settings(then, now);
    changes.extend(addresses(then, now));
    let versions = (&then.tool.version, &now.tool.version);
    changes.extend(change(
        "tool.version",
        "version of remote-doctor",
        vec![versions.0.clone()],
        vec![versions.1.clone()],
    ));
    changes
}

fn change(what: &str, title: &str, before: Vec<String>, now: Vec<String>) -> Option<Change> {
    (before != now).then(|| Change {
        what: what.into(),
        title: title.into(),
        before,
        now,
        sources: Vec::new(),
        may_come_from: Vec::new(),
    })
}

/// By the names that reports call them: a setting that is added is compared, too.
fn settings(then: &Report, now: &Report) -> Vec<Change> {
    let object = |report: &Report| match serde_json::to_value(&report.remote) {
        Ok(Value::Object(settings)) => settings,
        _ => serde_json::Map::new(),
    };
    let (then, now) = (object(then), object(now));
    let mut names: Vec<&String> = now.keys().chain(then.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter_map(|name| {
            let title = format!("setting {}", name.replace('_', "-"));
            change(name, &title, values(then.get(name)), values(now.get(name)))
        })
        .collect()
}

fn values(setting: Option<&Value>) -> Vec<String> {
    match setting {
        None | Some(Value::Null) => vec!["none".into()],
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) if items.is_empty() => vec!["none".into()],
        Some(Value::Array(items)) => items.iter().map(item).collect(),
        Some(other) => vec![other.to_string()],
    }
}

fn item(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(entries) => {
            let cells = entries.values().map(|it| values(Some(it)).join(" "));
            cells.collect::<Vec<_>>().join(" = ")
        }
        other => other.to_string(),
    }
}

/// Where connections left from, and what the remote saw of that, for each address that was looked from both times.
fn addresses(then: &Report, now: &Report) -> Vec<Change> {
    let mut changes = Vec::new();
    for row in &now.matrix {
        let Some(before) = then.matrix.iter().find(|it| it.vantage == row.vantage) else {
            continue;
        };
        let pairs = [
            (
                name::SOURCE_ADDRESS,
                "address of this machine",
                before.address,
                row.address,
            ),
            (
                name::SOURCE_SEEN_AS,
                "our address as the remote sees it",
                before.seen_as,
                row.seen_as,
            ),
        ];
        for (what, title, before, after) in pairs {
            if let (Some(before), Some(after)) = (before, after) {
                let values = (vec![before.to_string()], vec![after.to_string()]);
                changes.extend(change(what, title, values.0, values.1));
            }
        }
    }
    changes
}
