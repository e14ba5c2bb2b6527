//! Values that are known to be somebody's, because of the field they stand in: found again wherever they are told of.

use std::collections::HashMap;

/// A value, and what stands for it.
#[derive(Clone, Debug)]
struct Value {
    lower: String,
    token: String,
    /// A value that is an ordinary word is meant only where such a value stands.
    in_place_only: bool,
}

/// All of them, by their first character, longest first.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<char, Vec<Value>>);

/// After these words a name or a path follows.
const BEFORE: &[&str] = &[
    "user",
    "username",
    "login",
    "account",
    "cwd",
    "xcwd",
    "mkd",
    "xmkd",
    "rmd",
    "xrmd",
    "dele",
    "rnfr",
    "rnto",
    "retr",
    "stor",
    "appe",
    "stou",
    "size",
    "mdtm",
    "mlst",
    "mlsd",
    "list",
    "nlst",
    "stat",
    "path",
    "directory",
    "folder",
    "file",
];

impl Known {
    /// Adds a value; the first token that it was given stays.
    pub(super) fn add(&mut self, value: &str, token: String, in_place_only: bool) {
        let lower = value.to_lowercase();
        let Some(first) = lower.chars().next() else {
            return;
        };
        let values = self.0.entry(first).or_default();
        if values.iter().any(|it| it.lower == lower) {
            return;
        }
        values.push(Value {
            lower,
            token,
            in_place_only,
        });
        values.sort_by_key(|it| std::cmp::Reverse(it.lower.len()));
    }

    /// The token of a value, as a whole.
    pub(super) fn token(&self, value: &str) -> Option<&str> {
        let lower = value.to_lowercase();
        let values = self.0.get(&lower.chars().next()?)?;
        let value = values.iter().find(|it| it.lower == lower)?;
        Some(&value.token)
    }

    /// The longest value that stands at this place of a text: how long it is there, and its token.
    pub(super) fn at(&self, text: &str, at: usize) -> Option<(usize, &str)> {
        let rest = &text[at..];
        let first = rest.chars().next()?.to_lowercase().next()?;
        let values = self.0.get(&first)?;
        values.iter().find_map(|value| {
            let length = matched(rest, &value.lower)?;
            let (before, after) = (&text[..at], &rest[length..]);
            let whole = !joins(before.chars().next_back(), rest.chars().next())
                && !joins(rest[..length].chars().next_back(), after.chars().next());
            let meant = !value.in_place_only || in_place(before, after);
            (whole && meant).then_some((length, value.token.as_str()))
        })
    }
}

/// How long the value is at the beginning of a text, whatever its case.
fn matched(text: &str, lower: &str) -> Option<usize> {
    let mut wanted = lower.chars().peekable();
    for (at, c) in text.char_indices() {
        if wanted.peek().is_none() {
            return Some(at);
        }
        for c in c.to_lowercase() {
            if wanted.next() != Some(c) {
                return None;
            }
        }
    }
    wanted.peek().is_none().then_some(text.len())
}

/// Whether two characters are of one word.
fn joins(one: Option<char>, other: Option<char>) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    is_word(one) && is_word(other)
}

fn in_place(before: &str, after: &str) -> bool {
    const MARKS: &str = "\"'`“‘=/\\<|";
    if before.is_empty() && after.is_empty() || before.ends_with(|c: char| MARKS.contains(c)) {
        return true;
    }
    let word = before
        .trim_end()
        .rsplit(|c: char| !c.is_alphanumeric())
        .next();
    word.is_some_and(|word| BEFORE.contains(&word.to_lowercase().as_str()))
}
