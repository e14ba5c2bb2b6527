//! `remote-doctor plugin new`: a probe that works, in a workspace of its own. The SDK in it is the one this program was
//! built from, so that what is built with it is what this program lets in.

use std::fs;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use toml::{Table, Value};

use super::super::{CliError, Exit, output};

static SDK: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../plugins/sdk");
static FTP: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../plugins/ftp");
static CONTRACT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../wit");
static FACTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../plugins/facts");
/// The packages and versions that the SDK is built with.
const WORKSPACE: &str = include_str!("../../../../Cargo.toml");
const LOCK: &str = include_str!("../../../../Cargo.lock");

/// What cargo reads of a package of the workspace, whatever is built.
const DEPENDENCIES: [&str; 3] = ["dependencies", "build-dependencies", "dev-dependencies"];

/// The example is the template: what is tested there is what authors begin with.
const PROBE: &str = include_str!("../../../../examples/minimal-probe/src/lib.rs");
const REMEDY: &str =
    include_str!("../../../../examples/minimal-probe/remedies/example.talkative-greeting.md");
const FOUND: &str =
    include_str!("../../../../examples/minimal-probe/scenarios/talkative/scenario.toml");
const SILENT: &str =
    include_str!("../../../../examples/minimal-probe/scenarios/terse/scenario.toml");
const AREA: &str = "example.";

/// Why no probe was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NewProbeError {
    #[error(
        "`{0}` is not a valid probe name: write lower-case words joined by hyphens, such as greeting-length"
    )]
    Name(String),
    #[error("{} already exists; nothing was written", .0.display())]
    Taken(PathBuf),
    #[error("{}: {source}", path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
}

pub(super) fn run(folder: &Path) -> Result<Exit, CliError> {
    write(folder)?;
    let shown = folder.display();
    output::print(&format!(
        "{shown}: a probe that looks at the length of the greeting\n\n\
         src/lib.rs    what it looks at\n\
         remedies/     a page of advice for each code it can report\n\
         scenarios/    servers on which it must find something, and on which it must not\n\
         sdk/          the SDK of this program; nothing in it is yours to change\n\n\
         remote-doctor plugin build {shown}\n"
    ))?;
    Ok(Exit::Fine)
}

/// The whole folder or nothing.
fn write(folder: &Path) -> Result<(), NewProbeError> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    if !is_name(&name) {
        return Err(NewProbeError::Name(folder.display().to_string()));
    }
    if folder.exists() {
        return Err(NewProbeError::Taken(folder.into()));
    }
    let parent = folder.parent().filter(|it| !it.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    let begun = tempfile::Builder::new()
        .prefix(".remote-doctor-")
        .tempdir_in(parent)
        .map_err(|source| at(parent, source))?;
    let root = begun.path().join(&*name);
    fill(&root, &name)?;
    fs::rename(&root, folder).map_err(|source| at(folder, source))
}

fn fill(root: &Path, name: &str) -> Result<(), NewProbeError> {
    let area = format!("{name}.");
    let own = |text: &str| text.replace(AREA, &area);
    let files = [
        ("Cargo.toml", manifest(name)),
        // The versions that the SDK was tested with; cargo takes out what is not used.
        ("Cargo.lock", LOCK.into()),
        (".gitignore", "target\n".into()),
        ("src/lib.rs", own(PROBE)),
        (
            &format!("remedies/{name}.talkative-greeting.md")[..],
            own(REMEDY),
        ),
        ("scenarios/talkative/scenario.toml", own(FOUND)),
        ("scenarios/terse/scenario.toml", own(SILENT)),
    ];
    for (path, text) in files {
        put(&root.join(path), text.as_bytes())?;
    }
    unpack(&SDK, &root.join("sdk/plugins/sdk"))?;
    unpack(&FTP, &root.join("sdk/plugins/ftp"))?;
    unpack(&FACTS, &root.join("sdk/plugins/facts"))?;
    unpack(&CONTRACT, &root.join("sdk/wit"))
}

fn unpack(dir: &Dir<'_>, to: &Path) -> Result<(), NewProbeError> {
    for file in dir.files() {
        put(
            &to.join(file.path().file_name().unwrap_or_default()),
            file.contents(),
        )?;
    }
    for inner in dir.dirs() {
        unpack(
            inner,
            &to.join(inner.path().file_name().unwrap_or_default()),
        )?;
    }
    Ok(())
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), NewProbeError> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(|source| at(folder, source))?;
    fs::write(path, bytes).map_err(|source| at(path, source))
}

fn at(path: &Path, source: std::io::Error) -> NewProbeError {
    NewProbeError::File {
        path: path.into(),
        source,
    }
}

/// As a package of cargo and as the area of a code.
fn is_name(name: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.split('-').all(is_word)
}

/// The package of the probe, which is the workspace of the SDK, too: its packages inherit from there what they inherit
/// from ours.
fn manifest(name: &str) -> String {
    let ours: Table = WORKSPACE.parse().expect("cargo has read it before us");
    let profile = ours["profile"]["guest"].clone();
    let ours = &ours["workspace"];
    let mut inherited = Table::new();
    for folder in [&SDK, &FTP, &FACTS] {
        let text = folder
            .get_file("Cargo.toml")
            .map(|file| file.contents_utf8());
        let package: Table = text
            .flatten()
            .and_then(|text| text.parse().ok())
            .unwrap_or_default();
        let tables = DEPENDENCIES.iter().filter_map(|it| package.get(*it));
        for dependency in tables.filter_map(Value::as_table).flat_map(Table::keys) {
            let mut wanted = ours["dependencies"][dependency].clone();
            if let Some(path) = wanted.get_mut("path") {
                *path = format!("sdk/{}", path.as_str().unwrap_or_default()).into();
            }
            inherited.insert(dependency.clone(), wanted);
        }
    }
    let mut workspace = Table::new();
    workspace.insert(
        "members".into(),
        vec!["sdk/plugins/facts", "sdk/plugins/ftp", "sdk/plugins/sdk"].into(),
    );
    workspace.insert("package".into(), ours["package"].clone());
    workspace.insert("dependencies".into(), inherited.into());
    workspace.insert("lints".into(), ours["lints"].clone());
    let mut root = Table::new();
    root.insert("workspace".into(), workspace.into());
    root.insert(
        "profile".into(),
        Table::from_iter([("guest".into(), profile)]).into(),
    );
    let edition = &ours["package"]["edition"];
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = {edition}\npublish = false\n\n\
         [lib]\ncrate-type = [\"cdylib\"]\n\n\
         [dependencies]\nprobe-sdk = {{ package = \"remote-doctor-sdk\", path = \"sdk/plugins/sdk\" }}\n\n\
         # For the SDK, which is a part of this workspace.\n{root}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_joined_by_hyphens() {
        assert!(is_name("greeting-length") && is_name("a2"));
        for bad in ["", "-a", "a-", "A", "a_b", "2a", "a--b", "a.b", "é"] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn the_manifest_has_what_the_sdk_inherits() {
        let manifest: Table = manifest("greeting-length").parse().unwrap();
        assert_eq!(
            manifest["package"]["name"].as_str(),
            Some("greeting-length")
        );
        let inherited = &manifest["workspace"]["dependencies"];
        assert_eq!(inherited["ftp"]["path"].as_str(), Some("sdk/plugins/ftp"));
        assert!(inherited["wit-bindgen"]["version"].is_str());
        let of_a_build = inherited.get("toml");
        assert!(of_a_build.is_some(), "the registry of products is read");
        assert_eq!(
            manifest["profile"]["guest"]["panic"].as_str(),
            Some("abort")
        );
    }

    #[test]
    fn what_is_there_stays() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("mine");
        write(&folder).unwrap();
        assert!(folder.join("sdk/wit/v0_1/probe.wit").exists());
        let text = fs::read_to_string(folder.join("src/lib.rs")).unwrap();
        assert!(text.contains("mine.talkative-greeting") && !text.contains(AREA));
        assert!(matches!(write(&folder), Err(NewProbeError::Taken(_))));
        let left = fs::read_dir(scratch.path()).unwrap().count();
        assert_eq!(left, 1, "something half written is left");
    }
}
