//! Which format goes where, where a report is wanted in several at once.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::output::ReportFormat;

/// What stands for standard output, as for other programs.
const STANDARD_OUTPUT: &str = "-";

/// Where a format goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum To {
    StandardOutput,
    File(PathBuf),
}

impl To {
    pub(crate) fn of(path: impl AsRef<Path>) -> To {
        let path = path.as_ref();
        match path == Path::new(STANDARD_OUTPUT) {
            true => To::StandardOutput,
            false => To::File(path.into()),
        }
    }
}

/// One format, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) format: ReportFormat,
    pub(crate) to: To,
}

/// Why formats and files do not fit each other.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OutputsError {
    #[error(
        "{}: its ending means {ending}, but --format says {format}; if {format} is for standard output, add -o -",
        .path.display()
    )]
    OtherEnding {
        path: PathBuf,
        ending: &'static str,
        format: String,
    },
    #[error(
        "{formats} formats and {files} files: give each --format its -o, or omit --format where the ending of the \
        file says it; only one format may go to standard output"
    )]
    TooManyFormats { formats: usize, files: usize },
    #[error("two formats for standard output: give one of them a file with -o")]
    TwiceOnStandardOutput,
    #[error("{}: two formats for one file", .0.display())]
    TwiceInOneFile(PathBuf),
    #[error("a message to one owner goes to one place: give -o once")]
    OneMessage,
}

/// What the ending of a file says of its format.
enum Ending {
    /// It is of this kind: the formats that have it, the first where nothing else is said.
    Of(&'static str, &'static [ReportFormat]),
    /// Any format may stand in it.
    Any,
}

fn ending(path: &Path) -> Ending {
    use ReportFormat::{Html, Json, Junit, Markdown, Sarif, Text, Ticket};
    let ending = path.extension().and_then(|it| it.to_str());
    match ending.map(str::to_ascii_lowercase).as_deref() {
        Some("json") if has_inner_ending(path, "sarif") => Ending::Of("SARIF", &[Sarif]),
        Some("json") => Ending::Of("JSON", &[Json, Sarif]),
        Some("html" | "htm") => Ending::Of("HTML", &[Html]),
        Some("md" | "markdown") => Ending::Of("Markdown", &[Markdown, Text, Ticket]),
        Some("xml") => Ending::Of("JUnit XML", &[Junit]),
        Some("sarif") => Ending::Of("SARIF", &[Sarif]),
        Some(_) | None => Ending::Any,
    }
}

/// `report.sarif.json` is how some services want it.
fn has_inner_ending(path: &Path, inner: &str) -> bool {
    let stem = path.file_stem().map(Path::new);
    stem.and_then(Path::extension)
        .is_some_and(|it| it.eq_ignore_ascii_case(inner))
}

/// Pairs formats and files in their order. Where there are fewer formats than files, they are for the files whose ending says
/// none, and for standard output.
///
/// # Errors
/// They do not fit each other.
pub(crate) fn outputs(
    formats: &[ReportFormat],
    paths: &[PathBuf],
) -> Result<Vec<Output>, OutputsError> {
    let outputs = match !paths.is_empty() && formats.len() == paths.len() {
        true => formats
            .iter()
            .zip(paths)
            .map(|(format, path)| paired(*format, path))
            .collect::<Result<_, _>>()?,
        false => by_endings(formats, paths)?,
    };
    only_once(&outputs)?;
    Ok(outputs)
}

fn paired(format: ReportFormat, path: &Path) -> Result<Output, OutputsError> {
    match ending(path) {
        Ending::Of(ending, formats) if !formats.contains(&format) => {
            Err(OutputsError::OtherEnding {
                path: path.into(),
                ending,
                format: name(format),
            })
        }
        Ending::Of(..) | Ending::Any => Ok(Output {
            format,
            to: To::of(path),
        }),
    }
}

fn by_endings(formats: &[ReportFormat], paths: &[PathBuf]) -> Result<Vec<Output>, OutputsError> {
    let mut left = formats.iter().copied();
    let mut outputs: Vec<Output> = paths
        .iter()
        .map(|path| Output {
            format: match ending(path) {
                Ending::Of(_, formats) => formats[0],
                Ending::Any => left.next().unwrap_or_default(),
            },
            to: To::of(path),
        })
        .collect();
    let rest: Vec<ReportFormat> = left.collect();
    match (rest.as_slice(), paths) {
        ([], []) => outputs.push(Output {
            format: ReportFormat::default(),
            to: To::StandardOutput,
        }),
        ([], _) => {}
        ([format], _) => outputs.insert(
            0,
            Output {
                format: *format,
                to: To::StandardOutput,
            },
        ),
        _ => {
            return Err(OutputsError::TooManyFormats {
                formats: formats.len(),
                files: paths.len(),
            });
        }
    }
    Ok(outputs)
}

fn only_once(outputs: &[Output]) -> Result<(), OutputsError> {
    for (number, output) in outputs.iter().enumerate() {
        if outputs[..number].iter().any(|it| it.to == output.to) {
            return Err(match &output.to {
                To::StandardOutput => OutputsError::TwiceOnStandardOutput,
                To::File(path) => OutputsError::TwiceInOneFile(path.clone()),
            });
        }
    }
    Ok(())
}

/// As it is typed.
fn name(format: ReportFormat) -> String {
    let value = format.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ReportFormat::{Github, Html, Json, Junit, Markdown, Sarif, Text, Ticket};

    fn told(
        formats: &[ReportFormat],
        paths: &[&str],
    ) -> Result<Vec<(ReportFormat, String)>, String> {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let outputs = outputs(formats, &paths).map_err(|error| error.to_string())?;
        let told = outputs.into_iter().map(|it| match it.to {
            To::StandardOutput => (it.format, "-".into()),
            To::File(path) => (it.format, path.display().to_string()),
        });
        Ok(told.collect())
    }

    #[test]
    fn formats_and_files_find_each_other() {
        for (formats, paths, expected) in [
            (&[][..], &[][..], &[(Text, "-")][..]),
            (&[Json], &[], &[(Json, "-")]),
            (&[Json], &["report"], &[(Json, "report")]),
            (&[Sarif], &["a.json"], &[(Sarif, "a.json")]),
            (&[Ticket], &["a.txt"], &[(Ticket, "a.txt")]),
            (
                &[],
                &[
                    "a.html",
                    "b.json",
                    "c.xml",
                    "d.md",
                    "e.sarif",
                    "f.sarif.json",
                    "g.txt",
                ],
                &[
                    (Html, "a.html"),
                    (Json, "b.json"),
                    (Junit, "c.xml"),
                    (Markdown, "d.md"),
                    (Sarif, "e.sarif"),
                    (Sarif, "f.sarif.json"),
                    (Text, "g.txt"),
                ],
            ),
            (
                &[Github],
                &["a.html", "-"],
                &[(Html, "a.html"), (Github, "-")],
            ),
            (
                &[Github],
                &["a.html", "b.xml"],
                &[(Github, "-"), (Html, "a.html"), (Junit, "b.xml")],
            ),
            (
                &[Github, Html],
                &["-", "a.html"],
                &[(Github, "-"), (Html, "a.html")],
            ),
            (
                &[Markdown],
                &["a.html", "summary"],
                &[(Html, "a.html"), (Markdown, "summary")],
            ),
        ] {
            let expected = expected
                .iter()
                .map(|(format, path)| (*format, (*path).to_owned()));
            assert_eq!(
                told(formats, paths),
                Ok(expected.collect()),
                "{formats:?} {paths:?}"
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (formats, paths, says) in [
            (
                &[Github][..],
                &["a.html"][..],
                "if github is for standard output, add -o -",
            ),
            (
                &[Text],
                &["a.json"],
                "its ending means JSON, but --format says text",
            ),
            (&[Json, Html], &[], "2 formats and 0 files"),
            (&[Json, Html, Text], &["a"], "3 formats and 1 files"),
            (
                &[Json, Text],
                &["-", "-"],
                "two formats for standard output",
            ),
            (
                &[],
                &["a.html", "a.html"],
                "a.html: two formats for one file",
            ),
        ] {
            let error = told(formats, paths).unwrap_err();
            assert!(error.contains(says), "{formats:?} {paths:?}: {error}");
        }
    }
}
