//! Puts the built-in probes into the program: every component in `target/probes`, which `cargo xtask setup` fills.
//! No list of probes exists here or anywhere in Rust; the folder is the list.

#[path = "build/words.rs"]
mod words;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let workspace = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("..");
    let folder = workspace.join("target/probes");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut components: Vec<PathBuf> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "wasm")
        })
        .collect();
    components.sort();
    if components.is_empty() {
        println!("cargo::error=there are no built-in probes yet: run `cargo xtask setup` first");
    }
    let mut list = String::from("&[\n");
    for component in components {
        println!("cargo::rerun-if-changed={}", component.display());
        let name = component
            .file_stem()
            .unwrap_or_default()
            .display()
            .to_string();
        let path = component.canonicalize()?.display().to_string();
        writeln!(list, "    ({name:?}, include_bytes!({path:?})),")
            .expect("a string takes everything");
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo"));
    fs::write(out.join("built_in.rs"), list)?;
    vocabulary(&workspace, &out)
}

/// The words of our own texts, for redacted reports.
fn vocabulary(workspace: &Path, out: &Path) -> io::Result<()> {
    let mut vocabulary = words::Vocabulary::default();
    for folder in ["plugins", "engine/remedies"] {
        vocabulary.gather(&workspace.join(folder))?;
    }
    // What the command line says is not part of a report.
    let engine = workspace.join("engine/src");
    println!("cargo::rerun-if-changed={}", engine.display());
    for entry in fs::read_dir(&engine)? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with("cli") {
            vocabulary.gather(&path)?;
        }
    }
    for file in [
        "compare.rs",
        "finding.rs",
        "matrix.rs",
        "why.rs",
        "verify.rs",
        "clean_up.rs",
        "baseline.rs",
    ] {
        vocabulary.add(&words::texts(&fs::read_to_string(engine.join(file))?));
    }
    let lines = |set: &std::collections::BTreeSet<String>| {
        set.iter().map(|it| format!("{it}\n")).collect::<String>()
    };
    fs::write(out.join("words.txt"), lines(&vocabulary.words))?;
    fs::write(out.join("names.txt"), lines(&vocabulary.names))
}
