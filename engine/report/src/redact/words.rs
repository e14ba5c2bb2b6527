//! Words that anybody says. A user who is called like one of them is not replaced wherever the word stands. A word that is
//! missing here is replaced once too often, which tells nobody anything.

use std::collections::HashSet;
use std::sync::LazyLock;

use model::address::Address;
use model::remote::Remote;

/// Commands, algorithms, products, and what greetings, replies and reports are made of.
static LIST: &str = include_str!("ordinary_words.txt");

static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| LIST.split_whitespace().collect());

/// Whether a word is one that anybody says.
pub(super) fn is_ordinary(word: &str) -> bool {
    let word = word.to_lowercase();
    let word = word.as_str();
    if WORDS.contains(word) {
        return true;
    }
    let endings = ["s", "es", "ed", "d", "ing", "ly"];
    endings.iter().any(|ending| {
        let stem = word.strip_suffix(ending).filter(|stem| stem.len() > 2);
        stem.is_some_and(|stem| WORDS.contains(stem))
    })
}

/// Words that stand in a report whatever its secrets are: those of this program, and those of the settings.
#[derive(Debug, Default)]
pub struct Ours {
    settings: HashSet<String>,
}

impl Ours {
    pub fn of(remote: &Remote<Address>) -> Ours {
        let texts = [
            Some(&remote.host),
            remote.user.as_ref(),
            remote.remote_path.as_ref(),
        ];
        let mut settings = HashSet::new();
        for text in texts.into_iter().flatten().map(|text| text.to_lowercase()) {
            settings.extend(parts(&text).map(str::to_owned));
            settings.insert(text);
        }
        Ours { settings }
    }

    /// Whether a word is one of them, or joined of them by dots and hyphens.
    pub fn has(&self, word: &str) -> bool {
        /// Ports and years are no secrets.
        const DIGITS: usize = 5;
        let word = word.to_lowercase();
        let is_number =
            |part: &str| part.len() <= DIGITS && part.bytes().all(|byte| byte.is_ascii_digit());
        self.settings.contains(&word)
            || parts(&word)
                .all(|part| is_ordinary(part) || is_number(part) || self.settings.contains(part))
    }
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(|c: char| !c.is_alphanumeric());
    parts.filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_anybody_says_is_told_from_names() {
        for word in ["server", "connections", "ProFTPD", "SHA384", "EPSV"] {
            assert!(is_ordinary(word), "{word}");
        }
        for name in ["initech", "FILESRV01", "Globex", "joe", "müller"] {
            assert!(!is_ordinary(name), "{name}");
        }
    }
}
