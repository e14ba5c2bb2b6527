//! Puts the registry of products into the crate: every file in `products`. No list of products exists here or anywhere
//! in Rust; the folder is the list.

#[path = "build/generate.rs"]
mod generate;
#[path = "build/registry.rs"]
mod registry;
#[path = "build/rules.rs"]
mod rules;

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("products");
    println!("cargo::rerun-if-changed={}", folder.display());
    let checked = registry::read(&folder).and_then(|products| {
        rules::check(&products)?;
        Ok(products)
    });
    let products = match checked {
        Ok(products) => products,
        Err(mistake) => {
            for line in mistake.to_string().lines() {
                println!("cargo::error={line}");
            }
            return Ok(());
        }
    };
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo"));
    fs::write(out.join("products.rs"), generate::rust(&products))
}
