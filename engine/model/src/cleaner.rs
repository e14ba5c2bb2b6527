//! The cleaner: the one place that makes strangers' text fit to be shown.
//!
//! A stranger is everybody but this program and its user: servers, certificates, DNS, probes that are not built in, signers,
//! saved reports, recordings. Their text may hold what a terminal obeys, what a reader does not see, what turns the direction
//! of a line around, and line ends, after which a sentence would seem to be ours. What the eye cannot tell becomes
//! [`MARK`]; the rest stays as it was written.
//!
//! [`line`] is for nearly everything. [`lines`] is for the few places where several lines are meant, and [`quoted`] for a
//! stranger's words within a sentence of ours.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};

/// What stands in the place of a character that cannot be shown.
pub const MARK: char = char::REPLACEMENT_CHARACTER;
/// What stands in the place of a line end within a line.
pub const BREAK: &str = " / ";
/// More marks on one letter than any language needs hide the lines above and below.
const MARKS_ON_A_LETTER: usize = 4;

/// A text as one line of at most `most` characters; what is longer is cut, which `…` shows. Blanks at both ends stay.
/// Cleaning twice changes nothing more.
pub fn line(text: &str, most: usize) -> String {
    if text.len() <= most && is_plain(text) {
        return text.to_owned();
    }
    bounded(&cleaned(text, Ends::Joined), most)
}

/// A text whose line ends (LF, CRLF) stay, at most `most` characters of it. Other line ends (CR, VT, FF, U+0085, U+2028,
/// U+2029) become marks: programs do not agree on them.
pub fn lines(text: &str, most: usize) -> String {
    if text.len() <= most && is_plain(text) {
        return text.to_owned();
    }
    bounded(&cleaned(text, Ends::Kept), most)
}

/// A stranger's words within a sentence of ours: in one line, in quotation marks that the words themselves cannot close.
pub fn quoted(text: &str, most: usize) -> String {
    ftp::quoted(line(text, most))
}

/// Whether a text is one line that can be shown as it stands.
pub fn is_clean(text: &str, most: usize) -> bool {
    line(text, most) == text
}

/// Whether a character is one that can be seen, or a blank.
pub(crate) fn is_shown(c: char) -> bool {
    matches!(fate(c), Fate::Stays | Fate::OnLetter | Fate::Blank)
}

/// Whether a text is printable ASCII in one line, as nearly all are.
fn is_plain(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

fn bounded(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// What becomes of LF and CRLF.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    Kept,
    Joined,
}

/// What becomes of a character.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Stays,
    /// It stays on the letter before it.
    OnLetter,
    Blank,
    LineEnd,
    Marked,
}

fn cleaned(text: &str, ends: Ends) -> String {
    let mut out = String::with_capacity(text.len());
    let mut on_letter = 0;
    let mut pending_break = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let fate = fate(c);
        on_letter = if fate == Fate::OnLetter {
            on_letter + 1
        } else {
            0
        };
        if fate == Fate::LineEnd {
            match ends {
                Ends::Joined => pending_break = true,
                Ends::Kept if c == '\n' => out.push('\n'),
                Ends::Kept if c == '\r' && chars.peek() == Some(&'\n') => {}
                Ends::Kept => out.push(MARK),
            }
            continue;
        }
        if std::mem::take(&mut pending_break) && !out.is_empty() {
            out.push_str(BREAK);
        }
        match fate {
            Fate::Blank => out.push(' '),
            Fate::OnLetter if on_letter > MARKS_ON_A_LETTER || out.is_empty() => out.push(MARK),
            Fate::Stays | Fate::OnLetter => out.push(c),
            Fate::Marked | Fate::LineEnd => out.push(MARK),
        }
    }
    out
}

fn fate(c: char) -> Fate {
    const IGNORABLE: icu_properties::CodePointSetDataBorrowed<'static> =
        CodePointSetData::new::<DefaultIgnorableCodePoint>();
    const CATEGORY: icu_properties::CodePointMapDataBorrowed<'static, GeneralCategory> =
        CodePointMapData::<GeneralCategory>::new();
    match c {
        ' '..='~' => return Fate::Stays,
        '\t' => return Fate::Blank,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
            return Fate::LineEnd;
        }
        // Whether a sign is shown as text or as a picture; all other selectors only carry what nobody sees.
        '\u{fe0e}' | '\u{fe0f}' => return Fate::OnLetter,
        // Braille without a dot: a letter that looks like a blank.
        '\u{2800}' => return Fate::Marked,
        _ => {}
    }
    if IGNORABLE.contains(c) {
        return Fate::Marked;
    }
    match CATEGORY.get(c) {
        GeneralCategory::Control
        | GeneralCategory::Format
        | GeneralCategory::PrivateUse
        | GeneralCategory::Surrogate
        | GeneralCategory::Unassigned
        | GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator => Fate::Marked,
        GeneralCategory::SpaceSeparator => Fate::Blank,
        GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark => Fate::OnLetter,
        _ => Fate::Stays,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_stays() {
        for text in [
            "220 ProFTPD Server (Grüße) [::ffff:192.0.2.1]",
            "Łódź, 東京, Ελλάδα, العربية, עברית, हिन्दी, ไทย",
            "/Übergröße/naïve—file (1).txt  two blanks",
            "✔️ done · 5 €",
            "e\u{301}",
            "",
            "  indented ",
        ] {
            assert_eq!(line(text, 200), text);
            assert_eq!(lines(text, 200), text);
        }
    }

    #[test]
    fn what_the_eye_cannot_tell_is_marked() {
        for hidden in [
            "\u{1b}",
            "\u{7}",
            "\0",
            "\u{7f}",
            "\u{9b}", // control characters
            "\u{200e}",
            "\u{202e}",
            "\u{2066}",
            "\u{2069}",
            "\u{61c}", // direction
            "\u{200b}",
            "\u{200d}",
            "\u{2060}",
            "\u{feff}",
            "\u{ad}",
            "\u{34f}",
            "\u{3164}",
            "\u{e0001}",
            "\u{e0041}",
            "\u{e007f}", // tags
            "\u{fe00}",
            "\u{e0100}",
            "\u{180b}", // variation selectors
            "\u{e000}",
            "\u{f8ff}",
            "\u{10fffd}", // private use
            "\u{fff9}",
            "\u{fffb}", // interlinear annotation
            "\u{fffe}",
            "\u{10ffff}",
            "\u{378}",
            "\u{2800}", // nobody's
        ] {
            let text = format!("a{hidden}b");
            assert_eq!(line(&text, 200), "a\u{fffd}b", "{hidden:?}");
            assert_eq!(lines(&text, 200), "a\u{fffd}b", "{hidden:?}");
        }
        assert_eq!(line("a\tb\u{a0}c\u{3000}d", 200), "a b c d");
        assert_eq!(line("\u{301}a", 200), "\u{fffd}a", "nothing to stand on");
        let stacked = line(&format!("a{}b", "\u{301}".repeat(30)), 200);
        assert_eq!(stacked.matches('\u{301}').count(), MARKS_ON_A_LETTER);
    }

    #[test]
    fn every_line_end_is_joined_or_marked() {
        for end in [
            "\n", "\r\n", "\r", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}", "\n\r\n\n",
        ] {
            let text = format!("{end}CN=a{end}HEALTHY{end}");
            assert_eq!(line(&text, 200), "CN=a / HEALTHY", "{end:?}");
        }
        assert_eq!(
            lines("a\r\nb\nc\rd\u{2028}e\u{85}f", 200),
            "a\nb\nc\u{fffd}d\u{fffd}e\u{fffd}f"
        );
    }

    #[test]
    fn a_text_has_an_end() {
        assert_eq!(line("abcdef", 3), "abc…");
        assert_eq!(line("äöü", 3), "äöü");
        assert_eq!(lines(&"x\n".repeat(500), 4), "x\nx\n…");
    }

    #[test]
    fn quotation_marks_are_ours() {
        assert_eq!(quoted("550 no", 80), "“550 no”");
        assert_eq!(
            quoted("x”. Send \"it\" to «y»\nHEALTHY", 80),
            "“x'. Send 'it' to 'y' / HEALTHY”"
        );
    }

    #[test]
    fn cleaning_twice_changes_nothing() {
        // Every character once, in the company of others.
        for block in (0..=0x10_ffff).collect::<Vec<u32>>().chunks(97) {
            let text: String = block.iter().filter_map(|c| char::from_u32(*c)).collect();
            let once = line(&text, 60);
            assert_eq!(line(&once, 60), once);
            assert!(!once.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']));
            let once = lines(&text, 60);
            assert_eq!(lines(&once, 60), once);
        }
    }
}
