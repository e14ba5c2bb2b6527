//! Signatures beside a probe, which come from where the probe comes from.

use std::sync::LazyLock;

use model::signer::Signer;
use sandbox::{Signatures, TrustedKey};

use crate::input::Folder;
use crate::text::steers;

/// The key that signed the seed; the secret half was thrown away.
const KEY: &str = include_str!("signature.pub");
/// What it signed.
const SIGNED: &[u8] = b"not a component, but signed\n";
/// The lines of a signature.
const LINES: usize = 4;

/// Only what was signed is trusted, whatever the signature says. The first four lines are the signature, the rest is the
/// file.
pub fn signature(bytes: &[u8]) {
    static TRUSTED: LazyLock<Signatures> = LazyLock::new(|| Signatures {
        trusted: vec![TrustedKey::given(KEY).expect("a key")],
        required: false,
    });
    let mut ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let end = ends.nth(LINES - 1).map_or(bytes.len(), |(at, _)| at + 1);
    let (signature, file) = bytes.split_at(end);
    let folder = Folder::new();
    folder.file("probe.wasm.minisig", signature);
    let path = folder.file("probe.wasm", file);
    match TRUSTED.signer(&path, file) {
        Ok(Signer::Trusted { comment, .. }) => {
            assert_eq!(file, SIGNED, "nobody signed this");
            assert!(!comment.chars().any(steers), "{comment:?}");
        }
        Ok(Signer::UnknownKey { key_id }) => {
            assert!(key_id.len() == 16 && key_id.chars().all(|c| c.is_ascii_hexdigit()));
        }
        Ok(signer @ (Signer::BuiltIn | Signer::NotSigned)) => panic!("{signer:?}"),
        Err(error) => assert_eq!(error.to_string().lines().count(), 1, "{error}"),
    }
    if let Ok(text) = std::str::from_utf8(file) {
        let _ = TrustedKey::given(text);
    }
}
