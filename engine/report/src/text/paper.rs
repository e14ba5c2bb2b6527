//! What a text for a terminal is written on: marks at the beginning of a line, labels six columns further in, and everything
//! laid out for one width.

use anstyle::Style;

use crate::style::{Width, styled};

/// Beside a mark, in the same column for all.
const INDENT: &str = "      ";

/// A text that is being written.
pub(crate) struct Paper {
    text: String,
    width: Width,
}

impl Paper {
    pub(crate) fn new(width: Width) -> Paper {
        Paper {
            text: String::new(),
            width,
        }
    }

    pub(crate) fn width(&self) -> Width {
        self.width
    }

    /// What was written.
    pub(crate) fn text(self) -> String {
        self.text
    }

    /// A line that is laid out already, or stays as it is, however long.
    pub(crate) fn raw(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    pub(crate) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A paragraph below a mark, behind a label.
    pub(crate) fn line(&mut self, label: &str, text: &str) {
        let first = format!("{INDENT}{label}");
        let filled = self.width.hanging(&first, text);
        self.raw(&filled);
    }

    /// The same, to be typed: it is not broken.
    pub(crate) fn literal(&mut self, room: usize, line: &str) {
        self.raw(&format!("{INDENT}{:room$}{line}", ""));
    }

    /// A paragraph behind a mark.
    pub(crate) fn marked(&mut self, style: Style, mark: &str, text: &str) {
        let first = format!("{mark:4}  ");
        let filled = self.width.hanging(&first, text);
        self.raw(&filled.replacen(mark, &styled(style, mark), 1));
    }

    /// A paragraph of its own.
    pub(crate) fn aside(&mut self, style: Style, text: &str) {
        let filled = self.width.hanging("", text);
        self.raw(&styled(style, &filled));
    }
}
