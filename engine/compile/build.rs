//! Tells the kind of machine that the program is built for, which code that is compiled ahead is for as well.

use std::env;

fn main() -> Result<(), env::VarError> {
    println!("cargo::rustc-env=COMPILED_FOR={}", env::var("TARGET")?);
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}
