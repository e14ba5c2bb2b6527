//! Compiled components, kept between runs: compiling takes half a second each, mapping a compiled one no time.
//!
//! What lies here is native code, so the folder and its files belong to the user alone, and nothing is read from a
//! folder that does not. A file is written under another name and renamed, so that no half of one is ever found.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use wasmtime::Engine;
use wasmtime::component::Component;

use super::compiled::{self, Compiled};
use compile::Name;
use files::own_files;

/// Above this the oldest files go.
const KEPT: usize = 200;

/// The folder for compiled components; none where there is none that is only ours.
#[derive(Debug)]
pub(super) struct Cache(Option<PathBuf>);

impl Cache {
    pub(super) fn open() -> Cache {
        let folder = etcetera::choose_base_strategy()
            .ok()
            .map(|base| base.cache_dir().join("remote-doctor"));
        Cache(folder.filter(|folder| is_private(folder)))
    }

    /// What was compiled earlier under this name.
    pub(super) fn find(&self, engine: &Engine, name: &Name) -> Option<Component> {
        let path = self.0.as_ref()?.join(name.as_str());
        match own_files::is_ours_alone(&path) {
            Ok(true) => compiled::from_file(engine, name, &path),
            Ok(false) | Err(_) => None,
        }
    }

    /// Keeps what was compiled now. A cache that cannot be written costs time, not the run.
    pub(super) fn keep(&self, name: &Name, compiled: &Compiled) {
        if let Some(folder) = &self.0 {
            let _ = store(folder, name, compiled.as_bytes());
        }
    }
}

fn store(folder: &Path, name: &Name, compiled: &[u8]) -> std::io::Result<()> {
    let unfinished = folder.join(format!("{}.{}", std::process::id(), name.as_str()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&unfinished)
        .and_then(|mut file| file.write_all(compiled));
    let path = folder.join(name.as_str());
    if let Err(error) = written.and_then(|()| fs::rename(&unfinished, path)) {
        let _ = fs::remove_file(&unfinished);
        return Err(error);
    }
    forget_oldest(folder)
}

fn forget_oldest(folder: &Path) -> std::io::Result<()> {
    let mut files: Vec<_> = fs::read_dir(folder)?
        .filter_map(Result::ok)
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort();
    let surplus = files.len().saturating_sub(KEPT);
    files
        .iter()
        .take(surplus)
        .try_for_each(|(_, path)| fs::remove_file(path))
}

/// Makes it where it is not there. Where the system does not tell whose it is, it is nobody's.
fn is_private(folder: &Path) -> bool {
    let made = own_files::make_private_folder(folder);
    made.and_then(|()| own_files::is_ours_alone(folder))
        .unwrap_or(false)
}
