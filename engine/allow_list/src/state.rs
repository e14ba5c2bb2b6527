//! The addresses that were seen, over time: a small JSON file that one run after another adds to.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use files::output_file;
use files::output_file::{Lock, LockError, OutputError};
use model::address::Address;

/// What tells our file from any other.
const FORMAT: &str = "remote-doctor source addresses";
const VERSION: u32 = 1;
/// Reading, adding and writing takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// A file of ours has a hundredth of this.
const MAX_BYTES: u64 = 1 << 20;
/// As many changes of one address are kept; the oldest go first.
const MAX_SPELLS: usize = 50;
/// A change that is longer ago says nothing about today's address.
const RECENT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    format: String,
    version: u32,
    series: Vec<Series>,
}

/// What was seen of one source address at one remote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Series {
    source: Option<IpAddr>,
    remote: String,
    seen_by: SeenBy,
    spells: Vec<Spell>,
}

/// Who says what an address is: the two differ behind a NAT and must not be compared with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeenBy {
    /// This machine.
    Us,
    /// The remote.
    Remote,
}

/// A time through which an address stayed the same.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Spell")]
pub struct Spell<A = IpAddr> {
    /// The address.
    pub address: A,
    /// When it was seen first.
    pub first: Timestamp,
    /// When it was seen last.
    pub last: Timestamp,
    /// How often it was seen.
    pub looks: u32,
}

impl Spell {
    /// As a report has it.
    pub fn shown(&self) -> Spell<Address> {
        let Spell {
            address,
            first,
            last,
            looks,
        } = self.clone();
        Spell {
            address: address.into(),
            first,
            last,
            looks,
        }
    }
}

impl Spell<Address> {
    /// As it was seen; none where the address was taken out.
    pub fn known(&self) -> Option<Spell> {
        Some(Spell {
            address: self.address.ip()?,
            first: self.first,
            last: self.last,
            looks: self.looks,
        })
    }
}

/// Why the file cannot be used. It is left as it is.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not ours, or not whole.
    #[error(
        "{}: not a state file of remote-doctor, or cut short ({why}); it was left as it is. Name another file, or move \
         this one away to begin anew", path.display()
    )]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Another process keeps it.
    #[error(transparent)]
    Locked(#[from] LockError),
    /// It is not replaced.
    #[error("the state was not saved: {0}")]
    NotSaved(#[from] OutputError),
    /// It cannot be written.
    #[error("{}: the state cannot be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Default for State {
    fn default() -> State {
        State {
            format: FORMAT.into(),
            version: VERSION,
            series: Vec::new(),
        }
    }
}

impl State {
    /// Reads the file; where there is none, nothing was seen yet.
    ///
    /// # Errors
    /// It cannot be read, or it is not one of ours.
    pub fn read(path: &Path) -> Result<State, StateError> {
        let read = |source| StateError::Read {
            path: path.into(),
            source,
        };
        let not_ours = |why: String| StateError::NotOurs {
            path: path.into(),
            why,
        };
        let length = match fs::metadata(path) {
            // A FIFO would be waited for.
            Ok(file) if !file.is_file() => return Err(not_ours("no regular file".into())),
            Ok(file) => file.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::default()),
            Err(error) => return Err(read(error)),
        };
        if length > MAX_BYTES {
            return Err(not_ours("it is too large".into()));
        }
        let text = fs::read(path).map_err(read)?;
        let state: State =
            serde_json::from_slice(&text).map_err(|error| not_ours(error.to_string()))?;
        if state.format != FORMAT || state.version != VERSION {
            let why = format!("format \"{}\", version {}", state.format, state.version);
            return Err(not_ours(model::cleaner::line(&why, 200)));
        }
        Ok(state)
    }

    /// Reads the file, changes what it says and writes it, while no other process does the same.
    ///
    /// # Errors
    /// Another process keeps it, it is not one of ours any more, or it cannot be written; then it is as it was.
    pub async fn update(path: &Path, change: impl FnOnce(&mut State)) -> Result<(), StateError> {
        let _lock = Lock::of(path, PATIENCE).await?;
        let mut state = State::read(path)?;
        change(&mut state);
        state.write(path)
    }

    /// Writes the file; whoever reads it sees the old one or the new one, never a part.
    fn write(&self, path: &Path) -> Result<(), StateError> {
        let text = serde_json::to_vec_pretty(self).map_err(|error| StateError::Write {
            path: path.into(),
            source: error.into(),
        })?;
        Ok(output_file::write(path, &text)?)
    }

    /// Adds a look, and gives all spells of this source at this remote.
    pub fn add(
        &mut self,
        source: Option<IpAddr>,
        remote: &str,
        (seen_by, address): (SeenBy, IpAddr),
        at: Timestamp,
    ) -> &[Spell] {
        let is_it = |series: &Series| {
            series.source == source && series.remote == remote && series.seen_by == seen_by
        };
        let index = self.series.iter().position(is_it).unwrap_or_else(|| {
            self.series.push(Series {
                source,
                remote: remote.into(),
                seen_by,
                spells: Vec::new(),
            });
            self.series.len() - 1
        });
        let spells = &mut self.series[index].spells;
        match spells.last_mut().filter(|spell| spell.address == address) {
            Some(spell) => {
                spell.last = spell.last.max(at);
                spell.looks = spell.looks.saturating_add(1);
            }
            None => spells.push(Spell {
                address,
                first: at,
                last: at,
                looks: 1,
            }),
        }
        let extra = spells.len().saturating_sub(MAX_SPELLS);
        spells.drain(..extra);
        spells
    }
}

/// The last change, if it is recent enough to say something about today's address.
pub fn recent_change(spells: &[Spell], now: Timestamp) -> Option<(&Spell, &Spell)> {
    let [.., before, after] = spells else {
        return None;
    };
    (now.duration_since(after.first) <= RECENT).then_some((before, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + day * 86_400).unwrap()
    }

    #[test]
    fn equal_looks_are_one_spell_and_others_begin_a_new_one() {
        let mut state = State::default();
        let mut add = |address: &str, at| {
            state
                .add(None, "h", (SeenBy::Remote, ip(address)), at)
                .to_vec()
        };
        add("203.0.113.7", day(0));
        let same = add("203.0.113.7", day(9));
        assert_eq!((same.len(), same[0].looks), (1, 2));
        assert_eq!((same[0].first, same[0].last), (day(0), day(9)));
        assert!(recent_change(&same, day(9)).is_none());
        let back = {
            add("203.0.113.8", day(10));
            add("203.0.113.7", day(11))
        };
        assert_eq!(back.len(), 3);
        assert_eq!(
            recent_change(&back, day(12)).unwrap().0.address,
            ip("203.0.113.8")
        );
        assert!(recent_change(&back, day(12 + 90)).is_none());
    }

    #[test]
    fn what_we_see_and_what_a_remote_sees_are_not_compared() {
        let mut state = State::default();
        state.add(None, "h", (SeenBy::Us, ip("203.0.113.7")), day(0));
        for other in [
            state
                .add(None, "h", (SeenBy::Remote, ip("203.0.113.8")), day(1))
                .len(),
            state
                .add(None, "i", (SeenBy::Us, ip("203.0.113.8")), day(1))
                .len(),
            state
                .add(
                    Some(ip("10.0.0.5")),
                    "h",
                    (SeenBy::Us, ip("203.0.113.8")),
                    day(1),
                )
                .len(),
        ] {
            assert_eq!(other, 1);
        }
    }

    #[test]
    fn the_file_is_read_back_and_a_foreign_one_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let mut state = State::read(&path).unwrap();
        state.add(None, "h", (SeenBy::Us, ip("203.0.113.7")), day(0));
        state.write(&path).unwrap();
        assert_eq!(State::read(&path).unwrap(), state);
        let whole = fs::read(&path).unwrap();
        for foreign in [
            &whole[..whole.len() / 2],
            b"",
            b"{}",
            b"[1]",
            b"{\"series\": []}",
        ] {
            fs::write(&path, foreign).unwrap();
            assert!(matches!(
                State::read(&path),
                Err(StateError::NotOurs { .. })
            ));
            assert_eq!(fs::read(&path).unwrap(), foreign);
        }
        let newer = String::from_utf8(whole)
            .unwrap()
            .replace("\"version\": 1", "\"version\": 2");
        fs::write(&path, newer).unwrap();
        assert!(matches!(
            State::read(&path),
            Err(StateError::NotOurs { .. })
        ));
        assert!(matches!(
            State::read(folder.path()),
            Err(StateError::Read { .. } | StateError::NotOurs { .. })
        ));
    }

    #[test]
    fn looks_at_the_same_time_lose_nothing() {
        const LOOKS: u8 = 8;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let path = &path;
        let one = |number: u8| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build()
                .unwrap();
            let source = Some(IpAddr::from([10, 0, 0, number]));
            let seen = (SeenBy::Us, ip("203.0.113.7"));
            runtime.block_on(State::update(path, |state| {
                std::thread::sleep(Duration::from_millis(5));
                state.add(source, "h", seen, day(0));
            }))
        };
        std::thread::scope(|scope| {
            let looks: Vec<_> = (0..LOOKS).map(|it| scope.spawn(move || one(it))).collect();
            for look in looks {
                look.join().unwrap().unwrap();
            }
        });
        assert_eq!(State::read(path).unwrap().series.len(), usize::from(LOOKS));
    }
}
