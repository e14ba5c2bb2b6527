//! What the formats for people have in common: what they show, and in which order.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::{Remedy, Report, ReportFinding, ReportOmission, ReportProbe, changes};
use model::finding::{Confidence, FactValue, OmissionCause, Severity};
use model::matrix::VantagePoint;
use model::patch::{IN_CLIENTS, is_remark};
use model::remedy::Directive;
use model::standing::Standing;

/// What has to be acted on: root causes, worst first.
pub(super) fn causes(report: &Report) -> Vec<&ReportFinding> {
    roots(report)
        .filter(|finding| finding.severity != Severity::Info)
        .collect()
}

/// Worth knowing, and no reason to act.
pub(super) fn notes(report: &Report) -> Vec<&ReportFinding> {
    roots(report)
        .filter(|finding| finding.severity == Severity::Info)
        .collect()
}

fn roots(report: &Report) -> impl Iterator<Item = &ReportFinding> {
    let findings = report.findings.iter();
    findings.filter(|finding| finding.caused_by.is_none())
}

/// What follows from a root cause.
pub(super) fn consequences<'a>(
    all: &'a [ReportFinding],
    cause: &'a ReportFinding,
) -> impl Iterator<Item = &'a ReportFinding> {
    all.iter()
        .filter(|other| other.caused_by.as_deref() == Some(&cause.code))
}

/// Whose turn it is, the steps and what else is explained by them, in lines of plain text: for formats that show a finding in
/// one piece.
pub(super) fn what_to_do(report: &Report, finding: &ReportFinding) -> String {
    let mut out = format!("Who has to act: {}.\n", finding.owner.title());
    for (number, step) in (1..).zip(&finding.remedy.steps) {
        let _ = writeln!(out, "{number}. {step}");
    }
    let also: Vec<&str> = consequences(&report.findings, finding)
        .map(|it| it.code.as_str())
        .collect();
    if !also.is_empty() {
        let _ = writeln!(out, "This also explains {}.", also.join(", "));
    }
    out
}

/// Where a finding was made, if it is not the same from everywhere.
pub(super) fn only_from(finding: &ReportFinding) -> Option<String> {
    finding.source.as_ref()?;
    Some(listed(&finding.sources)).filter(|sources| !sources.is_empty())
}

/// Checks that were not made for one reason.
pub(super) struct Untested<'a> {
    pub(super) reason: &'a str,
    pub(super) sources: &'a [VantagePoint],
    pub(super) checks: Vec<&'a str>,
}

impl Untested<'_> {
    /// Where they were not made, if it is not the same from everywhere.
    pub(super) fn from(&self) -> Option<String> {
        Some(listed(self.sources)).filter(|sources| !sources.is_empty())
    }
}

/// What was asked for and not tested, the checks with one reason together.
pub(super) fn not_tested(report: &Report) -> Vec<Untested<'_>> {
    let mut groups: Vec<Untested<'_>> = Vec::new();
    let asked = |it: &&ReportOmission| it.cause != OmissionCause::NotAsked;
    for omission in report.not_tested.iter().filter(asked) {
        let same = groups
            .iter_mut()
            .find(|it| it.reason == omission.reason && it.sources == omission.sources);
        match same {
            Some(group) => group.checks.push(&omission.check),
            None => groups.push(Untested {
                reason: &omission.reason,
                sources: &omission.sources,
                checks: vec![&omission.check],
            }),
        }
    }
    groups
}

/// How many codes were looked for and not found, each counted once.
pub(super) fn clear(report: &Report) -> usize {
    let found = |code: &str| report.findings.iter().any(|it| it.code == code);
    let codes = report.probes.iter().flat_map(|probe| &probe.clear);
    let clear: std::collections::BTreeSet<&str> = codes
        .map(String::as_str)
        .filter(|code| !found(code))
        .collect();
    clear.len()
}

/// Names and values of a patch, without what it was seen to do.
pub(super) fn changes(patch: &Map<String, Value>) -> impl Iterator<Item = (&str, String)> {
    patch
        .iter()
        .filter(|(name, _)| !is_remark(name))
        .map(|(name, value)| {
            let value = value.as_str().map_or_else(|| value.to_string(), Into::into);
            (name.as_str(), value)
        })
}

/// What a patch was seen to do, and what it costs.
pub(super) fn effect(patch: &Map<String, Value>) -> String {
    let word = |name: &str| patch.get(name).and_then(Value::as_str);
    let seen = match (word("effect"), word("reason")) {
        (Some("cures-this"), _) => "verified in this run: fixes this problem".into(),
        (Some("cures-all"), _) => "verified in this run: fixes everything".into(),
        (Some("failed"), _) => "tried in this run: does not help".into(),
        (_, Some(reason)) => reason.to_string(),
        (_, None) => "not tried".to_string(),
    };
    let in_clients = patch.get(IN_CLIENTS).and_then(Value::as_object);
    let in_clients = in_clients
        .into_iter()
        .flatten()
        .filter_map(|(client, words)| Some(format!("; in {client}: {}", words.as_str()?)));
    let in_clients: String = in_clients.collect();
    match price(patch) {
        Some(price) => format!("{seen}; {price}{in_clients}"),
        None => format!("{seen}{in_clients}"),
    }
}

/// What is said of changes that mend all root causes together, and what they cost.
pub(super) fn tried_together(patch: &Map<String, Value>) -> String {
    match price(patch) {
        Some(price) => format!("tried; {price}"),
        None => "tried".into(),
    }
}

/// The security that a change gives up.
fn price(patch: &Map<String, Value>) -> Option<&'static str> {
    let older = patch.get("highest_tls_version") == Some(&Value::from("1.2"));
    older.then_some("it lowers security: the remote no longer uses TLS 1.3")
}

/// What was seen to mend all of several root causes together; one alone has said so itself.
pub(super) fn together(report: &Report) -> Option<&Map<String, Value>> {
    let patch = report.settings_patch.as_ref()?;
    let verified = patch.get("verified") == Some(&Value::Bool(true));
    (verified && report.root_causes.len() > 1).then_some(patch)
}

/// What a support agent wants to see even when all is well: a label, and the fact in a line.
pub(super) fn shown(report: &Report) -> impl Iterator<Item = (&str, String)> {
    let declared = &report.declared;
    declared.shown().filter_map(|line| {
        let value = report.facts.get(line.fact)?;
        let text = fact(value).filter(|_| declared.fits(line.fact, value))?;
        let text = match line.standing {
            Standing::BuiltIn => text,
            Standing::ThirdParty => ftp::quoted(text),
        };
        Some((line.label, text))
    })
}

/// All facts that are for people, by name: what nobody declared is for programs.
pub(super) fn facts(report: &Report) -> impl Iterator<Item = (&String, &FactValue)> {
    let facts = report.facts.iter();
    facts.filter(|(name, value)| report.declared.fits(name, value))
}

/// A fact that fits in a line.
pub(super) fn fact(value: &FactValue) -> Option<String> {
    match value {
        FactValue::Text(text) if !text.is_empty() => Some(text.clone()),
        FactValue::Integer(number) => Some(number.to_string()),
        FactValue::Texts(texts) if !texts.is_empty() => Some(texts.join(", ")),
        _ => None,
    }
}

/// What to type on one product.
pub(super) struct Typed<'a> {
    pub(super) product: &'a str,
    pub(super) directives: Vec<&'a Directive>,
}

impl Typed<'_> {
    /// That some of it is only an example, if so.
    pub(super) fn remark(&self) -> Option<String> {
        let mut examples: Vec<&str> = Vec::new();
        for example in self.directives.iter().flat_map(|it| &it.examples) {
            if !examples.contains(&example.as_str()) {
                examples.push(example);
            }
        }
        let is = match examples.len() {
            0 => return None,
            1 => "is an example",
            _ => "are examples",
        };
        Some(format!("{} {is}", examples.join(", ")))
    }
}

/// That the steps and lines are for a product which the server only seems to be.
pub(super) fn guess(remedy: &Remedy) -> Option<String> {
    let product = remedy.product.as_deref()?;
    match remedy.product_confidence {
        Some(Confidence::Certain) => None,
        Some(Confidence::Likely) | None => Some(format!(
            "The server is probably {product}; this is a guess from its replies. Make sure first, because another \
            product needs other lines."
        )),
    }
}

/// What to type, product by product.
pub(super) fn typed(remedy: &Remedy) -> Vec<Typed<'_>> {
    let mut all: Vec<Typed<'_>> = Vec::new();
    for directive in &remedy.directives {
        match all.iter_mut().find(|it| it.product == directive.product) {
            Some(typed) => typed.directives.push(directive),
            None => all.push(Typed {
                product: &directive.product,
                directives: vec![directive],
            }),
        }
    }
    all
}

/// The same where there is little room: for the server's product and for one firewall; the names of the others.
pub(super) fn typed_in_short(remedy: &Remedy) -> (Vec<Typed<'_>>, Vec<&str>) {
    let all = typed(remedy);
    let of_server = |it: &Typed<'_>| remedy.product.as_deref() == Some(it.product);
    let first = all.iter().find(|it| !of_server(it)).map(|it| it.product);
    let (shown, others): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|it| of_server(it) || Some(it.product) == first);
    (shown, others.into_iter().map(|it| it.product).collect())
}

/// A part of an advice: a word to be typed as it is, or prose.
pub(super) struct Span<'a> {
    pub(super) is_code: bool,
    pub(super) text: &'a str,
}

/// The parts of an advice: what stands between two backticks is code.
pub(super) fn spans(text: &str) -> Vec<Span<'_>> {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        let is_code = false;
        return vec![Span { is_code, text }];
    }
    let parts = parts.into_iter().enumerate();
    parts
        .map(|(index, text)| Span {
            is_code: index % 2 == 1,
            text,
        })
        .filter(|span| !span.text.is_empty())
        .collect()
}

/// Whether something said of these addresses, or of all where there are none, is about this run.
pub(super) fn concern(sources: &[VantagePoint], probe: &ReportProbe) -> bool {
    let Some(source) = probe.source else {
        return true;
    };
    sources.is_empty() || sources.iter().any(|vantage| vantage.is_at(source))
}

/// What formats without a place of their own for it say of a report as a whole: what changed since an earlier one, that it is
/// redacted, what is left on the remote, and that a secret was masked.
pub(super) fn remarks(report: &Report) -> Vec<String> {
    let changes = report.changes.iter();
    let changes = changes.map(|it| {
        let blocks = changes::blocks(it).into_iter();
        let blocks = blocks.filter(|block| block.heading != "Not compared");
        let entries = blocks.flat_map(|block| block.entries);
        let titles: Vec<String> = entries.map(|entry| entry.title).collect();
        format!(
            "since {}: {} ({})",
            changes::since(it),
            it.summary,
            titles.join("; ")
        )
    });
    let redaction = report.redaction.iter().map(ToString::to_string);
    let left = report.left_behind.iter();
    let left = left.map(|it| format!("left on the remote: {it}"));
    let remarks = changes.chain(redaction).chain(left);
    remarks.chain(masked(report)).collect()
}

/// Names one after the other.
pub(super) fn listed(vantages: &[VantagePoint]) -> String {
    let names: Vec<String> = vantages.iter().map(ToString::to_string).collect();
    names.join(", ")
}

/// That a secret was masked at the end, where it was.
pub(super) fn masked(report: &Report) -> Option<String> {
    let texts = match report.masked {
        0 => return None,
        1 => "1 text".into(),
        n => format!("{n} texts"),
    };
    Some(format!(
        "the password was found in {texts} of this report and masked there"
    ))
}

/// The probes that are no part of this program, each once, with who vouches for them.
pub(super) fn third_party(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for probe in &report.probes {
        let signer = probe.signer.as_ref().filter(|_| probe.is_third_party());
        let Some(signer) = signer else { continue };
        let line = format!(
            "with the third-party probe {} {}, {signer}",
            ftp::named(&probe.id),
            ftp::named(&probe.version)
        );
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}
