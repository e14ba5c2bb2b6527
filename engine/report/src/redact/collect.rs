//! The values that are somebody's by the field they stand in.

use std::net::IpAddr;

use facts::label;
use ftp::phase::wording;
use ftp::{Form, Listing};
use serde_json::Value;

use crate::Report;
use model::declared::Privacy;
use model::dialogue::Direction;
use model::finding::FactValue;

use super::Level;
use super::text::{Meant, Redactor};
use super::tokens::Kind;

/// Commands with a path or a name of a file (RFC 959, RFC 3659).
const WITH_PATH: &[&str] = &[
    "CWD", "XCWD", "MKD", "XMKD", "RMD", "XRMD", "DELE", "RNFR", "RNTO", "RETR", "STOR", "APPE",
    "SIZE", "MDTM", "MLST", "MLSD", "LIST", "NLST", "STAT",
];
/// They are everybody's (RFC 1635).
const NOBODY: &[&str] = &["anonymous", "ftp"];
/// What stands in the name of a certificate before somebody's name (RFC 4514 section 3); a country is nobody's.
const ATTRIBUTES: &[&str] = &[
    "CN",
    "O",
    "OU",
    "L",
    "ST",
    "STREET",
    "DC",
    "UID",
    "SN",
    "GN",
    "title",
    "serialNumber",
    "organizationIdentifier",
    "postalCode",
    "Email",
    "emailAddress",
];

/// Tells the redactor what is somebody's in this report.
pub(super) fn learn(redactor: &mut Redactor, report: &Report, value: &Value) {
    texts(value, &mut |text| redactor.leave_out(text));
    codes(redactor, report);
    users(redactor, report);
    addresses(redactor, report);
    paths(redactor, report);
    places(redactor, report);
    if redactor.level() == Level::Public {
        hosts(redactor, report);
        texts(value, &mut |text| certificate_names(redactor, text));
        for serial in of_class(report, Privacy::SerialNumber) {
            let digits = serial.replace(':', "");
            if digits.len() > 3 {
                redactor.learn(Kind::Fingerprint, &digits, Meant::Anywhere);
                redactor.learn_alias(serial, &digits);
            }
        }
    }
}

/// Every text, and every key.
fn texts(value: &Value, tell: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => tell(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, tell)),
        Value::Object(entries) => {
            for (name, value) in entries {
                tell(name);
                texts(value, tell);
            }
        }
        _ => {}
    }
}

/// What facts of a class say, from all source addresses.
fn of_class(report: &Report, class: Privacy) -> impl Iterator<Item = &str> {
    let all = std::iter::once(&report.facts).chain(report.facts_by_source.values());
    let facts = all.flatten();
    let declared = &report.declared;
    facts
        .filter(move |(name, value)| declared.privacy(name, value) == class)
        .flat_map(|(_, value)| values(value))
}

fn codes(redactor: &mut Redactor, report: &Report) {
    let found = report.findings.iter().map(|it| &it.code);
    let clear = report.probes.iter().flat_map(|it| &it.clear);
    let left_out = report.not_tested.iter().flat_map(|it| &it.codes);
    for code in found.chain(clear).chain(left_out) {
        redactor.learn_code(code);
    }
    // They stand in texts, too, and look like hosts.
    for name in report.facts.keys() {
        redactor.learn_code(name);
    }
}

/// What a setting was and is, where it differs from an earlier report.
fn setting<'a>(report: &'a Report, name: &'a str) -> impl Iterator<Item = &'a str> {
    let changes = report.changes.iter().flat_map(|it| &it.ours);
    let values = changes
        .filter(move |it| it.what == name)
        .flat_map(|it| it.before.iter().chain(&it.now));
    values.map(String::as_str).filter(|value| *value != "none")
}

/// What was sent, command by command.
fn sent(report: &Report) -> impl Iterator<Item = (String, &str)> {
    let lines = report.transcript.iter();
    lines
        .filter(|line| line.direction == Direction::Sent)
        .filter_map(|line| line.text.split_once(' '))
        .map(|(command, argument)| (command.to_ascii_uppercase(), argument))
}

fn users(redactor: &mut Redactor, report: &Report) {
    let sent = sent(report).filter(|(command, _)| command == "USER");
    let names: Vec<&str> = sent
        .map(|(_, name)| name)
        .chain(report.remote.user.as_deref())
        .chain(setting(report, "user"))
        .collect();
    let is_somebody = |name: &&str| !NOBODY.contains(&name.to_lowercase().as_str());
    for name in names.into_iter().filter(is_somebody) {
        redactor.learn(Kind::User, name, Meant::Unordinary);
        // `joe@example.com`, `DOMAIN\joe`, `host|joe`: servers speak of the parts alone.
        for part in name.split(['@', '\\', '|', '/', '%', '#']) {
            if part.len() > 2 && part != name && !part.contains('.') && is_somebody(&part) {
                redactor.learn(Kind::User, part, Meant::Unordinary);
            }
        }
    }
}

/// A private address may be the server's, which it announces itself, or one of our network.
fn addresses(redactor: &mut Redactor, report: &Report) {
    let remote = &report.remote;
    let rows = report
        .matrix
        .iter()
        .flat_map(|row| [row.address, row.seen_as]);
    let ours = remote.sources.iter().chain(&remote.dedicated).copied();
    for address in ours
        .chain(rows.flatten())
        .chain(report.probes.iter().filter_map(|it| it.source))
    {
        if let Some(ip) = address.ip() {
            redactor.learn_address(ip, true);
        }
    }
    for (class, is_ours) in [(Privacy::OurAddress, true), (Privacy::ServerAddress, false)] {
        for ip in of_class(report, class).filter_map(|text| text.parse().ok()) {
            redactor.learn_address(ip, is_ours);
        }
    }
    let named = remote.host.parse::<IpAddr>().ok();
    let given = remote.connect_to.and_then(|address| address.ip());
    for ip in named.into_iter().chain(given) {
        redactor.learn_address(ip, false);
    }
    announced(redactor, report);
}

/// In answers to PASV, and in what was made of them.
fn announced(redactor: &mut Redactor, report: &Report) {
    let evidence = report.findings.iter().flat_map(|it| &it.evidence);
    let told = evidence
        .filter(|it| it.label == label::ANNOUNCED)
        .map(|it| it.value.as_str());
    let received = report
        .transcript
        .iter()
        .filter(|it| it.direction == Direction::Received);
    let replies = received
        .map(|it| it.text.as_str())
        .filter(|text| text.starts_with("227"));
    for text in told.chain(replies) {
        let found = text
            .char_indices()
            .find_map(|(at, _)| match super::shapes::at(text, at) {
                Some((_, super::shapes::Shape::Address(ip))) => Some(ip),
                _ => None,
            });
        if let Some(ip) = found {
            redactor.learn_address(ip, false);
        }
    }
}

fn paths(redactor: &mut Redactor, report: &Report) {
    let changed = report.changes.iter().flat_map(|it| &it.remote);
    let changed = changed.filter(|it| report.declared.is_of_class(&it.what, Privacy::Path));
    let before = changed.flat_map(|it| &it.before).map(String::as_str);
    let configured = report.remote.remote_path.as_deref();
    for path in before
        .chain(configured)
        .chain(setting(report, "remote_path"))
    {
        redactor.learn_path(path);
    }
    for path in of_class(report, Privacy::Path) {
        redactor.learn_path(path);
    }
    for left in &report.left_behind {
        redactor.learn_path(&left.path);
        if let Some(path) = &left.directory {
            redactor.learn_path(path);
        }
    }
    let evidence = report.findings.iter().flat_map(|it| &it.evidence);
    for it in
        evidence.filter(|it| [label::PATH, label::LOGIN_DIRECTORY].contains(&it.label.as_str()))
    {
        redactor.learn_path(&it.value);
    }
    for (command, argument) in sent(report) {
        // A time, and then the path: servers that know no MFMT set times with MDTM.
        let timed = argument.split_once(' ').filter(|(time, _)| {
            ["MFMT", "MDTM"].contains(&command.as_str())
                && time.bytes().all(|byte| byte.is_ascii_digit())
        });
        if let Some((_, path)) = timed {
            redactor.learn_path(path);
        } else if WITH_PATH.contains(&command.as_str()) && !argument.starts_with('-') {
            redactor.learn_path(argument);
        }
    }
    let received = report
        .transcript
        .iter()
        .filter(|it| it.direction == Direction::Received);
    for line in received.filter(|it| it.text.starts_with("257")) {
        // Between the first quote and the last, where quotes are doubled (RFC 959 appendix II).
        let quoted = line
            .text
            .split_once('"')
            .and_then(|(_, rest)| rest.rsplit_once('"'));
        if let Some((path, _)) = quoted {
            redactor.learn_path(path);
        }
    }
}

/// Names in a listing, in whatever form it is, and the owners of what is listed.
pub(super) fn listing(redactor: &mut Redactor, bytes: &[u8], most: usize) {
    let all = [Form::Facts, Form::List, Form::Names].map(|form| Listing::read(form, bytes));
    let Some(listing) = all.into_iter().find(|it| it.unread == 0) else {
        return;
    };
    for entry in listing.entries.iter().take(most) {
        // Words that came in place of a listing are no name; what they speak of may be one.
        if wording::line_denies_right(&entry.name) {
            let parts = entry.name.split(": ");
            parts
                .filter(|part| !wording::line_denies_right(part))
                .for_each(|part| redactor.learn_path(part));
        } else {
            redactor.learn_path(&entry.name);
        }
    }
    let text = String::from_utf8_lossy(bytes);
    for line in text.lines().take(most) {
        // `-rw-r--r-- 1 owner group 1024 …`
        let words: Vec<&str> = line.split_whitespace().take(5).collect();
        if let [rights, _, owner, group, _] = words[..]
            && rights.len() >= 10
            && rights.starts_with(['-', 'd', 'l'])
        {
            for name in [owner, group].into_iter().filter(|it| !NOBODY.contains(it)) {
                if name.parse::<u64>().is_err() {
                    redactor.learn(Kind::User, name, Meant::Unordinary);
                }
            }
        }
    }
}

/// Reports are called after customers.
fn places(redactor: &mut Redactor, report: &Report) {
    let since = report.changes.iter().map(|it| &it.since.place);
    let places: Vec<String> = since
        .chain(report.merged_from.iter().map(|it| &it.place))
        .cloned()
        .collect();
    for place in places {
        redactor.learn(Kind::Place, &place, Meant::Unordinary);
    }
}

fn hosts(redactor: &mut Redactor, report: &Report) {
    redactor.learn_host(&report.remote.host);
    for host in setting(report, "host") {
        redactor.learn_host(host);
    }
    for expected in &report.remote.expect_names {
        redactor.learn_host(&expected.name);
    }
    for host in of_class(report, Privacy::HostName) {
        redactor.learn_host(host);
    }
}

fn values(fact: &FactValue) -> Vec<&str> {
    match fact {
        FactValue::Text(text) => vec![text],
        FactValue::Texts(texts) => texts.iter().map(String::as_str).collect(),
        FactValue::Flag(_) | FactValue::Integer(_) | FactValue::Rows(_) => Vec::new(),
    }
}

/// `CN=ftp.example.com, O=Example, Inc.`: what stands between an attribute and the next.
fn certificate_names(redactor: &mut Redactor, text: &str) {
    let starts: Vec<(usize, usize)> = ATTRIBUTES
        .iter()
        .flat_map(|name| {
            let with = format!("{name}=");
            let found: Vec<(usize, usize)> = text
                .match_indices(&with)
                .filter(|(at, _)| !text[..*at].ends_with(char::is_alphanumeric))
                .map(|(at, it)| (at, at + it.len()))
                .collect();
            found
        })
        .collect();
    for (_, from) in &starts {
        let next = starts
            .iter()
            .map(|(at, _)| *at)
            .filter(|at| at > from)
            .min();
        let part = &text[*from..next.unwrap_or(text.len())];
        let country = part.find(" C=").unwrap_or(part.len());
        let part = &part[..country];
        let end = ["\n", " / ", "; ", ", from ", ", until ", " ("]
            .iter()
            .filter_map(|mark| part.find(mark))
            .min();
        let name = part[..end.unwrap_or(part.len())]
            .trim()
            .trim_end_matches([',', '+', '.']);
        let looks = super::shapes::at(name, 0).is_some_and(|(length, _)| length == name.len());
        if !looks && name.len() > 1 && name.len() < 200 {
            redactor.learn(Kind::CertificateName, name, Meant::Unordinary);
        }
    }
}
