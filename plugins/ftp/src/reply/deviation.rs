use std::fmt;

/// A way in which a reply strays from RFC 959 section 4.2 and is still readable.
///
/// Strict clients stop at some of these; a diagnosis names them even where this crate reads on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deviation {
    /// A line ends in LF without CR (RFC 959 section 4.2 wants the Telnet end of line, CR LF).
    BareLineFeed,
    /// A CR without LF, inside the text or as the only line end (RFC 854: CR is followed by LF or
    /// NUL).
    BareCarriageReturn,
    /// The code stands alone, with neither space nor text.
    MissingText,
    /// Something other than a space or hyphen follows the code.
    MissingSpace,
    /// Blanks or control characters stand before the code.
    BlankBeforeCode,
    /// The last line of a multi-line reply has the code but no space after it.
    EndWithoutSpace,
    /// A multi-line reply fell silent after a line with this other code; the opening code is kept.
    /// Lines with other codes inside a multi-line reply are legal, so only the silence tells.
    EndWithOtherCode(u16),
    /// A multi-line reply fell silent, or the connection closed, before its last line.
    Unfinished,
    /// The last line has no line end.
    Unterminated,
    /// First digit not 1 to 5 or second digit not 0 to 5 (RFC 959 section 4.2).
    CodeOutOfRange,
    /// A code of two or four digits (RFC 959 section 4.2 wants three): only a greeting that speaks of FTP is read so.
    CodeOfOtherLength,
    /// Bytes that are not UTF-8 (RFC 2640 section 2.2); read in another encoding, or shown as U+FFFD.
    NotUtf8,
    /// Text that is read in this encoding, which is a guess (see [`encoding`](crate::encoding)).
    InEncoding(&'static str),
    /// NUL, escape or other control characters, or invisible direction marks; shown as U+FFFD.
    ControlCharacter,
    /// Telnet commands (RFC 854) between the text; left out.
    TelnetCommand,
    /// A line longer than [`LONG_LINE`](super::LONG_LINE) bytes.
    LongLine,
    /// More than [`MANY_LINES`](super::MANY_LINES) lines.
    ManyLines,
    /// Empty lines before the reply.
    EmptyLine,
    /// Lines of text that belong to no reply before this one.
    StrayLine,
}

impl Deviation {
    /// Adds the deviation unless it is noted already: one sentence per kind is enough.
    pub(super) fn note(self, list: &mut Vec<Deviation>) {
        if !list.contains(&self) {
            list.push(self);
        }
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Deviation::BareLineFeed => "line ends in LF without CR",
            Deviation::BareCarriageReturn => "CR without LF",
            Deviation::MissingText => "code without text",
            Deviation::MissingSpace => "no space after the code",
            Deviation::BlankBeforeCode => "blank before the code",
            Deviation::EndWithoutSpace => "no space after the code of the last line",
            Deviation::EndWithOtherCode(code) => {
                return write!(out, "last line has the other code {code:03}");
            }
            Deviation::Unfinished => "multi-line reply without its last line",
            Deviation::Unterminated => "no line end",
            Deviation::CodeOutOfRange => "code outside the range of RFC 959",
            Deviation::CodeOfOtherLength => "code does not have three digits",
            Deviation::NotUtf8 => "text is not UTF-8",
            Deviation::InEncoding(name) => return write!(out, "text seems to be in {name}"),
            Deviation::ControlCharacter => "control characters in the text",
            Deviation::TelnetCommand => "Telnet commands in the text",
            Deviation::LongLine => "overlong line",
            Deviation::ManyLines => "very many lines",
            Deviation::EmptyLine => "empty line before the reply",
            Deviation::StrayLine => "text outside any reply",
        })
    }
}
