//! The report as one HTML file that needs nothing else: no script, no request, and the JSON in it, so that it is the
//! record, too.

mod chain;
mod clients;
mod finding;
mod matrix;
mod ports;
mod steps;

use askama::Template;

use super::{Report, Shown, changes, outline};
use chain::Chain;
use finding::Card;
use matrix::Matrix;
use model::dialogue::{Direction, Line};
use model::finding::FactValue;
use model::verdict::Verdict;
use model::visit::RunPhase;
use ports::Ports;
use steps::Tree;

/// Where the JSON begins; no text of a report can look like it, since each `<` in one is escaped.
const OPENING: &str = r#"<script type="application/json" id="report">"#;
const CLOSING: &str = "</script>";

/// Renders a report.
pub fn render(report: &Shown) -> String {
    let page = Page::new(report);
    page.render()
        .expect("text in memory can always be written to")
}

/// The JSON in a page that [`render`] made.
pub fn record(page: &str) -> Option<&str> {
    let (_, from) = page.rsplit_once(OPENING)?;
    Some(from.split_once(CLOSING)?.0.trim())
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    report: &'a Report,
    place: String,
    since: Option<Since<'a>>,
    verdict: (&'static str, &'static str),
    when: String,
    from: Vec<String>,
    counts: Vec<String>,
    together: Vec<(String, String)>,
    /// What is said of these.
    tried: String,
    causes: Vec<Card<'a>>,
    notes: Vec<Card<'a>>,
    not_tested: Vec<outline::Untested<'a>>,
    trees: Vec<Tree<'a>>,
    matrix: Option<Matrix>,
    clients: Option<clients::Table>,
    ports: Option<Ports>,
    chain: Option<Chain>,
    shown: Vec<(&'a str, String)>,
    facts: Vec<(&'a str, Vec<String>)>,
    transcript: Vec<Said<'a>>,
    allow_list: Option<String>,
    took: String,
    masked: Option<String>,
    opening: &'static str,
    json: String,
}

/// What changed since an earlier report.
struct Since<'a> {
    when: String,
    summary: &'a str,
    blocks: Vec<changes::Block>,
}

/// One line of the dialogue.
struct Said<'a> {
    at: String,
    connection: u32,
    probe: &'a str,
    who: &'static str,
    text: &'a str,
    /// The proof of a change of settings begins here.
    begins_proof: bool,
}

impl<'a> Page<'a> {
    fn new(report: &'a Report) -> Page<'a> {
        let cards = |findings: Vec<&'a _>| -> Vec<Card<'a>> {
            let card = |finding| Card::new(report, finding);
            findings.into_iter().map(card).collect()
        };
        let together = outline::together(report);
        let changes = together.into_iter().flat_map(outline::changes);
        Page {
            report,
            place: report.remote.place(),
            since: report.changes.as_ref().map(|since| Since {
                when: changes::since(since),
                summary: &since.summary,
                blocks: changes::blocks(since),
            }),
            verdict: match report.verdict {
                Verdict::Healthy => ("good", "Healthy"),
                Verdict::Degraded => ("warn", "Degraded"),
                Verdict::Failing => ("bad", "Failing"),
                Verdict::Incomplete => ("unknown", "Incomplete"),
            },
            when: report.started.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
            from: report
                .remote
                .sources
                .iter()
                .map(ToString::to_string)
                .collect(),
            counts: counts(report),
            tried: together.map_or_else(String::new, outline::tried_together),
            together: changes
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            causes: cards(outline::causes(report)),
            notes: cards(outline::notes(report)),
            not_tested: outline::not_tested(report),
            trees: steps::trees(report),
            matrix: Matrix::of(report),
            clients: clients::Table::of(report),
            ports: Ports::of(report),
            chain: Chain::of(report),
            shown: outline::shown(report).collect(),
            facts: outline::facts(report)
                .map(|(name, value)| (name.as_str(), fact(value)))
                .collect(),
            transcript: dialogue(&report.transcript),
            allow_list: report.allow_list.as_ref().map(|sheet| {
                anstream::adapter::strip_str(&crate::allow_list::render(sheet)).to_string()
            }),
            took: duration(report.duration_ms),
            masked: outline::masked(report),
            opening: OPENING,
            json: embedded(report),
        }
    }
}

/// JSON that cannot end the element it is in, nor begin another (HTML section 4.12.1.3).
fn embedded(report: &Report) -> String {
    let json =
        serde_json::to_string(report).expect("a report has no maps with other keys than strings");
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

fn counts(report: &Report) -> Vec<String> {
    let (causes, not_tested) = (
        outline::causes(report).len(),
        outline::not_tested(report).len(),
    );
    let told = [
        (causes, "problem", "problems"),
        (
            report
                .findings
                .iter()
                .filter(|it| it.caused_by.is_some())
                .count(),
            "consequence",
            "consequences",
        ),
        (
            not_tested,
            "group of checks not made",
            "groups of checks not made",
        ),
        (outline::clear(report), "check passed", "checks passed"),
    ];
    let told = told.into_iter().filter(|(n, ..)| *n > 0);
    told.map(|(n, one, many)| format!("{n} {}", if n == 1 { one } else { many }))
        .collect()
}

/// A fact, line by line.
fn fact(value: &FactValue) -> Vec<String> {
    match value {
        FactValue::Flag(true) => vec!["yes".into()],
        FactValue::Flag(false) => vec!["no".into()],
        FactValue::Integer(number) => vec![number.to_string()],
        FactValue::Text(text) => vec![text.clone()],
        FactValue::Texts(texts) => texts.clone(),
        FactValue::Rows(rows) => rows
            .iter()
            .map(|row| {
                let cells = row.iter().map(|(name, cell)| format!("{name}: {cell}"));
                cells.collect::<Vec<_>>().join(" · ")
            })
            .collect(),
    }
}

fn dialogue(lines: &[Line]) -> Vec<Said<'_>> {
    let mut part = RunPhase::Diagnosis;
    let lines = lines.iter().map(|line| {
        let before = std::mem::replace(&mut part, line.part);
        transcript_line(
            line,
            before == RunPhase::Diagnosis && line.part == RunPhase::Proof,
        )
    });
    lines.collect()
}

fn transcript_line(line: &Line, begins_proof: bool) -> Said<'_> {
    Said {
        begins_proof,
        at: format!("{:.3}", line.at_ms as f64 / 1000.0),
        connection: line.connection,
        probe: &line.probe,
        who: match line.direction {
            Direction::Sent => "we",
            Direction::Received => "server",
            Direction::Event => "event",
        },
        text: &line.text,
    }
}

fn duration(ms: u64) -> String {
    match ms {
        0..1000 => format!("{ms} ms"),
        _ => format!("{:.1} s", ms as f64 / 1000.0),
    }
}
