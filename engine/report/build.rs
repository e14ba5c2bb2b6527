//! Gathers the words of our own texts, for redacted reports: what is in none of them may say who somebody is.

#[path = "words.rs"]
mod words;

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let engine = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("..");
    let mut vocabulary = words::Vocabulary::default();
    let texts = [
        "../plugins",
        "diagnosis",
        "model/src",
        "host/src",
        "sandbox/src",
        "allow_list/src",
        "report/src",
        "recording/src",
        "run/src",
        "doctor/src",
        "published_addresses/src",
    ];
    for folder in texts {
        println!("cargo::rerun-if-changed={}", engine.join(folder).display());
        vocabulary.gather(&engine.join(folder))?;
    }
    let lines = |set: &std::collections::BTreeSet<String>| {
        set.iter().map(|it| format!("{it}\n")).collect::<String>()
    };
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo"));
    fs::write(out.join("words.txt"), lines(&vocabulary.words))?;
    fs::write(out.join("names.txt"), lines(&vocabulary.names))
}
