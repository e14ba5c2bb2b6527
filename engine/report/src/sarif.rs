//! The report as SARIF 2.1.0, for services that show findings beside code and remember them from run to run.
//!
//! A root cause or a note is a result; what follows from it is told in its message, since services count results. What was
//! not tested is a notification of the run, because it is no statement about the remote. Section numbers are those of
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os.html>.

mod model;

use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use self::model::{
    Artifact, AutomationDetails, Configuration, Driver, Invocation, Kind, Level, Location, Log,
    Message, MultiformatMessage, Notification, PhysicalLocation, Properties, Region, Rule, Run,
    SarifResult, Tool, VERSION,
};
use super::{ProbeStatus, Report, ReportFinding, Shown, outline};
use ::model::finding::{Confidence, Severity};

/// Where the schema is, for editors and validators.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What a result is recognised by in a later run; the number is that of the way it is made.
const FINGERPRINT: &str = "remoteAndCode/v1";
/// Of a digest, as much as keeps results apart, in bytes.
const FINGERPRINT_LENGTH: usize = 16;

/// Renders a report. `settings_file` is the file that a service of code shows the findings at; without one they are at the
/// address of the remote.
///
/// # Panics
/// Never: no map in it has other keys than strings.
pub fn render(report: &Shown, settings_file: Option<&str>) -> String {
    let log = log(report, settings_file);
    let json = serde_json::to_string_pretty(&log);
    json.expect("a log has no maps with other keys than strings") + "\n"
}

fn log(report: &Report, settings_file: Option<&str>) -> Log {
    let findings: Vec<&ReportFinding> = outline::causes(report)
        .into_iter()
        .chain(outline::notes(report))
        .collect();
    let mut rules: Vec<&ReportFinding> = Vec::new();
    for finding in &findings {
        if !rules.iter().any(|it| it.code == finding.code) {
            rules.push(finding);
        }
    }
    let location = location(report, settings_file);
    let results = findings.iter().map(|finding| {
        let index = rules.iter().position(|it| it.code == finding.code);
        result(report, finding, index.unwrap_or_default(), &location)
    });
    Log {
        schema: SCHEMA,
        version: VERSION,
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: report.tool.name.clone(),
                    version: report.tool.version.clone(),
                    rules: rules.iter().map(|it| rule(it)).collect(),
                },
            },
            automation_details: AutomationDetails {
                id: format!("remote-doctor/{}/", report.remote.place()),
            },
            invocations: [invocation(report)],
            results: results.collect(),
        }],
    }
}

/// What is the same of a code in all its results (section 3.49). Titles can have words of one case in them, but a reader of
/// rules has no other.
fn rule(finding: &ReportFinding) -> Rule {
    Rule {
        id: finding.code.clone(),
        short_description: MultiformatMessage {
            text: finding.title.clone(),
        },
        help: MultiformatMessage {
            text: format!("remote-doctor explain {}", finding.code),
        },
        default_configuration: Configuration {
            level: level(finding.severity),
        },
    }
}

fn result(
    report: &Report,
    finding: &ReportFinding,
    rule_index: usize,
    location: &Location,
) -> SarifResult {
    let source = finding.source.as_ref().map(ToString::to_string);
    SarifResult {
        rule_id: finding.code.clone(),
        rule_index,
        kind: Kind::Fail,
        level: level(finding.severity),
        message: Message {
            text: message_text(report, finding),
        },
        locations: [location.clone()],
        partial_fingerprints: [(
            FINGERPRINT,
            fingerprint(&[
                &report.remote.place(),
                &finding.code,
                source.as_deref().unwrap_or_default(),
            ]),
        )]
        .into(),
        properties: Properties {
            owner: finding.owner.to_string(),
            confidence: match finding.confidence {
                Confidence::Certain => "certain",
                Confidence::Likely => "likely",
            },
            source,
            probe: finding.probe.clone(),
        },
    }
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Info => Level::Note,
    }
}

fn message_text(report: &Report, finding: &ReportFinding) -> String {
    let mut out = format!(
        "{}: {}.\n",
        report.remote.place(),
        finding.title.trim_end_matches('.')
    );
    if !finding.detail.is_empty() {
        let _ = writeln!(out, "{}", finding.detail);
    }
    for evidence in &finding.evidence {
        let value = evidence.value.replace('\n', " / ");
        let _ = writeln!(out, "- {}: {value}", evidence.label);
    }
    out.push_str(&outline::what_to_do(report, finding));
    // What stands in brackets is a link or a place for a value there (sections 3.11.5 and 3.11.6).
    let escaped = out
        .trim_end()
        .replace('\\', "\\\\")
        .replace('[', "\\[")
        .replace(']', "\\]");
    escaped.replace('{', "{{").replace('}', "}}")
}

/// Parts that cannot run into each other.
fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    let mut out = String::new();
    for byte in digest.iter().take(FINGERPRINT_LENGTH) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn location(report: &Report, settings_file: Option<&str>) -> Location {
    let (uri, region) = match settings_file {
        Some(file) => (uri_of(file), Some(Region { start_line: 1 })),
        None => (format!("ftp://{}/", report.remote.place()), None),
    };
    Location {
        physical_location: PhysicalLocation {
            artifact_location: Artifact { uri },
            region,
        },
    }
}

/// A path as a relative reference (RFC 3986 section 4.2), or as a URL of a file (RFC 8089).
fn uri_of(path: &str) -> String {
    let mut out = match path.starts_with('/') {
        true => String::from("file://"),
        false => String::new(),
    };
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                out.push(byte.into());
            }
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

fn invocation(report: &Report) -> Invocation {
    let took = i64::try_from(report.duration_ms).unwrap_or(i64::MAX);
    let ended = report
        .started
        .checked_add(SignedDuration::from_millis(took));
    let note = |text: String| Notification {
        level: Level::Note,
        message: Message { text },
    };
    let not_tested = outline::not_tested(report).into_iter().map(|group| {
        let checks = group.checks.join("; ");
        format!("not tested: {checks}, because {}", group.reason)
    });
    let remarks = outline::remarks(report).into_iter();
    let mut notifications: Vec<Notification> = remarks.chain(not_tested).map(note).collect();
    for probe in &report.probes {
        let how = match probe.status {
            ProbeStatus::Crashed => "crashed or was stopped",
            ProbeStatus::TimedOut => "did not end in time",
            ProbeStatus::Ok | ProbeStatus::Skipped => continue,
        };
        notifications.push(Notification {
            level: Level::Error,
            message: Message {
                text: format!("the probe {} {how}", probe.id),
            },
        });
    }
    Invocation {
        execution_successful: !report.incomplete,
        start_time_utc: utc(report.started),
        end_time_utc: utc(ended.unwrap_or(report.started)),
        tool_execution_notifications: notifications,
    }
}

/// Section 3.9.
fn utc(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
