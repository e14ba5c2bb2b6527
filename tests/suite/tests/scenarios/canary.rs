//! A password that is like no other text, and every form it could leak in.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use libtest_mimic::{Failed, Trial};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A password no other run has. Its quotes, backslash, percent sign, slash and blank come out differently in every
/// encoding.
pub fn fresh() -> String {
    let number = RandomState::new().build_hasher().finish();
    format!("Canary \"{number:016x}\" 100%\\/+")
}

/// The name of a form the secret shows up in, if it does.
pub fn leak(secret: &str, bytes: &[u8]) -> Option<&'static str> {
    let holds = |needle: &str| {
        bytes
            .windows(needle.len())
            .any(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
    };
    forms(secret)
        .into_iter()
        .find(|(_, form)| holds(form))
        .map(|(name, _)| name)
}

fn forms(secret: &str) -> Vec<(&'static str, String)> {
    let json = serde_json::to_string(secret).expect("text can be written as JSON");
    let hex = |between: &str| {
        let digits = secret.bytes().map(|byte| format!("{byte:02x}"));
        digits.collect::<Vec<_>>().join(between)
    };
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let mut forms = vec![
        ("plain", secret.to_owned()),
        // Where quotes and backslashes are taken off or treated apart, the middle still tells.
        ("part", middle(secret).to_owned()),
        ("JSON-escaped", json.trim_matches('"').to_owned()),
        ("percent-encoded", percent.clone()),
        ("form-encoded", percent.replace("%20", "+")),
        ("hex", hex("")),
        ("hex with blanks", hex(" ")),
        ("hex with colons", hex(":")),
    ];
    forms.extend((0..3).map(|shift| ("base64", inner_base64(&STANDARD_NO_PAD, secret, shift))));
    forms.extend((0..3).map(|shift| ("base64url", inner_base64(&URL_SAFE_NO_PAD, secret, shift))));
    forms
}

/// The part that is random, where the secret is one of ours.
fn middle(secret: &str) -> &str {
    secret.split('"').nth(1).unwrap_or(secret)
}

/// The base64 of the secret within a longer text, without the characters that depend on its neighbours.
fn inner_base64(alphabet: &impl Engine, secret: &str, shift: usize) -> String {
    let mut bytes = vec![0; shift];
    bytes.extend(secret.as_bytes());
    let encoded = alphabet.encode(&bytes);
    let first = (shift * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    encoded[first..last].to_owned()
}

/// A search that finds nothing proves nothing until it has found something.
pub fn trial() -> Trial {
    Trial::test("a_leaked_password_is_noticed", || {
        let secret = fresh();
        let in_base64 = |before: &str| STANDARD_NO_PAD.encode(format!("{before}{secret} and more"));
        let mut leaks = vec![
            format!("PASS {secret}"),
            format!("{{\"line\": {}}}", serde_json::to_string(&secret)?),
            format!("{secret:?}"),
            in_base64(""),
            in_base64("P"),
            in_base64("PA"),
            utf8_percent_encode(&secret, NON_ALPHANUMERIC).to_string(),
        ];
        leaks.extend(forms(&secret).into_iter().map(|(_, form)| form));
        let unnoticed = leaks
            .iter()
            .find(|text| leak(&secret, text.as_bytes()).is_none());
        match unnoticed {
            Some(text) => Err(Failed::from(format!("{text} is not noticed"))),
            None if leak(&secret, fresh().as_bytes()).is_some() => {
                Err("another password is taken for it".into())
            }
            None => Ok(()),
        }
    })
}
