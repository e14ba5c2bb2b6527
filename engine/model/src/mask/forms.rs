//! The forms of a secret as bytes: what a server, a certificate or a log makes of it.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_encode};
use strum::VariantArray;

use super::SHORT;
use crate::remote::PasswordEncoding;

/// What stays in a part of a URL (RFC 3986 section 2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// What must not stand in any part of a URL.
const LEAST: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'%');

/// All forms, looked for at once and in any case of letters.
pub(super) struct Forms {
    /// Each with whether it counts as a whole word only.
    patterns: Vec<(Vec<u8>, bool)>,
    finder: Option<AhoCorasick>,
    longest: usize,
}

impl Forms {
    pub(super) fn of(secret: &str) -> Forms {
        let mut patterns = Vec::new();
        let is_short = secret.chars().count() < SHORT;
        if !secret.is_empty() {
            patterns.push((secret.as_bytes().to_vec(), is_short));
            // Other cases of ASCII are found anyhow.
            let cases = [
                secret.to_owned(),
                secret.to_uppercase(),
                secret.to_lowercase(),
            ];
            let cases = &cases[..if secret.is_ascii() { 1 } else { 3 }];
            if !is_short {
                let bytes = cases.iter().flat_map(|text| encodings(text));
                patterns.extend(bytes.map(|bytes| (after_line_end(bytes), false)));
            }
            // Of the rest only what is usual: each form costs, and texts are looked through in all of them at the exit.
            let bytes = secret.as_bytes();
            patterns.push((HEXLOWER.encode(bytes).into_bytes(), false));
            patterns.extend(base64(bytes, is_short).into_iter().map(|it| (it, false)));
            for set in [NON_ALPHANUMERIC, UNRESERVED, LEAST] {
                let encoded = percent_encode(bytes, set).to_string();
                patterns.push((encoded.into_bytes(), is_short));
            }
            let all = bytes.iter().map(|byte| format!("%{byte:02x}"));
            patterns.push((all.collect::<String>().into_bytes(), false));
            // As a directory in a 257 (RFC 959 appendix II).
            patterns.push((secret.replace('"', "\"\"").into_bytes(), is_short));
            let space = percent_encode(secret.as_bytes(), UNRESERVED).to_string();
            patterns.push((space.replace("%20", "+").into_bytes(), is_short));
        }
        patterns.sort();
        patterns.dedup_by(|a, b| a.0 == b.0);
        let finder = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            // Quick enough, and made in a fraction of the time of the other kinds: a check reads little and makes one anew.
            .kind(Some(AhoCorasickKind::NoncontiguousNFA))
            .build(patterns.iter().map(|(bytes, _)| bytes));
        Forms {
            longest: patterns.iter().map(|it| it.0.len()).max().unwrap_or(0),
            // Only a secret of megabytes has too many states.
            finder: finder.ok().filter(|_| !patterns.is_empty()),
            patterns,
        }
    }

    /// Where they are, in order.
    pub(super) fn find(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let Some(finder) = &self.finder else {
            return Vec::new();
        };
        let found = finder.find_iter(bytes).filter(|it| {
            let (_, as_word) = self.patterns[it.pattern().as_usize()];
            !as_word || stands_alone(bytes, &it.range())
        });
        found.map(|it| it.range()).collect()
    }

    /// How many of the last bytes may be the beginning of a form. A line end is among them only where the form has it, too.
    pub(super) fn begun(&self, bytes: &[u8]) -> usize {
        let from = (bytes.len() + 1).saturating_sub(self.longest);
        let begins = |at: &usize| {
            let rest = &bytes[*at..];
            self.patterns.iter().any(|(pattern, _)| {
                pattern.len() > rest.len() && pattern[..rest.len()].eq_ignore_ascii_case(rest)
            })
        };
        let at = (from..bytes.len()).find(begins);
        at.map_or(0, |at| bytes.len() - at)
    }
}

/// A form without its first bytes up to a line end among them: in UTF-16 `上` (U+4E0A) is `N` and a line feed. An honest
/// line may end like that, and its end must not be held back. Where too little would be left the form stays as it is.
fn after_line_end(mut form: Vec<u8>) -> Vec<u8> {
    let ends_line = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let first = &form[..form.len().min(SHORT - 1)];
    if let Some(end) = first.iter().rposition(ends_line) {
        let more = form[end..].iter().take_while(|it| ends_line(it)).count();
        if form.len() - (end + more) >= SHORT {
            form.drain(..end + more);
        }
    }
    form
}

fn stands_alone(bytes: &[u8], span: &Range<usize>) -> bool {
    let inside_word = |index: Option<usize>| {
        index
            .and_then(|index| bytes.get(index))
            .is_some_and(u8::is_ascii_alphanumeric)
    };
    !inside_word(span.start.checked_sub(1)) && !inside_word(Some(span.end))
}

/// A text in every encoding that a password can be sent in, in each of them as somebody shows it who takes it for Latin-1, and in
/// UTF-16.
pub(super) fn encodings(text: &str) -> Vec<Vec<u8>> {
    let mut all = vec![text.as_bytes().to_vec()];
    if !text.is_ascii() {
        let encodings = PasswordEncoding::VARIANTS.iter();
        for bytes in encodings.filter_map(|it| it.bytes(text)) {
            let misread: String = bytes.iter().copied().map(char::from).collect();
            all.extend([misread.into_bytes(), bytes]);
        }
        all.sort_unstable();
        all.dedup();
    }
    all.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    all.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    all
}

/// The letters of base64 (RFC 4648) that stand for these bytes alone, wherever they begin among others: of three places one
/// has no letter in common with what comes before. Short secrets are looked for at that place only.
pub(super) fn base64(bytes: &[u8], is_short: bool) -> Vec<Vec<u8>> {
    let places = if is_short { 0..=0 } else { 0..=2 };
    let mut all = Vec::new();
    for before in places {
        let padded: Vec<u8> = [&vec![0; before], bytes].concat();
        let first = (8 * before).div_ceil(6);
        let last = match is_short {
            // With its last letter, which says nothing of what follows: nothing does.
            true => (8 * padded.len()).div_ceil(6),
            false => 8 * padded.len() / 6,
        };
        for alphabet in [&BASE64_NOPAD, &BASE64URL_NOPAD] {
            all.push(alphabet.encode(&padded).as_bytes()[first..last].to_vec());
        }
    }
    all
}
