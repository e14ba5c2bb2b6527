//! Keeps the password out of everything a server sends back.

use data_encoding::{BASE64, HEXLOWER, HEXUPPER};

const MASK: &[u8] = b"[password]";

/// A secret this short is masked only as a whole word: it is part of too many honest ones.
const SHORT: usize = 4;

/// Replaces a secret in a stream of bytes, also where it is cut over several reads, and in the forms a server or a
/// log might turn it into: as it is, percent-encoded, in base64 and in hexadecimal.
#[derive(Clone, Default)]
pub struct Mask {
    needles: Vec<Vec<u8>>,
    /// The bytes that a needle begins with: all others are passed on without another look.
    beginnings: Vec<u8>,
    /// Bytes that may be the beginning of a needle.
    held: Vec<u8>,
}

impl Mask {
    /// A mask for one secret.
    pub fn new(secret: &str) -> Mask {
        let bytes = secret.as_bytes();
        let mut needles = vec![
            bytes.to_vec(),
            percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
                .into(),
            BASE64.encode(bytes).into_bytes(),
            BASE64
                .encode(bytes)
                .trim_end_matches('=')
                .as_bytes()
                .to_vec(),
            HEXLOWER.encode(bytes).into_bytes(),
            HEXUPPER.encode(bytes).into_bytes(),
        ];
        needles.retain(|needle| !needle.is_empty());
        // The longest first, so that a form is not cut by a shorter one inside it.
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        needles.dedup();
        let mut beginnings: Vec<u8> = needles.iter().map(|needle| needle[0]).collect();
        beginnings.sort_unstable();
        beginnings.dedup();
        Mask {
            needles,
            beginnings,
            held: Vec::new(),
        }
    }

    /// Masks the next bytes of a stream. What may be the beginning of the secret is held back until more comes.
    pub fn pass(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(bytes);
        let (mut out, consumed) = self.replace(&self.held, false);
        let rest = self.held.split_off(consumed);
        std::mem::swap(&mut self.held, &mut out);
        std::mem::replace(&mut self.held, rest)
    }

    /// The end of the stream: gives what was held back.
    pub fn finish(&mut self) -> Vec<u8> {
        let held = std::mem::take(&mut self.held);
        self.replace(&held, true).0
    }

    /// Masks a whole text.
    pub fn text(&self, text: &str) -> String {
        let (bytes, _) = self.replace(text.as_bytes(), true);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The masked bytes, and how many of the input they stand for.
    fn replace(&self, bytes: &[u8], whole: bool) -> (Vec<u8>, usize) {
        let mut out = Vec::with_capacity(bytes.len());
        let mut at = 0;
        while at < bytes.len() {
            let plain = bytes[at..]
                .iter()
                .take_while(|byte| !self.beginnings.contains(byte))
                .count();
            out.extend_from_slice(&bytes[at..at + plain]);
            at += plain;
            let rest = &bytes[at..];
            if rest.is_empty() {
                break;
            }
            if let Some(needle) = self
                .needles
                .iter()
                .find(|needle| self.stands_at(needle, bytes, at))
            {
                out.extend_from_slice(MASK);
                at += needle.len();
            } else if !whole
                && self
                    .needles
                    .iter()
                    .any(|needle| needle.len() > rest.len() && needle.starts_with(rest))
            {
                break;
            } else {
                out.push(rest[0]);
                at += 1;
            }
        }
        (out, at)
    }

    fn stands_at(&self, needle: &[u8], bytes: &[u8], at: usize) -> bool {
        if !bytes[at..].starts_with(needle) {
            return false;
        }
        let inside_word = |index: Option<usize>| {
            index
                .and_then(|index| bytes.get(index))
                .is_some_and(u8::is_ascii_alphanumeric)
        };
        needle.len() >= SHORT
            || !(inside_word(at.checked_sub(1)) || inside_word(Some(at + needle.len())))
    }
}

impl std::fmt::Debug for Mask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mask")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_masked_and_the_rest_is_kept() {
        let mask = Mask::new("c4nary pass/word");
        for form in [
            "c4nary pass/word",
            "c4nary%20pass%2Fword",
            "YzRuYXJ5IHBhc3Mvd29yZA==",
            "63346e61727920706173732f776f7264",
            "63346E61727920706173732F776F7264",
        ] {
            assert_eq!(
                mask.text(&format!("530 no <{form}> here")),
                "530 no <[password]> here",
                "{form}"
            );
        }
    }

    #[test]
    fn a_secret_cut_anywhere_is_masked() {
        let text = b"331 got hunter22 thanks\r\n";
        for cut in 0..text.len() {
            let mut mask = Mask::new("hunter22");
            let mut out = mask.pass(&text[..cut]);
            out.extend(mask.pass(&text[cut..]));
            out.extend(mask.finish());
            assert_eq!(out, b"331 got [password] thanks\r\n", "cut at {cut}");
        }
    }

    #[test]
    fn a_line_is_never_held_back() {
        let mut mask = Mask::new("hunter22");
        assert_eq!(mask.pass(b"230 hunt\r\n"), b"230 hunt\r\n");
    }

    #[test]
    fn a_short_secret_is_masked_as_a_word_only() {
        let mask = Mask::new("ftp");
        assert_eq!(
            mask.text("ftp.example.com vsftpd ftp"),
            "[password].example.com vsftpd [password]"
        );
    }
}
