//! The packages of other people, as cargo knows them: for every platform.
//!
//! What `cargo metadata` prints is read here. A library for that would have serde_json built with other features than the
//! program's, and with it everything that stands on that.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

/// Everything that cargo knows of the workspace.
#[derive(Debug, Deserialize)]
pub struct Packages {
    packages: Vec<Package>,
    resolve: Resolve,
    workspace_root: PathBuf,
    workspace_members: BTreeSet<String>,
}

/// One package, in one version.
#[derive(Debug, Deserialize)]
pub struct Package {
    id: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it comes from, as cargo writes it; none for a part of the workspace.
    pub source: Option<String>,
    /// The licence as an SPDX expression, as its author wrote it; none where only a file says it.
    pub license: Option<String>,
    /// Who says to have written it.
    pub authors: Vec<String>,
    /// The library of the system that it brings or is linked to.
    pub links: Option<String>,
    manifest_path: PathBuf,
    features: BTreeMap<String, Vec<String>>,
    dependencies: Vec<Declared>,
    targets: Vec<Target>,
}

/// A dependency, as its package declares it.
#[derive(Debug, Deserialize)]
struct Declared {
    name: String,
    rename: Option<String>,
    optional: bool,
    /// `dev` or `build`; none for what becomes a part of the thing itself.
    kind: Option<String>,
    /// The folder of a dependency that lies on this machine.
    path: Option<PathBuf>,
}

/// One of the things that are built from a package.
#[derive(Debug, Deserialize)]
struct Target {
    kind: Vec<String>,
}

/// A crate of the workspace. Its folder names it.
#[derive(Debug)]
pub struct Crate {
    /// From the workspace on, as in `engine/model`.
    pub folder: PathBuf,
    /// Whether it is compiled to a component and runs in the sandbox.
    pub is_guest: bool,
    /// The folders of the crates of the workspace that it depends on, apart from its tests.
    pub depends_on: BTreeSet<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
    /// Those that are on.
    features: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Debug, Deserialize)]
struct DependencyKind {
    /// `dev` or `build`; none for what becomes a part of the thing itself.
    kind: Option<String>,
}

/// Why nothing is known of the packages.
#[derive(Debug, thiserror::Error)]
pub enum PackagesError {
    /// Cargo cannot be run.
    #[error("cargo metadata: {0}")]
    NotRun(#[from] std::io::Error),
    /// Cargo does not say it.
    #[error("cargo metadata: {0}")]
    Refused(String),
    /// It is not what cargo is known to say.
    #[error("cargo metadata: {0}")]
    Unreadable(#[from] serde_json::Error),
}

impl Packages {
    /// Asks cargo. What is not here yet is fetched; nothing is compiled.
    ///
    /// # Errors
    /// Cargo cannot tell.
    pub fn read(workspace: &Path) -> Result<Packages, PackagesError> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let said = Command::new(cargo)
            // What is checked is what is built: the lock file as it stands.
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(workspace)
            .output()?;
        if !said.status.success() {
            let why = String::from_utf8_lossy(&said.stderr);
            return Err(PackagesError::Refused(why.trim().into()));
        }
        Ok(serde_json::from_slice(&said.stdout)?)
    }

    /// All of other people's, also those that only tests need or that only build.
    pub fn foreign(&self) -> impl Iterator<Item = &Package> {
        let members = self.workspace_members.iter().map(String::as_str);
        let reached = self.reached(members, |_| true);
        let packages = self.packages.iter().filter(|it| it.source.is_some());
        packages.filter(move |it| reached.contains(it.id.as_str()))
    }

    /// What may be part of the program or of a probe that is built into it, on one platform or another, by name and version.
    pub fn shipped(&self) -> Vec<&Package> {
        let own = |kind: &DependencyKind| kind.kind.is_none();
        let reached = self.reached(self.roots(), own);
        let mut shipped: Vec<&Package> = self.foreign().collect();
        shipped.retain(|package| reached.contains(package.id.as_str()));
        shipped.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        shipped
    }

    /// The crates of the workspace.
    pub fn crates(&self) -> Vec<Crate> {
        let members = self.packages.iter();
        let members = members.filter(|it| self.workspace_members.contains(&it.id));
        let described = members.map(|package| {
            let normal = package.dependencies.iter();
            let normal = normal.filter(|it| it.kind.is_none());
            let own = normal.filter_map(|it| it.path.as_deref());
            Crate {
                folder: self.inside(package.folder()),
                is_guest: package.targets.iter().any(Target::is_component),
                depends_on: own.map(|folder| self.inside(folder)).collect(),
            }
        });
        described.collect()
    }

    /// The names of all packages that the crate in this folder is made of, directly or through others; dependencies of tests
    /// and build scripts do not count. None where no crate is in the folder.
    pub fn made_of(&self, folder: &Path) -> BTreeSet<&str> {
        let root = self.packages.iter();
        let root = root.filter(|it| self.inside(it.folder()) == folder);
        let reached = self.reached(root.map(|it| it.id.as_str()), |it| it.kind.is_none());
        let packages = self.packages.iter();
        let reached = packages.filter(|it| reached.contains(it.id.as_str()));
        reached.map(|it| it.name.as_str()).collect()
    }

    /// A folder, seen from the workspace.
    fn inside(&self, folder: &Path) -> PathBuf {
        folder
            .strip_prefix(&self.workspace_root)
            .unwrap_or(folder)
            .into()
    }

    /// The program, and what makes the probes.
    fn roots(&self) -> impl Iterator<Item = &str> {
        let is_root = move |package: &&Package| {
            let folder = self.inside(package.folder());
            let member = self.workspace_members.contains(&package.id);
            member && (folder.starts_with("engine") || folder.starts_with("plugins"))
        };
        self.packages
            .iter()
            .filter(is_root)
            .map(|it| it.id.as_str())
    }

    /// What these are made of, over dependencies of these kinds.
    fn reached<'a>(
        &'a self,
        roots: impl Iterator<Item = &'a str>,
        counts: impl Fn(&DependencyKind) -> bool,
    ) -> BTreeSet<&'a str> {
        let packages = self.packages.iter();
        let packages: BTreeMap<&str, &Package> = packages.map(|it| (it.id.as_str(), it)).collect();
        let nodes = self.resolve.nodes.iter();
        let nodes: BTreeMap<&str, &Node> = nodes.map(|it| (it.id.as_str(), it)).collect();
        let mut reached = BTreeSet::new();
        let mut next: VecDeque<&str> = roots.collect();
        while let Some(id) = next.pop_front() {
            if !reached.insert(id) {
                continue;
            }
            let (package, node) = (packages[id], nodes[id]);
            let own = node
                .deps
                .iter()
                .filter(|it| it.dep_kinds.iter().any(&counts));
            let built = own.filter(|it| package.builds(&packages[it.pkg.as_str()].name, node));
            next.extend(built.map(|it| it.pkg.as_str()));
        }
        reached
    }
}

impl Target {
    /// Guests are the only dynamic libraries here.
    fn is_component(&self) -> bool {
        self.kind.iter().any(|kind| kind == "cdylib")
    }
}

impl Package {
    /// The folder with its sources.
    pub fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }

    /// Whether it is built with this dependency. Cargo also lists what a feature of something optional would turn on, if that
    /// were there (`name?/feature`).
    fn builds(&self, name: &str, node: &Node) -> bool {
        let mut declared = self.dependencies.iter().filter(|it| it.name == name);
        declared.any(|it| {
            let key = it.rename.as_deref().unwrap_or(&it.name);
            let asked = |value: &String| {
                let value = value.strip_prefix("dep:").unwrap_or(value);
                value.split('/').next() == Some(key)
            };
            let on = node.features.iter().filter_map(|it| self.features.get(it));
            !it.optional || node.features.contains(key) || on.flatten().any(asked)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A package with the features `std`, which is on, and `ring`; and what else its feature `std` asks for.
    fn built(optional: bool, std: &str) -> bool {
        let package = serde_json::json!({
            "id": "x", "name": "x", "version": "1.0.0", "source": null, "license": null, "authors": [], "links": null,
            "manifest_path": "/x/Cargo.toml", "features": { "std": [std], "ring": ["dep:ring"] },
            "dependencies": [{ "name": "ring", "rename": null, "optional": optional, "kind": null }], "targets": [],
        });
        let node = serde_json::json!({ "id": "x", "deps": [], "features": ["std"] });
        let package: Package = serde_json::from_value(package).expect("a package");
        package.builds("ring", &serde_json::from_value(node).expect("a node"))
    }

    #[test]
    fn what_is_not_asked_for_is_not_built() {
        assert!(built(false, "alloc"));
        assert!(built(true, "dep:ring") && built(true, "ring/std") && built(true, "ring"));
        assert!(!built(true, "ring?/std") && !built(true, "alloc"));
    }

    #[test]
    fn the_workspace_is_built_without_what_is_only_locked() {
        let packages = Packages::read(&crate::workspace()).expect("cargo knows them");
        let names: BTreeSet<&str> = packages.foreign().map(|it| it.name.as_str()).collect();
        assert!(names.contains("aws-lc-rs") && names.contains("libtest-mimic"));
        assert!(
            packages
                .shipped()
                .iter()
                .all(|it| it.name != "libtest-mimic")
        );
    }
}
