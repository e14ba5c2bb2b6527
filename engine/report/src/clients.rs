//! What clients would do with the remote of a report: the answer for those that somebody named, and the table of all.

use std::fmt::Write;

use clients::{
    ClientOutcome, Clients, ClientsError, Found, Prediction, Profile, Server, Setting, Step, Word,
};
use model::cleaner;
use model::patch::IN_CLIENTS;
use model::verdict::Verdict;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use strum::VariantArray;

use super::style::{BAD, BOLD, GOOD, UNKNOWN, WARN, hanging, styled, unmistakable};
use super::{Report, outline};

/// What the clients that somebody named would do.
#[derive(Clone, Debug, JsonSchema, Serialize, Deserialize)]
pub struct ClientsAnswer {
    /// In which it fails, in which it works, and over what.
    pub answer: String,
    /// Whether it fails in one of them.
    pub fails: bool,
    /// Each of them.
    pub clients: Vec<ClientOutcome>,
}

/// What a report says of a server, as far as clients differ over it. The word of a third party counts for nothing here.
pub fn server(report: &Report) -> Server<'_> {
    let several = report.matrix.len() > 1;
    let ours = report
        .findings
        .iter()
        .filter(|it| it.standing.is_built_in());
    Server {
        remote: &report.remote,
        facts: &report.facts,
        findings: ours
            .map(|it| Found {
                code: &it.code,
                title: &it.title,
                severity: it.severity,
                is_consequence: it.caused_by.is_some(),
                is_everywhere: !several || it.source.is_none(),
                evidence: &it.evidence,
            })
            .collect(),
    }
}

/// Judges the remote of a report as these clients would meet it: the first line answers for them, and where one fails, the
/// remote is failing. With no names those that the settings name are meant.
///
/// # Errors
/// Nobody knows one of them.
pub fn judge_for(
    report: &mut Report,
    clients: &Clients,
    names: &[String],
) -> Result<(), ClientsError> {
    let names = match names.is_empty() {
        true => report.remote.clients.clone(),
        false => names.to_vec(),
    };
    let named = names.iter().map(|name| clients.find(name));
    let named: Vec<&Profile> = named.collect::<Result<_, _>>()?;
    let predictions: Vec<Prediction> = {
        let server = server(report);
        named
            .into_iter()
            .map(|client| clients.predict(client, &server))
            .collect()
    };
    let Some(answer) = clients::answer(&predictions) else {
        return Ok(());
    };
    let fails = predictions.iter().any(|it| it.word() == Word::Fails);
    if fails {
        report.verdict = Verdict::Failing;
    }
    let before = report.clients.take().map(|it| it.answer + " ");
    let summary = before.and_then(|it| report.summary.strip_prefix(&it).map(Into::into));
    let summary = summary.unwrap_or_else(|| report.summary.clone());
    report.summary = format!("{answer} {summary}");
    let named = predictions.iter().map(|it| &it.client);
    let named: Vec<&Profile> = named.collect();
    let patches = report
        .findings
        .iter_mut()
        .filter_map(|it| it.settings_patch.as_mut());
    for patch in patches.chain(report.settings_patch.as_mut()) {
        in_clients(patch, &named);
    }
    report.clients = Some(ClientsAnswer {
        answer,
        fails,
        clients: predictions.iter().map(Prediction::outcome).collect(),
    });
    Ok(())
}

/// Says what the changes of a patch are called in each client.
fn in_clients(patch: &mut Map<String, Value>, named: &[&Profile]) {
    let settings: Vec<Setting> = outline::changes(patch)
        .filter_map(|(name, value)| called(name, &value))
        .collect();
    let told = named.iter().filter_map(|client| {
        let words: Vec<&str> = settings
            .iter()
            .filter_map(|it| client.setting(*it))
            .collect();
        (!words.is_empty()).then(|| (client.title.clone(), Value::from(words.join("; "))))
    });
    let told: Map<String, Value> = told.collect();
    if !told.is_empty() {
        patch.insert(IN_CLIENTS.into(), told.into());
    }
}

/// What somebody changes in a client where the settings of the remote are changed so.
fn called(name: &str, value: &str) -> Option<Setting> {
    Some(match (name, value) {
        ("ssl", _) => Setting::Encryption,
        ("passive_mode", "pasv") => Setting::WithoutEpsv,
        ("passive_mode", _) => Setting::UseServerAddress,
        ("highest_tls_version", _) => Setting::HighestTls,
        ("reply_timeout", _) => Setting::TimeOut,
        ("max_connections", _) => Setting::Connections,
        ("remote_path", _) => Setting::Folder,
        _ => return None,
    })
}

impl Report {
    /// Whether one of the clients fails that the remote is judged for.
    pub fn fails_for_a_client(&self) -> bool {
        self.clients.as_ref().is_some_and(|it| it.fails)
    }
}

/// The widest title that is shown whole, in characters.
const TITLE: usize = 24;
/// A column for a step, in characters.
const COLUMN: usize = 9;
/// No sentence is longer, in characters.
const SENTENCE: usize = 400;

/// A table for a terminal: a line for each client, and below it what decides.
pub fn table(outcomes: &[ClientOutcome]) -> String {
    let mut out = String::new();
    let heads = Step::VARIANTS
        .iter()
        .map(|step| format!("{:<COLUMN$}", step.to_string()));
    let heads: String = heads.collect();
    let _ = writeln!(
        out,
        "{}",
        styled(BOLD, format!("{:<TITLE$}  {heads}", "client").trim_end())
    );
    for outcome in outcomes {
        let title = cleaner::line(&outcome.title, TITLE);
        let words = Step::VARIANTS.iter().map(|step| {
            let word = word_of(outcome, *step);
            let word_of_it = word.to_string();
            let room = " ".repeat(COLUMN.saturating_sub(word_of_it.len()));
            styled(style(word), &word_of_it) + &room
        });
        let words: String = words.collect();
        let _ = writeln!(out, "{}", format!("{title:<TITLE$}  {words}").trim_end());
        if outcome.steps.values().any(|word| *word != Word::Works) {
            below(&mut out, "", &outcome.reason);
        }
        if let Some(words) = &outcome.words {
            below(&mut out, "says   ", words);
        }
        if let Some(setting) = &outcome.setting {
            below(&mut out, "set    ", setting);
        }
    }
    out
}

fn below(out: &mut String, label: &str, text: &str) {
    let text = unmistakable(&cleaner::line(text, SENTENCE));
    let _ = writeln!(out, "{}", hanging(&format!("      {label}"), &text));
}

/// The outcome of a step.
pub(crate) fn word_of(outcome: &ClientOutcome, step: Step) -> Word {
    let word = outcome.steps.get(step.as_ref());
    word.copied().unwrap_or(Word::Unknown)
}

fn style(word: Word) -> anstyle::Style {
    match word {
        Word::Works => GOOD,
        Word::Fails => BAD,
        Word::Depends => WARN,
        Word::Unknown => UNKNOWN,
    }
}
