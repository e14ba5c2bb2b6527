//! The looks of a terminal: words and shapes first, colour second. What is not a terminal gets it without colour.

use anstyle::{AnsiColor, Style};

pub const BOLD: Style = Style::new().bold();
pub const DIM: Style = Style::new().dimmed();
pub const BAD: Style = AnsiColor::Red.on_default().bold();
pub const WARN: Style = AnsiColor::Yellow.on_default().bold();
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
pub const UNKNOWN: Style = AnsiColor::Cyan.on_default().bold();

/// The width reports are made for.
pub const WIDTH: usize = 80;

/// Words in a style.
pub fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Lines go on at least as far in: marks stand at the beginning of a line, and labels six columns further in, so that what
/// somebody wrote cannot look like one of them wherever it is broken.
const HANGING: usize = 8;

/// Text wrapped to the width, of which no line but the first can begin like one of ours.
pub fn hanging(first: &str, text: &str) -> String {
    let width = textwrap::core::display_width(first);
    filled(first, width.max(HANGING), text)
}

/// The words that lines of ours begin with: marks, verdicts, and labels of what is to be done.
const MARKS: &[&str] = &[
    "HEALTHY",
    "DEGRADED",
    "FAILING",
    "INCOMPLETE",
    "SINCE",
    "FAIL",
    "WARN",
    "LEFT",
    "note",
    "ok",
    "????",
    "diff",
    "ours",
    "new",
    "gone",
    "same",
    "tell",
    "do",
    "type",
    "set",
    "so",
    "more",
    "or",
    "because",
    "was",
    "is",
    "with",
    "error",
    "warning",
];

/// A text for the beginning of a line: in quotation marks where it would begin like one of ours. Blanks are single, since
/// labels are set off by several.
pub fn unmistakable(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let first = words.first().copied().unwrap_or_default();
    let bare = first.trim_matches(|c: char| !(c.is_alphanumeric() || c == '?'));
    let text = words.join(" ");
    match MARKS.contains(&first) || MARKS.contains(&bare) {
        true => ftp::quoted(text),
        false => text,
    }
}

/// Text wrapped to the width: the first line after `first`, the others indented as far.
pub fn wrapped(first: &str, text: &str) -> String {
    filled(first, textwrap::core::display_width(first), text)
}

fn filled(first: &str, indent: usize, text: &str) -> String {
    let indent = " ".repeat(indent);
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(&indent)
        // Dates, codes and directives have hyphens that are no place to break at.
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(text, options)
}
