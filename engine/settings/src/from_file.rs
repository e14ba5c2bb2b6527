//! What a settings file says and its author has no right to decide: it is kept apart until somebody agreed to it.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::secret_file::{Lies, SecretFile};
use files::OwnFile;

/// A value of a settings file that would be authority: which secret is used, where a connection may go. It can be named in a
/// question, and used once there is an [`Agreement`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FromFile<T> {
    value: T,
    /// The byte at which it begins.
    at: usize,
    /// File, line, column and key, for people.
    place: String,
}

/// Why a value of a settings file may be used.
#[derive(Debug)]
pub enum Agreement {
    /// The flag on the command line: `--use-secrets-of-file`.
    Flag,
    /// A yes on the terminal.
    Yes,
    /// The settings file is the user's own.
    Own(OwnFile),
}

impl<T> FromFile<T> {
    /// File, line, column and key.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The value.
    pub fn agreed(self, _agreement: &Agreement) -> T {
        self.value
    }

    /// Gives it its place, once the text around it is known.
    pub(super) fn stands_at(&mut self, place: impl FnOnce(usize) -> String) {
        self.place = place(self.at);
    }
}

impl FromFile<String> {
    /// The name of an environment variable, to ask about.
    pub fn name(&self) -> &str {
        &self.value
    }
}

impl FromFile<bool> {
    /// Whether the file asks for it at all.
    pub fn is_wanted(&self) -> bool {
        self.value
    }
}

impl<T> FromFile<Vec<T>> {
    /// What the file asks for, to be named.
    pub fn named(&self) -> &[T] {
        &self.value
    }
}

impl FromFile<PathBuf> {
    /// The path counts from this folder.
    pub(super) fn seen_from(&mut self, folder: &std::path::Path) {
        self.value = folder.join(&self.value);
    }

    /// Opens the file that it names, as a settings file at `settings` may: one of its own folder is used as it is, and any
    /// other needs an agreement.
    ///
    /// # Errors
    /// It cannot be opened, or it is no regular file.
    pub fn opened(self, settings: &std::path::Path) -> std::io::Result<Referred> {
        let (file, lies) = SecretFile::open(self.value, settings)?;
        Ok(match lies {
            Lies::Beside => Referred::Beside(file),
            Lies::Elsewhere => Referred::Elsewhere(FromFile {
                value: file,
                at: self.at,
                place: self.place,
            }),
        })
    }
}

impl FromFile<SecretFile> {
    /// The file with its links resolved, to ask about.
    pub fn path(&self) -> &std::path::Path {
        self.value.path()
    }
}

/// A file that a settings file refers to.
#[derive(Debug)]
pub enum Referred {
    /// It lies in the settings file's own folder: whoever wrote the one could write the other.
    Beside(SecretFile),
    /// It lies elsewhere.
    Elsewhere(FromFile<SecretFile>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for FromFile<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<FromFile<T>, D::Error> {
        let spanned = Spanned::<T>::deserialize(deserializer)?;
        Ok(FromFile {
            at: spanned.span().start,
            value: spanned.into_inner(),
            place: String::new(),
        })
    }
}
