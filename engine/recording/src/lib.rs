//! Recordings: every question that the probes of a check asked of the host, with its answer, in a file without secrets. The
//! same probes come to the same report from it, with no network.
//!
//! The seam is [`host::call`]: what a probe can ask and hear, in types of our own. Behind it stands the network, the network
//! and a recorder ([`Recorded`]), or a recording ([`Replay`]). The password is on the far side of the seam: the host forms the
//! line that contains it, and a question says only that it is to be sent.
//!
//! A replay runs the probes again, so what they say is never kept. Besides the questions and answers, a recording keeps what
//! depends on the moment, such as times, the dialogue and the number of connections. A probe with the recorded digest must ask
//! exactly what was asked. Another version gets answers as far as it asks what the recording knows; the rest is not tested.

#![warn(missing_docs)]

mod container;
mod content;
mod masked;
mod measure;
mod probe_replay;
mod pseudonymised;
mod read;
mod recorded;
mod recorder;
mod replay;
mod tolerant;
#[cfg(test)]
mod tolerant_tests;
mod trace;

pub use container::{Damage, VERSION, pack, unpack};
pub use content::{ExpectedResult, Header, PhaseSummary, ProbeId, Settings, Shareability};
pub use probe_replay::ProbeReplay;
pub use pseudonymised::{PseudonymiseError, pseudonymised};
pub use read::{Fault, Recording, RecordingError};
pub use recorded::Recorded;
pub use recorder::Recorder;
pub use replay::{Divergence, Replay, Replayed};
pub use trace::{End, Entry, Heard, Reached, Trace, TraceRecorder};
