//! What each well-known client would do with the remote, as a table with a sign in each cell.

use clients::{Clients, Prediction, Step, Word};
use strum::VariantArray;

use super::super::Report;
use crate::clients::{server, word_of};

pub(super) struct Table {
    pub(super) heading: String,
    pub(super) steps: Vec<String>,
    pub(super) rows: Vec<Row>,
}

pub(super) struct Row {
    pub(super) title: String,
    pub(super) version: String,
    /// For each step how it looks, and the word for it.
    pub(super) signs: Vec<(&'static str, String)>,
    pub(super) reason: String,
    pub(super) words: Option<String>,
    pub(super) setting: Option<String>,
}

impl Table {
    /// Nothing where the remote was not reached: there is nothing to differ over.
    pub(super) fn of(report: &Report) -> Option<Table> {
        report.facts.get(facts::name::SERVER_ADDRESS)?;
        let clients = Clients::built_in().ok()?;
        let predictions = clients.predict_all(&server(report));
        let count = |word: Word| predictions.iter().filter(|it| it.word() == word).count();
        let words = [Word::Works, Word::Fails, Word::Depends, Word::Unknown];
        let counts = words.map(|word| (count(word), word));
        let counts = counts.iter().filter(|(n, _)| *n > 0);
        let counts: Vec<String> = counts
            .map(|(n, word)| format!("{n} {}", heading(*word)))
            .collect();
        Some(Table {
            heading: format!("Of {} clients: {}", predictions.len(), counts.join(", ")),
            steps: Step::VARIANTS.iter().map(ToString::to_string).collect(),
            rows: predictions.iter().map(row).collect(),
        })
    }
}

fn row(prediction: &Prediction) -> Row {
    let outcome = prediction.outcome();
    let signs = Step::VARIANTS.iter().map(|step| {
        let word = word_of(&outcome, *step);
        (css_class(word), word.to_string())
    });
    Row {
        signs: signs.collect(),
        title: outcome.title,
        version: outcome.version,
        reason: outcome.reason,
        words: outcome.words,
        setting: outcome.setting,
    }
}

fn heading(word: Word) -> &'static str {
    match word {
        Word::Works => "work",
        Word::Fails => "fail at some step",
        Word::Depends => "depend on chance or a setting",
        Word::Unknown => "not known",
    }
}

fn css_class(word: Word) -> &'static str {
    match word {
        Word::Works => "good",
        Word::Fails => "bad",
        Word::Depends => "warn",
        Word::Unknown => "unknown",
    }
}
