//! One look at the lists, in the light of the last one: the record that every format is rendered from. Pure.

use jiff::Timestamp;
use serde::Serialize;

use super::change::ListsChange;
use super::prefix::Prefix;
use super::remotes::{RemoteStatus, SavedRemote, standing};
use super::state::SavedLists;
use super::{Lists, PublishedSet};
use model::cleaner;
use model::finding::{Code, Confidence, Evidence};
use model::remedy::{Page, Values};
use model::remote::Remote;
use report::{Remedy, ReportFinding, SCHEMA_VERSION, Tool};

/// The code of a change.
pub const CHANGED: &str = "source.addresses-changed";
/// As many addresses as evidence names; all of them are in `change` and in the message.
const NAMED: usize = 12;

/// What a look saw.
#[derive(Clone, Debug, Serialize)]
pub struct AddressReport {
    /// The version of this form.
    pub schema_version: String,
    /// What made it.
    pub tool: Tool,
    /// When (RFC 3339).
    pub looked: Timestamp,
    /// Where the lists come from.
    pub source: String,
    /// How it went.
    #[serde(flatten)]
    pub outcome: Comparison,
    /// One sentence a tired person understands.
    pub summary: String,
    /// `source.addresses-changed`, where that is so.
    pub findings: Vec<ReportFinding>,
    /// What it means for each saved remote; empty where nothing was seen.
    pub remotes: Vec<JudgedRemote>,
}

/// How a look went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Comparison {
    /// There is nothing to compare with yet.
    FirstLook {
        /// The lists now.
        #[serde(flatten)]
        lists: Lists,
    },
    /// The lists have the addresses they had.
    Unchanged {
        /// The lists now.
        #[serde(flatten)]
        lists: Lists,
        /// Since when.
        since: Timestamp,
    },
    /// They have not.
    Changed {
        /// The lists now.
        #[serde(flatten)]
        lists: Lists,
        /// What is new and what is gone.
        change: ListsChange,
        /// When the lists were last seen as they were before.
        last_look: Timestamp,
    },
    /// Nothing is known of the lists now; what was saved stays.
    CouldNotLook {
        /// Why.
        reason: String,
        /// The last look that went well.
        last_look: Option<Timestamp>,
    },
}

/// A saved remote and what a look means for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JudgedRemote {
    /// The file of its report.
    pub file: String,
    /// Host and port, where the file could be read.
    pub remote: Option<String>,
    /// What the look means for it.
    #[serde(flatten)]
    pub standing: RemoteStatus,
}

impl AddressReport {
    /// Compares an answer, or the reason why there is none, with what was saved. `code` is that of [`CHANGED`].
    pub fn new(
        source: &str,
        before: Option<&SavedLists>,
        answer: Result<Lists, String>,
        saved: &[SavedRemote],
        code: &Code,
        now: Timestamp,
    ) -> AddressReport {
        let outcome = outcome(before, answer);
        let remotes = match outcome.lists() {
            None => Vec::new(),
            Some(lists) => {
                let before = before.map_or(lists, |state| &state.lists);
                saved.iter().map(|it| judge(it, before, lists)).collect()
            }
        };
        AddressReport {
            schema_version: SCHEMA_VERSION.into(),
            tool: Tool::this(),
            looked: now,
            source: source.into(),
            summary: summary(&outcome, &remotes),
            findings: Vec::from_iter(finding(&outcome, source, &remotes, code)),
            outcome,
            remotes,
        }
    }

    /// What the next look is to be compared with; none where nothing was seen.
    pub fn state(&self, before: Option<&SavedLists>) -> Option<SavedLists> {
        let since = match &self.outcome {
            Comparison::Unchanged { since, .. } => *since,
            _ => self.looked,
        };
        let lists = self.outcome.lists()?.clone();
        // A clock that was set back does not make the lists younger than their last look.
        let looked = before.map_or(self.looked, |state| state.looked.max(self.looked));
        Some(SavedLists::new(&self.source, lists, looked, since))
    }

    /// The saved remotes whose allow lists are out of date.
    pub fn affected(&self) -> impl Iterator<Item = &JudgedRemote> {
        affected(&self.remotes)
    }
}

impl Comparison {
    /// The lists, where they were seen.
    pub fn lists(&self) -> Option<&Lists> {
        match self {
            Comparison::FirstLook { lists }
            | Comparison::Unchanged { lists, .. }
            | Comparison::Changed { lists, .. } => Some(lists),
            Comparison::CouldNotLook { .. } => None,
        }
    }
}

fn outcome(before: Option<&SavedLists>, answer: Result<Lists, String>) -> Comparison {
    match (answer, before) {
        (Err(reason), before) => Comparison::CouldNotLook {
            reason,
            last_look: before.map(|state| state.looked),
        },
        (Ok(lists), None) => Comparison::FirstLook { lists },
        (Ok(lists), Some(state)) => {
            let change = ListsChange::between(&state.lists, &lists);
            if change.is_empty() {
                let since = state.since;
                Comparison::Unchanged { lists, since }
            } else {
                let last_look = state.looked;
                Comparison::Changed {
                    lists,
                    change,
                    last_look,
                }
            }
        }
    }
}

fn judge(saved: &SavedRemote, before: &Lists, now: &Lists) -> JudgedRemote {
    let standing = match &saved.remote {
        Ok(remote) => standing(remote, before, now),
        Err(reason) => RemoteStatus::NotKnown {
            reason: reason.clone(),
        },
    };
    let place = saved.remote.as_ref().ok().map(Remote::place);
    JudgedRemote {
        file: saved.file.clone(),
        remote: place.map(|place| cleaner::line(&place, 300)),
        standing,
    }
}

fn affected(remotes: &[JudgedRemote]) -> impl Iterator<Item = &JudgedRemote> {
    let is = |it: &&JudgedRemote| matches!(it.standing, RemoteStatus::Affected { .. });
    remotes.iter().filter(is)
}

fn summary(outcome: &Comparison, remotes: &[JudgedRemote]) -> String {
    match outcome {
        Comparison::FirstLook { lists } => format!(
            "This is the first look-up: {} are saved for the next comparison.",
            counted(lists)
        ),
        Comparison::Unchanged { lists, since } => {
            format!("{} are the same since {}.", counted(lists), day(*since))
        }
        Comparison::Changed {
            change, last_look, ..
        } => {
            let (new, gone) = change.counts();
            let told = match (affected(remotes).count(), remotes.len()) {
                (_, 0) => String::new(),
                (1, all) => format!(" 1 of {all} saved remotes is affected."),
                (some, all) => format!(" {some} of {all} saved remotes are affected."),
            };
            format!(
                "the addresses changed since the look-up of {}: {new} new, {gone} gone.{told}",
                day(*last_look)
            )
        }
        Comparison::CouldNotLook { reason, last_look } => {
            let kept = match last_look {
                Some(last) => format!("The saved lists of {} stay unchanged.", day(*last)),
                None => "Nothing was saved.".into(),
            };
            format!("{reason}. {kept}")
        }
    }
}

fn counted(lists: &Lists) -> String {
    let count = |set| match lists.of(set).len() {
        0 => format!("no {set}"),
        n => format!("{n} {set}"),
    };
    format!(
        "{} and {} addresses",
        count(PublishedSet::Dedicated),
        count(PublishedSet::Published)
    )
}

/// To the minute, in UTC.
fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn finding(
    outcome: &Comparison,
    source: &str,
    remotes: &[JudgedRemote],
    code: &Code,
) -> Option<ReportFinding> {
    let Comparison::Changed { change, .. } = outcome else {
        return None;
    };
    let (mut evidence, mut values) = (Vec::new(), Values::default());
    for set in [PublishedSet::Dedicated, PublishedSet::Published] {
        let of = change.of(set);
        for (what, entries) in [("new", &of.new), ("gone", &of.gone)] {
            if entries.is_empty() {
                continue;
            }
            let label = format!("{what} {set}");
            values.see(&label, &joined(entries, usize::MAX));
            let value = joined(entries, NAMED);
            evidence.push(Evidence { label, value });
        }
    }
    values.know("source", Some(source.into()));
    let names: Vec<&str> = affected(remotes)
        .filter_map(|it| it.remote.as_deref())
        .collect();
    if !names.is_empty() {
        values.see("affected", &names.join(", "));
    }
    let page = Page(&code.page);
    Some(ReportFinding {
        code: code.name.clone(),
        severity: code.severity,
        owner: code.owner,
        probe: "addresses".into(),
        standing: model::standing::Standing::BuiltIn,
        source: None,
        sources: Vec::new(),
        title: code.title.clone(),
        detail: meaning(change),
        caused_by: None,
        evidence,
        remedy: Remedy {
            steps: page.steps(None, &values),
            directives: Vec::new(),
            product: None,
            product_confidence: None,
            check: page.check(&values),
            message: page.message(code.owner, &values),
        },
        confidence: Confidence::Certain,
        alternatives: Vec::new(),
        settings_patch: None,
    })
}

/// For whoever lets only listed addresses in.
fn meaning(change: &ListsChange) -> String {
    let meaning = match change.counts() {
        (_, 0) => "does not know the new addresses yet",
        (0, _) => "still allows those that are gone",
        _ => "does not know the new addresses yet, and still allows those that are gone",
    };
    format!("Anyone who allows only listed addresses {meaning}.")
}

fn joined(entries: &[Prefix], most: usize) -> String {
    let named: Vec<String> = entries.iter().take(most).map(ToString::to_string).collect();
    match entries.len().saturating_sub(most) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

#[cfg(test)]
#[path = "address_report_tests.rs"]
mod tests;
