//! A recording for others: users, files and addresses of ours wear the disguises of [`Pseudonymised`] in what probes asked and
//! heard alike. So the same probes ask the same questions of it, in disguise, and come to the same conclusion.
//!
//! What a server shows of itself stays: its names, its addresses and its certificates, as in reports of that level. Without
//! them there would be nothing left to diagnose, so no recording is for the public.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use facts::name;
use serde_json::Value;

use host::bytes::Bytes;
use host::call::{Answer, Call};

use super::content::Block;
use super::{Damage, Fault, Heard, Recording, Shareability, Trace, container};
use report::Report;
use report::redact::Pseudonymised;

/// Names of one listing that are learnt: more do not help anybody to find out why it came.
const NAMES: usize = 5_000;
/// In these fields stands nothing of anybody's.
const PLAIN: &[&str] = &[
    "url", "base64", "digest", "version", "probe", "probes", "started", "state", "tool",
];
/// The first two bytes of TLS records: the type, and the version that all of them claim (RFC 8446 section 5.1).
const TLS_TYPES: std::ops::RangeInclusive<u8> = 20..=23;
const TLS_VERSION: u8 = 3;

/// Why a recording cannot be put in disguise.
#[derive(Debug, thiserror::Error)]
pub enum PseudonymiseError {
    /// It would be larger than one can be.
    #[error(transparent)]
    Damage(#[from] Damage),
    /// It is no recording to begin with, or would be none.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Nothing more can be taken out.
    #[error("the recording is already pseudonymised")]
    Done,
}

/// The same recording for others. `report` is what it led to: from there it is known what is somebody's.
///
/// # Errors
/// Why there is none.
pub fn pseudonymised(
    file: &[u8],
    recording: &Recording,
    report: &Report,
) -> Result<Vec<u8>, PseudonymiseError> {
    if recording.header.redaction != Shareability::Internal {
        return Err(PseudonymiseError::Done);
    }
    let blocks: Vec<Value> = container::unpack(file)?
        .iter()
        .map(|json| serde_json::from_slice(json).map_err(|error| nonsense(&error)))
        .collect::<Result<_, _>>()?;
    let mut hand = Pseudonymised::as_in(report);
    for (_, _, trace) in &recording.traces {
        learn_names(trace, &mut hand);
    }
    let mut pseudonymised = Vec::new();
    for block in blocks {
        pseudonymised.push(in_disguise(block, &mut hand)?);
    }
    // Counted when everything has passed the hand.
    for block in &mut pseudonymised {
        if let Block::Header(header) = block {
            header.redaction = Shareability::Shareable(hand.removed());
        }
    }
    let blocks: Vec<Vec<u8>> = pseudonymised
        .iter()
        .map(|block| serde_json::to_vec(block).map_err(|error| nonsense(&error)))
        .collect::<Result<_, _>>()?;
    Ok(container::pack(&blocks)?)
}

fn nonsense(error: &serde_json::Error) -> Fault {
    Fault::Nonsense(error.to_string())
}

/// What stands in listings, and whose it is there.
fn learn_names(trace: &Trace, hand: &mut Pseudonymised) {
    let data = data_connections(trace);
    for (connection, entries) in streams(trace) {
        let bytes = joined(trace, &entries);
        if data.contains(&connection) && is_text(&bytes) {
            hand.learn_listing(&bytes, NAMES);
        }
    }
}

/// The connections that listings and files go over.
fn data_connections(trace: &Trace) -> BTreeSet<u32> {
    let opened = trace.entries.iter().filter_map(|entry| match &entry.heard {
        Heard::Answer(Answer::Opened(Ok(number)))
            if matches!(entry.call, Call::ConnectData { .. }) =>
        {
            Some(*number)
        }
        _ => None,
    });
    opened.collect()
}

/// Files that probes send and fetch are their own, with NUL among their first bytes. No name of a file holds one, whatever
/// else it holds, so a listing is never taken for such a file.
fn is_text(bytes: &[u8]) -> bool {
    !bytes.contains(&0)
}

fn joined(trace: &Trace, entries: &[usize]) -> Vec<u8> {
    let pieces = entries.iter().flat_map(|at| received(trace, *at));
    pieces.copied().collect()
}

/// The reads of each connection, in their order.
fn streams(trace: &Trace) -> BTreeMap<u32, Vec<usize>> {
    let mut streams: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, entry) in trace.entries.iter().enumerate() {
        if let (Call::Read { connection, .. }, Heard::Answer(Answer::Received(Ok(_)))) =
            (&entry.call, &entry.heard)
        {
            streams.entry(*connection).or_default().push(at);
        }
    }
    streams
}

fn received(trace: &Trace, at: usize) -> &[u8] {
    match &trace.entries[at].heard {
        Heard::Answer(Answer::Received(Ok(bytes))) => &bytes.0,
        _ => &[],
    }
}

fn in_disguise(block: Value, hand: &mut Pseudonymised) -> Result<Block, Fault> {
    let block = walk(block, hand);
    let mut block: Block = serde_json::from_value(block).map_err(|error| nonsense(&error))?;
    if let Block::Trace(_, _, trace) = &mut block {
        disguise_streams(trace, hand);
    }
    Ok(block)
}

/// Every text but what was read and written, which may be no text, and cut anywhere.
fn walk(value: Value, hand: &mut Pseudonymised) -> Value {
    match value {
        Value::String(text) => Value::String(hand.text(&text)),
        Value::Array(items) => items.into_iter().map(|item| walk(item, hand)).collect(),
        Value::Object(fields) => {
            let is_chain = fields.get("name").is_some_and(|it| it == name::TLS_CHAIN);
            let fields = fields.into_iter().map(|(name, value)| {
                let is_plain = PLAIN.contains(&name.as_str())
                    || name == "bytes"
                    || name == "received" && value.get("Ok").is_some()
                    || is_chain;
                match is_plain {
                    true => (name, value),
                    false => (key(name, hand), walk(value, hand)),
                }
            });
            Value::Object(fields.collect())
        }
        other => other,
    }
}

/// Names of fields stay; but what was looked up of an address is kept under it.
fn key(name: String, hand: &mut Pseudonymised) -> String {
    match name.parse::<IpAddr>() {
        Ok(_) => hand.text(&name),
        Err(_) => name,
    }
}

fn disguise_streams(trace: &mut Trace, hand: &mut Pseudonymised) {
    let data = data_connections(trace);
    for (connection, entries) in streams(trace) {
        let is_tls = |at: &usize| starts_tls(received(trace, *at));
        let text: Vec<usize> = entries.into_iter().take_while(|at| !is_tls(at)).collect();
        let whole = joined(trace, &text);
        if data.contains(&connection) && !is_text(&whole) {
            continue;
        }
        let mut rest = hand.bytes(&whole).into_iter();
        for at in text {
            let length = received(trace, at).len();
            let bytes = Bytes(rest.by_ref().take(length).collect());
            trace.entries[at].heard = Heard::Answer(Answer::Received(Ok(bytes)));
        }
    }
    for entry in &mut trace.entries {
        if let Call::Write {
            connection, bytes, ..
        }
        | Call::Unread { connection, bytes } = &mut entry.call
            && !data.contains(connection)
            && !starts_tls(&bytes.0)
        {
            bytes.0 = hand.bytes(&bytes.0);
        }
    }
}

/// Hellos that probes make themselves, and the answers to them.
fn starts_tls(bytes: &[u8]) -> bool {
    matches!(bytes, [first, TLS_VERSION, ..] if TLS_TYPES.contains(first))
}
