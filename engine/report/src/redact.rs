//! Reports for others: what says who and where somebody is goes out, and a token comes in its place.
//!
//! A report is turned into JSON, every text of it is rewritten by one function, and the result is read back as a report.
//! [`fields`] lists which texts are ours; a field that nobody thought of counts as somebody else's. For a vendor
//! (`shareable`), what is somebody's is replaced within a text. For anybody (`public`), a text of somebody else's is a token
//! as a whole, or is left out: what a word may give away need not be known. Tokens keep the kind of what they stand for, and
//! the same value has the same token in all of a report, however it is spelt.

mod collect;
mod fields;
mod known;
mod pseudonyms;
mod public;
mod shapes;
#[cfg(test)]
mod tests;
mod text;
mod tokens;
mod words;

use model::redaction::Level;
use model::redaction::Redaction;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::Report;
use model::declared::DeclaredFacts;

use fields::Author;
pub(crate) use fields::{fits, is_key, is_vocabulary};
use text::Redactor;
pub use words::Ours;

/// Why a report cannot be redacted as it was asked for. Nothing of it is shown then.
#[derive(Debug, thiserror::Error)]
pub enum RedactError {
    /// What was removed is not in it.
    #[error(
        "the report is redacted already ({has}): what was removed cannot come back for {wanted}"
    )]
    Lower {
        /// What it is.
        has: Level,
        /// What was asked for.
        wanted: Level,
    },
    /// It holds something that no report has.
    #[error("the report cannot be redacted: {0}")]
    Shape(#[from] serde_json::Error),
}

/// The level of a report.
pub fn level(report: &Report) -> Level {
    report
        .redaction
        .as_ref()
        .map_or(Level::Internal, |it| it.level)
}

/// The same report without what is not for whoever gets it. Without a level it stays what it is.
///
/// # Errors
/// More is asked for than is left in it, or it is no report.
pub fn redact(report: Report, wanted: Option<Level>) -> Result<Report, RedactError> {
    let has = level(&report);
    let wanted = wanted.unwrap_or(has);
    if wanted < has {
        return Err(RedactError::Lower { has, wanted });
    }
    if wanted == has {
        return Ok(report);
    }
    let before = report.redaction.clone();
    let mut redactor = Redactor::new(wanted, before.is_some());
    let value = serde_json::to_value(&report)?;
    collect::learn(&mut redactor, &report, &value);
    let (report, value) = match wanted {
        Level::Public => {
            let report = public::reduced(report);
            let value = serde_json::to_value(&report)?;
            (report, value)
        }
        Level::Internal | Level::Shareable => (report, value),
    };
    let value = walk(value, &mut Vec::new(), &mut redactor, &report.declared);
    let mut redacted: Report = serde_json::from_value(value)?;
    redacted.declared = report.declared;
    let mut removed = before.map(|it| it.removed).unwrap_or_default();
    for (name, count) in redactor.removed() {
        *removed.entry(name).or_default() += count;
    }
    redacted.redaction = Some(Redaction {
        level: wanted,
        removed,
    });
    if let Some(sheet) = &mut redacted.allow_list {
        sheet.redaction.clone_from(&redacted.redaction);
    }
    Ok(redacted)
}

/// What goes on being read by programs, for people that a report of the level `shareable` is for: what is taken out of it
/// wears a disguise of the same length and looks.
#[derive(Debug)]
pub struct Pseudonymised(Redactor);

impl Pseudonymised {
    /// What is somebody's in the report is so elsewhere.
    pub fn as_in(report: &Report) -> Pseudonymised {
        let mut redactor = Redactor::pseudonymising(Level::Shareable);
        let value = serde_json::to_value(report).unwrap_or_default();
        collect::learn(&mut redactor, report, &value);
        Pseudonymised(redactor)
    }

    /// Names in a listing, and to whom files belong; of very many the first.
    pub fn learn_listing(&mut self, bytes: &[u8], most: usize) {
        collect::listing(&mut self.0, bytes, most);
    }

    /// A text in disguise, as long as it was.
    pub fn text(&mut self, text: &str) -> String {
        self.0.rewrite(text)
    }

    /// The same of what was read or written. Where it is no UTF-8, each byte is a character (ISO 8859-1).
    pub fn bytes(&mut self, bytes: &[u8]) -> Vec<u8> {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return self.text(text).into_bytes();
        }
        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        let rewritten = self.text(&text);
        let narrow = rewritten.chars().map(|c| u8::try_from(c).unwrap_or(b'x'));
        narrow.collect()
    }

    /// How many different values of each kind there were.
    pub fn removed(&self) -> BTreeMap<String, u32> {
        self.0.removed()
    }
}

/// Every text, and every key that is no name of a field.
fn walk(
    value: Value,
    path: &mut Vec<String>,
    redactor: &mut Redactor,
    declared: &DeclaredFacts,
) -> Value {
    match value {
        Value::String(text) => {
            let author = fields::author(path, redactor.level(), declared);
            Value::String(redactor.field(&text, author))
        }
        Value::Array(items) => {
            path.push("*".into());
            let items = items
                .into_iter()
                .map(|item| walk(item, path, redactor, declared))
                .collect();
            path.pop();
            Value::Array(items)
        }
        Value::Object(entries) => {
            let mut out = serde_json::Map::new();
            for (name, value) in entries {
                let key = match fields::is_key(path, &name, declared) {
                    true => name.clone(),
                    false => redactor.field(&name, key_author(path)),
                };
                let value = match fields::is_private(path, &name, &value, declared) {
                    true => whole(value, redactor),
                    false => {
                        path.push(name);
                        let value = walk(value, path, redactor, declared);
                        path.pop();
                        value
                    }
                };
                out.insert(key, value);
            }
            Value::Object(out)
        }
        other => other,
    }
}

/// Source addresses are keys; all other keys that are no names of fields are somebody else's.
fn key_author(path: &[String]) -> Author {
    match path {
        [place] if place == "facts_by_source" => Author::Ours,
        _ => Author::Others,
    }
}

/// A value of which no text is for others: each of them is one token.
fn whole(value: Value, redactor: &mut Redactor) -> Value {
    match value {
        Value::String(text) => Value::String(redactor.whole(&text)),
        Value::Array(items) => {
            let items = items.into_iter().map(|item| whole(item, redactor));
            Value::Array(items.collect())
        }
        Value::Object(entries) => {
            let entries = entries.into_iter();
            let cells =
                entries.map(|(name, value)| (redactor.whole(&name), whole(value, redactor)));
            Value::Object(cells.collect())
        }
        other => other,
    }
}
