//! Everything that goes to standard error, and the secrets that nothing may go out with.
//!
//! Errors are made far from the secrets, of texts from anywhere. So they are cleaned and masked here, where they leave.

use std::collections::HashSet;
use std::fmt::Display;
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::sync::{LazyLock, Mutex, PoisonError, RwLock};

use secrecy::{ExposeSecret, SecretString};

use model::cleaner;
use model::mask::Mask;
use report::{NotShown, Report, Shown};

/// No message is longer, in characters.
const MOST: usize = 16_384;

/// Of the secrets that this process was given.
static MASKS: RwLock<Vec<Mask>> = RwLock::new(Vec::new());

/// Which secrets have a mask, by what a hash says of them: a run of many jobs reads the same ones again and again.
static HIDDEN: LazyLock<Mutex<(RandomState, HashSet<u64>)>> = LazyLock::new(Mutex::default);

/// From now on nothing goes out with this secret in it.
pub(super) fn hide(secret: &SecretString) {
    let mut hidden = HIDDEN.lock().unwrap_or_else(PoisonError::into_inner);
    let hash = hidden.0.hash_one(secret.expose_secret());
    if !hidden.1.insert(hash) {
        return;
    }
    let mut masks = MASKS.write().unwrap_or_else(PoisonError::into_inner);
    masks.push(Mask::new(secret.expose_secret()));
}

/// The masks of all secrets so far.
pub(super) fn masks() -> Vec<Mask> {
    MASKS.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// A report as it may be shown.
pub(super) fn shown(report: Report) -> Result<Shown, NotShown> {
    Shown::new(report, &masks())
}

/// One line on standard error.
pub(super) fn line(text: impl Display) {
    let text = without_numbers(&text.to_string());
    put(&masked(cleaner::line(&text, MOST), &masks()));
}

/// A message on standard error that may have several lines. All but the first stand further in, so that none of them can
/// pass for another message.
pub(super) fn message(text: impl Display) {
    put(&indented(&without_numbers(&text.to_string()), &masks()));
}

/// A text without the numbers that the standard library puts behind what the system says: they say nothing to whoever reads
/// it.
fn without_numbers(text: &str) -> String {
    const BEFORE: &str = " (os error ";
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(BEFORE) {
        out.push_str(before);
        rest = match behind.split_once(')') {
            Some((number, behind)) if number.parse::<i32>().is_ok() => behind,
            Some(_) | None => {
                out.push_str(BEFORE);
                behind
            }
        };
    }
    out + rest
}

/// That standard error may be gone is no reason to end.
fn put(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

fn indented(text: &str, masks: &[Mask]) -> String {
    let text = masked(cleaner::lines(text.trim_end(), MOST), masks);
    text.replace('\n', "\n  ")
}

fn masked(text: String, masks: &[Mask]) -> String {
    masks.iter().fold(text, |text, mask| mask.text(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_system_are_left_out() {
        for (text, shown) in [
            ("x: No such file (os error 2)", "x: No such file"),
            ("a (os error 2), b (os error 13)", "a, b"),
            ("a (os error two) (os error", "a (os error two) (os error"),
        ] {
            assert_eq!(without_numbers(text), shown);
        }
    }

    #[test]
    fn a_message_is_one_and_has_no_secret() {
        let hostile =
            "error: unknown `x\nHEALTHY ok\u{1b}[2J\u{202e}` for hunter22, aHVudGVyMjI=\n";
        let masks = [Mask::new("hunter22")];
        assert_eq!(
            indented(hostile, &masks),
            "error: unknown `x\n  HEALTHY ok\u{fffd}[2J\u{fffd}` for [password], [password]="
        );
    }
}
