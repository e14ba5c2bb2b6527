//! Words that give nobody away: those that this program uses itself, and those that servers usually say.

use std::collections::HashSet;
use std::sync::LazyLock;

use model::address::Address;
use model::remote::Remote;

/// Gathered when the program is built.
static OWN: &str = include_str!(concat!(env!("OUT_DIR"), "/words.txt"));
static NAMES: &str = include_str!(concat!(env!("OUT_DIR"), "/names.txt"));
/// Written by hand: commands, algorithms, products, and what greetings and replies are made of.
static SERVERS: &str = include_str!("server_words.txt");

static WORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| OWN.lines().chain(SERVERS.split_whitespace()).collect());
static DOTTED: LazyLock<HashSet<&str>> = LazyLock::new(|| NAMES.lines().collect());

/// Whether a name with dots or slashes stands in our own texts: a code, a file of a product, a directive.
pub(super) fn is_own_name(name: &str) -> bool {
    DOTTED.contains(name.to_lowercase().as_str())
}

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

/// Whether a word may stay where nothing may that could be a name: also a number, a letter, a number with its unit and a
/// part of a version.
pub(super) fn is_harmless(word: &str) -> bool {
    let letters = word.chars().filter(|c| !c.is_ascii_digit()).count();
    if letters == 0 || word.chars().count() == 1 {
        return true;
    }
    let with_unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_unit = with_unit.len() < word.len() && letters <= 3 && with_unit.is_ascii();
    let version = word.strip_prefix(['v', 'V', 'r', 'R']).unwrap_or(word);
    let is_version = version.chars().all(|c| c.is_ascii_digit());
    is_unit || is_version || is_ordinary(word)
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
        for word in [
            "server",
            "connections",
            "ProFTPD",
            "28ms",
            "64KiB",
            "v3",
            "9p1",
            "SHA384",
            "EPSV",
        ] {
            assert!(is_harmless(word), "{word}");
        }
        for name in [
            "initech",
            "FILESRV01",
            "server01",
            "Globex",
            "joe",
            "demo",
            "müller",
        ] {
            assert!(!is_harmless(name), "{name}");
        }
        assert!(is_own_name("cert.expired") && is_own_name("fullchain.pem"));
        assert!(!is_own_name("ftp.example.com") && !is_own_name("/users/joe"));
    }
}
