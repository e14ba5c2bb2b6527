//! The words this program uses itself: of the pages of all codes, and of the texts that probes and engine put together.
//! They give nobody away, so a redacted report keeps them, and what is none of them is what somebody else said.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};

/// Words, and names with dots or slashes in them such as `vsftpd.conf`.
#[derive(Default)]
pub struct Vocabulary {
    pub words: BTreeSet<String>,
    pub names: BTreeSet<String>,
}

impl Vocabulary {
    /// What is in these folders: prose where a file is Markdown, texts where it is Rust or describes a product.
    pub fn gather(&mut self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                self.gather(&path)?;
                continue;
            }
            let name = path.file_name().unwrap_or_default().display().to_string();
            match path.extension().and_then(|it| it.to_str()) {
                Some("md") => {
                    println!("cargo::rerun-if-changed={}", path.display());
                    self.names
                        .insert(name.trim_end_matches(".md").to_lowercase());
                    self.add(&fs::read_to_string(&path)?);
                }
                Some("rs") if !name.ends_with("tests.rs") => {
                    println!("cargo::rerun-if-changed={}", path.display());
                    self.add(&texts(&fs::read_to_string(&path)?));
                }
                Some("toml") if folder.ends_with("ftp/products") => {
                    println!("cargo::rerun-if-changed={}", path.display());
                    self.add(&texts(&of_product(&fs::read_to_string(&path)?)));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// All words of a text. Names made for examples are somebody's elsewhere.
    pub fn add(&mut self, text: &str) {
        let words = text.split(|c: char| !c.is_alphanumeric());
        let words = words.filter(|it| it.chars().any(char::is_alphabetic) && it.len() > 1);
        self.words.extend(words.map(str::to_lowercase));
        let wraps = |c: char| !c.is_alphanumeric() && c != '/' && c != '~';
        for name in text.split(|c: char| c.is_whitespace() || "`\"'()[]{}<>,;=".contains(c)) {
            let name = name.trim_matches(wraps).to_lowercase();
            let is_name = name.contains('/') || name.contains('.');
            if is_name && name.chars().any(char::is_alphabetic) && !name.contains("example") {
                self.names.insert(name);
            }
        }
    }
}

/// Keys of the registry of products whose texts are ours, or those of every server with that product. What one server was
/// seen to say, and how users are named, may be somebody's.
const OF_PRODUCTS: [&str; 8] = [
    "name", "text", "begins", "ends", "has", "is", "place", "says",
];

/// The lines of a file of the registry of products that have such a text.
pub fn of_product(source: &str) -> String {
    let lines = source.lines().filter(|line| {
        let key = line.split_once(" = \"").map(|(key, _)| key);
        key.is_some_and(|key| OF_PRODUCTS.contains(&key))
    });
    lines.map(|line| format!("{line}\n")).collect()
}

/// The texts in quotes of a source file, up to its tests.
pub fn texts(source: &str) -> String {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut out = String::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let from = &rest[at..];
        rest = if let Some(comment) = from.strip_prefix("//") {
            comment.split_once('\n').map_or("", |(_, rest)| rest)
        } else if let Some(rest) = from.strip_prefix("'\"'") {
            rest
        } else if let Some(text) = from.strip_prefix('"') {
            let end = end(text);
            out.push_str(&text[..end].replace("\\n", " "));
            out.push('\n');
            text.get(end + 1..).unwrap_or_default()
        } else {
            &from[1..]
        };
    }
    out
}

/// Where a text ends: at the first quote without a backslash.
fn end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => return at,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}
