//! Who vouches for a third-party probe: detached signatures of minisign (Ed25519), beside the file as `FILE.wasm.minisig`.

use model::signer::Signer;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use etcetera::BaseStrategy;
use minisign_verify::{PublicKey, Signature};

use super::file::{self, ReadError};
use model::cleaner;

/// Where a user keeps the keys that are trusted in every run, below the folder for settings.
const KEYS: &str = "remote-doctor/trusted-keys";
/// Four lines, of which the longest is a comment of at most 8 KiB.
const MAX_SIZE: u64 = 16 * 1024;
/// As much of a comment as is shown, in characters.
const SHOWN: usize = 100;

/// Why a file is not believed to be what its signer signed.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// No signature, and one is required.
    #[error("{}: not signed: there is no {}", file.display(), signature.display())]
    Missing {
        /// The file.
        file: PathBuf,
        /// Where its signature would be.
        signature: PathBuf,
    },
    /// A signature of another key, and one of a trusted key is required.
    #[error("{}: signed by the key {key_id}, which is not trusted", file.display())]
    NotTrusted {
        /// The file.
        file: PathBuf,
        /// The ID of the key.
        key_id: String,
    },
    /// It names a trusted key, and that key did not sign this.
    #[error("{}: not what the key {key_id} signed: the file or {} was changed", file.display(), signature.display())]
    Mismatch {
        /// The file.
        file: PathBuf,
        /// Its signature.
        signature: PathBuf,
        /// The ID of the key.
        key_id: String,
    },
    /// It is no signature.
    #[error("{}: damaged, or not a minisign signature", .0.display())]
    Damaged(PathBuf),
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The signature.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Why a key cannot be trusted.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Neither a key nor a file.
    #[error("--trusted-key {0}: neither a minisign public key nor a file with one")]
    Neither(String),
    /// The file has no key.
    #[error("{}: it contains no minisign public key", .0.display())]
    NoKey(PathBuf),
    /// The file or folder cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A public key that the user trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    id: String,
    key: PublicKey,
}

impl TrustedKey {
    /// A key as minisign prints it, or else the file that holds one.
    ///
    /// # Errors
    /// It is neither.
    pub fn given(text: &str) -> Result<TrustedKey, KeyError> {
        let path = Path::new(text);
        match TrustedKey::in_base64(text) {
            Some(key) => Ok(key),
            None if path.is_file() => TrustedKey::in_file(path),
            None => Err(KeyError::Neither(cleaner::line(text, SHOWN))),
        }
    }

    /// The keys that the user trusts in every run: each `*.pub` of one folder, which need not be there.
    ///
    /// # Errors
    /// One of the files holds no key.
    pub fn of_user() -> Result<Vec<TrustedKey>, KeyError> {
        let Ok(base) = etcetera::choose_base_strategy() else {
            return Ok(Vec::new());
        };
        let folder = base.config_dir().join(KEYS);
        let files = match fs::read_dir(&folder) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => {
                return Err(KeyError::Unreadable {
                    path: folder,
                    source,
                });
            }
        };
        let files = files.filter_map(Result::ok).map(|file| file.path());
        files
            .filter(|path| path.extension().is_some_and(|it| it == "pub"))
            .map(|path| TrustedKey::in_file(&path))
            .collect()
    }

    fn in_file(path: &Path) -> Result<TrustedKey, KeyError> {
        let bytes = read(path).map_err(|source| KeyError::Unreadable {
            path: path.into(),
            source,
        })?;
        let text = String::from_utf8(bytes).unwrap_or_default();
        // A comment, and the key in the line after it.
        text.lines()
            .find_map(TrustedKey::in_base64)
            .ok_or_else(|| KeyError::NoKey(path.into()))
    }

    fn in_base64(text: &str) -> Option<TrustedKey> {
        let text = text.trim();
        Some(TrustedKey {
            key: PublicKey::from_base64(text).ok()?,
            id: key_id(text)?,
        })
    }
}

/// What is asked of the signatures of third-party probes.
#[derive(Clone, Debug, Default)]
pub struct Signatures {
    /// The keys that the user trusts.
    pub trusted: Vec<TrustedKey>,
    /// Whether there has to be a signature of one of them.
    pub required: bool,
}

impl Signatures {
    /// Who vouches for the content of a file.
    ///
    /// # Errors
    /// Nobody who is trusted does, and somebody has to; or the signature says that this is not what was signed.
    pub fn signer(&self, file: &Path, wasm: &[u8]) -> Result<Signer, SignatureError> {
        let path = beside(file);
        let text = match read(&path) {
            Ok(bytes) => String::from_utf8(bytes).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return self.unsigned(file),
            Err(source) => return Err(SignatureError::Unreadable { path, source }),
        };
        let id = text.lines().nth(1).and_then(key_id);
        let (Ok(signature), Some(key_id)) = (Signature::decode(&text), id) else {
            return Err(SignatureError::Damaged(path));
        };
        let keys: Vec<_> = self.trusted.iter().filter(|key| key.id == key_id).collect();
        if keys.is_empty() {
            return self.signed_by_a_stranger(file, key_id);
        }
        // Files that were not hashed before they were signed are what older versions of minisign made.
        let fits = |key: &&TrustedKey| key.key.verify(wasm, &signature, true).is_ok();
        match keys.iter().any(fits) {
            true => Ok(Signer::Trusted {
                key_id,
                comment: cleaner::line(signature.trusted_comment(), SHOWN),
            }),
            false => Err(SignatureError::Mismatch {
                file: file.into(),
                signature: path,
                key_id,
            }),
        }
    }

    fn unsigned(&self, file: &Path) -> Result<Signer, SignatureError> {
        match self.required {
            false => Ok(Signer::NotSigned),
            true => Err(SignatureError::Missing {
                file: file.into(),
                signature: beside(file),
            }),
        }
    }

    fn signed_by_a_stranger(&self, file: &Path, key_id: String) -> Result<Signer, SignatureError> {
        match self.required {
            false => Ok(Signer::UnknownKey { key_id }),
            true => Err(SignatureError::NotTrusted {
                file: file.into(),
                key_id,
            }),
        }
    }
}

fn beside(file: &Path) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(".minisig");
    name.into()
}

/// No more of a file than a key or a signature has.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    file::read(path, MAX_SIZE).map_err(|error| match error {
        ReadError::Unreadable(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidData, other),
    })
}

/// Keys and signatures alike begin with two bytes for the algorithm, and eight for the ID of the key.
fn key_id(base64: &str) -> Option<String> {
    let bytes = BASE64.decode(base64.trim().as_bytes()).ok()?;
    let id = bytes.get(2..10)?.try_into().ok()?;
    Some(format!("{:016X}", u64::from_le_bytes(id)))
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
