//! Lists the probes as `cargo xtask setup` finds them: every folder of `plugins/` whose manifest asks for a `cdylib`.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let package = env::var("CARGO_MANIFEST_DIR").expect("set by cargo");
    let linked = fs::read_to_string(Path::new(&package).join("Cargo.toml"))?;
    let plugins = Path::new(&package).join("../../plugins");
    println!("cargo::rerun-if-changed={}", plugins.display());
    let mut probes = Vec::new();
    for folder in fs::read_dir(plugins)? {
        let folder = folder?;
        let manifest = folder.path().join("Cargo.toml");
        let Ok(manifest) = fs::read_to_string(manifest) else {
            continue;
        };
        let mut lines = manifest.lines();
        let name = lines.find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
        let Some(name) = name.filter(|_| manifest.contains("cdylib")) else {
            continue;
        };
        let folder = format!("plugins/{}", folder.file_name().display());
        if !manifest.contains("rlib") || !linked.contains(&format!("../../{folder}\"")) {
            println!(
                "cargo::error={folder} has to be an `rlib` too, and a dependency in tests/native-probes/Cargo.toml"
            );
        }
        probes.push(format!("&{}::PROBE", name.replace('-', "_")));
    }
    probes.sort();
    let out = env::var("OUT_DIR").expect("set by cargo");
    let list = format!("&[{}]", probes.join(", "));
    fs::write(Path::new(&out).join("probes.rs"), list)
}
