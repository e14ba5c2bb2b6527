//! Makes a recording while a check runs.

use model::probe::ProbeIdentity;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use secrecy::ExposeSecret;

use super::content::Block;
use super::{
    Damage, ExpectedResult, Header, PhaseSummary, ProbeId, Settings, Shareability, TraceRecorder,
    container, masked,
};
use allow_list::AddressLookUps;
use diagnosis::record::Record;
use host::Check;
use model::mask::Mask;
use model::remote::Remote;
use model::visit::{Purpose, RunPhase, VisitKey};
use report::redact::Ours;
use report::{Report, Tool};

/// Collects what the probes ask and hear, from all source addresses.
#[derive(Debug, Default)]
pub struct Recorder {
    kept: Mutex<Captured>,
}

#[derive(Debug, Default)]
struct Captured {
    recorders: Vec<(RunPhase, VisitKey, TraceRecorder)>,
    summaries: Vec<(RunPhase, PhaseSummary)>,
    sheet: Option<AddressLookUps>,
}

impl Recorder {
    /// The recorder of one run of a probe.
    pub(super) fn trace_recorder(
        &self,
        (phase, key): (RunPhase, VisitKey),
        probe: &str,
        purpose: Purpose,
    ) -> TraceRecorder {
        let trace_recorder = TraceRecorder::new(probe, purpose);
        self.kept()
            .recorders
            .push((phase, key, trace_recorder.clone()));
        trace_recorder
    }

    /// Keeps what a part established, once nothing is added to it any more.
    pub fn keep(&self, phase: RunPhase, record: &Record, remote: &Remote) {
        let mut kept = self.kept();
        kept.summaries
            .push((phase, PhaseSummary::of(record, remote)));
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
            redaction: Shareability::Internal,
            settings: Settings::of(check),
            probes: probes.collect(),
        }));
        let secret = check.credential.as_ref().map(|credential| {
            let mask = Mask::new(credential.password.expose_secret());
            (mask, Ours::of(&(&check.remote).into()))
        });
        let kept = self.kept();
        let traces = kept
            .recorders
            .iter()
            .map(|(phase, key, trace_recorder)| Block::Trace(*phase, *key, trace_recorder.copy()));
        let summaries = kept
            .summaries
            .iter()
            .map(|(phase, summary)| Block::Summary(*phase, Box::new(summary.clone())));
        let sheet = kept.sheet.iter().cloned().map(Block::Sheet);
        let blocks: Vec<Vec<u8>> = std::iter::once(header)
            .chain(traces)
            .chain(summaries)
            .chain(sheet)
            .chain([Block::Expected(ExpectedResult::from(report))])
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

    fn kept(&self) -> MutexGuard<'_, Captured> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
