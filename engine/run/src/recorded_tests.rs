//! What probes of ours said to real servers, held against the list: the recordings have every byte of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use host::call::{Answer, Call};
use host::net::seams::Witness;
use host::net::{Origin, OwnWords};
use model::capability::Capability;
use recording::{Heard, Recording, Trace};

/// The powers that commands of a probe took.
type Used = BTreeMap<String, BTreeSet<Capability>>;

/// The control connections of one run of a probe.
type Controls = BTreeMap<u32, Witness>;

fn recordings() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/recordings");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().path());
    files
        .filter(|it| it.extension().is_some_and(|it| it == "recording"))
        .collect()
}

/// What all recordings show. Panics where a probe said what may not be said.
pub(crate) fn powers_used() -> Used {
    let mut used = Used::new();
    for file in recordings() {
        let recording = Recording::read(&file).unwrap();
        let remote = &recording.header.settings.remote;
        let words = OwnWords {
            user: remote.user.clone().unwrap_or_else(|| "anonymous".into()),
            host: remote.host.clone(),
        };
        for (.., trace) in &recording.traces {
            let of_probe = used.entry(trace.probe.clone()).or_default();
            read(&file, trace, &words, of_probe);
        }
    }
    used
}

fn read(file: &Path, trace: &Trace, words: &OwnWords, used: &mut BTreeSet<Capability>) {
    let mut controls = Controls::new();
    for entry in &trace.entries {
        let Heard::Answer(answer) = &entry.heard else {
            continue;
        };
        match (&entry.call, answer) {
            (Call::Connect { .. }, Answer::Opened(Ok(number))) => {
                controls.insert(*number, Witness::new(Origin::Opened));
            }
            (Call::Take, Answer::Taken(Some(number))) => {
                controls.insert(*number, Witness::new(Origin::TakenOver));
            }
            (Call::StartTls { connection, .. }, _) => {
                if let Some(control) = controls.get_mut(connection) {
                    control.forget();
                }
            }
            (
                Call::Write {
                    connection, bytes, ..
                },
                _,
            ) => {
                let Some(control) = controls.get_mut(connection) else {
                    // An upload.
                    used.insert(Capability::Write);
                    continue;
                };
                let left = control.pass(&bytes.0, words);
                used.extend(control.powers.iter().copied());
                let said = String::from_utf8_lossy(&bytes.0);
                let probe = &trace.probe;
                assert_eq!(
                    left.as_deref(),
                    Some(&bytes.0[..]),
                    "{file:?}: {probe}: {said}"
                );
            }
            _ => {}
        }
    }
}
