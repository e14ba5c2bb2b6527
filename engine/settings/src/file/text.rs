//! From the text of a settings file to the settings, with the place of each mistake.

use serde::Deserialize;
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

/// The settings of a file, or all mistakes in it, those first that have to be told first.
pub(super) fn parse(text: &str) -> Result<RemoteFile, Vec<Mistake>> {
    of_table(&whole(text)?)
}

/// The table of a file, if it is TOML.
fn whole(text: &str) -> Result<Spanned<DeTable<'_>>, Vec<Mistake>> {
    let (table, broken) = DeTable::parse_recoverable(text);
    let Some(error) = broken.first() else {
        return Ok(table);
    };
    // First of all, since whoever is told of anything else would leave it in the file.
    Tree(table.get_ref()).no_password().map_err(|it| vec![it])?;
    let at = error.span().map_or(0, |span| span.start);
    let what = meant(text, at)
        .unwrap_or_else(|| format!("not TOML: {}", error.message().replace('\n', ", ")));
    Err(vec![Mistake { at, what }])
}

/// The settings of a table, or all mistakes in it. A key with a mistake is left out for the next look; what keys say
/// together is judged where none has a mistake.
fn of_table(table: &Spanned<DeTable<'_>>) -> Result<RemoteFile, Vec<Mistake>> {
    let mut table = table.clone();
    let mut mistakes = Vec::new();
    loop {
        let mistake = match keys(&table) {
            Ok(settings) if mistakes.is_empty() => {
                let obeyed = rules::obeyed_together(&settings, &Tree(table.get_ref()));
                return obeyed.map(|()| settings).map_err(|it| vec![it]);
            }
            Ok(_) => return Err(mistakes),
            Err(mistake) => mistake,
        };
        let wrong = Tree(table.get_ref()).key_at(mistake.at).map(str::to_owned);
        mistakes.push(mistake);
        let Some(wrong) = wrong else {
            return Err(mistakes);
        };
        let keys = std::mem::take(table.get_mut()).into_iter();
        *table.get_mut() = keys.filter(|(key, _)| *key.get_ref() != wrong).collect();
    }
}

/// The settings of the keys of a table, or its first mistake.
fn keys(table: &Spanned<DeTable<'_>>) -> Result<RemoteFile, Mistake> {
    let tree = Tree(table.get_ref());
    tree.no_password()?;
    tree.known_keys()?;
    // Values with a place cannot be read through one another, so the two kinds of keys are read one by one.
    let of_authority = |key: &str| authority_keys().iter().any(|known| known == key);
    let settings = RemoteFile {
        settings: part(&tree, table, |key| !of_authority(key))?,
        authority: part(&tree, table, of_authority)?,
    };
    rules::each_obeyed(&settings, &tree)?;
    Ok(settings)
}

/// The settings of one remote in a file of several.
#[derive(Debug)]
pub(super) struct Part {
    /// Its name.
    pub(super) name: String,
    /// The byte at which its table begins.
    pub(super) at: usize,
    /// The settings.
    pub(super) settings: RemoteFile,
    /// The same as the text of a settings file, without comments.
    pub(super) text: String,
}

/// The remotes of a file that has a table for each, or all mistakes in it.
pub(super) fn tables(text: &str) -> Result<Vec<Part>, Vec<Mistake>> {
    let whole = whole(text)?;
    let tree = Tree(whole.get_ref());
    tree.no_password().map_err(|it| vec![it])?;
    let (mut parts, mut mistakes) = (Vec::new(), Vec::new());
    for (key, value) in whole.get_ref() {
        let at = key.span().start;
        let DeValue::Table(table) = value.get_ref() else {
            mistakes.push(match is_plain(key.get_ref()) {
                true => Mistake::new(at, key.get_ref(), NO_TABLE),
                false => Mistake {
                    at,
                    what: NO_TABLE.into(),
                },
            });
            continue;
        };
        let table = Spanned::new(value.span(), table.clone());
        match of_table(&table) {
            Ok(settings) => parts.push(Part {
                name: key.get_ref().to_string(),
                at,
                settings,
                text: written(table),
            }),
            Err(wrong) => mistakes.extend(wrong),
        }
    }
    parts.sort_by_key(|part| part.at);
    mistakes.sort_by_key(|mistake| mistake.at);
    match mistakes.is_empty() {
        true => Ok(parts),
        false => Err(mistakes),
    }
}

/// What is said of a setting outside every table.
const NO_TABLE: &str =
    "a file with several remotes has a table for each, such as [acme], and its settings below";

/// The settings of a file as they stand in it, without comments.
pub(super) fn plain(text: &str) -> String {
    written(DeTable::parse_recoverable(text).0)
}

/// Whether the file is about one remote alone: a setting stands outside every table.
pub(super) fn is_of_one(text: &str) -> bool {
    let (table, _) = DeTable::parse_recoverable(text);
    let is_table = |value: &Spanned<DeValue<'_>>| matches!(value.get_ref(), DeValue::Table(_));
    let mut entries = table.get_ref().iter();
    entries.any(|(key, value)| takes::is_key(key.get_ref()) && !is_table(value))
}

fn written(table: Spanned<DeTable<'_>>) -> String {
    let table = toml::Table::deserialize(Deserializer::from(table));
    toml::to_string(&table.unwrap_or_default()).unwrap_or_default()
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
