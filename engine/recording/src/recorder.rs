//! Makes a recording while a check runs.

use model::probe::ProbeIdentity;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use secrecy::ExposeSecret;

use super::content::Block;
use super::{
    Conclusion, Damage, Header, ProbeId, Redaction, Settings, Tally, Tape, container, masked,
};
use allow_list::Looks;
use diagnosis::record::Record;
use host::Check;
use model::mask::Mask;
use model::remote::Remote;
use model::visit::{Part, Place, Purpose};
use report::redact::Ours;
use report::{Report, Tool};

/// Collects what the probes ask and hear, from all source addresses.
#[derive(Debug, Default)]
pub struct Recorder {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    tapes: Vec<(Part, Place, Tape)>,
    tallies: Vec<(Part, Tally)>,
    sheet: Option<Looks>,
}

impl Recorder {
    /// A tape for one run of a probe.
    pub(super) fn tape(&self, (part, place): (Part, Place), probe: &str, purpose: Purpose) -> Tape {
        let tape = Tape::new(probe, purpose);
        self.kept().tapes.push((part, place, tape.clone()));
        tape
    }

    /// Keeps what a part established, once nothing is added to it any more.
    pub fn keep(&self, part: Part, record: &Record, remote: &Remote) {
        let mut kept = self.kept();
        kept.tallies.push((part, Tally::of(record, remote)));
        if let Some(looks) = &record.sheet {
            kept.sheet = Some(looks.clone());
        }
    }

    /// The file.
    ///
    /// # Errors
    /// There is more than a recording can hold.
    pub fn file<'a>(
        &self,
        check: &Check,
        probes: impl IntoIterator<Item = &'a Arc<ProbeIdentity>>,
        report: &Report,
    ) -> Result<Vec<u8>, Damage> {
        let probes = probes.into_iter().map(|probe| ProbeId {
            name: probe.description.name.clone(),
            version: probe.description.version.clone(),
            digest: probe.digest.clone(),
        });
        let header = Block::Header(Box::new(Header {
            tool: Tool::this(),
            started: report.started,
            redaction: Redaction::Internal,
            settings: Settings::of(check),
            probes: probes.collect(),
        }));
        let secret = check.credential.as_ref().map(|credential| {
            let mask = Mask::new(credential.password.expose_secret());
            (mask, Ours::of(&(&check.remote).into()))
        });
        let kept = self.kept();
        let traces = kept
            .tapes
            .iter()
            .map(|(part, place, tape)| Block::Trace(*part, *place, tape.copy()));
        let tallies = kept
            .tallies
            .iter()
            .map(|(part, tally)| Block::Tally(*part, Box::new(tally.clone())));
        let sheet = kept.sheet.iter().cloned().map(Block::Sheet);
        let blocks: Vec<Vec<u8>> = std::iter::once(header)
            .chain(traces)
            .chain(tallies)
            .chain(sheet)
            .chain([Block::Conclusion(Conclusion::from(report))])
            .map(|block| {
                let mut value = serde_json::to_value(&block).expect("maps have names for keys");
                if let Some((mask, ours)) = &secret {
                    masked::mask(&mut value, mask, ours);
                }
                serde_json::to_vec(&value).expect("a value is JSON")
            })
            .collect();
        container::pack(&blocks)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
