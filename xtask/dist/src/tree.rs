//! A tree of files as it will lie on somebody's machine, and the tar archive of it (POSIX.1-1988, ustar).

use std::collections::BTreeMap;
use std::io;

use tar::{Builder, EntryType, Header};

/// Files and folders by their paths, without a slash at the beginning. Folders above a file are there by themselves.
#[derive(Clone, Debug, Default)]
pub struct Tree(BTreeMap<String, Entry>);

/// A file, or a folder where there are no bytes.
#[derive(Clone, Debug)]
struct Entry {
    mode: u32,
    /// User and group.
    owner: u64,
    bytes: Option<Vec<u8>>,
}

impl Tree {
    /// Adds a file that everybody reads.
    pub fn file(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.add(path.into(), 0o644, 0, Some(bytes.into()));
    }

    /// Adds a file that everybody runs.
    pub fn program(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.add(path.into(), 0o755, 0, Some(bytes.into()));
    }

    /// Adds a folder of this user, with these rights.
    pub fn folder(&mut self, path: impl Into<String>, mode: u32, owner: u64) {
        self.add(path.into(), mode, owner, None);
    }

    fn add(&mut self, path: String, mode: u32, owner: u64, bytes: Option<Vec<u8>>) {
        for (at, _) in path.match_indices('/') {
            let above = self.0.entry(path[..at].to_owned());
            above.or_insert(Entry {
                mode: 0o755,
                owner: 0,
                bytes: None,
            });
        }
        let entry = Entry { mode, owner, bytes };
        self.0.insert(path, entry);
    }

    /// The files, in the order of their paths.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let files = self.0.iter();
        files.filter_map(|(path, entry)| Some((path.as_str(), entry.bytes.as_deref()?)))
    }

    /// The archive. Each path has this in front, and each file was changed at this time (seconds since 1970).
    ///
    /// # Errors
    /// A path is longer than ustar has room for.
    pub fn tar(&self, before: &str, when: u64) -> io::Result<Vec<u8>> {
        let mut builder = Builder::new(Vec::new());
        for (path, entry) in &self.0 {
            let bytes = entry.bytes.as_deref().unwrap_or_default();
            let mut header = Header::new_ustar();
            header.set_path(format!("{before}{path}"))?;
            header.set_entry_type(match entry.bytes {
                Some(_) => EntryType::Regular,
                None => EntryType::Directory,
            });
            header.set_mode(entry.mode);
            header.set_uid(entry.owner);
            header.set_gid(entry.owner);
            header.set_mtime(when);
            header.set_size(bytes.len() as u64);
            header.set_cksum();
            builder.append(&header, bytes)?;
        }
        builder.into_inner()
    }
}
