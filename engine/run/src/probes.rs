//! The probes that come with the program, and third-party ones beside them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use diagnosis::codes::{Clash, Codes};
use futures_util::future::try_join_all;
use model::declared::DeclaredOtherwise;
use model::probe::ProbeIdentity;
use model::standing::{self, Standing, Trespass};
use sandbox::{BuiltIn, LoadError, Plugin, Sandbox, Signatures};

/// The built-in probes, as `build.rs` found them.
static BUILT_IN: &[BuiltIn] = include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

/// Why a set of probes does not fit together.
#[derive(Debug, thiserror::Error)]
pub enum ProbesError {
    /// One of them cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Two have one name.
    #[error("two probes are called `{0}`")]
    SameName(String),
    /// Two declare one code.
    #[error("`{code}` is declared by {first} and by {second}")]
    SameCode {
        /// The code.
        code: String,
        /// One of them.
        first: String,
        /// The other.
        second: String,
    },
    /// A third-party probe claims what is not its own.
    #[error(transparent)]
    Trespass(#[from] Trespass),
    /// Two declare one fact, and not alike.
    #[error(transparent)]
    Fact(#[from] DeclaredOtherwise),
}

/// All probes at hand and every code they and the engine can report.
#[derive(Debug)]
pub struct Probes {
    /// In the order they are planned in.
    pub plugins: Vec<Arc<Plugin>>,
    /// In the order of the plugins.
    pub codes: Codes,
}

impl Probes {
    /// The built-in probes alone.
    ///
    /// # Errors
    /// A defect of this program.
    pub async fn built_in() -> Result<Probes, ProbesError> {
        Probes::of(built_in().await?)
    }

    /// The built-in probes and these files, of which each has to have the signature that is asked for.
    ///
    /// # Errors
    /// A file is no probe or has not that signature, or two of them clash.
    pub async fn load(files: &[PathBuf], signatures: &Signatures) -> Result<Probes, ProbesError> {
        let mut plugins = built_in().await?;
        let sandbox = Sandbox::shared();
        for file in files {
            plugins.push(Arc::new(sandbox.load_file(file, signatures).await?));
        }
        Probes::of(plugins)
    }

    /// The built-in probes and, last, this file, in the place of the built-in one of its name if there is one: what
    /// stands there is taken for built-in, which is why nothing but a bench makes such a set.
    ///
    /// # Errors
    /// As [`load`](Probes::load).
    pub async fn trying(file: &Path, signatures: &Signatures) -> Result<Probes, ProbesError> {
        let standing = |name: &str| match BUILT_IN.iter().any(|built_in| built_in.name == name) {
            true => Standing::BuiltIn,
            false => Standing::ThirdParty,
        };
        let loading = Sandbox::shared();
        let tried = loading.load_standing(file, signatures, &standing).await?;
        let mut plugins = built_in().await?;
        plugins.retain(|plugin| plugin.description.name != tried.description.name);
        plugins.push(Arc::new(tried));
        Probes::of(plugins)
    }

    /// Which probes they are.
    pub fn identities(&self) -> impl Iterator<Item = &Arc<ProbeIdentity>> {
        self.plugins.iter().map(|plugin| &plugin.identity)
    }

    fn of(plugins: Vec<Arc<Plugin>>) -> Result<Probes, ProbesError> {
        let mut codes = Codes::of_engine();
        for (index, plugin) in plugins.iter().enumerate() {
            let name = plugin.name();
            let before = &plugins[..index];
            if before.iter().any(|other| other.name() == name) {
                return Err(ProbesError::SameName(name.into()));
            }
            codes.declare(&plugin.description).map_err(|clash| {
                let code = match clash {
                    Clash::Code(code) => code,
                    Clash::Fact(otherwise) => return ProbesError::Fact(otherwise),
                };
                let declares = |other: &&Arc<Plugin>| {
                    let mut codes = other.description.codes.iter();
                    codes.any(|it| it.name == code)
                };
                let first = before.iter().find(declares);
                ProbesError::SameCode {
                    first: first.map_or("the engine".into(), |first| first.name().into()),
                    second: name.into(),
                    code,
                }
            })?;
        }
        standing::check(plugins.iter().map(|plugin| &*plugin.description))?;
        Ok(Probes { plugins, codes })
    }
}

async fn built_in() -> Result<Vec<Arc<Plugin>>, LoadError> {
    let sandbox = Sandbox::shared();
    let built_in = BUILT_IN.iter().map(|probe| {
        let sandbox = sandbox.clone();
        // On a machine that they were not compiled for, compiling is the work of a thread, not of the runtime.
        async move {
            let handle = tokio::task::spawn_blocking(move || {
                tokio::runtime::Handle::current().block_on(sandbox.load_built_in(probe))
            });
            handle
                .await
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
        }
    });
    let plugins = try_join_all(built_in).await?;
    Ok(plugins.into_iter().map(Arc::new).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorded_tests::powers_used;
    use model::capability::Capability;

    /// What none of the recorded servers has led to: one has no file that is long enough, and one takes no upload. Scenarios
    /// do, and a probe that does not ask for it is stopped there.
    const NOT_RECORDED: &[(&str, Capability)] = &[
        ("data-channel", Capability::Read),
        ("transfers", Capability::Read),
    ];

    /// The first run of a user takes no longer than any other.
    #[test]
    fn probes_of_ours_were_compiled_when_the_program_was_built() {
        assert!(BUILT_IN.len() > 6, "these are not all");
        for probe in BUILT_IN {
            assert!(probe.needs_no_compiler(), "{}", probe.name);
        }
    }

    /// Functions show in a component's imports, and what its commands take in the recordings of real servers.
    #[tokio::test]
    async fn probes_of_ours_ask_for_what_they_call_and_say_and_nothing_else() {
        let sandbox = Sandbox::shared();
        let mut said = powers_used();
        for (name, power) in NOT_RECORDED {
            let of_probe = said.entry((*name).into()).or_default();
            assert!(
                of_probe.insert(*power),
                "a recording has it: {name}, {power}"
            );
        }
        for probe in BUILT_IN {
            let name = probe.name;
            let plugin = sandbox.load_built_in(probe).await.unwrap();
            let shape = sandbox.shape_of_built_in(probe).unwrap();
            let mut used = said.remove(name).unwrap_or_default();
            used.extend(shape.needs());
            assert_eq!(plugin.description.capabilities, used, "{name}");
            assert!(!plugin.is_third_party());
        }
    }
}
