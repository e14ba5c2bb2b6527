//! The exit: what becomes of a report before anybody sees it.
//!
//! Every format takes a [`Shown`], and there is no way to one that does not lead past the cleaner and the masks. So it does
//! not matter where a text of a stranger came from, nor who forgot that it is one.

use std::net::IpAddr;
use std::ops::Deref;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Report;
use crate::redact::{Ours, fits, is_key, is_vocabulary};
use model::cleaner;
use model::declared::DeclaredFacts;
use model::mask::Mask;

/// No line of a report is longer, in characters.
const LINE: usize = 4_096;
/// No page of one.
const LINES: usize = 65_536;
/// No name of a fact.
const NAME: usize = 200;

/// Where several lines are meant: words of servers, messages, what is to be typed. `*` stands for any one name or place in a
/// list, `**` at the end for everything below.
const OF_LINES: &[&str] = &[
    "findings.*.evidence.*.value",
    "findings.*.remedy.message",
    "findings.*.remedy.directives.*.text",
    "facts.**",
    "facts_by_source.**",
];

/// Why a report cannot be shown.
#[derive(Debug, thiserror::Error)]
#[error("without the password it would be no report any more: {0}")]
pub struct NotShown(#[from] serde_json::Error);

/// A report that can be shown: each text of it is clean, and no secret is in it.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Shown(Report);

impl Shown {
    /// Cleans a report, and masks these secrets in it.
    ///
    /// # Errors
    /// A secret is spelt like something that no report can be without.
    pub fn new(report: Report, masks: &[Mask]) -> Result<Shown, NotShown> {
        // What may hold certain words only depends on no secret, and need not be masked where a secret is one of them.
        let changed = passed(&report, masks, false);
        let changed = changed.or_else(|_| passed(&report, masks, true))?;
        Ok(Shown(changed.unwrap_or(report)))
    }
}

/// The report as it has to be; none where it is so.
fn passed(
    report: &Report,
    masks: &[Mask],
    spares_vocabulary: bool,
) -> Result<Option<Report>, serde_json::Error> {
    let mut value = serde_json::to_value(report)?;
    let mut pass = Pass {
        masks,
        ours: Ours::of(&report.remote),
        declared: &report.declared,
        spares_vocabulary,
        path: Vec::new(),
        cleaned: 0,
        masked: 0,
    };
    pass.walk(&mut value);
    if pass.cleaned + pass.masked == 0 {
        return Ok(None);
    }
    let declared = report.declared.clone();
    let mut report: Report = serde_json::from_value(value)?;
    report.declared = declared;
    report.masked += pass.masked;
    Ok(Some(report))
}

impl Deref for Shown {
    type Target = Report;

    fn deref(&self) -> &Report {
        &self.0
    }
}

/// The same for a report that was read back, before anything is made of it.
pub fn clean(value: &mut Value) {
    let declared = DeclaredFacts::default();
    let mut pass = Pass {
        masks: &[],
        ours: Ours::default(),
        declared: &declared,
        spares_vocabulary: true,
        path: Vec::new(),
        cleaned: 0,
        masked: 0,
    };
    pass.walk(value);
}

/// One way through all texts.
struct Pass<'a> {
    masks: &'a [Mask],
    ours: Ours,
    declared: &'a DeclaredFacts,
    /// Whether fields that hold certain words only are passed over by the masks.
    spares_vocabulary: bool,
    path: Vec<String>,
    cleaned: u32,
    masked: u32,
}

impl Pass<'_> {
    fn walk(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                self.path.push("0".into());
                items.iter_mut().for_each(|item| self.walk(item));
                self.path.pop();
            }
            Value::Object(fields) => self.fields(fields),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn fields(&mut self, fields: &mut Map<String, Value>) {
        for (name, mut value) in std::mem::take(fields) {
            let mut shown = cleaner::line(&name, NAME);
            self.path.push(name);
            self.walk(&mut value);
            let name = self.path.pop().unwrap_or_default();
            if !is_key(&self.path, &name, self.declared) {
                self.mask(&mut shown);
            }
            self.cleaned += u32::from(shown != name);
            fields.insert(shown, value);
        }
    }

    fn text(&mut self, text: &mut String) {
        let clean = match cleaner::is_clean(text, LINE) {
            true => None,
            false if OF_LINES.iter().any(|it| fits(it, &self.path)) => {
                Some(cleaner::lines(text, LINES))
            }
            false => Some(cleaner::line(text, LINE)),
        };
        if let Some(clean) = clean.filter(|clean| clean != text) {
            *text = clean;
            self.cleaned += 1;
        }
        self.mask(text);
    }

    /// Addresses and times depend on no secret.
    fn mask(&mut self, text: &mut String) {
        for mask in self.masks {
            let is_ours = |word: &str| self.ours.has(word);
            let Some(masked) = mask.text_but(text, is_ours) else {
                continue;
            };
            let is_typed = text.parse::<IpAddr>().is_ok() || text.parse::<Timestamp>().is_ok();
            if is_typed || self.spares_vocabulary && is_vocabulary(&self.path) {
                continue;
            }
            *text = masked;
            self.masked += 1;
        }
    }
}
