//! What compiled code is called.

#[cfg(feature = "compiler")]
use std::hash::{DefaultHasher, Hash, Hasher};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use wasmtime::Engine;

/// What code is compiled from and for: the SHA-256 of the component, and what wasmtime, its settings and this kind of machine
/// come to. Code has it at its end and, in a file, as its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// The name of what this engine would compile from this component.
    pub fn of(engine: &Engine, wasm: &[u8]) -> Name {
        let from = HEXLOWER.encode(&Sha256::digest(wasm));
        Name(format!("{from}-{:016x}.cwasm", compatible(engine)))
    }

    /// As a file has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether code has this name at its end.
    pub fn ends(&self, code: &[u8]) -> bool {
        code.ends_with(self.0.as_bytes())
    }

    /// Whether code has a name at its end that is of the same component, whatever it was compiled for.
    pub fn ends_for_another_machine(&self, code: &[u8]) -> bool {
        let (from, _) = self.0.split_at(HEX_OF_SHA256);
        let end = code.len().checked_sub(self.0.len());
        end.is_some_and(|at| code[at..].starts_with(from.as_bytes()))
    }
}

/// Two digits a byte.
const HEX_OF_SHA256: usize = 64;

#[cfg(feature = "compiler")]
fn compatible(engine: &Engine) -> u64 {
    let mut compatible = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut compatible);
    compatible.finish()
}

/// Without a compiler there is nothing that could be kept under a name.
#[cfg(not(feature = "compiler"))]
fn compatible(_engine: &Engine) -> u64 {
    0
}
