//! Puts the built-in probes into the program: every component in `target/probes`, which `cargo xtask setup` fills, and what it
//! was compiled to ahead. No list of probes exists here or anywhere in Rust; the folder is the list.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let workspace = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("../..");
    let folder = workspace.join("target/probes");
    let compiled = workspace.join("target/probes-compiled");
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
        let code = compiled.join(format!("{name}.cwasm"));
        println!("cargo::rerun-if-changed={}", code.display());
        if !code.exists() {
            println!("cargo::error={name} was not compiled ahead: run `cargo xtask setup` first");
            continue;
        }
        let [wasm, code] = [component.canonicalize()?, code.canonicalize()?];
        writeln!(
            list,
            "    BuiltIn {{ name: {name:?}, wasm: include_bytes!({wasm:?}), code: include_bytes!({code:?}) }},"
        )
        .expect("a string takes everything");
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo"));
    fs::write(out.join("built_in.rs"), list)
}
