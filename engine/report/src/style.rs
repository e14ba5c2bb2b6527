//! The looks of a terminal: words and shapes first, colour second. What is not a terminal gets it without colour.

use anstyle::{AnsiColor, Style};

pub const BOLD: Style = Style::new().bold();
pub const DIM: Style = Style::new().dimmed();
pub const BAD: Style = AnsiColor::Red.on_default().bold();
pub const WARN: Style = AnsiColor::Yellow.on_default().bold();
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
pub const UNKNOWN: Style = AnsiColor::Cyan.on_default().bold();

/// How wide a text is, in columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Width(usize);

impl Width {
    /// What is no terminal gets this.
    pub const USUAL: Width = Width(80);
    /// Labels and evidence need some room.
    const LEAST: usize = 60;
    /// Eyes lose their way from the end of a longer line to the beginning of the next.
    const MOST: usize = 120;

    /// That of a terminal, as far as a text can be laid out for it.
    pub fn of_terminal(columns: usize) -> Width {
        Width(columns.clamp(Width::LEAST, Width::MOST))
    }

    /// In columns.
    pub fn columns(self) -> usize {
        self.0
    }

    /// Text wrapped to this width, of which no line but the first can begin like one of ours.
    pub fn hanging(self, first: &str, text: &str) -> String {
        let indent = textwrap::core::display_width(first);
        self.filled(first, indent.max(HANGING), text)
    }

    /// Text wrapped to this width: the first line after `first`, the others indented as far.
    pub fn wrapped(self, first: &str, text: &str) -> String {
        self.filled(first, textwrap::core::display_width(first), text)
    }

    fn filled(self, first: &str, indent: usize, text: &str) -> String {
        let indent = " ".repeat(indent);
        let options = textwrap::Options::new(self.0)
            .initial_indent(first)
            .subsequent_indent(&indent)
            // Dates, codes and directives have hyphens that are no place to break at.
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        textwrap::fill(text, options)
    }
}

/// Words in a style.
pub fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Lines go on at least as far in: marks stand at the beginning of a line, and labels six columns further in, so that what
/// somebody wrote cannot look like one of them wherever it is broken.
const HANGING: usize = 8;

/// Text wrapped to the usual width, of which no line but the first can begin like one of ours.
pub fn hanging(first: &str, text: &str) -> String {
    Width::USUAL.hanging(first, text)
}

/// Text wrapped to the usual width: the first line after `first`, the others indented as far.
pub fn wrapped(first: &str, text: &str) -> String {
    Width::USUAL.wrapped(first, text)
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
    "SKIP",
    "????",
    "exception",
    "check",
    "also",
    "lines",
    "fix",
    "diff",
    "ours",
    "new",
    "gone",
    "same",
    "tell",
    "do",
    "set",
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
