//! From the text of a settings file to the settings, with the place of each mistake.

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use super::RemoteFile;
use super::rules;
use super::takes::{self, authority_keys, takes};

/// What is wrong, and where in the text.
#[derive(Debug)]
pub(super) struct Mistake {
    /// The byte at which it begins.
    pub(super) at: usize,
    /// The key, and what is wrong with it. Never a value.
    pub(super) what: String,
}

impl Mistake {
    pub(super) fn new(at: usize, key: &str, problem: &str) -> Mistake {
        Mistake {
            at,
            what: format!("{key}: {problem}"),
        }
    }
}

pub(super) fn parse(text: &str) -> Result<RemoteFile, Mistake> {
    let (table, broken) = DeTable::parse_recoverable(text);
    let tree = Tree(table.get_ref());
    // First of all, since whoever is told of anything else would leave it in the file.
    tree.no_password()?;
    if let Some(error) = broken.first() {
        let at = error.span().map_or(0, |span| span.start);
        let what = meant(text, at)
            .unwrap_or_else(|| format!("not TOML: {}", error.message().replace('\n', ", ")));
        return Err(Mistake { at, what });
    }
    tree.known_keys()?;
    // Values with a place cannot be read through one another, so the two kinds of keys are read one by one.
    let of_authority = |key: &str| authority_keys().iter().any(|known| known == key);
    let settings = RemoteFile {
        settings: part(&tree, &table, |key| !of_authority(key))?,
        authority: part(&tree, &table, of_authority)?,
    };
    rules::obeyed(&settings, &tree)?;
    Ok(settings)
}

/// What somebody wrote in place of TOML, and what to write; nothing where that cannot be told. Values are not repeated.
fn meant(text: &str, at: usize) -> Option<String> {
    if text.trim_start().starts_with('{') {
        return Some(
            "this is JSON, but a settings file is TOML: one setting per line, such as host = \"ftp.example.com\"".into(),
        );
    }
    let begin = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(begin..)?.lines().next()?;
    let (key, value, is_toml) = match (line.split_once('='), line.split_once(':')) {
        (Some((key, value)), _) if is_key(key) => (key.trim(), value.trim(), true),
        (_, Some((key, value))) if is_key(key) => (key.trim(), value.trim(), false),
        (_, _) => return None,
    };
    let is_bare = value.starts_with(|c: char| c.is_alphabetic());
    match (is_toml, is_bare) {
        (true, true) => Some(format!(
            "{key}: put text in quotes, as in {key} = \"…\" (TOML)"
        )),
        (true, false) => None,
        (false, _) => Some(format!(
            "{key}: this looks like YAML, but a settings file is TOML: write {key} = … with an equals sign, and \
            put text in quotes"
        )),
    }
}

fn is_key(text: &str) -> bool {
    let key = text.trim();
    !key.is_empty() && is_plain(key)
}

/// What the keys of one kind say.
fn part<T: DeserializeOwned>(
    tree: &Tree<'_>,
    table: &Spanned<DeTable<'_>>,
    is: impl Fn(&str) -> bool,
) -> Result<T, Mistake> {
    let mut table = table.clone();
    let keys = std::mem::take(table.get_mut()).into_iter();
    *table.get_mut() = keys.filter(|(key, _)| is(key.get_ref())).collect();
    T::deserialize(Deserializer::from(table)).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        match tree.key_at(at) {
            Some(key) => Mistake::new(at, key, &format!("takes {}", takes(key))),
            None => Mistake {
                at,
                what: "not the settings of a remote".into(),
            },
        }
    })
}

/// The keys with their places.
pub(super) struct Tree<'a>(&'a DeTable<'a>);

impl Tree<'_> {
    fn no_password(&self) -> Result<(), Mistake> {
        const SECRETS: [&str; 7] = [
            "password",
            "pass",
            "passwd",
            "pwd",
            "passphrase",
            "passwort",
            "secret",
        ];
        let secret = |key: &str| SECRETS.contains(&key.to_ascii_lowercase().as_str());
        match self.first(secret) {
            Some((at, key)) => Err(Mistake::new(
                at,
                key,
                "a secret in this file could be read by others: write password-file = \"FILE\", \
                 password-env = \"NAME\" or password-stdin = true instead",
            )),
            None => Ok(()),
        }
    }

    fn known_keys(&self) -> Result<(), Mistake> {
        match self.first(|key| !takes::is_key(key)) {
            // A long "key" may be anything that lacks its quotes.
            Some((at, key)) if !is_plain(key) => Err(Mistake {
                at,
                what: "this key is not a setting of a remote".into(),
            }),
            Some((at, key)) => Err(Mistake::new(at, key, &takes::not_known(key))),
            None => Ok(()),
        }
    }

    /// The first key of this kind, and where it begins.
    fn first(&self, is: impl Fn(&str) -> bool) -> Option<(usize, &str)> {
        let keys = self.0.keys().filter(|key| is(key.get_ref()));
        keys.map(|key| (key.span().start, key.get_ref().as_ref()))
            .min()
    }

    /// The key whose value this byte is in: the last that begins before it.
    fn key_at(&self, at: usize) -> Option<&str> {
        let before = self.0.keys().filter(|key| key.span().start <= at);
        before
            .max_by_key(|key| key.span().start)
            .map(|key| key.get_ref().as_ref())
    }

    /// Where the value of a key begins.
    pub(super) fn at(&self, key: &str) -> usize {
        self.value(key).map_or(0, |value| value.span().start)
    }

    /// Where an item of a list begins.
    pub(super) fn at_item(&self, key: &str, index: usize) -> usize {
        let list = self.value(key).and_then(|value| value.get_ref().as_array());
        list.and_then(|list| list.get(index))
            .map_or(0, |item| item.span().start)
    }

    /// Where a key inside a table begins.
    pub(super) fn at_inner(&self, key: &str, inner: &str) -> usize {
        let table = self.value(key).and_then(|value| value.get_ref().as_table());
        let keys = table.into_iter().flat_map(|table| table.keys());
        keys.filter(|key| key.get_ref() == inner)
            .map(|key| key.span().start)
            .next()
            .unwrap_or_default()
    }

    fn value(&self, key: &str) -> Option<&Spanned<DeValue<'_>>> {
        let mut entries = self.0.iter();
        entries
            .find(|(name, _)| name.get_ref() == key)
            .map(|(_, value)| value)
    }
}

/// Whether it may be shown: a word that somebody took for a key.
fn is_plain(key: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    key.len() <= 40 && key.chars().all(is_word)
}
