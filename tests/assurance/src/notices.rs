//! The notices that go with the program: who wrote what is in it, under which licence, in the words of the licence.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use spdx::{LicenseItem, LicenseReq};

use crate::packages::{Package, Packages};
use crate::policy::{Policy, expression};

/// The file, at the top of the workspace.
pub const FILE: &str = "THIRD-PARTY-NOTICES";

/// How the file begins.
const HEAD: &str = "\
Third-party notices of remote-doctor

The program and the probes that are built into it are made of remote-doctor itself (see LICENSE), of the Rust standard library
(The Rust Project Developers; MIT or Apache-2.0, both texts are below), and of the packages listed here, not all of them on
every platform. Where a package can be had under several licences, the one named first by deny.toml was taken.

This file is generated: `cargo xtask notices`.
";
/// Between two parts.
const RULE: &str =
    "\n--------------------------------------------------------------------------------\n";
/// How the names of files begin that hold a licence or a notice.
const NAMES: [&str; 5] = ["licen", "copying", "copyright", "notice", "unlicense"];

/// Why there are no notices.
#[derive(Debug, thiserror::Error)]
pub enum NoticesError {
    /// A file with a licence cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Its licence is not allowed, so nothing can be said of it.
    #[error("{0}: no licence that deny.toml allows")]
    NoLicence(String),
}

/// The whole file.
///
/// # Errors
/// A licence is missing or cannot be read.
pub fn render(packages: &Packages, policy: &Policy) -> Result<String, NoticesError> {
    let mut out = HEAD.to_owned();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    out.push('\n');
    for package in packages.shipped() {
        let name = format!("{} {}", package.name, package.version);
        let chosen = expression(package).map(|it| policy.chosen(&it));
        let chosen = chosen.filter(|it| !it.is_empty());
        let chosen = chosen.ok_or_else(|| NoticesError::NoLicence(name.clone()))?;
        let licences: Vec<String> = chosen.iter().map(ToString::to_string).collect();
        let _ = writeln!(out, "{name} ({})", licences.join(" and "));
        for text in texts_of(package, &chosen)? {
            texts.entry(text).or_default().push(name.clone());
        }
    }
    // Texts that many use stand first.
    let mut texts: Vec<_> = texts.into_iter().collect();
    texts.sort_by(|(a, of_a), (b, of_b)| (of_b.len(), of_a, a).cmp(&(of_a.len(), of_b, b)));
    for (text, of) in texts {
        let _ = write!(out, "{RULE}{}:\n\n{text}\n", of.join(", "));
    }
    Ok(out)
}

/// The texts of the chosen licences, as the package has them; the standard text, and who wrote it, where it has none.
fn texts_of(package: &Package, chosen: &[LicenseReq]) -> Result<Vec<String>, NoticesError> {
    let mut files = licence_files(package.folder(), 0)?;
    // A package with a library in C brings the licence of that.
    if package.links.is_some() {
        files.extend(licence_files_below(package.folder())?);
    }
    let named = |file: &Path, word: &str| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.to_lowercase().contains(word)
    };
    let is_specific = |file: &Path| FAMILIES.iter().any(|(_, word)| named(file, word));
    let mut texts = Vec::new();
    let mut missing = Vec::new();
    for licence in chosen {
        let word = family(licence);
        let own: Vec<&PathBuf> = files
            .iter()
            .filter(|file| word.is_some_and(|word| named(file, word)))
            .collect();
        if own.is_empty() {
            missing.push(licence);
        }
        for file in own {
            texts.push(read(file)?);
        }
    }
    // A file without the name of a licence may hold any of them, or a notice.
    for file in files.iter().filter(|file| !is_specific(file)) {
        texts.push(read(file)?);
        missing.clear();
    }
    for licence in missing {
        texts.push(standard(package, licence));
    }
    texts.sort();
    texts.dedup();
    Ok(texts)
}

/// Words in the names of files, by the licence they hold.
const FAMILIES: [(&str, &str); 6] = [
    ("MIT", "mit"),
    ("Apache", "apache"),
    ("BSD", "bsd"),
    ("Zlib", "zlib"),
    ("Unlicense", "unlicense"),
    ("ISC", "isc"),
];

fn family(licence: &LicenseReq) -> Option<&'static str> {
    let name = licence.to_string();
    let mut families = FAMILIES.iter();
    families
        .find(|(family, _)| name.starts_with(family))
        .map(|(_, word)| *word)
}

/// What SPDX has for it.
fn standard(package: &Package, licence: &LicenseReq) -> String {
    let text = match &licence.license {
        LicenseItem::Spdx { id, .. } => id.text(),
        LicenseItem::Other(_) => "",
    };
    let authors = match package.authors.is_empty() {
        true => format!("the authors of {}", package.name),
        false => package.authors.join(", "),
    };
    format!("{licence}, by {authors}\n\n{}", tidy(text))
}

/// The files with a licence or a notice in one folder, by name.
fn licence_files(folder: &Path, depth: usize) -> Result<Vec<PathBuf>, NoticesError> {
    let mut files: Vec<PathBuf> = entries(folder)?
        .into_iter()
        .filter(|path| path.is_file() && is_licence(path))
        .collect();
    if depth == 0 {
        for licences in ["LICENSES", "license", "licenses"] {
            let below = folder.join(licences);
            if below.is_dir() {
                files.extend(entries(&below)?.into_iter().filter(|path| path.is_file()));
            }
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// The same in all folders below it.
fn licence_files_below(folder: &Path) -> Result<Vec<PathBuf>, NoticesError> {
    let mut files = Vec::new();
    for below in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        files.extend(licence_files(&below, 1)?);
        files.extend(licence_files_below(&below)?);
    }
    files.sort();
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, NoticesError> {
    let unreadable = |source| NoticesError::Unreadable {
        path: folder.into(),
        source,
    };
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    entries
        .map(|entry| entry.map(|it| it.path()).map_err(unreadable))
        .collect()
}

/// Sources are no licences, whatever they are called.
fn is_licence(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_lowercase();
    let is_text = match name.rsplit_once('.') {
        Some((_, ending)) => !["rs", "c", "h", "py", "toml", "json", "html"].contains(&ending),
        None => true,
    };
    is_text && NAMES.iter().any(|begins| name.starts_with(begins))
}

fn read(path: &Path) -> Result<String, NoticesError> {
    let bytes = fs::read(path).map_err(|source| NoticesError::Unreadable {
        path: path.into(),
        source,
    })?;
    Ok(tidy(&String::from_utf8_lossy(&bytes)))
}

/// The same text in the same form, so that it stands here once.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}
