//! The first four characters of a line: code and separator (RFC 959 section 4.2).

/// A line that begins with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head<'a> {
    pub(crate) code: u16,
    pub(crate) separator: Separator,
    /// What follows the separator.
    pub(crate) text: &'a str,
    /// Whether something blank stood before the code.
    pub(crate) indented: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Separator {
    Space,
    /// More lines follow.
    Hyphen,
    /// The line ends after the code.
    Nothing,
    /// The text begins at once.
    Missing,
}

impl Head<'_> {
    /// Reads the code of a line. `None` if it does not begin with exactly three digits, blanks
    /// aside. Replaced control characters count as blanks: servers that send the NUL after their C
    /// string put it before the next code.
    pub(crate) fn parse(line: &str) -> Option<Head<'_>> {
        let start = line.trim_start_matches([' ', '\t', char::REPLACEMENT_CHARACTER]);
        let digits = start
            .get(..3)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        let rest = &start[3..];
        let (separator, skipped) = match rest.chars().next() {
            None => (Separator::Nothing, 0),
            Some(' ') => (Separator::Space, 1),
            Some('-') => (Separator::Hyphen, 1),
            Some('\t') => (Separator::Missing, 1),
            Some(digit) if digit.is_ascii_digit() => return None,
            Some(_) => (Separator::Missing, 0),
        };
        Some(Head {
            code: digits.parse().ok()?,
            separator,
            text: &rest[skipped..],
            indented: start.len() < line.len(),
        })
    }

    /// Whether a line that begins like this may still turn out to begin with a code. What is blank
    /// to anybody is passed over: a line of nothing else is an empty one.
    pub(crate) fn may_follow(begun: &str) -> bool {
        let blank = |c: char| c.is_whitespace() || c == char::REPLACEMENT_CHARACTER;
        let start = begun.trim_start_matches(blank).chars().take(4);
        // After three digits no further one.
        start
            .enumerate()
            .all(|(index, c)| c.is_ascii_digit() == (index < 3))
    }

    /// The text behind a code of two or four digits, where a line begins with one: `20 ` or `2200-`.
    pub(crate) fn of_odd_length(line: &str) -> Option<&str> {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let text = line[digits..].strip_prefix([' ', '-'])?;
        matches!(digits, 2 | 4).then_some(text)
    }

    /// Whether both leading digits are in the ranges of RFC 959 section 4.2.
    pub(crate) fn in_range(&self) -> bool {
        (1..=5).contains(&(self.code / 100)) && self.code / 10 % 10 <= 5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        use Separator::{Hyphen, Missing, Nothing, Space};
        let table = [
            ("220 hi", Some((220, Space, "hi", false))),
            ("220-hi", Some((220, Hyphen, "hi", false))),
            ("220", Some((220, Nothing, "", false))),
            ("220 ", Some((220, Space, "", false))),
            ("220hi", Some((220, Missing, "hi", false))),
            ("220\thi", Some((220, Missing, "hi", false))),
            ("220ü", Some((220, Missing, "ü", false))),
            (" 220 hi", Some((220, Space, "hi", true))),
            ("\u{FFFD}220 hi", Some((220, Space, "hi", true))),
            ("099 hi", Some((99, Space, "hi", false))),
            ("2200 hi", None),
            ("22 hi", None),
            ("22ü", None),
            ("ü20 hi", None),
            ("", None),
            ("SSH-2.0", None),
        ];
        for (line, expected) in table {
            let found =
                Head::parse(line).map(|head| (head.code, head.separator, head.text, head.indented));
            assert_eq!(found, expected, "{line:?}");
        }
    }

    #[test]
    fn heads_begun() {
        let table = [
            ("", true),
            (" \t\u{a0}\u{3000}\u{FFFD}", true),
            ("2", true),
            (" 22", true),
            ("\u{FFFD}220", true),
            ("220ü and more", true),
            ("2200", false),
            ("2ü", false),
            (" hi", false),
        ];
        for (begun, expected) in table {
            assert_eq!(Head::may_follow(begun), expected, "{begun:?}");
        }
    }

    #[test]
    fn ranges() {
        let table = [
            ("120", true),
            ("559", true),
            ("260", false),
            ("600", false),
            ("099", false),
            ("000", false),
            ("999", false),
        ];
        for (line, expected) in table {
            assert_eq!(
                Head::parse(line).map(|head| head.in_range()),
                Some(expected),
                "{line}"
            );
        }
    }
}
