//! The files of a server, in memory and bounded.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::{Behaviour, Limits};

/// Directories and files by their absolute paths.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: BTreeMap<String, Node>,
    limits: Limits,
}

#[derive(Clone, Debug)]
struct Node {
    /// Nothing for a directory.
    content: Option<Vec<u8>>,
    modified: Timestamp,
}

/// One line of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) directory: bool,
    pub(crate) size: usize,
    pub(crate) modified: Timestamp,
}

/// Why something cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Missing,
    Exists,
    WrongKind,
    NotEmpty,
    Full,
}

impl Tree {
    /// A few directories and files, and the directory that a login lands in.
    pub(crate) fn new(behaviour: &Behaviour) -> Self {
        // Old enough that nobody takes the files for new ones.
        let modified = now()
            .checked_sub(SignedDuration::from_hours(48))
            .unwrap_or(Timestamp::UNIX_EPOCH);
        let mut tree = Self {
            nodes: BTreeMap::new(),
            limits: behaviour.limits.clone(),
        };
        let mut put = |path: &str, content: Option<Vec<u8>>| {
            tree.nodes
                .insert(path.to_owned(), Node { content, modified });
        };
        for directory in ["/", "/inbox", "/outbox", "/pub"] {
            put(directory, None);
        }
        if let Some(encoding) = behaviour.legacy() {
            put(encoding.directory(), None);
        }
        let login_directory = resolve("/", &behaviour.login_directory);
        for (end, _) in login_directory.match_indices('/').skip(1) {
            put(&login_directory[..end], None);
        }
        put(&login_directory, None);
        for number in 1..=behaviour.more_files {
            let path = resolve(&login_directory, &format!("file-{number:05}.txt"));
            put(&path, Some(Vec::new()));
        }
        put(
            "/inbox/order-1001.csv",
            Some(b"article,count\r\nbolt M6,200\r\nnut M6,200\r\n".to_vec()),
        );
        put(
            "/pub/readme.txt",
            Some(b"Files of the remote-doctor lab. Nothing here is worth keeping.\r\n".to_vec()),
        );
        // Every byte there is, often enough to fill many packets.
        put(
            "/pub/data.bin",
            Some((0..=u8::MAX).cycle().take(64 << 10).collect()),
        );
        tree
    }

    pub(crate) fn entry(&self, path: &str) -> Option<Entry> {
        self.nodes.get(path).map(|node| node.entry(name(path)))
    }

    pub(crate) fn is_directory(&self, path: &str) -> bool {
        self.entry(path).is_some_and(|entry| entry.directory)
    }

    /// What is directly in a directory, by name.
    pub(crate) fn list(&self, directory: &str) -> Vec<Entry> {
        let children = self
            .nodes
            .iter()
            .filter(|(path, _)| *path != "/" && parent(path) == directory);
        children
            .map(|(path, node)| node.entry(name(path)))
            .collect()
    }

    /// Everything there is, in order.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.nodes.keys().cloned().collect()
    }

    pub(crate) fn read(&self, path: &str) -> Option<&[u8]> {
        self.nodes.get(path)?.content.as_deref()
    }

    pub(crate) fn store(&mut self, path: &str, content: Vec<u8>) -> Result<(), Refusal> {
        if content.len() > self.limits.file_bytes || (!self.nodes.contains_key(path) && self.full())
        {
            return Err(Refusal::Full);
        }
        if !self.is_directory(parent(path)) || self.is_directory(path) {
            return Err(Refusal::WrongKind);
        }
        self.nodes.insert(
            path.to_owned(),
            Node {
                content: Some(content),
                modified: now(),
            },
        );
        Ok(())
    }

    pub(crate) fn make_directory(&mut self, path: &str) -> Result<(), Refusal> {
        if self.nodes.contains_key(path) {
            return Err(Refusal::Exists);
        }
        if !self.is_directory(parent(path)) {
            return Err(Refusal::Missing);
        }
        if self.full() {
            return Err(Refusal::Full);
        }
        self.nodes.insert(
            path.to_owned(),
            Node {
                content: None,
                modified: now(),
            },
        );
        Ok(())
    }

    pub(crate) fn remove(&mut self, path: &str, directory: bool) -> Result<(), Refusal> {
        let entry = self.entry(path).ok_or(Refusal::Missing)?;
        if entry.directory != directory || path == "/" {
            return Err(Refusal::WrongKind);
        }
        if directory && !self.list(path).is_empty() {
            return Err(Refusal::NotEmpty);
        }
        self.nodes.remove(path);
        Ok(())
    }

    /// Renames a file or an empty directory, which is as much as anybody needs here.
    pub(crate) fn rename(&mut self, from: &str, to: &str) -> Result<(), Refusal> {
        if self.nodes.contains_key(to) {
            return Err(Refusal::Exists);
        }
        if !self.is_directory(parent(to)) {
            return Err(Refusal::Missing);
        }
        if from == "/" || !self.list(from).is_empty() {
            return Err(Refusal::NotEmpty);
        }
        let node = self.nodes.remove(from).ok_or(Refusal::Missing)?;
        self.nodes.insert(to.to_owned(), node);
        Ok(())
    }

    pub(crate) fn touch(&mut self, path: &str, modified: Timestamp) -> Result<(), Refusal> {
        self.nodes.get_mut(path).ok_or(Refusal::Missing)?.modified = modified;
        Ok(())
    }

    fn full(&self) -> bool {
        self.nodes.len() >= self.limits.files
    }
}

impl Node {
    fn entry(&self, name: &str) -> Entry {
        Entry {
            name: name.to_owned(),
            directory: self.content.is_none(),
            size: self.content.as_ref().map_or(4096, Vec::len),
            modified: self.modified,
        }
    }
}

/// Now, in the whole seconds that FTP can express.
fn now() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The absolute path that a client means when it is in `directory`.
pub(crate) fn resolve(directory: &str, path: &str) -> String {
    let joined = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{directory}/{path}")
    };
    let mut parts = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((parent, _)) => parent,
    }
}

fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}
