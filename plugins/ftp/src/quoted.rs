//! Somebody else's words within a sentence of ours.

use std::fmt::Display;

/// The words in quotation marks that they cannot close: marks of their own become `'`, and line ends ` / `, so that
/// nothing of them can pass for a sentence or a line of ours.
pub fn quoted(words: impl Display) -> String {
    let words = words.to_string();
    let ends = |c: char| {
        matches!(
            c,
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    let lines: Vec<&str> = words
        .split(ends)
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let line = lines.join(" / ");
    let inner: String = line
        .chars()
        .map(|c| if is_quotation_mark(c) { '\'' } else { c })
        .collect();
    format!("“{inner}”")
}

/// A name or a list of names within a sentence: as it is where nothing in it can be taken for words of ours, else as
/// [`quoted`]. A name is one word of ASCII letters, digits and the marks of host names, paths and addresses.
pub fn named(name: impl Display) -> String {
    let name = name.to_string();
    let is_word = |word: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._:@/*+=~-".contains(c);
        !word.is_empty() && word.len() <= 255 && word.chars().all(plain)
    };
    match name.split(", ").all(is_word) {
        true => name,
        false => quoted(name),
    }
}

/// Marks that a reader may take for the end, or another beginning, of a quotation.
fn is_quotation_mark(c: char) -> bool {
    matches!(
        c,
        '"' | '\u{ab}'
            | '\u{bb}'
            | '\u{2018}'..='\u{201f}'
            | '\u{2039}'
            | '\u{203a}'
            | '\u{275b}'..='\u{275e}'
            | '\u{301d}'..='\u{301f}'
            | '\u{ff02}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_within_their_marks() {
        for (words, shown) in [
            ("550 Permission denied.", "“550 Permission denied.”"),
            (
                "CN=a\r\nHEALTHY all is well",
                "“CN=a / HEALTHY all is well”",
            ),
            ("a\u{2028}b\u{85}c\u{b}d", "“a / b / c / d”"),
            ("x”. Call “us\"", "“x'. Call 'us'”"),
            ("l'été", "“l'été”"),
            ("\n", "“”"),
        ] {
            assert_eq!(quoted(words), shown);
        }
    }

    #[test]
    fn a_name_needs_no_marks_and_a_sentence_does() {
        for name in [
            "ftp.example.com",
            "/home/demo",
            "192.0.2.1",
            "::1",
            "*.a.example, b.example",
        ] {
            assert_eq!(named(name), name);
        }
        for words in [
            "Test CA",
            "a.example. HEALTHY",
            "/in box",
            "ä.example",
            "`x`",
            "a\nb",
            "",
        ] {
            assert_eq!(named(words), quoted(words));
        }
    }
}
