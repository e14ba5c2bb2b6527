//! One listing over an open data connection, with control and data watched together: servers say 150 before or after the
//! TLS handshake of the data connection, and a refusal may come at any moment.

use probe_sdk::ftp::phase::transfer::{self, TransferAnswer};
use probe_sdk::ftp::{Phase, Reply};
use probe_sdk::{
    Connection, DialogueError, Failure, FailureKind, TlsOptions, TlsSession, elapsed_us, ready,
    version_name,
};

use crate::Channel;

/// A listing longer than this says nothing more about the channel.
const MAX_LISTING: usize = 1024 * 1024;
/// How long a server may take over its last words.
const LAST_WORDS_MS: u32 = 5_000;

/// How long the end of a handshake may take that a reply has overtaken.
const OVERTAKEN_MS: u32 = 500;

/// A listing that came.
#[derive(Clone, Debug)]
pub(crate) struct Listing {
    pub(crate) bytes: usize,
    /// Whether the data connection resumed the session of the control connection.
    pub(crate) resumed: bool,
    /// How the data connection was secured, in words.
    pub(crate) security: String,
    /// Whether the end of the data was marked as TLS has it.
    pub(crate) closed_properly: bool,
}

/// Why none came, with everything that was seen.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) answer: Answer,
    pub(crate) reply: Option<Reply>,
    /// The handshake of the data connection, if there was one.
    pub(crate) session: Option<TlsSession>,
    /// How the data connection failed, if it did.
    pub(crate) failure: Option<Failure>,
    /// Whether 150 or 125 came.
    pub(crate) started: bool,
}

/// What a transfer that came to nothing means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The server's reply, judged with its phase.
    Reply(TransferAnswer),
    /// The handshake of the data connection failed or never ended, and no reply said why.
    Handshake,
    /// Neither side of the session said anything more.
    Silence,
    /// The control connection failed.
    ControlLost,
}

/// What has been seen so far.
#[derive(Default)]
struct Seen {
    started: bool,
    session: Option<TlsSession>,
    failure: Option<Failure>,
    /// A final reply that came before the data ended.
    last: Option<Reply>,
}

impl Seen {
    fn refusal(self, answer: Answer, reply: Option<Reply>) -> Refusal {
        let Seen {
            started,
            session,
            failure,
            ..
        } = self;
        Refusal {
            answer,
            reply,
            session,
            failure,
            started,
        }
    }

    fn by_reply(self, reply: Reply) -> Refusal {
        let phase = if self.started {
            Phase::Transferring
        } else {
            Phase::Transfer
        };
        let answer = transfer::judge(phase, &reply);
        self.refusal(Answer::Reply(answer), Some(reply))
    }
}

/// Lists the current directory.
pub(crate) fn list(channel: &mut Channel, data: Connection) -> Result<Listing, Refusal> {
    let mut seen = Seen::default();
    if let Err(error) = channel.control.send("LIST") {
        return Err(lost(channel, seen, &error));
    }
    if channel.tls {
        // At once, without waiting for 150: some servers say it only when the handshake is done.
        let options = TlsOptions {
            server_name: channel.server_name.clone(),
            resume: true,
            highest: None,
        };
        if let Err(failure) = data.start_tls(&options) {
            seen.failure = Some(failure);
        }
        seen = handshake(channel, &data, seen)?;
    }
    let (bytes, end) = receive(channel, &data, &mut seen)?;
    let truncated = match &end {
        Ok(()) => false,
        Err(failure) if failure.kind == FailureKind::Truncated => true,
        Err(failure) => {
            seen.failure = Some(failure.clone());
            true
        }
    };
    // Both ways closed before the last reply is waited for: some servers send it only then.
    let _ = data.finish(LAST_WORDS_MS);
    drop(data);
    let reply = match seen.last.take() {
        Some(reply) => Ok(reply),
        None => final_reply(channel, &mut seen),
    };
    match reply {
        Ok(reply) if transfer::judge(Phase::Transferring, &reply) == TransferAnswer::Done => {
            Ok(Listing {
                bytes: bytes.len(),
                resumed: seen.session.as_ref().is_some_and(|session| session.resumed),
                security: security(seen.session.as_ref()),
                closed_properly: !truncated,
            })
        }
        Ok(reply) => Err(seen.by_reply(reply)),
        Err(error) if error.kind() == Some(FailureKind::TimedOut) => {
            channel.usable = false;
            Err(seen.refusal(Answer::Silence, None))
        }
        Err(error) => Err(lost(channel, seen, &error)),
    }
}

/// Waits for the end of the data connection's handshake, and listens to the control connection meanwhile.
fn handshake(channel: &mut Channel, data: &Connection, mut seen: Seen) -> Result<Seen, Refusal> {
    let end = elapsed_us() + u64::from(channel.control.reply_ms()) * 1000;
    loop {
        let left = u32::try_from(end.saturating_sub(elapsed_us()) / 1000).unwrap_or(u32::MAX);
        let woken = if channel.control.has_bytes() {
            vec![0]
        } else {
            ready(&[channel.control.connection(), data], left)
        };
        if woken.contains(&1) {
            match data.secured(0) {
                Ok(session) => {
                    seen.session = Some(session);
                    return Ok(seen);
                }
                Err(failure) => {
                    seen.failure = Some(failure);
                    return Err(after_failed_handshake(channel, seen));
                }
            }
        }
        if woken.contains(&0) {
            match channel.control.reply_within(left.max(100)) {
                Ok(reply) => match transfer::judge(Phase::Transfer, &reply) {
                    TransferAnswer::Started if !seen.started => seen.started = true,
                    // A short listing: the server was done before we looked at the end of its handshake.
                    TransferAnswer::Done if seen.last.is_none() => seen.last = Some(reply),
                    answer => {
                        // A refusal of the session may overtake the end of the handshake it is about.
                        if seen.started || answer == TransferAnswer::TlsRefused {
                            seen.session = data.secured(OVERTAKEN_MS).ok();
                        }
                        return Err(seen.by_reply(reply));
                    }
                },
                Err(error) => return Err(lost(channel, seen, &error)),
            }
        }
        if left == 0 {
            // No reply and no handshake: the dialogue is out of step from here on.
            channel.usable = false;
            return Err(seen.refusal(Answer::Handshake, None));
        }
    }
}

/// The server usually says why.
fn after_failed_handshake(channel: &mut Channel, mut seen: Seen) -> Refusal {
    loop {
        match channel.control.reply_within(LAST_WORDS_MS) {
            Ok(reply)
                if !seen.started
                    && transfer::judge(Phase::Transfer, &reply) == TransferAnswer::Started =>
            {
                seen.started = true;
            }
            Ok(reply) => return seen.by_reply(reply),
            // The whole session is gone, not only its data connection.
            Err(error)
                if matches!(
                    error.kind(),
                    Some(FailureKind::Reset | FailureKind::Closed | FailureKind::Truncated)
                ) =>
            {
                return lost(channel, seen, &error);
            }
            Err(_) => {
                channel.usable = false;
                return seen.refusal(Answer::Handshake, None);
            }
        }
    }
}

/// Reads the listing to its end, unless the server refuses it before.
fn receive(
    channel: &mut Channel,
    data: &Connection,
    seen: &mut Seen,
) -> Result<(Vec<u8>, Result<(), Failure>), Refusal> {
    if seen.last.is_some() {
        return Ok(data.read_to_end(MAX_LISTING, channel.control.reply_ms()));
    }
    let mut all = Vec::new();
    loop {
        let control_first = channel.control.has_bytes();
        let woken = if control_first {
            vec![0]
        } else {
            ready(
                &[channel.control.connection(), data],
                channel.control.reply_ms(),
            )
        };
        if woken.is_empty() {
            channel.usable = false;
            let seen = std::mem::take(seen);
            return Err(seen.refusal(Answer::Silence, None));
        }
        if woken.contains(&1) {
            match data.read(0) {
                Ok(bytes) if bytes.is_empty() => return Ok((all, Ok(()))),
                Ok(bytes) => all.extend(bytes),
                Err(failure) => return Ok((all, Err(failure))),
            }
            if all.len() > MAX_LISTING {
                return Ok((all, Ok(())));
            }
        }
        if woken.contains(&0) && seen.last.is_none() {
            let reply = match channel.control.reply() {
                Ok(reply) => reply,
                Err(error) => {
                    let seen = std::mem::take(seen);
                    return Err(lost(channel, seen, &error));
                }
            };
            let phase = if seen.started {
                Phase::Transferring
            } else {
                Phase::Transfer
            };
            match transfer::judge(phase, &reply) {
                TransferAnswer::Started if !seen.started => seen.started = true,
                // The last reply may overtake the last data.
                TransferAnswer::Done => {
                    seen.last = Some(reply);
                    let (rest, end) = data.read_to_end(MAX_LISTING, channel.control.reply_ms());
                    all.extend(rest);
                    return Ok((all, end));
                }
                _ => return Err(std::mem::take(seen).by_reply(reply)),
            }
        }
    }
}

/// The reply that ends a transfer; the end of the data may have overtaken the 1yz before it.
fn final_reply(channel: &mut Channel, seen: &mut Seen) -> Result<Reply, DialogueError> {
    let reply = channel.control.reply()?;
    if !seen.started && transfer::judge(Phase::Transfer, &reply) == TransferAnswer::Started {
        seen.started = true;
        return channel.control.reply();
    }
    Ok(reply)
}

fn lost(channel: &mut Channel, mut seen: Seen, error: &DialogueError) -> Refusal {
    channel.usable = false;
    if let DialogueError::Failure(failure) = error {
        seen.failure = Some(failure.clone());
    }
    seen.refusal(Answer::ControlLost, None)
}

fn security(session: Option<&TlsSession>) -> String {
    let Some(session) = session else {
        return "clear text".into();
    };
    let version = version_name(session.version);
    let how = if session.resumed {
        "session resumed"
    } else {
        "full handshake"
    };
    format!("{version}, {how}")
}
