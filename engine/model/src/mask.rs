//! Keeps the password out of what servers send back, and out of everything that is shown.
//!
//! There are two of it. [`MaskedStream`] reads along with a connection, before a probe hears anything: it knows the forms in
//! which a server echoes a password, byte by byte. [`Mask::text`] is for whole texts at the exit: it reads a text in all
//! spellings at once, so that it also finds what was escaped, mixed, doubled or broken on its way there.
//!
//! **What a stream gives away.** Bytes that may begin the password are held back, and who sees that learns that they do. So
//! they are held back only on a connection that the password was sent on, whose other end has it; nothing is held over a
//! line end but where a form has its bytes (in UTF-16 many characters do), nor from one phase of a connection into the next.
//! What is left: whoever has a probe on this side and a server
//! on the other may guess whole passwords, since a right guess is masked. That is as good as guessing at a login, and the
//! bytes that a probe may read bound it.

mod forms;
mod stream;
mod text;

use std::sync::{Arc, OnceLock};

use secrecy::{ExposeSecret, SecretString};

use forms::Forms;
pub use stream::MaskedStream;
use text::Spellings;

/// What stands in the place of a secret.
const MASK: &str = "[password]";

/// A secret this short is masked only as a whole word: it is part of too many honest ones.
const SHORT: usize = 4;

/// One secret, in every form that it might come back in.
#[derive(Clone)]
pub struct Mask(Arc<Secret>);

struct Secret {
    text: SecretString,
    /// Made for the first bytes.
    forms: OnceLock<Forms>,
    /// Made for the first text: not every mask has one.
    spellings: OnceLock<Spellings>,
}

impl Secret {
    fn forms(&self) -> &Forms {
        self.forms
            .get_or_init(|| Forms::of(self.text.expose_secret()))
    }

    fn spellings(&self) -> &Spellings {
        let make = || Spellings::of(self.text.expose_secret());
        self.spellings.get_or_init(make)
    }
}

impl Mask {
    /// A mask for one secret.
    pub fn new(secret: &str) -> Mask {
        Mask(Arc::new(Secret {
            text: SecretString::from(secret),
            forms: OnceLock::new(),
            spellings: OnceLock::new(),
        }))
    }

    /// For one phase of one connection.
    pub fn stream(&self) -> MaskedStream {
        MaskedStream::new(self.clone())
    }

    /// The text without the secret, however it is spelt there.
    pub fn text(&self, text: &str) -> String {
        self.text_but(text, |_| false)
            .unwrap_or_else(|| text.to_owned())
    }

    /// The same, but for words that are ours: where a word that this program uses itself is the password, too, its place
    /// tells nobody anything, and a mask over it would. A word is a run of letters, digits, `.`, `_` and `-`. None where
    /// nothing was masked.
    pub fn text_but(&self, text: &str, is_ours: impl Fn(&str) -> bool) -> Option<String> {
        let found = self.0.spellings().find(text, is_ours);
        if found.is_empty() {
            return None;
        }
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for span in found {
            out.push_str(&text[at..span.start]);
            out.push_str(MASK);
            at = span.end;
        }
        out.push_str(&text[at..]);
        Some(out)
    }

    /// Covers the secret in bytes whose length has to stay, such as a certificate's. Says whether it was there.
    pub fn cover(&self, bytes: &mut [u8]) -> bool {
        let found = self.0.forms().find(bytes);
        for span in &found {
            bytes[span.clone()].fill(b'*');
        }
        !found.is_empty()
    }
}

impl std::fmt::Debug for Mask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mask")
    }
}

#[cfg(test)]
mod tests;
