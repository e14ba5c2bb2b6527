//! What one run writes down.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::entry::{self, FORMAT, Header, Left, Line, Made, VERSION};
use super::{JournalError, Session};

/// The file of one run, which is there from the first thing that the run makes.
#[derive(Debug)]
pub struct Page {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    /// Nothing was made.
    Blank(Box<Header>),
    /// The file, locked.
    Begun(File),
}

impl Page {
    pub(super) fn new(folder: &std::path::Path, name: &str, session: &Session) -> Page {
        let header = Header {
            format: FORMAT.into(),
            version: VERSION,
            session: session.clone(),
            name: name.into(),
            began: Timestamp::now(),
        };
        Page {
            path: entry::file_of(folder, name),
            state: Mutex::new(State::Blank(Box::new(header))),
        }
    }

    /// Goes on with the file of a run that has ended; none where another process does.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of_left(left: &Left) -> Result<Option<(Page, Left)>, JournalError> {
        let held = left.held().map_err(|source| JournalError::Io {
            path: left.file.clone(),
            source,
        })?;
        Ok(held.map(|(file, left)| {
            let page = Page {
                path: left.file.clone(),
                state: Mutex::new(State::Begun(file)),
            };
            (page, left)
        }))
    }

    /// Writes down what is about to be made. It is on the disk when this returns.
    pub(crate) fn makes(&self, probe: &str, path: &str) -> Result<(), JournalError> {
        let thing = Line::Made(Made {
            probe: probe.into(),
            path: path.into(),
        });
        let mut state = self.lock();
        let written = match &mut *state {
            State::Begun(file) => entry::line(&thing)
                .and_then(|line| file.write_all(&line))
                .and_then(|()| file.sync_data()),
            State::Blank(header) => self.begin(header, &thing).map(|file| {
                *state = State::Begun(file);
            }),
        };
        written.map_err(|source| JournalError::Io {
            path: self.path.clone(),
            source,
        })
    }

    /// It is gone. Where that cannot be written down, it is told once more, and found to be gone.
    pub(crate) fn removed(&self, path: &str) {
        if let State::Begun(file) = &mut *self.lock() {
            let gone = Line::Removed { path: path.into() };
            let _ = entry::line(&gone).and_then(|line| file.write_all(&line));
        }
    }

    /// Everything is gone: the file has nothing more to say. Where it stays, whoever reads it next removes it.
    pub(crate) fn settled(&self) {
        if let State::Begun(_) = *self.lock() {
            let _ = fs::remove_file(&self.path);
        }
    }

    /// The file gets its name once it is locked and has a first thing in it, so that no reader takes it for a dead one.
    fn begin(&self, header: &Header, thing: &Line) -> io::Result<File> {
        let folder = self.path.parent().unwrap_or(std::path::Path::new("."));
        let mut file = entry::unfinished(folder)?;
        file.as_file().lock()?;
        file.write_all(&entry::line(header)?)?;
        file.write_all(&entry::line(thing)?)?;
        file.as_file().sync_all()?;
        let file = file.persist_noclobber(&self.path);
        let file = file.map_err(|error| error.error)?;
        File::open(folder)?.sync_all()?;
        Ok(file)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
