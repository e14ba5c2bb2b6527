//! The probes that come with the program, and third-party ones beside them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::try_join_all;

use crate::declared::{DeclaredFacts, DeclaredOtherwise};
use crate::finding::{Code, Owner, Severity};
use crate::plugin::{LoadError, Plugin, Sandbox, Signatures};
use crate::standing::{self, Standing, Trespass};

/// Name and component of each built-in probe.
static BUILT_IN: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

/// A code of a third party, whose title will stand in sentences of ours.
fn in_its_words(code: &Code) -> Code {
    Code {
        title: ftp::quoted(&code.title),
        ..code.clone()
    }
}

/// Why a set of probes does not fit together.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
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
pub struct Catalogue {
    /// In the order they are planned in.
    pub plugins: Vec<Arc<Plugin>>,
    /// In the order of the plugins.
    pub codes: Vec<Code>,
    /// The facts that they declare.
    pub facts: DeclaredFacts,
}

impl Catalogue {
    /// The built-in probes alone.
    ///
    /// # Errors
    /// A defect of this program.
    pub async fn built_in() -> Result<Catalogue, CatalogueError> {
        Catalogue::of(built_in().await?)
    }

    /// The built-in probes and these files, of which each has to have the signature that is asked for.
    ///
    /// # Errors
    /// A file is no probe or has not that signature, or two of them clash.
    pub async fn load(
        files: &[PathBuf],
        signatures: &Signatures,
    ) -> Result<Catalogue, CatalogueError> {
        let mut plugins = built_in().await?;
        let sandbox = Sandbox::shared();
        for file in files {
            plugins.push(Arc::new(sandbox.load_file(file, signatures).await?));
        }
        Catalogue::of(plugins)
    }

    /// The built-in probes and, last, this file, in the place of the built-in one of its name if there is one: what
    /// stands there is taken for built-in, which is why nothing but a bench makes such a catalogue.
    ///
    /// # Errors
    /// As [`load`](Catalogue::load).
    pub async fn trying(file: &Path, signatures: &Signatures) -> Result<Catalogue, CatalogueError> {
        let standing = |name: &str| match BUILT_IN.iter().any(|(built_in, _)| *built_in == name) {
            true => Standing::BuiltIn,
            false => Standing::ThirdParty,
        };
        let loading = Sandbox::shared();
        let tried = loading.load_standing(file, signatures, &standing).await?;
        let mut plugins = built_in().await?;
        plugins.retain(|plugin| plugin.description.name != tried.description.name);
        plugins.push(Arc::new(tried));
        Catalogue::of(plugins)
    }

    fn of(plugins: Vec<Arc<Plugin>>) -> Result<Catalogue, CatalogueError> {
        let mut codes = engine_codes();
        for (index, plugin) in plugins.iter().enumerate() {
            let name = &plugin.description.name;
            if plugins[..index]
                .iter()
                .any(|other| other.description.name == *name)
            {
                return Err(CatalogueError::SameName(name.clone()));
            }
            for code in &plugin.description.codes {
                if codes.iter().any(|other| other.name == code.name) {
                    let declares = |plugin: &&Arc<Plugin>| {
                        plugin
                            .description
                            .codes
                            .iter()
                            .any(|it| it.name == code.name)
                    };
                    let first = plugins[..index].iter().find(declares);
                    return Err(CatalogueError::SameCode {
                        code: code.name.clone(),
                        first: first.map_or("the engine".into(), |plugin| {
                            plugin.description.name.clone()
                        }),
                        second: name.clone(),
                    });
                }
                codes.push(match plugin.is_third_party() {
                    true => in_its_words(code),
                    false => code.clone(),
                });
            }
        }
        standing::check(&plugins)?;
        let facts = DeclaredFacts::of(plugins.iter().map(|plugin| &*plugin.description))?;
        Ok(Catalogue {
            plugins,
            codes,
            facts,
        })
    }

    /// A code by its name.
    pub fn code(&self, name: &str) -> Option<&Code> {
        self.codes.iter().find(|code| code.name == name)
    }
}

async fn built_in() -> Result<Vec<Arc<Plugin>>, LoadError> {
    let sandbox = Sandbox::shared();
    let built_in = BUILT_IN.iter().map(|(name, wasm)| {
        let sandbox = sandbox.clone();
        // Compiling is the work of a thread, not of the runtime; only a first run does it.
        async move {
            let handle = tokio::task::spawn_blocking(move || {
                tokio::runtime::Handle::current().block_on(sandbox.load_built_in(name, wasm))
            });
            handle
                .await
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
        }
    });
    let plugins = try_join_all(built_in).await?;
    Ok(plugins.into_iter().map(Arc::new).collect())
}

/// One of the codes that no probe can report.
pub(crate) fn engine_code(name: &str) -> Code {
    let mut codes = engine_codes().into_iter();
    let code = codes.find(|code| code.name == name);
    code.expect("whoever reports a code of the engine declares it below")
}

/// The codes no probe can report: what happened to a probe itself, what our own addresses are, and what is seen without
/// any remote.
fn engine_codes() -> Vec<Code> {
    [
        (
            "source.addresses-changed",
            "the addresses we connect from have changed: allow lists are out of date",
            Severity::Error,
            Owner::Settings,
            include_str!("../remedies/source.addresses-changed.md"),
        ),
        (
            "probe.crashed",
            "a probe crashed",
            Severity::Error,
            Owner::Platform,
            include_str!("../remedies/probe.crashed.md"),
        ),
        (
            "probe.timed-out",
            "a probe did not end in time",
            Severity::Error,
            Owner::Platform,
            include_str!("../remedies/probe.timed-out.md"),
        ),
        (
            "probe.denied",
            "a probe asked for what it may not do",
            Severity::Error,
            Owner::Platform,
            include_str!("../remedies/probe.denied.md"),
        ),
        (
            "source.not-public",
            "the source address is not public, so no allow list can have it",
            Severity::Error,
            Owner::Platform,
            include_str!("../remedies/source.not-public.md"),
        ),
        (
            "source.listed-as-dynamic",
            "the source address passes for a residential or dynamic one",
            Severity::Warning,
            Owner::Platform,
            include_str!("../remedies/source.listed-as-dynamic.md"),
        ),
        (
            "source.not-static",
            "the source address changes",
            Severity::Warning,
            Owner::Platform,
            include_str!("../remedies/source.not-static.md"),
        ),
    ]
    .into_iter()
    .map(|(name, title, severity, owner, page)| Code {
        name: name.into(),
        title: title.into(),
        severity,
        owner,
        explains: Vec::new(),
        eased_by_certificate_check: false,
        page: page.into(),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::Capability;
    use crate::net::recorded_tests::powers_used;

    /// What none of the recorded servers has led to: one has no file that is long enough, and one takes no upload. Scenarios
    /// do, and a probe that does not ask for it is stopped there.
    const NOT_RECORDED: &[(&str, Capability)] = &[
        ("data-channel", Capability::Read),
        ("transfers", Capability::Read),
    ];

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
        for (name, wasm) in BUILT_IN {
            let plugin = sandbox.load_built_in(name, wasm).await.unwrap();
            let shape = sandbox.shape_of_built_in(name, wasm).unwrap();
            let mut used = said.remove(*name).unwrap_or_default();
            used.extend(shape.needs());
            assert_eq!(plugin.description.capabilities, used, "{name}");
            assert!(!plugin.is_third_party());
        }
    }
}
