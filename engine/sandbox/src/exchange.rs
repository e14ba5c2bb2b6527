//! The host's side of the seam: a question of a probe goes in, an answer comes out, as far as the probe is granted it.

use std::time::Duration;

use host::backend::{Ended, Halt, ProbeBackend};
use host::call::{Answer, Call};
use host::capability_grants::CapabilityGrants;

/// What answers one run of one probe.
pub(super) struct Exchange {
    grants: CapabilityGrants,
    backend: Box<dyn ProbeBackend>,
}

impl Exchange {
    pub(super) fn new(mut backend: Box<dyn ProbeBackend>, grants: CapabilityGrants) -> Exchange {
        backend.start(grants.powers());
        Exchange { grants, backend }
    }

    /// What the probe was granted, and what of it was missed.
    pub(super) fn grants(&self) -> &CapabilityGrants {
        &self.grants
    }

    /// Answers a question.
    ///
    /// # Errors
    /// The probe is to be stopped: why.
    pub(super) async fn answer(&mut self, call: Call) -> Result<Answer, Halt> {
        // Ahead of the backend: a replay withholds the same, and asks the recording for the rest.
        if let Some(answer) = self.grants.withheld(&call)? {
            return Ok(answer);
        }
        let writes = matches!(call, Call::Write { .. });
        let answer = self.backend.answer(call).await?;
        if writes {
            self.grants.written(&answer);
        }
        Ok(answer)
    }

    /// What the probe is about to do, for people who watch the run. It gets no answer, so a recording has nothing of it.
    pub(super) fn plan_data_ports(&mut self, tried: u32, of: u32) {
        self.backend.plan_data_ports(tried, of);
    }

    /// The probe needs this connection no more.
    pub(super) fn close(&mut self, connection: u32) {
        self.backend.close(connection);
    }

    /// An answer was of another kind than the question: only a forged recording has such.
    pub(super) fn mismatched(&mut self) {
        self.backend.mismatched();
    }

    /// The end of the run, as it counts, and how long it took.
    pub(super) fn ended(mut self, ended: Ended, measured: Duration) -> (Ended, Duration) {
        let ended = self.backend.ended(ended);
        (ended, self.backend.took(measured))
    }
}
