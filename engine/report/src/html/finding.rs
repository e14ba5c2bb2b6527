//! One finding as a card.

use super::super::outline::{self, Span, Typed, spans};
use super::super::{Report, ReportFinding};
use model::finding::{Confidence, Severity};

/// A root cause with what follows from it, or a note.
pub(super) struct Card<'a> {
    pub(super) finding: &'a ReportFinding,
    pub(super) badge: (&'static str, &'static str),
    pub(super) from: Option<String>,
    pub(super) is_likely: bool,
    pub(super) details: Vec<&'a str>,
    pub(super) changes: Vec<(String, String)>,
    pub(super) effect: String,
    /// That the product the steps are for is a guess.
    pub(super) guess: Option<String>,
    pub(super) steps: Vec<Vec<Span<'a>>>,
    /// What to type on the server's product.
    pub(super) typed: Vec<Typed<'a>>,
    /// What to type on whatever stands in front.
    pub(super) firewalls: Vec<Typed<'a>>,
    /// Of the message to the owner, its paragraphs.
    pub(super) message: Vec<Vec<Span<'a>>>,
    pub(super) consequences: Vec<&'a ReportFinding>,
}

impl<'a> Card<'a> {
    pub(super) fn new(report: &'a Report, finding: &'a ReportFinding) -> Card<'a> {
        let patch = finding.settings_patch.as_ref();
        let changes = patch.into_iter().flat_map(outline::changes);
        let remedy = &finding.remedy;
        let of_server = |it: &Typed<'_>| remedy.product.as_deref() == Some(it.product);
        let (typed, firewalls) = outline::typed(remedy).into_iter().partition(of_server);
        Card {
            finding,
            badge: badge(finding.severity),
            from: outline::only_from(finding),
            is_likely: finding.confidence == Confidence::Likely,
            details: finding
                .detail
                .lines()
                .filter(|line| !line.trim().is_empty())
                .collect(),
            changes: changes
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            typed,
            firewalls,
            effect: patch.map_or_else(String::new, outline::effect),
            guess: outline::guess(remedy),
            steps: remedy.steps.iter().map(|step| spans(step)).collect(),
            message: paragraphs(&remedy.message).map(spans).collect(),
            consequences: outline::consequences(&report.findings, finding).collect(),
        }
    }
}

fn paragraphs(message: &str) -> impl Iterator<Item = &str> {
    let paragraphs = message.split("\n\n");
    paragraphs.filter(|paragraph| !paragraph.trim().is_empty())
}

/// The class and the word of a severity.
pub(super) fn badge(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Error => ("bad", "Fail"),
        Severity::Warning => ("warn", "Warning"),
        Severity::Info => ("unknown", "Note"),
    }
}
