//! Recordings: every question that the probes of a check asked of the host, with its answer, kept in a file without
//! secrets, from which the same probes come to the same report with no network.
//!
//! The seam is [`host::call`]: what a probe can ask and hear, in words of our own. Behind it stands the network, the network
//! and a tape ([`Recorded`]), or a recording ([`Replay`]). The password is on the far side of the seam: the host forms the
//! line it goes in, and a question says only that it is to be sent.
//!
//! A probe is run again: what it says is never kept. Kept is beside its questions what depends on the moment, as times, the
//! dialogue and the number of connections. A probe of the same digest must ask exactly what was asked. Another version is
//! answered as far as it asks what the recording knows; what it does not know is not tested.

#![warn(missing_docs)]

mod container;
mod content;
mod disguised;
mod lenient;
#[cfg(test)]
mod lenient_tests;
mod masked;
mod measure;
mod read;
mod recorded;
mod recorder;
mod replay;
mod script;
mod trace;

pub use container::{Damage, VERSION, pack, unpack};
pub use content::{Conclusion, Header, ProbeId, Redaction, Settings, Tally};
pub use disguised::{DisguiseError, disguised};
pub use read::{Fault, Recording, RecordingError};
pub use recorded::Recorded;
pub use recorder::Recorder;
pub use replay::{Astray, Replay, Replayed};
pub use script::Script;
pub use trace::{End, Entry, Heard, Reached, Tape, Trace};
