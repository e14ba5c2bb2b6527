//! From bytes to a plugin that can be run: checked, compiled, described.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Engine};

use super::bindings::{Probe, ProbePre};
use super::cache::Cache;
use super::guest::Guest;
use super::room::{Room, SEATS, Seat};
use super::signature::{SignatureError, Signatures, Signer};
use super::{check, convert, instance};
use crate::capability::Capability;
use crate::finding::Description;

/// How often a running guest is looked at.
const TICK: Duration = Duration::from_millis(10);
/// Larger than any component of a compiled language or an interpreter.
const MAX_SIZE: usize = 32 * 1024 * 1024;
/// The package of the contract; its version follows.
pub(super) const PACKAGE: &str = "remote-doctor:probe/";
/// The version of the contract this engine speaks.
pub(super) const CONTRACT: &str = "0.1.0";

/// Why a file is not a probe of ours.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Too large.
    #[error("{name}: larger than 32 MiB")]
    TooLarge {
        /// The file.
        name: String,
    },
    /// Not a component.
    #[error("{name}: not a WebAssembly component: {reason}")]
    NotAComponent {
        /// The file.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Built for another version of the contract.
    #[error(
        "{name}: made for version {found} of the probe contract, and this program speaks {CONTRACT}"
    )]
    OtherVersion {
        /// The file.
        name: String,
        /// The version it was made for.
        found: String,
    },
    /// Built from another state of the contract, of the same version.
    #[error(
        "{name}: built for another state of the probe contract {CONTRACT} than the one of this program ({reason}); build it \
         again with the SDK of this program"
    )]
    OtherContract {
        /// The file.
        name: String,
        /// What is different.
        reason: String,
    },
    /// It asks for what no probe gets.
    #[error("{name}: imports `{import}`, which no probe is given")]
    ForeignImport {
        /// The file.
        name: String,
        /// What it asks for.
        import: String,
    },
    /// It does not have the exports of a probe.
    #[error("{name}: not a probe: {reason}")]
    NotAProbe {
        /// The file.
        name: String,
        /// What is missing.
        reason: String,
    },
    /// It cannot say what it is.
    #[error("{name}: `describe` failed: {reason}")]
    Describe {
        /// The file.
        name: String,
        /// How.
        reason: String,
    },
    /// Nobody vouches for it, or not for what it is now.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// What it says of itself makes no sense.
    #[error("{name}: {reason}")]
    Description {
        /// The file.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Where probes run: one engine, one linker, one cache for the process.
pub struct Sandbox {
    pub(super) engine: Engine,
    room: Room,
    linker: Linker<Guest>,
    cache: Cache,
}

/// A probe that can be run.
pub struct Plugin {
    /// What it says of itself.
    pub description: Arc<Description>,
    /// SHA-256 of its file.
    pub digest: String,
    /// Who vouches for it.
    pub signer: Signer,
    pub(super) engine: Engine,
    pub(super) pre: ProbePre<Guest>,
    room: Room,
    seats: u32,
}

impl Sandbox {
    /// The sandbox of this process.
    pub fn shared() -> Arc<Sandbox> {
        Sandbox::shared_by(SEATS)
    }

    /// The same, with room for so many probes at once; more of them wait for each other. The first call of a process
    /// decides, so one that checks many remotes at once says it before it loads a probe.
    pub fn shared_by(probes: u32) -> Arc<Sandbox> {
        static SHARED: OnceLock<Arc<Sandbox>> = OnceLock::new();
        SHARED
            .get_or_init(|| Arc::new(Sandbox::new(probes)))
            .clone()
    }

    fn new(seats: u32) -> Sandbox {
        let mut config = Config::new();
        // Concurrency within a component costs half of the speed of host calls, and no probe needs it.
        config
            .wasm_component_model(true)
            .epoch_interruption(true)
            .concurrency_support(false);
        let (engine, room) = Room::new(&mut config, seats);
        let mut linker = Linker::new(&engine);
        Probe::add_to_linker::<_, HasSelf<Guest>>(&mut linker, |guest| guest)
            .expect("each import once");
        keep_ticking(&engine);
        Sandbox {
            engine,
            room,
            linker,
            cache: Cache::open(),
        }
    }

    /// Loads a third-party probe from a file, once it is known who vouches for it: before that nothing of it is compiled.
    ///
    /// # Errors
    /// Why it is not one, or not to be let in.
    pub async fn load_file(
        &self,
        path: &Path,
        signatures: &Signatures,
    ) -> Result<Plugin, LoadError> {
        let (name, wasm) = self.read(path)?;
        let signer = signatures.signer(path, &wasm)?;
        self.load(&name, &wasm, signer).await
    }

    /// Loads a probe that is a part of this program.
    ///
    /// # Errors
    /// Why it is not one: a defect of this program.
    pub async fn load_built_in(&self, name: &str, wasm: &[u8]) -> Result<Plugin, LoadError> {
        self.load(name, wasm, Signer::BuiltIn).await
    }

    /// A file with its name, unless it is too large.
    pub(super) fn read(&self, path: &Path) -> Result<(String, Vec<u8>), LoadError> {
        let unreadable = |source| LoadError::Unreadable {
            path: path.into(),
            source,
        };
        let size = std::fs::metadata(path).map_err(unreadable)?.len();
        let name = path.display().to_string();
        if size > MAX_SIZE as u64 {
            return Err(LoadError::TooLarge { name });
        }
        let wasm = std::fs::read(path).map_err(unreadable)?;
        Ok((name, wasm))
    }

    /// The component in a file.
    pub(super) fn component(&self, name: &str, wasm: &[u8]) -> Result<Component, LoadError> {
        let compiled = self.cache.component(&self.engine, wasm);
        compiled.map_err(|error| LoadError::NotAComponent {
            name: name.into(),
            reason: error.to_string(),
        })
    }

    /// Loads a probe. `name` is for error texts.
    async fn load(&self, name: &str, wasm: &[u8], signer: Signer) -> Result<Plugin, LoadError> {
        let component = self.component(name, wasm)?;
        let not_a_probe = |error| self.not_a_probe(name, &component, &error);
        self.check_imports(name, &component)?;
        let pre = self
            .linker
            .instantiate_pre(&component)
            .map_err(not_a_probe)?;
        let pre = ProbePre::new(pre).map_err(not_a_probe)?;
        let seats = self.room.needed(&component);
        let seat = self.room.seat(seats).await;
        let described = instance::describe(&self.engine, &pre, seat)
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
        let digest = format!("sha256:{}", HEXLOWER.encode(&Sha256::digest(wasm)));
        Ok(Plugin {
            description: Arc::new(description),
            digest,
            signer,
            engine: self.engine.clone(),
            pre,
            room: self.room.clone(),
            seats,
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

impl Plugin {
    /// Waits for room to run in.
    pub(super) async fn seat(&self) -> Seat {
        self.room.seat(self.seats).await
    }

    /// Whether it is not a part of this program.
    pub fn is_third_party(&self) -> bool {
        self.signer != Signer::BuiltIn
    }

    /// What of all that the user denies to third-party probes this one asks for.
    pub fn denied(&self, denied: &BTreeSet<Capability>) -> BTreeSet<Capability> {
        match self.is_third_party() {
            true => &self.description.capabilities & denied,
            false => BTreeSet::new(),
        }
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

    /// A component whose `describe` gives this.
    fn component(describes: &str, run: &str) -> Vec<u8> {
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
        wat::parse_str(text).unwrap()
    }

    /// The contract has one version until it is released, and components outlive its changes.
    #[tokio::test]
    async fn a_probe_of_an_older_state_of_the_contract_is_told_from_what_is_none() {
        let sandbox = Sandbox::shared();
        for describes in ["$named", "u32"] {
            let loaded = sandbox
                .load_built_in("old", &component(describes, "run"))
                .await;
            let why = loaded.unwrap_err();
            assert!(matches!(why, LoadError::OtherContract { .. }), "{why}");
            assert!(
                why.to_string().contains("build it again with the SDK"),
                "{why}"
            );
        }
        let loaded = sandbox
            .load_built_in("none", &component("u32", "walk"))
            .await;
        assert!(matches!(loaded, Err(LoadError::NotAProbe { .. })));
    }
}
