//! Reads a recording, which may come from anybody.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::content::Block;
use super::{Damage, End, ExpectedResult, Header, Heard, PhaseSummary, Reached, Trace, container};
use allow_list::AddressLookUps;
use host::Check;
use model::cleaner;
use model::remote::is_host;
use model::visit::SkipReason;
use model::visit::{Purpose, RunPhase, VisitKey};

/// Longer texts of the engine's own are not in a recording of ours.
const MAX_TEXT: usize = 4096;
/// No run takes this long, and sums of such times make sense.
const MAX_TIME: Duration = Duration::from_secs(7 * 24 * 3600);

/// Why a file cannot be replayed.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}", path.display())]
pub struct RecordingError {
    path: PathBuf,
    what: Fault,
}

/// What is wrong with a recording.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The file cannot be read.
    #[error("{0}")]
    Unreadable(std::io::Error),
    /// The file is not whole, or not ours.
    #[error(transparent)]
    Damage(#[from] Damage),
    /// The file is whole, and what is in it cannot be.
    #[error("the recording makes no sense: {0}")]
    Nonsense(String),
}

/// Everything that was recorded of one check.
#[derive(Debug)]
pub struct Recording {
    /// Its beginning.
    pub header: Header,
    /// What the report said.
    pub expected: ExpectedResult,
    /// What was looked up for the allow-list sheet, if it was asked for.
    pub sheet: Option<AddressLookUps>,
    /// Every run of every probe.
    pub traces: Vec<(RunPhase, VisitKey, Trace)>,
    pub(super) summaries: Vec<(RunPhase, PhaseSummary)>,
}

impl Recording {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, is no recording, damaged, or makes no sense.
    pub fn read(path: &Path) -> Result<Recording, RecordingError> {
        bytes(path)
            .and_then(|file| Recording::from_bytes(&file))
            .map_err(|what| RecordingError {
                path: path.into(),
                what,
            })
    }

    /// Reads what stood in a file.
    ///
    /// # Errors
    /// As [`read`](Recording::read).
    pub fn from_bytes(file: &[u8]) -> Result<Recording, Fault> {
        let blocks = container::unpack(file)?;
        let blocks: Vec<Block> = (1..)
            .zip(blocks)
            .map(|(number, json)| block(number, &json))
            .collect::<Result<_, _>>()?;
        let (mut header, mut expected, mut sheet) = (None, None, None);
        let (mut traces, mut summaries) = (Vec::new(), Vec::new());
        for block in blocks {
            match block {
                Block::Header(found) => header = Some(found),
                Block::Expected(found) => expected = Some(found),
                Block::Sheet(found) => sheet = Some(found),
                Block::Trace(phase, key, trace) => traces.push((phase, key, trace)),
                Block::Summary(phase, summary) => summaries.push((phase, *summary)),
            }
        }
        let missing = |what| Fault::Nonsense(format!("it has no {what}"));
        let recording = Recording {
            header: *header.ok_or_else(|| missing("header"))?,
            expected: expected.ok_or_else(|| missing("conclusion"))?,
            sheet,
            traces,
            summaries,
        };
        recording
            .summary(RunPhase::Diagnosis)
            .ok_or_else(|| missing("diagnosis"))?;
        recording.validate()?;
        Ok(recording)
    }

    /// The check that was recorded, as far as it can be made again.
    pub fn check(&self) -> Check {
        self.header.settings.check()
    }

    /// What a part established beside what its probes said; none where it was not run.
    pub(super) fn summary(&self, phase: RunPhase) -> Option<&PhaseSummary> {
        let mut summaries = self.summaries.iter();
        summaries
            .find(|(of, _)| *of == phase)
            .map(|(_, summary)| summary)
    }

    /// Where the run of a probe stands; `None` where it was not run there.
    pub(super) fn find(&self, phase: RunPhase, key: VisitKey, probe: &str) -> Option<usize> {
        self.traces.iter().position(|(of, at, trace)| {
            (*of, *at, trace.purpose) == (phase, key, Purpose::Diagnose) && trace.probe == probe
        })
    }

    /// What the settings of no check can be.
    fn validate(&self) -> Result<(), Fault> {
        let settings = &self.header.settings;
        let timeouts = &settings.timeouts;
        let times = [timeouts.connect, timeouts.reply, timeouts.whole]
            .into_iter()
            .chain(self.summaries.iter().map(|(_, summary)| summary.duration))
            .chain(self.traces.iter().map(|(_, _, trace)| trace.took));
        let mut hosts = vec![&settings.remote.host];
        hosts.extend(
            self.summaries
                .iter()
                .map(|(_, summary)| &summary.remote.host),
        );
        if times.into_iter().any(|time| time > MAX_TIME) {
            return Err(Fault::Nonsense("a time in it is too long".into()));
        }
        if Timestamp::from_second(settings.now).is_err() {
            return Err(Fault::Nonsense("its clock is wrong".into()));
        }
        if !hosts.into_iter().all(|host| is_host(host)) {
            return Err(Fault::Nonsense(
                "its host is not a name or an address".into(),
            ));
        }
        Ok(())
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, Fault> {
    let file = File::open(path).map_err(Fault::Unreadable)?;
    let mut bytes = Vec::new();
    file.take(container::MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(Fault::Unreadable)?;
    match bytes.len() as u64 > container::MAX_FILE {
        true => Err(Damage::TooLarge.into()),
        false => Ok(bytes),
    }
}

/// One block, with every text that may reach a screen made printable.
fn block(number: usize, json: &[u8]) -> Result<Block, Fault> {
    let nonsense =
        |error: serde_json::Error| Fault::Nonsense(format!("block {number} is invalid: {error}"));
    let mut value: Value = serde_json::from_slice(json).map_err(nonsense)?;
    // What probes hear is theirs to judge; what they say of it is made printable then.
    if value.get("trace").is_none() {
        clean(&mut value);
    }
    let mut block = serde_json::from_value(value).map_err(nonsense)?;
    if let Block::Trace(_, _, trace) = &mut block {
        clean_trace(trace);
    }
    Ok(block)
}

fn clean(value: &mut Value) {
    match value {
        Value::String(text) => *text = cleaner::line(text, MAX_TEXT),
        Value::Array(items) => items.iter_mut().for_each(clean),
        Value::Object(fields) => fields.values_mut().for_each(clean),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Texts of a trace that go into the report as they are.
fn clean_trace(trace: &mut Trace) {
    let clean = |text: &mut String| *text = cleaner::line(text, MAX_TEXT);
    if let Some(End::TimedOut(why)) = &mut trace.end {
        clean(why);
    }
    for entry in &mut trace.entries {
        if let Heard::Denied(why) = &mut entry.heard {
            clean(why);
        }
    }
    match &mut trace.reached {
        Some(Reached::Out(SkipReason::NobodyProvides(state))) => clean(state),
        Some(Reached::Out(SkipReason::NotReached { state, by })) => {
            clean(state);
            by.iter_mut().for_each(clean);
        }
        Some(Reached::Out(SkipReason::UsedUp { state, by })) => {
            clean(state);
            clean(by);
        }
        Some(Reached::Out(SkipReason::NoTime { .. }) | Reached::Facts(_)) | None => {}
    }
}
