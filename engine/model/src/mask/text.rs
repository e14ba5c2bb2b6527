//! A secret in a text, however it is spelt: each character as it is, in another case, escaped in one of the ways of URLs,
//! HTML, JSON and shells, doubled as in a 257, in the wrong encoding, or with something in between that cannot be shown.

use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::SHORT;
use super::forms::{base64, encodings};
use crate::cleaner::{self, BREAK, MARK};

/// Names of characters in HTML.
const HTML: [(char, &str); 5] = [
    ('&', "&amp;"),
    ('<', "&lt;"),
    ('>', "&gt;"),
    ('"', "&quot;"),
    ('\'', "&apos;"),
];
/// The characters 0x80 to 0x9f of Windows-1252, which is what most programs mean by Latin-1.
const WINDOWS: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// The secret of a mask, spelt in every way.
pub(super) struct Spellings {
    secret: String,
    is_short: bool,
    /// Forwards, and backwards.
    readings: Vec<Reading>,
    /// The bytes in each encoding, as hexadecimal and as decimal numbers.
    numbers: Vec<Numbers>,
    /// The bytes that a number begins with.
    digits: Bytes,
    base64: Option<AhoCorasick>,
}

/// For each character of a secret its spellings.
struct Reading {
    spellings: Vec<Vec<String>>,
    /// The bytes that the first of them begin with: at nearly all places of a text nothing more is looked at.
    begins: Bytes,
}

impl Reading {
    fn new(spellings: Vec<Vec<String>>) -> Reading {
        let first = spellings.iter().take(1).flatten();
        let cases = |c: char| c.to_lowercase().chain(c.to_uppercase()).chain([c]);
        let first = first.filter_map(|it| it.chars().next()).flat_map(cases);
        Reading {
            begins: Bytes::beginning(first),
            spellings,
        }
    }
}

/// A set of bytes.
struct Bytes([bool; 256]);

impl Bytes {
    /// The first bytes of these characters.
    fn beginning(chars: impl Iterator<Item = char>) -> Bytes {
        let mut bytes = Bytes([false; 256]);
        for c in chars {
            let first = c.encode_utf8(&mut [0; 4]).as_bytes()[0];
            bytes.0[usize::from(first)] = true;
        }
        bytes
    }

    fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }
}

/// Bytes as numbers.
struct Numbers {
    hexadecimal: Vec<String>,
    decimal: Vec<String>,
}

impl Numbers {
    fn of(bytes: &[u8]) -> Numbers {
        Numbers {
            hexadecimal: bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            decimal: bytes.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Spellings {
    pub(super) fn of(secret: &str) -> Spellings {
        let is_short = secret.chars().count() < SHORT;
        let encodings = encodings(secret);
        let letters: Vec<Vec<u8>> = encodings
            .iter()
            .flat_map(|bytes| base64(bytes, is_short))
            .filter(|form| form.len() >= SHORT)
            .collect();
        let forwards: Vec<Vec<String>> = secret.chars().map(spellings).collect();
        let backwards = forwards.iter().rev().cloned().collect();
        let readings = match (secret.is_empty(), is_short) {
            (true, _) => Vec::new(),
            (false, true) => vec![forwards],
            (false, false) => vec![forwards, backwards],
        };
        // A short one is part of too many numbers.
        let numbers: Vec<Numbers> = match is_short {
            true => Vec::new(),
            false => encodings.iter().map(|it| Numbers::of(it)).collect(),
        };
        let first = |it: &Numbers| [it.hexadecimal[0].clone(), it.decimal[0].clone()];
        let digits = numbers.iter().flat_map(first).flat_map(|it| {
            let first = it.chars().next();
            [first, first.map(|c| c.to_ascii_uppercase())]
        });
        Spellings {
            digits: Bytes::beginning(digits.flatten()),
            readings: readings.into_iter().map(Reading::new).collect(),
            numbers,
            base64: AhoCorasick::new(&letters)
                .ok()
                .filter(|_| !letters.is_empty()),
            secret: secret.to_owned(),
            is_short,
        }
    }

    /// Where it stands, in order and apart from each other.
    pub(super) fn find(&self, text: &str, is_ours: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        if let Some(base64) = &self.base64 {
            found.extend(
                base64
                    .find_overlapping_iter(text)
                    .map(|it| widened(text, it.range())),
            );
        }
        for (at, byte) in text.bytes().enumerate() {
            let readings = self.readings.iter().filter(|it| it.begins.has(byte));
            let ends = readings.filter_map(|it| self.read(&it.spellings, text, at));
            found.extend(ends.map(|end| at..end));
            if self.digits.has(byte) {
                let ends = self.numbers.iter().filter_map(|it| numbers(it, text, at));
                found.extend(ends.map(|end| at..end));
            }
        }
        found.retain(|span| !(self.is_as_it_is(text, span) && is_ours(run(text, span))));
        found.sort_by_key(|span| span.start);
        let mut apart: Vec<Range<usize>> = Vec::new();
        for span in found {
            match apart.last_mut() {
                Some(last) if span.start < last.end => last.end = last.end.max(span.end),
                _ => apart.push(span),
            }
        }
        apart
    }

    fn is_as_it_is(&self, text: &str, span: &Range<usize>) -> bool {
        text[span.clone()].to_lowercase() == self.secret.to_lowercase()
    }

    /// Where a reading that begins at this place ends. All ways to go on are followed at once.
    fn read(&self, reading: &[Vec<String>], text: &str, at: usize) -> Option<usize> {
        let mut ends = vec![at];
        for (number, spellings) in reading.iter().enumerate() {
            let mut next = Vec::new();
            for end in ends {
                // What cannot be shown may stand within, and not before.
                let unseen = if number == 0 { 0 } else { unseen(&text[end..]) };
                let from = (end..=end + unseen).filter(|at| text.is_char_boundary(*at));
                for from in from {
                    let rest = &text[from..];
                    next.extend(
                        spellings
                            .iter()
                            .filter_map(|it| Some(from + prefix(rest, it)?)),
                    );
                }
            }
            next.sort_unstable();
            next.dedup();
            let cut = |end: &usize| text[*end..] == *"…";
            if number + 1 >= SHORT.max(reading.len() / 2) && next.iter().any(cut) {
                // Whoever cut the text cut the secret.
                return Some(text.len());
            }
            ends = next;
            ends.last()?;
        }
        let end = ends.pop()?;
        (!self.is_short || stands_alone(text, &(at..end))).then_some(end)
    }
}

/// The ways to spell one character.
fn spellings(c: char) -> Vec<String> {
    let code = u32::from(c);
    let mut buffer = [0; 4];
    let utf8 = c.encode_utf8(&mut buffer).as_bytes();
    let percent = |bytes: &[u8]| bytes.iter().map(|byte| format!("%{byte:02x}")).collect();
    let mut units = [0; 2];
    let units = c.encode_utf16(&mut units);
    let mut all = vec![
        c.to_string(),
        c.to_uppercase().to_string(),
        percent(utf8),
        units.iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        format!("\\u{{{code:x}}}"),
        utf8.iter().map(|byte| format!("\\x{byte:02x}")).collect(),
        utf8.iter().map(|byte| format!("\\{byte:03o}")).collect(),
        format!("\\{c}"),
    ];
    for zeros in ["", "0", "00", "000"] {
        all.push(format!("&#{zeros}{code};"));
        all.push(format!("&#x{zeros}{code:x};"));
    }
    let named = HTML.iter().filter(|(named, _)| *named == c);
    all.extend(named.map(|(_, name)| (*name).to_owned()));
    match c {
        ' ' => all.push("+".into()),
        // A name that became a blank in the cleaner, or two of one mark.
        '\t' | '\u{a0}' => all.push(" ".into()),
        '"' | '\'' => all.push(format!("{c}{c}")),
        _ => {}
    }
    if let Ok(byte) = u8::try_from(code) {
        all.push(percent(&[byte]));
        all.push(format!("\\x{byte:02x}"));
    }
    if !c.is_ascii() {
        all.extend(misread(utf8));
        let halves = [u16::to_le_bytes, u16::to_be_bytes].map(|halves| {
            let bytes: Vec<u8> = units.iter().copied().flat_map(halves).collect();
            let seen = |c: &char| *c != MARK && cleaner::is_shown(*c);
            String::from_utf8_lossy(&bytes)
                .chars()
                .filter(seen)
                .collect::<String>()
        });
        all.extend(halves.into_iter().filter(|seen| !seen.is_empty()));
    }
    all
}

/// What a character becomes that is taken for something else.
fn misread(utf8: &[u8]) -> Vec<String> {
    let latin: String = utf8.iter().copied().map(char::from).collect();
    let windows = |byte: &u8| match byte {
        0x80..=0x9f => WINDOWS.chars().nth(usize::from(byte - 0x80)),
        _ => Some(char::from(*byte)),
    };
    let windows: String = utf8.iter().filter_map(windows).collect();
    let mut all: Vec<String> = [latin, windows]
        .iter()
        .flat_map(|text| {
            // One of these is a line end to the cleaner: it is shown as a break, or not at the end.
            let broken = ["", " / "].map(|end| text.replace('\u{85}', end));
            let cleaned =
                [text, &broken[0], &broken[1]].map(|text| cleaner::line(text, text.len()));
            cleaned.into_iter().chain([text.clone()])
        })
        .filter(|text| !text.is_empty())
        .collect();
    // In a text that was taken for UTF-8, or in ASCII.
    all.extend((1..=utf8.len()).map(|length| MARK.to_string().repeat(length)));
    all.push("?".into());
    all
}

/// How many bytes of the text spell this, in any case of letters.
fn prefix(text: &str, spelling: &str) -> Option<usize> {
    let mut rest = text.chars();
    for wanted in spelling.chars() {
        let c = rest.next()?;
        let same = c.eq_ignore_ascii_case(&wanted)
            || !c.is_ascii() && c.to_lowercase().eq(wanted.to_lowercase());
        if !same {
            return None;
        }
    }
    Some(text.len() - rest.as_str().len())
}

/// How much of what cannot be shown, or of what the cleaner puts in the place of a line end, a text begins with: a few
/// characters may stand within a secret.
fn unseen(text: &str) -> usize {
    let unseen = |c: &char| *c == MARK || !cleaner::is_shown(*c);
    let mut at = 0;
    for _ in 0..8 {
        let rest = &text[at..];
        at += match rest.chars().next().filter(unseen) {
            Some(c) => c.len_utf8(),
            None if rest.starts_with(BREAK) => BREAK.len(),
            None => break,
        };
    }
    at
}

/// The bytes as numbers: in hexadecimal, with or without marks between, or as a list of decimals. Gives where they end.
fn numbers(numbers: &Numbers, text: &str, at: usize) -> Option<usize> {
    let rest = &text.as_bytes()[at..];
    let hexadecimal = |digits: &str, rest: &[u8]| {
        let is = rest.get(..2)?.eq_ignore_ascii_case(digits.as_bytes());
        is.then_some(2)
    };
    let decimal = |digits: &str, rest: &[u8]| {
        let is = rest.starts_with(digits.as_bytes());
        let more = rest.get(digits.len()).is_some_and(u8::is_ascii_digit);
        (is && !more).then_some(digits.len())
    };
    let end = listed(&numbers.hexadecimal, rest, hexadecimal);
    let end = end.or_else(|| listed(&numbers.decimal, rest, decimal));
    Some(at + end?)
}

/// Where a list of these numbers ends, of which `length` says how long one is where it stands.
fn listed(
    numbers: &[String],
    text: &[u8],
    length: impl Fn(&str, &[u8]) -> Option<usize>,
) -> Option<usize> {
    let mut at = 0;
    for (index, number) in numbers.iter().enumerate() {
        if index > 0 {
            at += between(&text[at..]);
        }
        at += length(number, &text[at..])?;
    }
    Some(at)
}

/// How much stands between two numbers: a mark, blanks, and what says that the next one is hexadecimal.
fn between(text: &[u8]) -> usize {
    let marks = |byte: &&u8| matches!(byte, b':' | b'-' | b' ' | b',' | b'.' | b';' | b'_');
    let at = text.iter().take(3).take_while(marks).count();
    let prefixes: [&[u8]; 3] = [b"0x", b"\\x", b"%"];
    let prefix = prefixes.iter().find(|prefix| {
        let rest = text.get(at..at + prefix.len());
        rest.is_some_and(|rest| rest.eq_ignore_ascii_case(prefix))
    });
    at + prefix.map_or(0, |prefix| prefix.len())
}

/// Letters of base64 at both ends tell of the secret, too: in part.
fn widened(text: &str, span: Range<usize>) -> Range<usize> {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let bytes = text.as_bytes();
    let before = bytes[..span.start]
        .iter()
        .rev()
        .take(1)
        .filter(|it| is_letter(it));
    let after = bytes[span.end..].iter().take(1).filter(|it| is_letter(it));
    span.start - before.count()..span.end + after.count()
}

fn stands_alone(text: &str, span: &Range<usize>) -> bool {
    let before = text[..span.start].chars().next_back();
    let after = text[span.end..].chars().next();
    ![before, after]
        .iter()
        .flatten()
        .any(|c| c.is_alphanumeric())
}

/// The run of letters, digits, `.`, `_` and `-` that a place is in.
fn run<'a>(text: &'a str, span: &Range<usize>) -> &'a str {
    let ends = |c: char| !(c.is_alphanumeric() || "._-".contains(c));
    let from = text[..span.start].rfind(ends);
    let from = from.map_or(0, |at| {
        at + text[at..].chars().next().map_or(0, char::len_utf8)
    });
    let to = text[span.end..]
        .find(ends)
        .map_or(text.len(), |at| span.end + at);
    &text[from..to]
}
