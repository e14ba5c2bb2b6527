//! What another version of a probe is answered: what it asks, as far as the recording knows it.
//!
//! As long as it asks what was asked, it hears what was heard. From its first other question on, each connection is a
//! stream of its own: what is sent must be what was sent, and what came is given where everything that was sent before it in
//! that session has been sent now. Questions that a remote has no part in are answered wherever they were asked before.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Entry, Heard, Replay, Trace};
use host::backend::Halt;
use host::bytes::Bytes;
use host::call::{Answer, Call};
use model::failure::{Failure, FailureKind, Operation};
use model::visit::{RunPhase, VisitKey};

/// The answers for one run of another version.
#[derive(Clone, Debug)]
pub(super) struct TolerantReplay {
    replay: Arc<Replay>,
    visit: (RunPhase, VisitKey),
    trace: usize,
    /// How far it asked exactly what was asked; none once it did not.
    exact: Option<usize>,
    /// Which entries are answered.
    used: Vec<bool>,
    /// Of entries that are answered in part, how many bytes; of silence, how many microseconds.
    begun: BTreeMap<usize, u64>,
    /// What was read and put back.
    unread: BTreeMap<u32, Vec<u8>>,
    /// The time of the recording, since the probe started, in microseconds.
    now_us: u64,
}

impl TolerantReplay {
    pub(super) fn new(
        replay: Arc<Replay>,
        visit: (RunPhase, VisitKey),
        trace: usize,
    ) -> TolerantReplay {
        let entries = replay.recording.traces[trace].2.entries.len();
        TolerantReplay {
            replay,
            visit,
            trace,
            exact: Some(0),
            used: vec![false; entries],
            begun: BTreeMap::new(),
            unread: BTreeMap::new(),
            now_us: 0,
        }
    }

    pub(super) fn trace(&self) -> &Trace {
        &self.replay.recording.traces[self.trace].2
    }

    pub(super) fn answer(&mut self, call: &Call) -> Result<Answer, Halt> {
        if let Some(next) = self.exact {
            if self.entries().get(next).is_some_and(|it| it.call == *call) {
                self.exact = Some(next + 1);
                return self.give(next);
            }
            self.exact = None;
        }
        match call {
            Call::Ready { connections, .. } => self.ready(connections),
            Call::Read {
                connection,
                max,
                wait_ms,
            } => self.read(*connection, *max as usize, *wait_ms),
            Call::Unread { connection, bytes } => {
                let unread = self.unread.entry(*connection).or_default();
                unread.splice(0..0, bytes.0.iter().copied());
                Ok(().into())
            }
            Call::Write {
                connection, bytes, ..
            } => self.write(*connection, &bytes.0),
            Call::Elapsed => Ok(self.now_us.into()),
            Call::Pause { ms } => {
                self.now_us = self.now_us.saturating_add(u64::from(*ms) * 1000);
                Ok(().into())
            }
            // They say something, and ask for nothing.
            Call::Provide { .. } | Call::Removed { .. } | Call::NotRemoved { .. } => Ok(().into()),
            Call::Established { .. } | Call::Secured { .. } | Call::Unparsed { .. } => {
                self.result(call)
            }
            Call::Connect { .. }
            | Call::ConnectData { .. }
            | Call::StartTls { .. }
            | Call::Finish { .. }
            | Call::SendPassword { .. }
            | Call::Take => self.step(call),
            _ => self.known(call),
        }
    }

    fn entries(&self) -> &[Entry] {
        &self.trace().entries
    }

    /// Gives the answer of an entry.
    fn give(&mut self, index: usize) -> Result<Answer, Halt> {
        self.use_up(index);
        let entry = &self.entries()[index];
        match &entry.heard {
            Heard::Answer(answer) => Ok(answer.clone()),
            Heard::Denied(why) => Err(Halt::Denied(why.clone())),
            Heard::Nothing => Err(not_recorded(&entry.call)),
        }
    }

    fn use_up(&mut self, index: usize) {
        self.used[index] = true;
        self.read_again(index);
        let entry = &self.entries()[index];
        let then = entry.at_us.saturating_add(entry.took_us);
        self.now_us = self.now_us.max(then);
    }

    /// What was put back before a read is read with it, as far as it fits.
    fn read_again(&mut self, index: usize) {
        let Call::Read { connection, .. } = self.entries()[index].call else {
            return;
        };
        let mut left = match &self.entries()[index].heard {
            Heard::Answer(Answer::Received(Ok(bytes))) => bytes.0.len(),
            _ => 0,
        };
        for back in 0..index {
            let length = self.put_back(back, connection);
            if length == 0 {
                continue;
            }
            let now = length.min(left);
            left -= now;
            *self.begun.entry(back).or_default() += now as u64;
            self.used[back] = now == length;
        }
    }

    /// How many bytes of an entry were put back, and are not read again yet.
    fn put_back(&self, index: usize, on: u32) -> usize {
        match &self.entries()[index].call {
            Call::Unread { connection, bytes } if *connection == on && !self.used[index] => {
                bytes.0.len().saturating_sub(self.bytes_of(index))
            }
            _ => 0,
        }
    }

    /// The first entry that is not answered yet and fits.
    fn next(&self, fits: impl Fn(&Call) -> bool) -> Option<usize> {
        let mut open = self.entries().iter().zip(&self.used);
        open.position(|(entry, used)| !used && fits(&entry.call))
    }

    /// A step that must be the next of its kind on its connection.
    fn step(&mut self, call: &Call) -> Result<Answer, Halt> {
        let next = match call {
            // Which of several connections to one place it is makes no difference.
            Call::Connect { .. } | Call::ConnectData { .. } => self.next(|it| it == call),
            Call::Take => self.next(|it| *it == Call::Take),
            _ => self.next(|it| sends(it) && it.connection() == call.connection()),
        };
        let next = next.filter(|index| same_step(&self.entries()[*index].call, call));
        next.filter(|index| !self.is_too_early(*index))
            .map_or_else(|| Err(not_recorded(call)), |index| self.give(index))
    }

    /// What came of a connection or a handshake; asked again, it is the same.
    fn result(&mut self, call: &Call) -> Result<Answer, Halt> {
        let alike = |it: &Call| {
            std::mem::discriminant(it) == std::mem::discriminant(call)
                && it.connection() == call.connection()
        };
        let answered = |index: &usize| {
            let entry = &self.entries()[*index];
            matches!(entry.heard, Heard::Answer(_)) && !gave_up(entry)
        };
        let all = 0..self.entries().len();
        let found = all
            .filter(|index| alike(&self.entries()[*index].call))
            .find(answered)
            .filter(|index| !self.is_too_early(*index));
        found.map_or_else(|| Err(not_recorded(call)), |index| self.give(index))
    }

    /// A question that the remote has no part in, by whichever probe it was asked from there.
    fn known(&mut self, call: &Call) -> Result<Answer, Halt> {
        if let Some(own) = self.next(|it| it == call) {
            return self.give(own);
        }
        let (phase, key) = self.visit;
        let traces = self.replay.recording.traces.iter();
        let mut asked = traces
            .filter(|(of, at, _)| (*of, *at) == (phase, key))
            .flat_map(|(_, _, trace)| &trace.entries)
            .filter(|entry| entry.call == *call);
        let answer = asked.find_map(|entry| match &entry.heard {
            Heard::Answer(answer) => Some(answer.clone()),
            Heard::Denied(_) | Heard::Nothing => None,
        });
        answer.ok_or_else(|| not_recorded(call))
    }

    /// All of the bytes must be what was sent next on the connection, however it was cut into writes.
    fn write(&mut self, connection: u32, bytes: &[u8]) -> Result<Answer, Halt> {
        let unknown = || Halt::NotRecorded("what it sends".into());
        let mut rest = bytes;
        loop {
            let next = self.next(|it| sends(it) && it.connection() == Some(connection));
            let index = next.ok_or_else(unknown)?;
            let begun = self.bytes_of(index);
            let Call::Write { bytes: sent, .. } = &self.entries()[index].call else {
                return Err(unknown());
            };
            let open = &sent.0[begun..];
            if let Some(beyond) = rest.strip_prefix(open) {
                rest = beyond;
                let answer = self.give(index)?;
                if rest.is_empty() || matches!(answer, Answer::Sent(Err(_))) {
                    return Ok(answer);
                }
            } else if open.starts_with(rest) {
                self.begun.insert(index, (begun + rest.len()) as u64);
                return Ok(Answer::Sent(Ok(())));
            } else {
                return Err(unknown());
            }
        }
    }

    fn read(&mut self, connection: u32, max: usize, wait_ms: u32) -> Result<Answer, Halt> {
        if let Some(unread) = self.unread.get_mut(&connection)
            && !unread.is_empty()
        {
            let rest = unread.split_off(unread.len().min(max));
            return Ok(received(std::mem::replace(unread, rest)));
        }
        let mut waited_us = 0;
        while let Some((index, bytes)) = self.incoming(connection) {
            let entry = &self.entries()[index];
            let (took, silent) = (entry.took_us, gave_up(entry));
            let left = (u64::from(wait_ms) * 1000).saturating_sub(waited_us);
            match bytes {
                Ok(bytes) if bytes.is_empty() && !self.is_end(index) => self.use_up(index),
                _ if silent => {
                    let begun = self.begun.entry(index).or_default();
                    let rest = took.saturating_sub(*begun);
                    if left < rest {
                        *begun += left;
                        return Ok(silence(wait_ms));
                    }
                    waited_us += rest;
                    self.use_up(index);
                }
                _ if left < took => {
                    return Err(Halt::NotRecorded("an answer within that time".into()));
                }
                Err(failure) => return Ok(Answer::Received(Err(failure))),
                Ok(bytes) => return Ok(received(self.take_of(index, bytes, max))),
            }
        }
        match waited_us {
            0 => Err(Halt::NotRecorded("what comes next".into())),
            _ => Err(Halt::NotRecorded("what comes after that time".into())),
        }
    }

    /// How many bytes of an entry are answered.
    fn bytes_of(&self, index: usize) -> usize {
        let begun = self.begun.get(&index).copied().unwrap_or_default();
        usize::try_from(begun).unwrap_or(usize::MAX)
    }

    /// Gives as much as is asked for, and keeps the rest for the next read.
    fn take_of(&mut self, index: usize, bytes: Vec<u8>, max: usize) -> Vec<u8> {
        if bytes.is_empty() {
            // The end stays the end.
            return bytes;
        }
        let given = bytes.len().min(max);
        match given == bytes.len() {
            true => self.use_up(index),
            false => {
                let begun = self.begun.entry(index).or_default();
                *begun += given as u64;
            }
        }
        bytes[..given].to_vec()
    }

    /// What is to be read next on a connection, if it is not too early for it: bytes that were put back and read once more
    /// count once.
    fn incoming(&self, connection: u32) -> Option<(usize, Result<Vec<u8>, Failure>)> {
        let reads = |it: &Call| matches!(it, Call::Read { .. });
        let index = self.next(|it| reads(it) && it.connection() == Some(connection))?;
        if self.is_too_early(index) {
            return None;
        }
        let Heard::Answer(Answer::Received(read)) = &self.entries()[index].heard else {
            return None;
        };
        let again: usize = (0..index).map(|back| self.put_back(back, connection)).sum();
        let begun = match gave_up(&self.entries()[index]) {
            true => 0,
            false => self.bytes_of(index),
        };
        let from = |bytes: &Bytes| bytes.0.get(again + begun..).unwrap_or_default().to_vec();
        Some((index, read.as_ref().map(from).map_err(Clone::clone)))
    }

    /// An orderly end, and not bytes that were all read before.
    fn is_end(&self, index: usize) -> bool {
        matches!(&self.entries()[index].heard,
            Heard::Answer(Answer::Received(Ok(bytes))) if bytes.0.is_empty())
    }

    /// The connection on which something came first.
    fn ready(&mut self, connections: &[u32]) -> Result<Answer, Halt> {
        let when = |connection: u32| {
            if self
                .unread
                .get(&connection)
                .is_some_and(|it| !it.is_empty())
            {
                return Some(0);
            }
            let index = self.next(|it| comes(it) && it.connection() == Some(connection))?;
            let entry = &self.entries()[index];
            let known = matches!(entry.heard, Heard::Answer(_)) && !gave_up(entry);
            let then = entry.at_us.saturating_add(entry.took_us);
            (known && !self.is_too_early(index)).then_some(then)
        };
        let first = (0..)
            .zip(connections)
            .filter_map(|(index, connection)| Some((when(*connection)?, index)))
            .min();
        match first {
            Some((_, index)) => Ok(vec![index].into()),
            None => Err(Halt::NotRecorded("which connection is ready".into())),
        }
    }

    /// Whether something that was done before it in the same session is still to be done.
    fn is_too_early(&self, index: usize) -> bool {
        let session = self.session(self.entries()[index].call.connection());
        let mut before = self.entries()[..index].iter().zip(&self.used);
        before.any(|(entry, used)| {
            !used && sends(&entry.call) && self.session(entry.call.connection()) == session
        })
    }

    /// The control connection that a connection belongs to.
    fn session(&self, connection: Option<u32>) -> Option<u32> {
        let number = connection?;
        let control = self.entries().iter().find_map(|entry| match &entry.call {
            Call::ConnectData { control, .. } => match &entry.heard {
                Heard::Answer(Answer::Opened(Ok(opened))) if *opened == number => Some(*control),
                _ => None,
            },
            _ => None,
        });
        control.or(connection)
    }
}

/// Whether the remote notices it.
fn sends(call: &Call) -> bool {
    matches!(
        call,
        Call::Write { .. }
            | Call::SendPassword { .. }
            | Call::StartTls { .. }
            | Call::Finish { .. }
            | Call::ConnectData { .. }
    )
}

/// Whether it waits for the remote.
fn comes(call: &Call) -> bool {
    matches!(
        call,
        Call::Read { .. } | Call::Established { .. } | Call::Secured { .. }
    )
}

/// Whether two steps are the same to the remote; how long is waited is not.
fn same_step(one: &Call, other: &Call) -> bool {
    match (one, other) {
        (Call::Finish { .. }, Call::Finish { .. })
        | (Call::SendPassword { .. }, Call::SendPassword { .. }) => true,
        _ => one == other,
    }
}

/// Whether the probe's patience ended, and not what it waited for.
fn gave_up(entry: &Entry) -> bool {
    let (failure, wait_ms) = match (&entry.heard, &entry.call) {
        (Heard::Answer(Answer::Received(Err(it))), Call::Read { wait_ms, .. }) => (it, wait_ms),
        (Heard::Answer(Answer::Established(Err(it))), Call::Established { wait_ms, .. }) => {
            (it, wait_ms)
        }
        (Heard::Answer(Answer::Secured(Err(it))), Call::Secured { wait_ms, .. }) => (it, wait_ms),
        _ => return false,
    };
    failure.kind == FailureKind::TimedOut && entry.took_us >= u64::from(*wait_ms) * 1000
}

fn received(bytes: Vec<u8>) -> Answer {
    Answer::Received(Ok(Bytes(bytes)))
}

fn silence(wait_ms: u32) -> Answer {
    let waited = std::time::Duration::from_millis(u64::from(wait_ms));
    Answer::Received(Err(Failure::timed_out(Operation::Read, waited)))
}

fn not_recorded(call: &Call) -> Halt {
    Halt::NotRecorded(call.name())
}
