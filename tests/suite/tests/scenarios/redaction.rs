//! What is left of a report's secrets where it was redacted: nothing, in any format. What is secret is told here by the
//! scenario and by the report as it was taken, not by what redacts it.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use doctor::shareable;
use libtest_mimic::{Failed, Trial};
use model::redaction::Level;
use recording::unpack;
use report::redact::redact;
use report::style::Width;
use report::{
    Report, Shown, github, html, junit, markdown, message, sarif, text, ticket, transcript,
};
use run::Probes;
use sandbox::Signatures;
use serde_json::Value;

use crate::declared;
use crate::scenario::{Answer, Scenario};

/// Something that some readers must not see, and what it is.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Secret {
    text: String,
    what: &'static str,
    from: Reader,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reader {
    /// Vendors and everybody else.
    Vendor,
    /// All but the two parties.
    Anybody,
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("a_leak_in_a_redacted_report_is_noticed", noticed),
        Trial::test("redacted_golden_reports_are_reports", are_reports),
    ]
}

/// What a redacted form of this report still tells, if anything.
pub fn complaints(scenario: &Scenario, json: &[u8]) -> Vec<String> {
    let Ok(value) = serde_json::from_slice::<Value>(json) else {
        return vec!["the JSON report cannot be read".into()];
    };
    let mut secrets = secrets(&value);
    for (name, answer) in &scenario.dns {
        secrets.insert(secret(name, "a name", Reader::Anybody));
        if let Answer::Records(records) = answer {
            for name in records.ptr.iter().chain(&records.cname) {
                secrets.insert(secret(name, "a name", Reader::Anybody));
            }
        }
    }
    leaks(&value, &secrets)
}

/// What is wrong with the recording of this report when it is made for others: it leads elsewhere, or tells what it must not.
pub fn of_recording(json: &[u8], recording: &[u8], plugins: &[PathBuf]) -> Vec<String> {
    match disguised(json, recording, plugins) {
        Err(error) => vec![format!("the recording for others: {error}")],
        Ok(told) => told
            .into_iter()
            .map(|(secret, place)| {
                let (what, text) = (secret.what, &secret.text);
                format!("the recording for others tells {what} {text}: …{place}…")
            })
            .collect(),
    }
}

fn disguised(
    json: &[u8],
    recording: &[u8],
    plugins: &[PathBuf],
) -> Result<Vec<(Secret, String)>, Box<dyn std::error::Error>> {
    let value = serde_json::from_slice(json)?;
    let report = read(&value)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let disguised = runtime.block_on(async {
        let catalogue = Probes::load(plugins, &Signatures::default()).await?;
        let made = shareable(recording, &report, &catalogue).await;
        made.map_err(Box::<dyn std::error::Error>::from)
    })?;
    let blocks: Vec<Value> = unpack(&disguised)?
        .iter()
        .map(|block| serde_json::from_slice(block))
        .collect::<Result<_, _>>()?;
    let mut all = String::new();
    for block in &blocks {
        texts(block, &mut |text| {
            all.push_str(text);
            all.push('\n');
        });
    }
    let secrets = secrets(&value).into_iter();
    // What every machine has is nobody's.
    let is_everybodys = |text: &str| {
        let ip: Result<IpAddr, _> = text.replace(',', ".").parse();
        ip.is_ok_and(|ip| ip.is_loopback())
    };
    let secrets = secrets.filter(|it| it.from == Reader::Vendor && !is_everybodys(&it.text));
    let told = secrets.filter_map(|secret| {
        let place = found(&all, &secret.text)?;
        Some((secret, place))
    });
    Ok(told.collect())
}

fn leaks(value: &Value, secrets: &BTreeSet<Secret>) -> Vec<String> {
    let mut complaints = Vec::new();
    for (level, readers) in [
        (Level::Shareable, &[Reader::Vendor][..]),
        (Level::Public, &[Reader::Vendor, Reader::Anybody][..]),
    ] {
        let report = match read(value) {
            Ok(report) => report,
            Err(error) => return vec![format!("the report cannot be read back: {error}")],
        };
        let redacted = match redact(report, Some(level)) {
            Ok(redacted) => redacted,
            Err(error) => return vec![format!("{level}: {error}")],
        };
        let secrets = secrets.iter().filter(|it| readers.contains(&it.from));
        for secret in secrets {
            for (format, text) in formats(&redacted) {
                if let Some(place) = found(&text, &secret.text) {
                    let (what, text) = (secret.what, &secret.text);
                    complaints.push(format!("{level} {format} tells {what} {text}: …{place}…"));
                }
            }
        }
    }
    complaints
}

fn read(value: &Value) -> Result<Report, serde_json::Error> {
    let report: Report = serde_json::from_value(value.clone())?;
    let declared = declared::facts().clone();
    Ok(Report { declared, ..report })
}

fn formats(report: &Report) -> Vec<(&'static str, String)> {
    let shown = Shown::new(report.clone(), &[]);
    let report = &shown.expect("without a mask every report can be shown");
    let messages: Vec<String> = message::owners(report)
        .into_iter()
        .filter_map(|owner| message::render(report, owner))
        .collect();
    vec![
        ("json", serde_json::to_string(report).unwrap_or_default()),
        ("text", text::render(report, Width::USUAL)),
        ("html", html::render(report)),
        ("markdown", markdown::render(report)),
        ("ticket", ticket::render(report)),
        ("transcript", transcript::render(report, Width::USUAL)),
        ("junit", junit::render(report, None)),
        ("sarif", sarif::render(report, None)),
        ("github", github::render(report, None)),
        ("message", messages.concat()),
    ]
}

/// Where a secret stands, whatever its case, wherever lines were broken, and with or without what a format escapes.
fn found(text: &str, secret: &str) -> Option<String> {
    let text = text.to_lowercase().replace('\\', "");
    let secret = secret.to_lowercase().replace('\\', "");
    let place = |text: &str, secret: &str| {
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let (at, _) = text.match_indices(secret).find(|(at, _)| {
            let (before, after) = (&text[..*at], &text[at + secret.len()..]);
            // A short one may be a part of an ordinary word.
            secret.chars().count() > 5
                || !is_word(before.chars().next_back()) && !is_word(after.chars().next())
        })?;
        let from = text[..at]
            .char_indices()
            .rev()
            .take(40)
            .last()
            .map_or(at, |(at, _)| at);
        Some(text[from..at + secret.len()].to_owned())
    };
    let together = |text: &str| text.split_whitespace().collect::<String>();
    place(&text, &secret).or_else(|| {
        let secret = together(&secret);
        let long = secret.len() > 9;
        long.then(|| place(&together(&text), &secret)).flatten()
    })
}

fn secret(text: &str, what: &'static str, from: Reader) -> Secret {
    Secret {
        text: text.trim_end_matches('.').into(),
        what,
        from,
    }
}

/// By the names of fields that are fixed, and by looks that are beyond doubt.
fn secrets(report: &Value) -> BTreeSet<Secret> {
    use Reader::{Anybody, Vendor};
    let mut secrets = BTreeSet::new();
    let mut add = |value: &Value, what, from| {
        let texts = match value {
            Value::String(text) => vec![text.as_str()],
            Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        for text in texts
            .into_iter()
            .filter(|text| text.len() > 1 && *text != "localhost")
        {
            secrets.insert(secret(text, what, from));
        }
    };
    let (remote, facts) = (&report["remote"], &report["facts"]);
    add(&remote["user"], "the user", Vendor);
    add(&remote["host"], "the host", Anybody);
    add(&facts["login.directory"], "the login directory", Vendor);
    add(&facts["certificate.sha256"], "a fingerprint", Anybody);
    add(&facts["certificate.serial"], "a serial number", Anybody);
    add(
        &facts["certificate.names"],
        "a name in the certificate",
        Anybody,
    );
    add(&facts["certificate.subject"], "the subject", Anybody);
    add(&facts["certificate.issuer"], "the issuer", Anybody);
    for name in remote["expect_names"].as_array().into_iter().flatten() {
        add(&name["name"], "a name", Anybody);
    }
    // A path that is one plain word may be any word.
    if remote["remote_path"]
        .as_str()
        .is_some_and(|path| path.contains('/'))
    {
        add(&remote["remote_path"], "the remote path", Vendor);
    }
    let ours: Vec<IpAddr> = [&facts["source.address"], &facts["source.seen-as"]]
        .into_iter()
        .chain(remote["sources"].as_array().into_iter().flatten())
        .filter_map(|it| it.as_str()?.parse().ok())
        .collect();
    texts(report, &mut |text| {
        for ip in addresses(text) {
            let from = match ours.contains(&ip) && !is_public(ip) {
                true => Vendor,
                false => Anybody,
            };
            secrets.insert(secret(&ip.to_string(), "an address", from));
            if let IpAddr::V4(ip) = ip {
                let commas = ip.to_string().replace('.', ",");
                secrets.insert(secret(&commas, "an address", from));
            }
        }
    });
    secrets
}

fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !ip.is_private() && !ip.is_loopback() && !ip.is_link_local(),
        IpAddr::V6(ip) => !ip.is_loopback() && !ip.is_unique_local() && !ip.is_unicast_link_local(),
    }
}

fn addresses(text: &str) -> Vec<IpAddr> {
    let four = text
        .split(|c: char| !c.is_ascii_digit() && c != '.')
        .filter_map(|part| part.trim_matches('.').parse::<Ipv4Addr>().ok())
        .filter(|ip| !ip.is_unspecified())
        .map(IpAddr::from);
    let six = text
        .split(|c: char| !c.is_ascii_hexdigit() && c != ':')
        .filter(|part| part.len() > 3)
        .filter_map(|part| part.parse::<Ipv6Addr>().ok())
        .map(IpAddr::from);
    four.chain(six).collect()
}

/// Every text that a server, a user or a probe may have made.
fn texts(value: &Value, tell: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => tell(text),
        Value::Array(items) => items.iter().for_each(|it| texts(it, tell)),
        Value::Object(entries) => entries.values().for_each(|it| texts(it, tell)),
        _ => {}
    }
}

const GOLDEN: [&str; 5] = [
    "healthy",
    "one-fault",
    "two-faults",
    "incomplete",
    "sources-differ",
];

fn golden(case: &str) -> Result<Value, Failed> {
    let folder = suite::workspace().join("tests/golden");
    let text = std::fs::read_to_string(folder.join(case).with_extension("json"))?;
    Ok(serde_json::from_str(&text)?)
}

/// A search that finds nothing proves nothing until it has found something: in a report that nobody redacted, and in one
/// that somebody forgot a single field of.
fn noticed() -> Result<(), Failed> {
    for case in GOLDEN {
        let value = golden(case)?;
        let secrets = secrets(&value);
        let unnoticed = leaks(&value, &secrets);
        if !unnoticed.is_empty() {
            return Err(format!("{case}: {}", unnoticed.join("\n")).into());
        }
        let json = value.to_string();
        let is_there = |it: &&Secret| found(&json, &it.text).is_some();
        // The form with commas is in the reports of those that asked for PASV.
        let there = secrets.iter().filter(is_there).count();
        if there < 5 || there * 2 < secrets.len() {
            return Err(format!(
                "{case}: {there} of {} are found in the report",
                secrets.len()
            )
            .into());
        }
        for secret in secrets.iter().filter(is_there) {
            let report = read(&value)?;
            let mut forgotten = redact(report, Some(Level::Public))?;
            forgotten
                .summary
                .push_str(&format!(" {}", secret.text.to_uppercase()));
            for (format, text) in formats(&forgotten) {
                let shows_it = !matches!(
                    format,
                    "junit" | "message" | "sarif" | "github" | "transcript"
                );
                if shows_it && found(&text, &secret.text).is_none() {
                    return Err(format!("{case}: {secret:?} goes unnoticed in {format}").into());
                }
            }
        }
    }
    Ok(())
}

/// They fit the schema, render as the same report does, and are as they were when they are read back.
fn are_reports() -> Result<(), Failed> {
    let schema = suite::workspace().join("engine/report/schema/report.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema)?)?;
    let validator = jsonschema::validator_for(&schema).map_err(|error| error.to_string())?;
    for case in GOLDEN {
        for level in [Level::Shareable, Level::Public] {
            let value = golden(case)?;
            let redacted = redact(serde_json::from_value(value.clone())?, Some(level))?;
            let json = serde_json::to_value(&redacted)?;
            if let Err(error) = validator.validate(&json) {
                return Err(format!("{case}: {error} at {}", error.instance_path()).into());
            }
            for field in ["verdict", "root_causes", "connections", "started"] {
                if json[field] != value[field] {
                    return Err(format!("{case}: {field} has changed").into());
                }
            }
            let page = html::render(&Shown::new(redacted, &[])?);
            let embedded = html::record(&page).ok_or("no record")?;
            if serde_json::from_str::<Value>(embedded)? != json {
                return Err(format!("{case}: the HTML holds another report").into());
            }
        }
    }
    Ok(())
}
