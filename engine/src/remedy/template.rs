//! Texts with words in braces: what a case puts in their place, and what is left out.
//!
//! `{name}` is the value of that name; `{name|50000}` has an example for where it is not known. A part between `[[` and
//! `]]` is left out where one of its values is not known. `[[?name|part]]` stays only where `name` is known,
//! `[[!name|part]]` only where it is not.

use std::collections::BTreeMap;

/// What a case puts in the place of words in braces.
pub type Values = BTreeMap<String, String>;

/// A text with its values.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) text: String,
    /// The examples that stand where a value is not known, each once.
    pub(super) examples: Vec<String>,
    /// Whether each word without an example has a value.
    complete: bool,
}

/// Puts the values in the place of `{name}`; what is not known stays a word to be replaced by hand.
pub(super) fn fill(text: &str, values: &Values) -> Filled {
    let mut filled = Filled {
        complete: true,
        ..Filled::default()
    };
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[[") {
        filled.add(part(before, values));
        let (optional, after) = after.split_once("]]").unwrap_or((after, ""));
        match condition(optional) {
            Some((wanted, name, optional)) if values.contains_key(name) == wanted => {
                filled.add(part(optional, values));
            }
            Some(_) => {}
            None => {
                let optional = part(optional, values);
                if optional.complete {
                    filled.add(optional);
                }
            }
        }
        rest = after;
    }
    filled.add(part(rest, values));
    filled
}

/// The text for whoever reads a page without a case: all parts of it, with the examples.
pub fn in_general(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[[") {
        out.push_str(before);
        let (optional, after) = after.split_once("]]").unwrap_or((after, ""));
        out.push_str(condition(optional).map_or(optional, |(_, _, part)| part));
        rest = after;
    }
    out.push_str(rest);
    words(&out, |name, example, word| match example {
        Some(example) if !name.is_empty() => example.to_owned(),
        _ => word.to_owned(),
    })
}

/// Whether a value is to be known or not, which one, and the part this decides on.
fn condition(optional: &str) -> Option<(bool, &str, &str)> {
    let wanted = match optional.chars().next()? {
        '?' => true,
        '!' => false,
        _ => return None,
    };
    let (name, part) = optional[1..].split_once('|')?;
    Some((wanted, name, part))
}

impl Filled {
    fn add(&mut self, other: Filled) {
        self.text.push_str(&other.text);
        for example in other.examples {
            if !self.examples.contains(&example) {
                self.examples.push(example);
            }
        }
    }
}

fn part(text: &str, values: &Values) -> Filled {
    let mut complete = true;
    let mut examples = Vec::new();
    let text = words(text, |name, example, _| match (values.get(name), example) {
        (Some(value), _) => value.clone(),
        (None, Some(example)) => {
            examples.push(example.to_owned());
            example.to_owned()
        }
        (None, None) => {
            complete = false;
            format!("<{name}>")
        }
    });
    Filled {
        text,
        examples,
        complete,
    }
}

/// Replaces each word in braces, told its name, its example and all of it.
fn words(text: &str, mut replace: impl FnMut(&str, Option<&str>, &str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        rest = after;
        let label = after.split_once('}').filter(|(label, _)| is_label(label));
        let Some((label, after)) = label else {
            out.push('{');
            continue;
        };
        let (name, example) = match label.split_once('|') {
            Some((name, example)) => (name, Some(example)),
            None => (label, None),
        };
        out.push_str(&replace(name, example, &format!("{{{label}}}")));
        rest = after;
    }
    out + rest
}

/// Braces also belong to the languages of directives, where a blank or a quotation mark follows them.
fn is_label(label: &str) -> bool {
    label.chars().next().is_some_and(char::is_alphanumeric)
        && label.len() < 60
        && !label.contains(['\n', '{', '"', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> String {
        let values = Values::from([
            ("host".into(), "ftp.example.com".into()),
            ("port".into(), "21".into()),
        ]);
        fill(text, &values).text
    }

    #[test]
    fn values_take_the_place_of_words() {
        for (text, wanted) in [
            ("at {host}", "at ftp.example.com"),
            ("at {unknown}", "at <unknown>"),
            (
                "a[[ at {host}]][[ and {unknown}]].",
                "a at ftp.example.com.",
            ),
            ("{range|50000-50100}, {port|990}", "50000-50100, 21"),
            ("a[[?host| known]][[?range| not]]", "a known"),
            (
                "a[[!host| not]][[!range| unknown: {range|1-2}]]",
                "a unknown: 1-2",
            ),
            ("dport { {port}, 1024-65535 }", "dport { 21, 1024-65535 }"),
            (
                "add chain '{ type filter; }'",
                "add chain '{ type filter; }'",
            ),
            (
                "table[\"{host}\"][\"perm\"]",
                "table[\"ftp.example.com\"][\"perm\"]",
            ),
        ] {
            assert_eq!(filled(text), wanted, "{text}");
        }
    }

    #[test]
    fn examples_are_named_once() {
        let filled = fill("{low|1} {high|2} {low|1} {host|h}", &Values::new());
        assert_eq!(filled.text, "1 2 1 h");
        assert_eq!(filled.examples, ["1", "2", "h"]);
    }

    #[test]
    fn in_general_everything_is_there() {
        assert_eq!(
            in_general("a[[ at {host}]][[!range| or {range|1-2}]] { x }"),
            "a at {host} or 1-2 { x }"
        );
    }
}
