//! What changed between two runs, remote by remote. A remote is the same where its name is.

use std::collections::HashMap;

use model::verdict::Verdict;
use serde::Serialize;

use super::entry::Entry;

/// What changed of one remote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its name.
    pub remote: String,
    /// In which direction.
    pub changed: Changed,
    /// How it was.
    pub before: Option<Verdict>,
    /// How it is.
    pub now: Option<Verdict>,
    /// Root causes that are new.
    pub came: Vec<String>,
    /// Root causes that are gone.
    pub went: Vec<String>,
}

/// In which direction a remote changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Changed {
    /// Its verdict is worse.
    Worse,
    /// Its verdict is the same, and something else is wrong.
    Otherwise,
    /// Its verdict is better.
    Better,
    /// It is new in the list.
    New,
    /// It is not in the list any more.
    Gone,
    /// It was tested in one of the runs only, so that nothing can be said.
    NotCompared,
}

/// What changed, the worst first. What is the same is left out.
pub(super) fn since(before: &[Entry], now: &[Entry]) -> Vec<Change> {
    let known: HashMap<&str, &Entry> = before.iter().map(|it| (it.name.as_str(), it)).collect();
    let there: HashMap<&str, &Entry> = now.iter().map(|it| (it.name.as_str(), it)).collect();
    let changed = now
        .iter()
        .filter_map(|it| change(known.get(it.name.as_str()).copied(), Some(it)));
    let gone = before
        .iter()
        .filter(|it| !there.contains_key(it.name.as_str()));
    let gone = gone.filter_map(|it| change(Some(it), None));
    let mut all: Vec<Change> = changed.chain(gone).collect();
    all.sort_by(|one, other| (one.changed, &one.remote).cmp(&(other.changed, &other.remote)));
    all
}

fn change(before: Option<&Entry>, now: Option<&Entry>) -> Option<Change> {
    let (was, is) = (verdict(before), verdict(now));
    let (had, has) = (codes(before), codes(now));
    let missing = |from: &[String], of: &[String]| -> Vec<String> {
        let codes = from.iter().filter(|code| !of.contains(code));
        codes.cloned().collect()
    };
    let (came, went) = (missing(&has, &had), missing(&had, &has));
    let changed = match (before, now, was, is) {
        (None, _, _, _) => Changed::New,
        (_, None, _, _) => Changed::Gone,
        (_, _, Some(was), Some(is)) if is.rank() > was.rank() => Changed::Worse,
        (_, _, Some(was), Some(is)) if is.rank() < was.rank() => Changed::Better,
        (_, _, Some(_), Some(_)) if came.is_empty() && went.is_empty() => return None,
        (_, _, Some(_), Some(_)) => Changed::Otherwise,
        (_, _, None, None) => return None,
        (_, _, None, Some(_)) | (_, _, Some(_), None) => Changed::NotCompared,
    };
    let (came, went) = match changed {
        // What was not looked at has neither come nor gone.
        Changed::NotCompared => (Vec::new(), Vec::new()),
        Changed::Worse | Changed::Otherwise | Changed::Better | Changed::New | Changed::Gone => {
            (came, went)
        }
    };
    Some(Change {
        remote: now.or(before)?.name.clone(),
        changed,
        before: was,
        now: is,
        came,
        went,
    })
}

fn verdict(entry: Option<&Entry>) -> Option<Verdict> {
    entry.and_then(|it| it.verdict)
}

fn codes(entry: Option<&Entry>) -> Vec<String> {
    let causes = entry.into_iter().flat_map(|it| &it.root_causes);
    causes.map(|it| it.code.clone()).collect()
}
