//! Takes an input apart. Inputs are lines where they can be, so that a seed can be read and written by hand.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The first line without its end, and everything after it.
pub(crate) fn first_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[]),
    }
}

/// The lines without their ends.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n')
}

/// A text with `\n` where a line end is meant.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("\\n", "\n")
}

/// The fields of a line, `|` between them.
pub(crate) fn fields(line: &[u8]) -> Vec<String> {
    line.split(|byte| *byte == b'|').map(text).collect()
}

/// The bytes in pieces, the first as long as `first` says and so on, over and over: as a network might cut them.
pub(crate) fn pieces(bytes: &[u8], sizes: u8) -> impl Iterator<Item = &[u8]> {
    let sizes = [1 + usize::from(sizes & 15), 1 + usize::from(sizes >> 4)];
    let mut rest = bytes;
    let mut turn = 0;
    std::iter::from_fn(move || {
        let size = sizes[turn % 2].min(rest.len());
        turn += 1;
        let (piece, after) = rest.split_at(size);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

/// A folder with files for one run of a target, in memory where the system has a place for that.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Folder {
        let memory = Path::new("/dev/shm");
        let folder = match memory.is_dir() {
            true => tempfile::tempdir_in(memory),
            false => tempfile::tempdir(),
        };
        Folder(folder.expect("a place for files"))
    }

    /// A file with this in it.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        let mut file = File::create(&path).expect("a new file");
        file.write_all(bytes).expect("room for it");
        path
    }
}
