//! What a file shows of itself without being run: also one that is refused.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use super::load::{BuiltIn, CONTRACT, Candidate, LoadError, PACKAGE, Plugin, Sandbox};
use super::signature::Signatures;
use model::capability::Capability;
use model::standing::Standing;

/// What a file is, and what it asks for and offers, as its types have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComponentInfo {
    /// The size of the file, in bytes.
    pub size: usize,
    /// SHA-256 of the file.
    pub digest: String,
    /// What is in it; nothing where its signature forbids to look.
    #[serde(flatten)]
    pub shape: Option<Shape>,
}

/// What a component asks for and offers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Shape {
    /// The versions of the probe contract that it was made for; one, unless something is odd.
    pub contract: BTreeSet<String>,
    /// The functions of the contract that it can call, as `interface.function`.
    pub calls: BTreeSet<String>,
    /// What it imports that no probe is given.
    pub foreign: BTreeSet<String>,
    /// What it exports.
    pub exports: BTreeSet<String>,
}

/// A file, and the probe in it or why it is not let in.
pub struct Inspected {
    /// What the file shows of itself without being run.
    pub info: ComponentInfo,
    /// The probe.
    pub loaded: Result<Plugin, LoadError>,
}

impl ComponentInfo {
    /// The version of the contract that this program speaks.
    pub const SPOKEN: &'static str = CONTRACT;
}

impl Shape {
    fn of(engine: &Engine, component: &Component) -> Shape {
        let types = component.component_type();
        let exports = types.exports(engine);
        let mut shape = Shape {
            exports: exports.map(|(name, _)| name.to_owned()).collect(),
            ..Shape::default()
        };
        for (import, item) in types.imports(engine) {
            let Some(rest) = import.strip_prefix(PACKAGE) else {
                shape.foreign.insert(import.to_owned());
                continue;
            };
            let (interface, version) = rest.split_once('@').unwrap_or((rest, "none"));
            shape.contract.insert(version.to_owned());
            let ComponentItem::ComponentInstance(instance) = item.ty else {
                continue;
            };
            for (function, item) in instance.exports(engine) {
                if let ComponentItem::ComponentFunc(_) = item.ty {
                    shape.calls.insert(called(interface, function));
                }
            }
        }
        shape
    }

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
    /// Looks at a third-party file, and loads it. It is held to what [`load_file`](Sandbox::load_file) holds it to; a file
    /// that is refused for what it imports or exports is shown all the same.
    ///
    /// # Errors
    /// It cannot be read, or is no component at all.
    pub async fn inspect(
        &self,
        path: &Path,
        signatures: &Signatures,
    ) -> Result<Inspected, LoadError> {
        let file = Candidate::read(path)?;
        let mut info = ComponentInfo {
            size: file.wasm.len(),
            digest: file.digest(),
            shape: None,
        };
        let signer = match signatures.signer(path, &file.wasm) {
            Ok(signer) => signer,
            Err(refused) => {
                let loaded = Err(refused.into());
                return Ok(Inspected { info, loaded });
            }
        };
        let component = self.component_of(&file).await?;
        info.shape = Some(Shape::of(&self.engine, &component));
        let read = (file.name.as_str(), file.wasm.as_slice());
        let third_party = |_: &str| Standing::ThirdParty;
        let loaded = self.load(read, component, signer, &third_party).await;
        Ok(Inspected { info, loaded })
    }

    /// What a probe of ours asks for and offers.
    ///
    /// # Errors
    /// It is no component.
    pub fn shape_of_built_in(&self, probe: &BuiltIn) -> Result<Shape, LoadError> {
        let component = self.own_component(probe)?;
        Ok(Shape::of(&self.engine, &component))
    }
}

/// `[method]connection.read` of `net` is `net.connection.read` for people.
fn called(interface: &str, function: &str) -> String {
    let name = function.rsplit_once(']').map_or(function, |(_, name)| name);
    format!("{interface}.{name}")
}
