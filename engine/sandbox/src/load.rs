//! From bytes to a plugin that can be run: checked, compiled, described.

mod error;

use model::probe::ProbeIdentity;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use compile::Name;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, HasSelf, Linker};

use super::cache::Cache;
use super::compiled::{self, Compiled};
use super::compiler::{CompileError, Compiler};
use super::file::{self, ReadError};
use super::pool::{InstancePool, PERMITS, Permit};
use super::signature::Signatures;
use super::v0_1::bindings::{Probe, ProbePre};
use super::v0_1::convert;
use super::v0_1::guest::Guest;
use super::{check, instance};
use model::signer::Signer;
use model::standing::Standing;
use std::ops::Deref;

pub use error::LoadError;

/// How often a running guest is looked at.
const TICK: Duration = Duration::from_millis(10);
/// Larger than any component of a compiled language or an interpreter.
pub(super) const MAX_SIZE: u64 = 32 * 1024 * 1024;
/// The package of the contract; its version follows.
pub(super) const PACKAGE: &str = "remote-doctor:probe/";
/// The version of the contract this engine speaks.
pub(super) const CONTRACT: &str = super::v0_1::VERSION;

/// Where probes run: one engine, one linker, one cache for the process.
pub struct Sandbox {
    pub(super) engine: Engine,
    pool: InstancePool,
    linker: Linker<Guest>,
    cache: Cache,
    compiler: Compiler,
}

/// A third-party file that was read, and whose signature lets it in.
pub(super) struct Candidate {
    /// The file, for error texts.
    pub(super) name: String,
    pub(super) wasm: Vec<u8>,
}

/// A probe that is a part of this program.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// Its name.
    pub name: &'static str,
    /// Its component.
    pub wasm: &'static [u8],
    /// What the component was compiled to ahead. Of another component, or empty, it is not used.
    pub code: &'static [u8],
}

impl BuiltIn {
    /// Whether it runs on this machine as it was compiled ahead.
    pub fn needs_no_compiler(&self) -> bool {
        let sandbox = Sandbox::shared();
        let name = Name::of(&sandbox.engine, self.wasm);
        compiled::from_program(&sandbox.engine, &name, self.code).is_some()
    }
}

/// What a probe is taken for, by its name.
pub type Taken<'a> = dyn Fn(&str) -> Standing + Sync + 'a;

/// A probe that can be run.
pub struct Plugin {
    /// Which it is.
    pub identity: Arc<ProbeIdentity>,
    pub(super) engine: Engine,
    pub(super) pre: ProbePre<Guest>,
    pool: InstancePool,
    permits: u32,
}

impl Sandbox {
    /// The sandbox of this process.
    pub fn shared() -> Arc<Sandbox> {
        Sandbox::shared_by(PERMITS)
    }

    /// The same, with room for so many probes at once; more of them wait for each other. The first call of a process
    /// decides, so one that checks many remotes at once says it before it loads a probe.
    pub fn shared_by(probes: u32) -> Arc<Sandbox> {
        Sandbox::shared_with(probes, Compiler::this_program())
    }

    /// The same, with a compiler for third-party probes that is another program. The first call of a process decides.
    pub fn shared_with(probes: u32, compiler: Compiler) -> Arc<Sandbox> {
        static SHARED: OnceLock<Arc<Sandbox>> = OnceLock::new();
        SHARED
            .get_or_init(|| Arc::new(Sandbox::new(probes, compiler)))
            .clone()
    }

    fn new(permits: u32, compiler: Compiler) -> Sandbox {
        let (engine, pool) = InstancePool::new(&mut compile::config(), permits);
        let mut linker = Linker::new(&engine);
        Probe::add_to_linker::<_, HasSelf<Guest>>(&mut linker, |guest| guest)
            .expect("each import once");
        keep_ticking(&engine);
        Sandbox {
            engine,
            pool,
            linker,
            cache: Cache::open(),
            compiler,
        }
    }

    /// Loads a third-party probe from a file, once it is known who vouches for it: before that nothing of it is looked at.
    /// It is compiled in a process of its own.
    ///
    /// # Errors
    /// Why it is not one, or not to be let in.
    pub async fn load_file(
        &self,
        path: &Path,
        signatures: &Signatures,
    ) -> Result<Plugin, LoadError> {
        self.load_standing(path, signatures, &|_| Standing::ThirdParty)
            .await
    }

    /// The same, for a bench: by its name it is decided what the probe is taken for.
    ///
    /// # Errors
    /// As [`load_file`](Sandbox::load_file).
    pub async fn load_standing(
        &self,
        path: &Path,
        signatures: &Signatures,
        standing: &Taken<'_>,
    ) -> Result<Plugin, LoadError> {
        let file = Candidate::read(path)?;
        let signer = signatures.signer(path, &file.wasm)?;
        let component = self.component_of(&file).await?;
        let read = (file.name.as_str(), file.wasm.as_slice());
        self.load(read, component, signer, standing).await
    }

    /// Loads a probe that is a part of this program.
    ///
    /// # Errors
    /// Why it is not one: a defect of this program.
    pub async fn load_built_in(&self, probe: &BuiltIn) -> Result<Plugin, LoadError> {
        let component = self.own_component(probe)?;
        let built_in = |_: &str| Standing::BuiltIn;
        let read = (probe.name, probe.wasm);
        self.load(read, component, Signer::BuiltIn, &built_in).await
    }

    /// The component in a third-party file.
    pub(super) async fn component_of(&self, file: &Candidate) -> Result<Component, LoadError> {
        let name = Name::of(&self.engine, &file.wasm);
        if let Some(component) = self.cache.find(&self.engine, &name) {
            return Ok(component);
        }
        let compiled = self.compiler.compile(&name, &file.wasm).await;
        let compiled = compiled.map_err(|source| match source {
            CompileError::Malformed(reason) => LoadError::NotAComponent {
                name: file.name.clone(),
                reason,
            },
            source => LoadError::NotCompiled {
                name: file.name.clone(),
                source,
            },
        })?;
        self.cache.keep(&name, &compiled);
        let component = compiled.component(&self.engine);
        component.map_err(|error| unusable(&file.name, &error))
    }

    /// A component that is a part of this program. It was compiled ahead; where that is not for this machine, it is compiled
    /// here.
    pub(super) fn own_component(&self, probe: &BuiltIn) -> Result<Component, LoadError> {
        let (name, wasm) = (probe.name, probe.wasm);
        let kept = Name::of(&self.engine, wasm);
        if let Some(component) = compiled::from_program(&self.engine, &kept, probe.code) {
            return Ok(component);
        }
        if let Some(component) = self.cache.find(&self.engine, &kept) {
            return Ok(component);
        }
        let compiled = Compiled::here(&self.engine, wasm);
        let compiled = compiled.map_err(|error| unusable(name, &error))?;
        self.cache.keep(&kept, &compiled);
        let component = compiled.component(&self.engine);
        component.map_err(|error| unusable(name, &error))
    }

    /// Loads a probe. `name` is for error texts.
    pub(super) async fn load(
        &self,
        (name, wasm): (&str, &[u8]),
        component: Component,
        signer: Signer,
        standing: &Taken<'_>,
    ) -> Result<Plugin, LoadError> {
        let not_a_probe = |error| self.not_a_probe(name, &component, &error);
        self.check_imports(name, &component)?;
        let pre = self
            .linker
            .instantiate_pre(&component)
            .map_err(not_a_probe)?;
        let pre = ProbePre::new(pre).map_err(not_a_probe)?;
        let permits = self.pool.needed(&component);
        let permit = self.pool.permit(permits).await;
        let described = instance::describe(&self.engine, &pre, permit)
            .await
            .map_err(|reason| LoadError::Describe {
                name: name.into(),
                reason,
            })?;
        let description = convert::description(described);
        check::description(&description).map_err(|reason| LoadError::Description {
            name: name.into(),
            reason,
        })?;
        let description = standing(&description.name).settle(description);
        Ok(Plugin {
            identity: Arc::new(ProbeIdentity {
                description: Arc::new(description),
                digest: digest(wasm),
                signer,
            }),
            engine: self.engine.clone(),
            pre,
            pool: self.pool.clone(),
            permits,
        })
    }

    /// What has the functions of a probe and does not fit was one once.
    fn not_a_probe(&self, name: &str, component: &Component, error: &wasmtime::Error) -> LoadError {
        let shape = component.component_type();
        let has = |function| {
            let export = shape.get_export(&self.engine, function);
            matches!(
                export.map(|it| it.ty),
                Some(ComponentItem::ComponentFunc(_))
            )
        };
        let name = name.to_string();
        let reason = error.root_cause().to_string();
        match has("describe") && has("run") {
            true => LoadError::OtherContract { name, reason },
            false => LoadError::NotAProbe { name, reason },
        }
    }

    /// Refuses what a probe is never given, and names both versions where the contract differs.
    fn check_imports(&self, name: &str, component: &Component) -> Result<(), LoadError> {
        for (import, _) in component.component_type().imports(&self.engine) {
            let Some(rest) = import.strip_prefix(PACKAGE) else {
                return Err(LoadError::ForeignImport {
                    name: name.into(),
                    import: import.into(),
                });
            };
            let found = rest.split_once('@').map_or("none", |(_, version)| version);
            if found != CONTRACT {
                return Err(LoadError::OtherVersion {
                    name: name.into(),
                    found: found.into(),
                });
            }
        }
        Ok(())
    }
}

fn unusable(name: &str, error: &wasmtime::Error) -> LoadError {
    LoadError::NotAComponent {
        name: name.into(),
        reason: error.root_cause().to_string(),
    }
}

impl Candidate {
    /// Reads a file, if it is one and not too large.
    pub(super) fn read(path: &Path) -> Result<Candidate, LoadError> {
        let name = path.display().to_string();
        match file::read(path, MAX_SIZE) {
            Ok(wasm) => Ok(Candidate { name, wasm }),
            Err(ReadError::NotRegular) => Err(LoadError::NotRegular(path.into())),
            Err(ReadError::TooLarge(_)) => Err(LoadError::TooLarge { name }),
            Err(ReadError::Unreadable(source)) => Err(LoadError::Unreadable {
                path: path.into(),
                source,
            }),
        }
    }

    /// SHA-256 of it, as people see it.
    pub(super) fn digest(&self) -> String {
        digest(&self.wasm)
    }
}

pub(super) fn digest(wasm: &[u8]) -> String {
    format!("sha256:{}", HEXLOWER.encode(&Sha256::digest(wasm)))
}

impl Plugin {
    /// Waits until the pool has place for it.
    pub(super) async fn permit(&self) -> Permit {
        self.pool.permit(self.permits).await
    }
}

impl Deref for Plugin {
    type Target = ProbeIdentity;

    fn deref(&self) -> &ProbeIdentity {
        &self.identity
    }
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &self.description.name)
            .finish_non_exhaustive()
    }
}

/// Advances the epoch, so that guests that never ask the host for anything are looked at, too.
fn keep_ticking(engine: &Engine) {
    let weak = engine.weak();
    std::thread::spawn(move || {
        while let Some(engine) = weak.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A probe whose `describe` gives this.
    fn probe(describes: &str, run: &str) -> BuiltIn {
        let text = format!(
            r#"(component
                (core module $code
                    (func (export "describe") (result i32) i32.const 0)
                    (func (export "run")))
                (core instance $code (instantiate $code))
                (type $capability (enum "names" "connect"))
                (export $named "capability" (type $capability))
                (func (export "describe") (result {describes}) (canon lift (core func $code "describe")))
                (func (export "{run}") (canon lift (core func $code "run"))))"#
        );
        BuiltIn {
            name: "old",
            wasm: wat::parse_str(text).unwrap().leak(),
            code: &[],
        }
    }

    /// The contract has one version until it is released, and components outlive its changes.
    #[tokio::test]
    async fn a_probe_of_an_older_state_of_the_contract_is_told_from_what_is_none() {
        let sandbox = Sandbox::shared();
        for describes in ["$named", "u32"] {
            let loaded = sandbox.load_built_in(&probe(describes, "run")).await;
            let why = loaded.unwrap_err();
            assert!(matches!(why, LoadError::OtherContract { .. }), "{why}");
            assert!(
                why.to_string().contains("build it again with the SDK"),
                "{why}"
            );
        }
        let loaded = sandbox.load_built_in(&probe("u32", "walk")).await;
        assert!(matches!(loaded, Err(LoadError::NotAProbe { .. })));
    }
}
