//! Texts with words in braces: what a case puts in their place, and what is left out.
//!
//! `{name}` is the value of that name; `{name|50000}` has an example for where it is not known. A part between `[[` and
//! `]]` is left out where one of its values is not known. `[[?name|part]]` stays only where `name` is known,
//! `[[!name|part]]` only where it is not.

use super::values::{Place, Values};

/// A text with its values.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) text: String,
    /// The examples that stand where a value is not known, each once.
    pub(super) examples: Vec<String>,
    /// Whether each word without an example has a value that may stand there.
    pub(super) complete: bool,
}

/// Stands where a value is missing; no text of ours has it.
const MISSING: char = '\u{fffc}';

/// Puts the values in the place of `{name}` in sentences. A sentence of which a value is not known is left out: nobody is sent a
/// word that was to be replaced first.
pub(super) fn fill(text: &str, values: &Values) -> Filled {
    let mut filled = with_code(text, values, false);
    if !filled.complete {
        let paragraphs = filled.text.split("\n\n").map(without_missing);
        let paragraphs: Vec<String> = paragraphs.filter(|it| !it.is_empty()).collect();
        filled.text = paragraphs.join("\n\n");
    }
    filled
}

fn without_missing(paragraph: &str) -> String {
    let sentences = paragraph.split_inclusive(". ");
    let whole: String = sentences.filter(|it| !it.contains(MISSING)).collect();
    whole.trim().to_owned()
}

/// The same in lines that are to be typed.
pub(super) fn fill_typed(text: &str, values: &Values) -> Filled {
    with_code(text, values, true)
}

fn with_code(text: &str, values: &Values, typed: bool) -> Filled {
    let mut filled = Filled {
        complete: true,
        ..Filled::default()
    };
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[[") {
        filled.add(part(before, values, typed));
        let (optional, after) = after.split_once("]]").unwrap_or((after, ""));
        match condition(optional) {
            Some((wanted, name, optional)) if values.has(name, typed) == wanted => {
                filled.add(part(optional, values, typed));
            }
            Some(_) => {}
            None => {
                let optional = part(optional, values, typed);
                if optional.complete {
                    filled.add(optional);
                }
            }
        }
        rest = after;
    }
    filled.add(part(rest, values, typed));
    // The sentence ends with our full stop, and not with that of what was quoted, too.
    filled.text = filled.text.replace(".”.", "”.");
    filled
}

/// The text for a reader who has no case: with the examples, and without the parts of sentences that only a case can fill. Of
/// two parts that exclude each other it is the one for what is not known; a word without an example is in capitals, as in the
/// usage of a command.
pub fn in_general(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(paragraph_in_general);
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

fn paragraph_in_general(text: &str) -> String {
    let is_typed = text.starts_with("```");
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[[") {
        out.push_str(before);
        let (optional, after) = after.split_once("]]").unwrap_or((after, ""));
        out.push_str(match condition(optional) {
            Some((true, name, _)) if text.contains(&format!("[[!{name}|")) => "",
            Some((_, _, part)) => part,
            None if !is_typed && has_gap(optional) => "",
            None => optional,
        });
        rest = after;
    }
    out.push_str(rest);
    words(&out, |name, example, _| match example {
        Some(example) => example.to_owned(),
        None => name.to_uppercase().replace(' ', "-"),
    })
}

/// Whether it has a word without an example.
fn has_gap(text: &str) -> bool {
    let mut gaps = 0;
    words(text, |_, example, _| {
        gaps += usize::from(example.is_none());
        String::new()
    });
    gaps > 0
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
    /// Adds a text of which all stands in one place.
    fn put(&mut self, text: &str, values: &Values, place: Place) {
        let text = words(text, |name, example, _| {
            match (values.get(name, place), example) {
                (Some(value), _) => value,
                (None, Some(example)) => {
                    self.examples.push(example.to_owned());
                    example.to_owned()
                }
                (None, None) => {
                    self.complete = false;
                    MISSING.to_string()
                }
            }
        });
        self.text.push_str(&text);
    }

    fn add(&mut self, other: Filled) {
        self.text.push_str(&other.text);
        self.complete &= other.complete;
        for example in other.examples {
            if !self.examples.contains(&example) {
                self.examples.push(example);
            }
        }
    }
}

fn part(text: &str, values: &Values, typed: bool) -> Filled {
    let mut filled = Filled {
        complete: true,
        ..Filled::default()
    };
    if typed {
        filled.put(text, values, Place::Typed);
        return filled;
    }
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`') {
        filled.put(before, values, Place::Sentence);
        let (code, after) = after.split_once('`').unwrap_or((after, ""));
        let alone = code.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        let place = match alone.is_some_and(is_label) {
            true => Place::Word,
            false => Place::Words,
        };
        filled.text.push('`');
        filled.put(code, values, place);
        filled.text.push('`');
        rest = after;
    }
    filled.put(rest, values, Place::Sentence);
    filled
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

    fn values() -> Values {
        let mut values = Values::default();
        values.know("host", Some("ftp.example.com".into()));
        values.know("port", Some("21".into()));
        values.see("reply", "550 no `x`\nFAIL");
        values.see("path", "/a b");
        values
    }

    fn filled(text: &str) -> String {
        fill(text, &values()).text
    }

    #[test]
    fn values_take_the_place_of_words() {
        for (text, wanted) in [
            ("at {host}", "at ftp.example.com"),
            ("It is at {unknown}. Look there.", "Look there."),
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
    fn what_was_seen_is_told_from_our_words() {
        assert_eq!(filled("it says {reply}."), "it says “550 no `x` / FAIL”.");
        assert_eq!(filled("Set `{path}`. It is at `{reply}`."), "Set `/a b`.");
        assert_eq!(filled("Run `ls {path} {host}`."), "");
        let typed = fill_typed("x={reply} {path|/in} {port}", &values());
        assert!(!typed.complete && typed.text.ends_with(" /in 21"));
    }

    #[test]
    fn examples_are_named_once() {
        let filled = fill("{low|1} {high|2} {low|1} {host|h}", &Values::default());
        assert_eq!(filled.text, "1 2 1 h");
        assert_eq!(filled.examples, ["1", "2", "h"]);
    }

    #[test]
    fn in_general_nothing_is_said_of_a_case() {
        assert_eq!(
            in_general("a[[ at {host name}]][[!range| or {range|1-2}]] of {user} { x }"),
            "a or 1-2 of USER { x }"
        );
        assert_eq!(
            in_general("```command\n[[allow {source}]]\n```"),
            "```command\nallow SOURCE\n```"
        );
        assert_eq!(
            in_general("[[!range|Set one.]][[?range|It is {range}.]] [[?sip|It is SIP's.]]"),
            "Set one. It is SIP's."
        );
    }
}
