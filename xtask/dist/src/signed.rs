//! Signatures of minisign, with a key that the maintainer has in a file.

use std::fs;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};

use minisign::{SecretKey, SecretKeyBox};

use crate::VERSION;

/// Why nothing is signed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key or its password cannot be read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no secret key of minisign, or the password is another.
    #[error("{}: {source}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        source: minisign::PError,
    },
}

/// A key that signs.
#[derive(Debug)]
pub struct Key(SecretKey);

impl Key {
    /// Reads a key as `minisign -G` makes it; without a file for its password, one that has none (`minisign -G -W`).
    ///
    /// # Errors
    /// There is no such key.
    pub fn read(path: &Path, password: Option<&Path>) -> Result<Key, KeyError> {
        let file = |path: &Path| {
            fs::read_to_string(path).map_err(|source| KeyError::File {
                path: path.into(),
                source,
            })
        };
        let wrong = |source| KeyError::Key {
            path: path.into(),
            source,
        };
        let key = SecretKeyBox::from_string(&file(path)?).map_err(wrong)?;
        let key = match password {
            None => key.into_unencrypted_secret_key(),
            Some(password) => {
                let password = file(password)?;
                key.into_secret_key(Some(password.trim_end_matches(['\r', '\n']).to_owned()))
            }
        };
        Ok(Key(key.map_err(wrong)?))
    }

    /// The signature of a file, for `FILE.minisig`. It says the name and the version, and no time. It is
    /// another one each time, since chance is in it.
    ///
    /// # Errors
    /// The key is none that signs.
    pub fn sign(&self, name: &str, bytes: &[u8]) -> Result<String, minisign::PError> {
        let trusted = format!("remote-doctor {VERSION}: {name}");
        let signed = minisign::sign(
            None,
            &self.0,
            Cursor::new(bytes),
            Some(&trusted),
            Some("signature of remote-doctor"),
        );
        Ok(signed?.into_string())
    }
}
