//! What the words in braces of a page stand for in a case, and in which place each may stand.
//!
//! Pages are in our voice, so what somebody else said is in quotation marks there. What is to be typed is obeyed by a machine:
//! nothing of what was seen gets there, and of what is known only what has the shape of a name, an address or a number.

use std::collections::BTreeMap;

/// Values by name.
#[derive(Clone, Debug, Default)]
pub struct Values {
    known: BTreeMap<String, String>,
    seen: BTreeMap<String, Vec<String>>,
}

/// Where in a page a value is to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a sentence.
    Sentence,
    /// Alone between two backticks.
    Word,
    /// Among other words between two backticks: a command to look at something with.
    Words,
    /// In a block that is to be typed.
    Typed,
}

impl Values {
    /// Adds what is known of the settings and of our own side; an empty value is not known.
    pub fn know(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.known.insert(name.into(), value);
        }
    }

    /// Adds what was seen: a server's, a certificate's or a probe's words. Before what is known, it is what is meant; several
    /// of one name stand one after the other.
    pub fn see(&mut self, name: &str, value: &str) {
        let values = self.seen.entry(name.into()).or_default();
        values.push(value.into());
    }

    /// Whether there is such a value for a sentence, or for what is to be typed.
    pub(super) fn has(&self, name: &str, typed: bool) -> bool {
        self.known.contains_key(name) || !typed && self.seen.contains_key(name)
    }

    /// The value as it may stand there; none where it is not known or may not.
    pub(super) fn get(&self, name: &str, place: Place) -> Option<String> {
        let known = self.known.get(name);
        if place == Place::Typed {
            return known.filter(|value| is_plain(value)).cloned();
        }
        let one = [known];
        let all: Vec<&String> = match self.seen.get(name) {
            Some(seen) => seen.iter().collect(),
            None => one.into_iter().flatten().collect(),
        };
        match (place, all.as_slice()) {
            (_, []) => None,
            (Place::Word, [value]) => Some((*value).clone()).filter(|value| is_word(value)),
            (Place::Words, [value]) => Some((*value).clone()).filter(|value| is_plain(value)),
            (Place::Word | Place::Words, _) => None,
            (Place::Sentence | Place::Typed, all) => {
                let all: Vec<String> = all.iter().map(ftp::named).collect();
                Some(all.join("; "))
            }
        }
    }
}

/// What a machine takes for one word, or for a set of them: blanks stand only where a set has them.
fn is_plain(value: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._:@/-".contains(c);
    let is_word =
        |word: &str| !word.is_empty() && word.chars().all(plain) && !word.starts_with('-');
    let set = value
        .strip_prefix("{ ")
        .and_then(|rest| rest.strip_suffix(" }"));
    set.unwrap_or(value).split(", ").all(is_word)
}

/// What a reader takes for a path or a name between backticks.
fn is_word(value: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || " ._:@/,+~=()-".contains(c);
    !value.is_empty() && value.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_end_a_word_of_a_command_is_no_value() {
        for value in [
            "a;b",
            "a`b`",
            "$(a)",
            "a'b",
            "-rf",
            "a\nb",
            "",
            "a b",
            "a -rf",
            "a, -rf",
            "{ a",
            "{ a b }",
            "a\u{2028}b",
            "ä",
        ] {
            assert!(!is_plain(value), "{value:?}");
        }
        for value in [
            "ftp.example.com",
            "{ 192.0.2.1, 192.0.2.2 }",
            "50000-50100",
            "2001:db8::1",
            "a, b",
        ] {
            assert!(is_plain(value), "{value:?}");
        }
    }

    #[test]
    fn what_was_seen_is_quoted_and_never_typed() {
        let mut values = Values::default();
        values.know("host", Some("ftp.example.com".into()));
        values.know("user", Some("a b".into()));
        values.see("reply", "550 no\nHEALTHY");
        values.see("name", "a.example");
        values.see("address", "192.0.2.1");
        values.see("address", "a b");
        let get = |name, place| values.get(name, place);
        assert_eq!(get("reply", Place::Sentence).unwrap(), "“550 no / HEALTHY”");
        assert_eq!(get("reply", Place::Word), None);
        assert_eq!(get("address", Place::Sentence).unwrap(), "192.0.2.1; “a b”");
        assert_eq!(get("address", Place::Typed), None);
        assert_eq!(get("name", Place::Words).unwrap(), "a.example");
        assert_eq!(get("name", Place::Typed), None);
        assert_eq!(get("user", Place::Typed), None);
        assert_eq!(get("user", Place::Word).unwrap(), "a b");
        assert_eq!(get("host", Place::Typed).unwrap(), "ftp.example.com");
        assert_eq!(get("nobody", Place::Sentence), None);
    }
}
