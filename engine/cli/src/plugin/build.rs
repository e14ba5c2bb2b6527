//! `remote-doctor plugin build`: from the source of a probe to a component that this program lets in.

use std::fs;
use std::path::{Path, PathBuf};

use builder::{BuildError, Compiler, Workspace};
use toml::Table;

use super::super::{CliError, Exit, output};
use files::output_file;
use files::output_file::OutputError;
use sandbox::{Sandbox, Signatures};

/// Why there is no component.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BuildProbeError {
    #[error("{}: {reason}", path.display())]
    NotAProbe { path: PathBuf, reason: String },
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error(transparent)]
    Refused(#[from] sandbox::LoadError),
}

pub(super) async fn run(folder: &Path, to: Option<&Path>) -> Result<Exit, CliError> {
    let file = component(folder, to).await?;
    output::print(&format!("{}\n", file.display()))?;
    Ok(Exit::Fine)
}

async fn component(folder: &Path, to: Option<&Path>) -> Result<PathBuf, BuildProbeError> {
    let package = package(folder)?;
    let compiler = Compiler::find()?;
    let whole = folder.canonicalize().map_err(|source| BuildError::File {
        path: folder.into(),
        source,
    })?;
    let source = Workspace {
        folder: &whole,
        target: whole.join("target"),
        called: "/probe",
    };
    source.compile(&compiler, &[&package])?;
    let component = source.component(&package)?;
    let file = to.map_or_else(
        || folder.join("target").join(format!("{package}.wasm")),
        Path::to_path_buf,
    );
    output_file::write(&file, &component)?;
    // What would be refused later is refused now, with the reason.
    Sandbox::shared()
        .load_file(&file, &Signatures::default())
        .await?;
    Ok(file)
}

/// The name of the package in a folder.
fn package(folder: &Path) -> Result<String, BuildProbeError> {
    let path = folder.join("Cargo.toml");
    let wrong = |reason: String| BuildProbeError::NotAProbe {
        path: path.clone(),
        reason,
    };
    let text = fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
    let manifest: Table = text
        .parse()
        .map_err(|error: toml::de::Error| wrong(error.to_string()))?;
    let name = manifest.get("package").and_then(|it| it.get("name"));
    let kinds = manifest.get("lib").and_then(|it| it.get("crate-type"));
    let is_component = kinds
        .and_then(|kinds| kinds.as_array())
        .is_some_and(|kinds| kinds.iter().any(|kind| kind.as_str() == Some("cdylib")));
    match name.and_then(|name| name.as_str()) {
        None => Err(wrong("no package".into())),
        Some(_) if !is_component => Err(wrong(
            "a probe needs `crate-type = [\"cdylib\"]` under [lib]".into(),
        )),
        Some(name) => Ok(name.into()),
    }
}
