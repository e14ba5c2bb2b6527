//! The looks of a terminal: words and shapes first, colour second. What is not a terminal gets it without colour.

use anstyle::{AnsiColor, Style};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const UNKNOWN: Style = AnsiColor::Cyan.on_default().bold();

/// The width reports are made for.
pub(crate) const WIDTH: usize = 80;

/// Words in a style.
pub(crate) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Text wrapped to the width: the first line after `first`, the others indented as far.
pub(crate) fn wrapped(first: &str, text: &str) -> String {
    let indent = " ".repeat(textwrap::core::display_width(first));
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(&indent)
        // Dates, codes and directives have hyphens that are no place to break at.
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(text, options)
}
