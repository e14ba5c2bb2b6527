//! Saved reports, read back. They come from other machines: nothing in them is trusted.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::Value;

use super::CliError;
use model::cleaner;
use model::declared::DeclaredFacts;
use model::remote::is_host;
use report::baseline::Baseline;
use report::{Report, SCHEMA_VERSION, clean, html};

/// No report is longer than this, in bytes.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Of what is wrong with it, so much is told, in characters.
const MAX_REASON: usize = 300;

/// What is read in place of JSON. The words of the parser are for whoever wrote a JSON file by hand.
fn not_json(text: &str, error: &serde_json::Error) -> String {
    if text.trim().is_empty() {
        return "the file is empty".into();
    }
    match error.is_eof() {
        true => "the file ends in the middle of the JSON".into(),
        false => format!(
            "it is not JSON, from line {}, column {} on; only files from --format json and --format html can be \
            read back",
            error.line(),
            error.column()
        ),
    }
}

/// Reads a report that `check` wrote as JSON or HTML. Its facts are looked up among these; of what is not among them, nothing
/// is for people.
pub(super) fn report(path: &Path, declared: &DeclaredFacts) -> Result<Report, CliError> {
    let place = path.display().to_string();
    let file = |source| CliError::File {
        what: place.clone(),
        source,
    };
    let not_a_report = |reason: String| CliError::NotAReport {
        place: place.clone(),
        reason: cleaner::line(&reason, MAX_REASON),
    };
    let mut text = String::new();
    let opened = File::open(path).map_err(file)?;
    let read = opened.take(MAX_BYTES + 1).read_to_string(&mut text);
    read.map_err(file)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(not_a_report("it is longer than 64 MiB".into()));
    }
    let json = match text.trim_start().starts_with('<') {
        true => {
            html::record(&text).ok_or_else(|| not_a_report("no report is embedded in it".into()))?
        }
        false => &text,
    };
    of_text(json, declared).map_err(not_a_report)
}

/// Reads a report out of its JSON, with its facts looked up among these.
///
/// # Errors
/// Why it is none, in words.
pub(super) fn of_text(json: &str, declared: &DeclaredFacts) -> Result<Report, String> {
    let mut value: Value = serde_json::from_str(json).map_err(|error| not_json(json, &error))?;
    match value.get("schema_version").and_then(|it| it.as_str()) {
        Some(SCHEMA_VERSION) => {}
        Some(other) => {
            return Err(format!(
                "its schema_version is {}, but this program reads {SCHEMA_VERSION}",
                cleaner::quoted(other, 20)
            ));
        }
        None => return Err("it has no schema_version".into()),
    }
    clean(&mut value);
    let mut report: Report = serde_json::from_value(value).map_err(|error| error.to_string())?;
    report.declared = declared.clone();
    match is_host(&report.remote.host) {
        true => Ok(report),
        false => Err("its host is not a name or an address".into()),
    }
}

/// Reads an earlier report to compare with; `renamed_from` is the host that the settings name, where this run has another.
pub(super) fn baseline(path: &Path, renamed_from: Option<String>) -> Result<Baseline, CliError> {
    let place = path.file_name().unwrap_or(path.as_os_str());
    Ok(Baseline {
        place: place.to_string_lossy().into_owned(),
        // How facts are compared is asked of the later report.
        report: report(path, &DeclaredFacts::default())?,
        renamed_from,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        report(file.path(), &DeclaredFacts::default())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn what_is_no_report_is_refused_with_its_reason() {
        assert!(refused("{\"schema_version\": \"1\"").contains("ends in the middle"));
        assert!(refused("[]").contains("no schema_version"));
        assert!(refused(r#"{"schema_version": "7"}"#).contains("“7”"));
        assert!(refused(r#"{"schema_version": "1"}"#).contains("missing field"));
        let missing = Path::new("does-not-exist.json");
        assert!(
            report(missing, &DeclaredFacts::default())
                .unwrap_err()
                .to_string()
                .starts_with("does-not-exist.json: ")
        );
    }
}
