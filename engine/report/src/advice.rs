//! What a report tells people to do, in the order in which they do it, and the settings in the words of a settings file.

use serde_json::{Map, Value};

use super::outline::{self, Typed};
use super::{Remedy, Report, ReportFinding};
use model::finding::Alternative;
use model::patch::is_remark;
use model::remedy::{BEFORE_LINES, EXCEPTION, NOTE};

/// One thing to do.
pub(super) enum Act<'a> {
    /// As the page of the code says.
    Step(&'a str),
    /// Worth knowing while doing it.
    Note(&'a str),
    /// What to type on one product.
    Typed(Typed<'a>),
    /// The firewalls that the page has lines for, too.
    Elsewhere(Vec<&'a str>),
    /// Only if nothing else is possible.
    Exception(&'a str),
}

/// What to do: what comes first in any case, the server's own lines, what is left, the firewall's lines, and exceptions.
pub(super) fn acts(remedy: &Remedy) -> Vec<Act<'_>> {
    let (typed, others) = outline::typed_in_short(remedy);
    let is_of_server = |it: &Typed<'_>| remedy.product.as_deref() == Some(it.product);
    let (of_server, of_firewall): (Vec<_>, Vec<_>) = typed.into_iter().partition(is_of_server);
    let (exceptions, steps): (Vec<&str>, Vec<&str>) = remedy
        .steps
        .iter()
        .map(String::as_str)
        .partition(|it| it.starts_with(EXCEPTION));
    let before = steps
        .iter()
        .take_while(|it| it.starts_with(BEFORE_LINES))
        .count();
    let (before, after) = steps.split_at(before);
    let mut acts: Vec<Act<'_>> = before.iter().map(|it| Act::Step(it)).collect();
    acts.extend(of_server.into_iter().map(Act::Typed));
    acts.extend(after.iter().map(|it| match is_note(it) {
        true => Act::Note(it),
        false => Act::Step(it),
    }));
    acts.extend(of_firewall.into_iter().map(Act::Typed));
    if !others.is_empty() {
        acts.push(Act::Elsewhere(others));
    }
    acts.extend(exceptions.into_iter().map(Act::Exception));
    acts
}

/// Of a product's steps, those that are for reading.
fn is_note(step: &str) -> bool {
    let said = step.split_once(": ");
    said.is_some_and(|(_, rest)| rest.starts_with(NOTE))
}

/// A sentence of what else it could be, with the test that decides.
pub(super) fn otherwise(other: &Alternative) -> String {
    let test = other.deciding_test.trim_end_matches('.');
    format!("Could also be {}. How to tell: {test}.", other.code)
}

/// A setting as a settings file has it, and the options that say the same.
pub(super) struct Setting {
    key: String,
    value: String,
    options: String,
}

/// The settings that a patch changes.
pub(super) fn settings(report: &Report, patch: &Map<String, Value>) -> Vec<Setting> {
    let changes = patch.iter().filter(|(name, _)| !is_remark(name));
    let settings = changes.map(|(name, value)| match (name.as_str(), value.as_str()) {
        // The addresses of one set are what a settings file can say.
        ("source_set", Some(set)) => sources(report, set == "dedicated"),
        (name, _) => setting(name, value),
    });
    settings.collect()
}

fn setting(name: &str, value: &Value) -> Setting {
    let key = name.replace('_', "-");
    let text = value.as_str().map_or_else(|| value.to_string(), Into::into);
    Setting {
        options: format!("--{key} {}", word_of_shell(&text)),
        // A JSON string is a basic string of TOML, too.
        value: value.to_string(),
        key,
    }
}

fn sources(report: &Report, dedicated: bool) -> Setting {
    let remote = &report.remote;
    let of_set = |it: &&_| remote.dedicated.contains(it) == dedicated;
    let addresses: Vec<String> = remote
        .sources
        .iter()
        .filter(of_set)
        .map(ToString::to_string)
        .collect();
    let quoted: Vec<String> = addresses.iter().map(|it| format!("\"{it}\"")).collect();
    let options = addresses.iter().map(|it| format!("--source {it}"));
    Setting {
        key: "sources".into(),
        value: format!("[{}]", quoted.join(", ")),
        options: options.collect::<Vec<_>>().join(" "),
    }
}

/// As the shell takes one word.
fn word_of_shell(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._:@/+-".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// The lines of a settings file, one after the other.
pub(super) fn assignments(settings: &[Setting]) -> String {
    let lines = settings
        .iter()
        .map(|it| format!("{} = {}", it.key, it.value));
    lines.collect::<Vec<_>>().join(", ")
}

/// What stands before the options that try a setting.
pub(super) const TO_TRY: &str = "To try it, add this to the same command:";

/// The same as options of the command that was run.
pub(super) fn options(settings: &[Setting]) -> String {
    let options: Vec<&str> = settings.iter().map(|it| it.options.as_str()).collect();
    options.join(" ")
}

/// What a run without findings cannot tell.
pub(super) fn what_health_leaves_open(with_user: bool) -> &'static str {
    match with_user {
        true => {
            "One run cannot rule out problems that come and go, that only other source addresses or users have, \
            or that only large or many transfers show."
        }
        false => {
            "One run without a user cannot rule out problems of the login, of listings and of transfers, nor \
            problems that come and go or that only other source addresses have."
        }
    }
}

/// What whoever has to act does next, as the page says it; none where there is no step.
pub(super) fn next_act(finding: &ReportFinding) -> Option<String> {
    let steps = finding.remedy.steps.iter();
    let product = finding.remedy.product.as_deref();
    let is_general = |it: &&String| {
        let of_product = product.is_some_and(|name| it.starts_with(&format!("{name}: ")));
        !it.starts_with(EXCEPTION) && !of_product
    };
    let mut steps = steps.filter(is_general);
    let step = steps.next()?;
    let step = step.strip_prefix(BEFORE_LINES).unwrap_or(step);
    Some(in_a_sentence(&beginning(step)))
}

/// The first thing that a step says; what follows are reasons and cases, and what stands in brackets is left out.
fn beginning(step: &str) -> String {
    let mut out = String::new();
    let (mut in_code, mut in_brackets, mut in_quotation) = (false, 0_usize, false);
    let mut chars = step.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '`' => in_code = !in_code,
            '“' => in_quotation = true,
            '”' => in_quotation = false,
            _ => {}
        }
        let quoted = in_code || in_quotation;
        match c {
            '(' if !quoted => {
                in_brackets += 1;
                out.truncate(out.trim_end().len());
            }
            ')' if !quoted && in_brackets > 0 => in_brackets -= 1,
            '.' | ':' | ';' if !quoted && in_brackets == 0 && chars.peek() == Some(&' ') => break,
            c if in_brackets == 0 => out.push(c),
            _ => {}
        }
    }
    out.trim_end_matches('.').to_owned()
}

/// A sentence as the end of another one: it begins small, unless it begins with a name or an abbreviation.
fn in_a_sentence(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(text.chars().skip(1)).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_act_is_the_first_thing_that_a_step_says() {
        for (step, act) in [
            ("Renew it. Then wait.", "renew it"),
            (
                "Get the certificate (“CN=a.b. c”) from the CA.",
                "get the certificate from the CA",
            ),
            (
                "If port 990 offers TLS (see above), set `a: b`: it works.",
                "if port 990 offers TLS, set `a: b`",
            ),
            ("TLS 1.2 has to be enabled", "TLS 1.2 has to be enabled"),
        ] {
            assert_eq!(in_a_sentence(&beginning(step)), act);
        }
    }
}
