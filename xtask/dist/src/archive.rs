//! The archive for everybody: one folder, to be unpacked anywhere.

use std::io;

use crate::contents::Contents;
use crate::pressed::{self, Effort};
use crate::tree::Tree;
use crate::{NAME, stem};

/// The name of the file.
pub fn name(program: &str) -> String {
    format!("{}.tar.xz", stem(program))
}

/// The archive (`.tar.xz`) of a program.
///
/// # Errors
/// There is not enough memory.
pub fn pack(program: &str, contents: &Contents, when: u64, effort: Effort) -> io::Result<Vec<u8>> {
    let mut tree = Tree::default();
    tree.program(NAME, contents.program.clone());
    tree.file("LICENSE", contents.licence.clone());
    tree.file("THIRD-PARTY-NOTICES", contents.notices.clone());
    tree.file("CHANGELOG.md", contents.changes.clone());
    tree.file("README.md", contents.readme.clone());
    for (name, page) in &contents.pages {
        tree.file(format!("man/man1/{name}"), page.clone());
    }
    for (shell, script) in &contents.completions {
        let name = Contents::completion_file(shell);
        tree.file(format!("completions/{shell}/{name}"), script.clone());
    }
    for (name, example) in &contents.examples {
        tree.file(format!("examples/{name}"), example.clone());
    }
    pressed::xz(&tree.tar(&format!("{}/", stem(program)), when)?, effort)
}
