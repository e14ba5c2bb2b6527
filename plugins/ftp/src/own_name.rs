//! The names that a run may write under: the long one that the host made, and a short one for servers that take no longer
//! one.

/// What an administrator who finds the long name knows it by.
const PREFIX: &str = "remote-doctor-";
/// What a short name begins with: qualifiers of z/OS begin with a letter.
const SHORT_PREFIX: &str = "RD";
/// Digits of the run's number in a short name.
const DIGITS: usize = 6;

/// The short name of a run: eight capital letters and digits, as 8.3 and a qualifier of z/OS have it. None where the long
/// one is no name of a run.
pub fn short_name(name: &str) -> Option<String> {
    let number = name.strip_prefix(PREFIX)?.get(..DIGITS)?;
    let is_hexadecimal = number.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hexadecimal.then(|| format!("{SHORT_PREFIX}{}", number.to_ascii_uppercase()))
}

/// Whether a file could be one of a run under its short name, with whatever ending.
pub fn is_short_name(file: &str) -> bool {
    let stem = file.split('.').next().unwrap_or_default();
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'A'..=b'F');
    stem.strip_prefix(SHORT_PREFIX)
        .is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(is_digit))
}

#[cfg(test)]
mod tests {
    use super::{is_short_name, short_name};

    #[test]
    fn files_of_a_run_are_known() {
        assert!(is_short_name("RD01AB23.T1") && is_short_name("RD01AB23"));
        assert!(!is_short_name("RDME.TXT") && !is_short_name("rd01ab23") && !is_short_name(""));
    }

    #[test]
    fn a_short_name_is_that_of_its_run() {
        let short = short_name("remote-doctor-01ab23cd45ef6789");
        assert_eq!(short.as_deref(), Some("RD01AB23"));
        assert_eq!(short_name("remote-doctor-01ab"), None);
        assert_eq!(short_name("somebody-01ab23cd45ef6789"), None);
        assert_eq!(short_name("remote-doctor-readme.txt"), None);
    }
}
