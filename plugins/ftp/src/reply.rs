//! Replies of a server: a three-digit code and one or more lines of text (RFC 959 section 4.2).

mod deviation;
mod error;
mod head;
mod line;
mod notes;
mod reader;
pub(crate) mod telnet;
pub(crate) mod text;

use std::fmt;

pub use deviation::Deviation;
pub use error::ReplyError;
pub(crate) use head::Head;
pub use reader::{
    LONG_LINE, MANY_LINES, MAX_BUFFERED, MAX_LINE, MAX_LINES, NOT_FTP_BYTES, ReplyReader,
};

/// One complete reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The three digits, 0 to 999. Of a multi-line reply those of the first line.
    pub code: u16,
    /// The text of each line, in order: without the code, without the line end, free of control
    /// characters. Never empty. Inner lines of a multi-line reply keep their indentation, which
    /// FEAT gives a meaning (RFC 2389 section 3.2).
    pub lines: Vec<String>,
    /// Where the reply strays from the standard, each kind once, in the order met.
    pub deviations: Vec<Deviation>,
}

/// What the first digit of a code says (RFC 959 section 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// 1yz: begun, another reply follows.
    Preliminary,
    /// 2yz: done.
    Completion,
    /// 3yz: accepted so far, send the next command of the sequence.
    Intermediate,
    /// 4yz: refused now, the same command may succeed later.
    TransientNegative,
    /// 5yz: refused, and will be again unless something changes.
    PermanentNegative,
    /// Any other digit, which RFC 959 does not define. The 6yz of RFC 2228 section 5 (protected
    /// replies) belong here: they cannot occur under TLS.
    Unknown,
}

impl Reply {
    /// A well-formed reply of one line, for tests and for transcripts that are already split.
    pub fn single(code: u16, text: impl Into<String>) -> Reply {
        Reply {
            code,
            lines: vec![text.into()],
            deviations: Vec::new(),
        }
    }

    /// The first reply in bytes that nothing follows: the end of its last line may be missing.
    pub fn first_of(bytes: &[u8]) -> Option<Reply> {
        let mut reader = ReplyReader::new();
        reader.push(bytes);
        let whole = reader.next().ok().flatten();
        whole.or_else(|| reader.finish().ok().flatten())
    }

    /// The meaning of the first digit; a client acts on it when it does not know the code (RFC 959
    /// section 4.2).
    pub fn class(&self) -> Class {
        match self.code / 100 {
            1 => Class::Preliminary,
            2 => Class::Completion,
            3 => Class::Intermediate,
            4 => Class::TransientNegative,
            5 => Class::PermanentNegative,
            _ => Class::Unknown,
        }
    }

    /// Whether the command is done and succeeded: 2yz (RFC 959 section 4.2).
    pub fn is_positive(&self) -> bool {
        self.class() == Class::Completion
    }

    /// Whether the command was refused, for now or for good: 4yz or 5yz (RFC 959 section 4.2).
    pub fn is_negative(&self) -> bool {
        matches!(
            self.class(),
            Class::TransientNegative | Class::PermanentNegative
        )
    }

    /// All lines joined by line feeds, without the codes.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// The text of the first line, without the code; empty if the server sent only a code.
    pub fn first_line(&self) -> &str {
        self.lines.first().map_or("", String::as_str)
    }
}

/// Code and text on one line, inner line ends shown as ` / `: the form for reports.
impl fmt::Display for Reply {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:03}", self.code)?;
        let lines = self
            .lines
            .iter()
            .map(|line| line.trim())
            .filter(|line| !line.is_empty());
        for (index, line) in lines.enumerate() {
            write!(out, "{}{line}", if index == 0 { " " } else { " / " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_is_the_first_digit() {
        let table = [
            (120, Class::Preliminary),
            (220, Class::Completion),
            (331, Class::Intermediate),
            (421, Class::TransientNegative),
            (553, Class::PermanentNegative),
            (631, Class::Unknown), // RFC 2228: integrity protected
            (99, Class::Unknown),
            (999, Class::Unknown),
        ];
        for (code, class) in table {
            let reply = Reply::single(code, "");
            assert_eq!(reply.class(), class, "{code}");
            assert_eq!(reply.is_positive(), class == Class::Completion, "{code}");
        }
    }

    #[test]
    fn display_fits_on_one_line() {
        let mut reply = Reply::single(211, "Features:");
        assert_eq!(reply.to_string(), "211 Features:");
        reply
            .lines
            .extend([" MDTM".to_owned(), String::new(), "End".to_owned()]);
        assert_eq!(reply.to_string(), "211 Features: / MDTM / End");
        assert_eq!(reply.text(), "Features:\n MDTM\n\nEnd");
        assert_eq!(Reply::single(5, "").to_string(), "005");
    }
}
