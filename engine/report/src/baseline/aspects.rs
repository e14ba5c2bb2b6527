//! The facts of two reports, side by side.

use crate::Report;
use diagnosis::facts::Facts;
use model::finding::FactValue;
use model::matrix::Vantage;

use super::{Change, NOT_NOW, NOT_THEN, Seen, sampled};

/// What a connection depends on at our side.
const PLACE: &[&str] = &["host", "port", "ssl"];
const ACCOUNT: &[&str] = &["host", "port", "ssl", "user"];
const FOLDER: &[&str] = &["host", "port", "ssl", "user", "remote_path"];
/// The version that is chosen is the newest that both know.
const OFFER: &[&str] = &["host", "port", "ssl", "highest_tls_version", "tool.version"];

/// Something that is compared: the name of the fact, the same for people, how, and what it depends on at our side.
struct Aspect {
    fact: &'static str,
    title: &'static str,
    how: How,
    depends: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// The values as they are. Where it was looked at, the fact is there.
    Value,
    /// As a value, of a fact that is there only in some cases: missing says nothing.
    Sometimes,
    /// Several values in no order.
    Set,
    /// What a server says in its own words: what counts or tells the time in it is no change.
    Words,
    /// Certificates, one after the other.
    Chain,
}

const fn aspect(
    fact: &'static str,
    title: &'static str,
    how: How,
    depends: &'static [&'static str],
) -> Aspect {
    Aspect {
        fact,
        title,
        how,
        depends,
    }
}

/// Most telling first.
const ASPECTS: &[Aspect] = &[
    aspect(
        "dns.addresses",
        "addresses of the name",
        How::Set,
        &["host"],
    ),
    aspect(
        "dns.aliases",
        "aliases of the name",
        How::Sometimes,
        &["host"],
    ),
    aspect(
        "certificate.sha256",
        "fingerprint of the certificate",
        How::Value,
        PLACE,
    ),
    aspect(
        "certificate.subject",
        "subject of the certificate",
        How::Value,
        PLACE,
    ),
    aspect(
        "certificate.names",
        "names in the certificate",
        How::Set,
        PLACE,
    ),
    aspect(
        "certificate.issuer",
        "issuer of the certificate",
        How::Value,
        PLACE,
    ),
    aspect(
        "certificate.not-before",
        "first day of the certificate",
        How::Value,
        PLACE,
    ),
    aspect(
        "certificate.not-after",
        "last day of the certificate",
        How::Value,
        PLACE,
    ),
    aspect(
        "certificate.key",
        "key of the certificate",
        How::Value,
        PLACE,
    ),
    aspect(
        "certificate.signature",
        "signature of the certificate",
        How::Value,
        PLACE,
    ),
    aspect(
        "certificate.chain",
        "chain that the server sends",
        How::Chain,
        PLACE,
    ),
    aspect(
        "certificate.trusted-by",
        "who trusts the certificate",
        How::Value,
        &["host", "port", "ssl", "tool.version"],
    ),
    aspect("server.greeting", "greeting", How::Words, PLACE),
    aspect("server.software", "server software", How::Words, PLACE),
    aspect("server.product", "server product", How::Sometimes, PLACE),
    aspect("server.features", "FEAT list", How::Set, ACCOUNT),
    aspect(
        "server.features-before-login",
        "FEAT list before the login",
        How::Set,
        PLACE,
    ),
    aspect(
        "server.requires-tls",
        "whether the server requires TLS",
        How::Value,
        PLACE,
    ),
    aspect("control.mode", "security mode", How::Value, PLACE),
    aspect("control.port", "control port", How::Value, PLACE),
    aspect("tls.version", "TLS version", How::Value, OFFER),
    aspect("tls.cipher", "TLS cipher suite", How::Value, OFFER),
    aspect(
        "tls.old-versions",
        "old TLS versions",
        How::Sometimes,
        OFFER,
    ),
    aspect(
        "login.accepted",
        "whether the login is accepted",
        How::Value,
        ACCOUNT,
    ),
    aspect("login.directory", "login directory", How::Value, ACCOUNT),
    aspect(
        "data.listed",
        "whether a listing arrives",
        How::Value,
        FOLDER,
    ),
    aspect(
        "data.security",
        "TLS of data connections",
        How::Value,
        OFFER,
    ),
    aspect(
        "data.start-reply",
        "when the server starts a transfer",
        How::Sometimes,
        FOLDER,
    ),
    aspect(
        "data.reuse-required",
        "whether data connections must resume TLS",
        How::Sometimes,
        PLACE,
    ),
    aspect(
        "sessions.at-a-time",
        "sessions at a time",
        How::Sometimes,
        &["host", "user", "max_connections"],
    ),
    aspect("use.push", "push", How::Sometimes, FOLDER),
    aspect("use.pull", "pull", How::Sometimes, FOLDER),
    aspect("use.two-way-sync", "two-way sync", How::Sometimes, FOLDER),
    aspect("use.mount", "mount", How::Sometimes, FOLDER),
];

/// What differs of the facts, and what does not.
pub(super) fn differences(then: &Report, now: &Report) -> Seen {
    let mut seen = Seen::default();
    let pairs = pairs(then, now);
    for aspect in ASPECTS {
        compare(aspect, &pairs, &mut seen);
    }
    sampled::passive_ports(then, now, &mut seen);
    sampled::announced_addresses(then, now, &mut seen);
    seen
}

/// The facts of one source address in both reports, or of all.
struct Pair<'a> {
    source: Option<Vantage>,
    then: &'a Facts,
    now: &'a Facts,
}

/// Of each source address that both looked from; of the reports as they are where there is none.
fn pairs<'a>(then: &'a Report, now: &'a Report) -> Vec<Pair<'a>> {
    let mut pairs: Vec<Pair<'a>> = now
        .matrix
        .iter()
        .filter(|row| then.matrix.iter().any(|it| it.vantage == row.vantage))
        .filter_map(|row| {
            Some(Pair {
                source: Some(row.vantage.clone()),
                then: facts_from(then, &row.vantage)?,
                now: facts_from(now, &row.vantage)?,
            })
        })
        .collect();
    let whole = Pair {
        source: None,
        then: &then.facts,
        now: &now.facts,
    };
    if pairs.is_empty() {
        pairs.push(whole);
    }
    pairs
}

fn facts_from<'a>(report: &'a Report, vantage: &Vantage) -> Option<&'a Facts> {
    match report.matrix.len() {
        1 => Some(&report.facts),
        _ => report.facts_by_source.get(&vantage.to_string()),
    }
}

fn compare(aspect: &Aspect, pairs: &[Pair<'_>], seen: &mut Seen) {
    let (mut both, mut only_then, mut only_now) = (0, false, false);
    let mut found: Vec<Change> = Vec::new();
    for pair in pairs {
        let (then, now) = match (pair.then.get(aspect.fact), pair.now.get(aspect.fact)) {
            (Some(then), Some(now)) => (then, now),
            (Some(_), None) => {
                only_then = true;
                continue;
            }
            (None, Some(_)) => {
                only_now = true;
                continue;
            }
            (None, None) => continue,
        };
        both += 1;
        let (before, after) = (values(aspect.how, then), values(aspect.how, now));
        if compared(aspect.how, &before) == compared(aspect.how, &after) {
            continue;
        }
        match found
            .iter_mut()
            .find(|it| it.before == before && it.now == after)
        {
            Some(known) => known.sources.extend(pair.source.clone()),
            None => found.push(Change {
                what: aspect.fact.into(),
                title: aspect.title.into(),
                before,
                now: after,
                sources: pair.source.clone().into_iter().collect(),
                may_come_from: Vec::new(),
            }),
        }
    }
    if both > 0 && found.is_empty() {
        seen.same.push(aspect.title.into());
    }
    for mut change in found {
        if change.sources.len() == pairs.len() {
            change.sources.clear();
        }
        seen.changes.push((change, aspect.depends));
    }
    if both == 0 && aspect.how != How::Sometimes {
        match (only_then, only_now) {
            (true, _) => seen.missing(aspect.title, NOT_NOW),
            (false, true) => seen.missing(aspect.title, NOT_THEN),
            (false, false) => {}
        }
    }
}

fn values(how: How, value: &FactValue) -> Vec<String> {
    let mut values = match value {
        FactValue::Flag(true) => vec!["yes".into()],
        FactValue::Flag(false) => vec!["no".into()],
        FactValue::Integer(number) => vec![number.to_string()],
        FactValue::Text(text) => vec![text.clone()],
        FactValue::Texts(texts) => texts.clone(),
        FactValue::Rows(rows) => rows.iter().map(certificate).collect(),
    };
    if how == How::Set {
        values.sort();
        values.dedup();
    }
    values
}

fn certificate(row: &std::collections::BTreeMap<String, String>) -> String {
    let cell = |name: &str| row.get(name).map_or("unknown", String::as_str);
    let (subject, issuer) = (cell("subject"), cell("issuer"));
    format!("{subject}, from {issuer}, until {}", cell("not-after"))
}

/// What is compared of values: without what differs at every look.
fn compared(how: How, values: &[String]) -> Vec<String> {
    match how {
        How::Words => values.iter().map(|text| steady(text)).collect(),
        How::Value | How::Sometimes | How::Set | How::Chain => values.to_vec(),
    }
}

/// A text without what counts or tells the time: numbers that stand alone (versions have a dot), times, the names of days
/// and months, and long hexadecimal numbers.
fn steady(text: &str) -> String {
    const CALENDAR: [&str; 19] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon",
        "tue", "wed", "thu", "fri", "sat", "sun",
    ];
    let volatile = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let digits = bare.chars().filter(char::is_ascii_digit).count();
        let number = digits > 0
            && bare
                .chars()
                .all(|c| c.is_ascii_digit() || ":-/".contains(c));
        let id = digits > 0 && bare.len() >= 12 && bare.chars().all(|c| c.is_ascii_hexdigit());
        let day = CALENDAR.contains(&bare.to_ascii_lowercase().get(..3).unwrap_or_default())
            && bare.len() <= 9
            && bare.chars().all(|c| c.is_ascii_alphabetic());
        number || id || day
    };
    let words = text.split_whitespace();
    words
        .map(|word| if volatile(word) { "#" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_or_tells_the_time_is_no_change() {
        let same = |one: &str, other: &str| steady(one) == steady(other);
        assert!(same(
            "You are user number 1 of 50 allowed. Local time is now 10:15.",
            "You are user number 7 of 50 allowed. Local time is now 23:59."
        ));
        assert!(same(
            "ready at Mon Nov 2 10:15:01 2026 (id 4f4c0d9e8a7b6c5d)",
            "ready at Tue Dec 13 00:00:00 2026 (id 00aa11bb22cc33dd)"
        ));
        assert!(!same("ProFTPD 1.3.8 Server", "ProFTPD 1.3.9 Server"));
        assert!(!same("(vsFTPd 3.0.3)", "(vsFTPd 3.0.5)"));
    }
}
