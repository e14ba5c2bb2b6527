//! The package for Debian and what comes from it (deb(5)): an `ar` archive of a version, of what the package says of itself, and
//! of its files.

use std::io;

use ar::{Builder, Header};

use crate::contents::Contents;
use crate::pressed::{self, Effort};
use crate::tree::Tree;
use crate::{NAME, VERSION};

/// Where documents of the package lie.
const DOCUMENTS: &str = "usr/share/doc/remote-doctor";

/// The name of the file, as Debian forms it.
pub fn name() -> String {
    format!("{NAME}_{VERSION}_amd64.deb")
}

/// The package.
///
/// # Errors
/// There is not enough memory.
pub fn pack(contents: &Contents, when: u64, effort: Effort) -> io::Result<Vec<u8>> {
    let files = files(contents)?;
    let mut about = Tree::default();
    about.file("control", control(&files));
    let mut package = Builder::new(Vec::new());
    let mut put = |name: &str, bytes: &[u8]| {
        let mut header = Header::new(name.as_bytes().to_vec(), bytes.len() as u64);
        header.set_mode(0o100_644);
        header.set_mtime(when);
        package.append(&header, bytes)
    };
    put("debian-binary", b"2.0\n")?;
    put(
        "control.tar.xz",
        &pressed::xz(&about.tar("", when)?, effort)?,
    )?;
    put("data.tar.xz", &pressed::xz(&files.tar("", when)?, effort)?)?;
    package.into_inner()
}

fn files(contents: &Contents) -> io::Result<Tree> {
    let mut tree = Tree::default();
    tree.program(format!("usr/bin/{NAME}"), contents.program.clone());
    for (name, page) in &contents.pages {
        let page = pressed::gzip(page, Effort::Most)?;
        tree.file(format!("usr/share/man/man1/{name}.gz"), page);
    }
    for (shell, script) in &contents.completions {
        let folder = match *shell {
            "zsh" => "zsh/vendor-completions",
            "fish" => "fish/vendor_completions.d",
            _ => "bash-completion/completions",
        };
        let name = Contents::completion_file(shell);
        tree.file(format!("usr/share/{folder}/{name}"), script.clone());
    }
    let mut copyright = contents.licence.clone();
    copyright
        .extend(b"\nThe licences of what the program is made of are in THIRD-PARTY-NOTICES.gz.\n");
    tree.file(format!("{DOCUMENTS}/copyright"), copyright);
    for (name, text) in [
        ("THIRD-PARTY-NOTICES.gz", &contents.notices),
        ("changelog.gz", &contents.changes),
    ] {
        tree.file(
            format!("{DOCUMENTS}/{name}"),
            pressed::gzip(text, Effort::Most)?,
        );
    }
    for (name, example) in &contents.examples {
        tree.file(format!("{DOCUMENTS}/examples/{name}"), example.clone());
    }
    Ok(tree)
}

/// What the package says of itself (deb-control(5)). It depends on nothing: not even on a C library.
fn control(files: &Tree) -> String {
    let bytes: usize = files.files().map(|(_, bytes)| bytes.len()).sum();
    format!(
        "Package: {NAME}\n\
         Version: {VERSION}\n\
         Architecture: amd64\n\
         Section: net\n\
         Priority: optional\n\
         Maintainer: The maintainers of remote-doctor <remote-doctor@example.invalid>\n\
         Installed-Size: {}\n\
         Description: diagnoses FTP and FTPS remotes\n \
         Finds out why an FTP or FTPS remote will not connect or will not transfer, who\n \
         has to act, and what to change.\n",
        bytes.div_ceil(1024)
    )
}
