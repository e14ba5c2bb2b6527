//! What a file shows of itself without being run: also one that is refused.

use std::collections::BTreeSet;
use std::path::Path;

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};
use wasmtime::component::types::ComponentItem;

use super::load::{CONTRACT, LoadError, PACKAGE, Sandbox};
use crate::capability::Capability;

/// What a component asks for and offers, as its types have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Anatomy {
    /// The size of the file, in bytes.
    pub size: usize,
    /// SHA-256 of the file.
    pub digest: String,
    /// The versions of the probe contract that it was made for; one, unless something is odd.
    pub contract: BTreeSet<String>,
    /// The functions of the contract that it can call, as `interface.function`.
    pub calls: BTreeSet<String>,
    /// What it imports that no probe is given.
    pub foreign: BTreeSet<String>,
    /// What it exports.
    pub exports: BTreeSet<String>,
}

impl Anatomy {
    /// The version of the contract that this program speaks.
    pub const SPOKEN: &'static str = CONTRACT;

    /// What it would have to ask for, to call all that it can call.
    pub fn needs(&self) -> BTreeSet<Capability> {
        let calls = self.calls.iter();
        calls
            .filter_map(|call| Capability::needed_by(call))
            .collect()
    }

    /// Whether the sandbox would take it, as far as its imports go.
    pub fn is_ours(&self) -> bool {
        self.foreign.is_empty() && self.contract.iter().all(|version| version == CONTRACT)
    }
}

impl Sandbox {
    /// Looks at a file; nothing of it runs.
    ///
    /// # Errors
    /// It cannot be read, or is no component at all.
    pub fn anatomy(&self, path: &Path) -> Result<Anatomy, LoadError> {
        let (name, wasm) = self.read(path)?;
        self.anatomy_of(&name, &wasm)
    }

    /// As [`anatomy`](Sandbox::anatomy). `name` is for error texts.
    pub(crate) fn anatomy_of(&self, name: &str, wasm: &[u8]) -> Result<Anatomy, LoadError> {
        let component = self.component(name, wasm)?;
        let shape = component.component_type();
        let mut anatomy = Anatomy {
            size: wasm.len(),
            digest: format!("sha256:{}", HEXLOWER.encode(&Sha256::digest(wasm))),
            contract: BTreeSet::new(),
            calls: BTreeSet::new(),
            foreign: BTreeSet::new(),
            exports: shape
                .exports(&self.engine)
                .map(|(name, _)| name.to_owned())
                .collect(),
        };
        for (import, item) in shape.imports(&self.engine) {
            let Some(rest) = import.strip_prefix(PACKAGE) else {
                anatomy.foreign.insert(import.to_owned());
                continue;
            };
            let (interface, version) = rest.split_once('@').unwrap_or((rest, "none"));
            anatomy.contract.insert(version.to_owned());
            let ComponentItem::ComponentInstance(instance) = item.ty else {
                continue;
            };
            for (function, item) in instance.exports(&self.engine) {
                if let ComponentItem::ComponentFunc(_) = item.ty {
                    anatomy.calls.insert(called(interface, function));
                }
            }
        }
        Ok(anatomy)
    }
}

/// `[method]connection.read` of `net` is `net.connection.read` for people.
fn called(interface: &str, function: &str) -> String {
    let name = function.rsplit_once(']').map_or(function, |(_, name)| name);
    format!("{interface}.{name}")
}
