//! A data connection that failed without a reply that says why is tried once more before it counts: in the same session
//! where that goes on, or else in a fresh one, with small packets and with more patience than the settings have.

use probe_sdk::ftp::phase::transfer::TransferAnswer;
use probe_sdk::halt::too_late;
use probe_sdk::session::{Answer, Opening, Refusal};
use probe_sdk::{Decision, Failure, FailureKind, Finding, Run, elapsed_us};

use crate::channel::{Channel, since_ms};
use crate::large::{self, SMALL_SEGMENT};
use crate::lost::Lost;
use crate::sample::{Outcome, Sample};
use crate::{BEHIND_THE_PORT, NOT_CLOSED, listings, lost};

/// How long a first transfer may stand still before a second look at it begins, in milliseconds. The full time that a reply
/// may take is the second one's.
pub(crate) const STANDSTILL_MS: u32 = 5_000;
/// How long the second one is waited for where the transfer had begun and nothing has come: in times of the settings' patience,
/// and at most so much beyond it, in milliseconds.
const PATIENCE: u32 = 2;
const BEYOND_MS: u32 = 11_000;
/// The same for what has no work to do first, in milliseconds: a handshake, the rest of what has begun to move, and the end
/// of what is complete.
const HANDSHAKE_MS: u32 = 10_000;
const MOVING_MS: u32 = 10_000;
const END_MS: u32 = 10_000;

/// "Connection closed; transfer aborted" (RFC 959 section 4.2.1).
pub(crate) const CLOSED: u16 = 426;

/// What a second look at a silent transfer showed.
#[derive(Debug)]
pub(crate) enum Patient {
    /// It came after so many milliseconds, longer than the settings wait.
    Later { ms: u32 },
    /// It came at once, so many bytes: with small packets the way is open.
    WithSmallPackets { before: usize, bytes: usize },
    /// All bytes and the last reply came, and the data connection stayed open both times.
    StaysOpen { bytes: usize },
    /// It worked, in the same way as the first time.
    NotAgain,
    /// As the first time.
    SilentAgain,
}

/// What a silent transfer was, beside what became of its second try.
pub(crate) struct Silent {
    pub(crate) command: String,
    pub(crate) patient: Patient,
}

impl Silent {
    /// What the second look showed, in words.
    pub(crate) fn words(&self) -> String {
        match &self.patient {
            Patient::Later { ms } => format!("comes after {} s", ms / 1000),
            Patient::WithSmallPackets { bytes, .. } => format!("{bytes} bytes with small packets"),
            Patient::StaysOpen { .. } => "complete, and the connection stays open".into(),
            Patient::NotAgain => "works".into(),
            Patient::SilentAgain => probe_sdk::words::SILENT_AGAIN.into(),
        }
    }

    /// What it means, where that is a fault by itself.
    pub(crate) fn judge(&self, run: &mut Run, usual_ms: u32) {
        match self.patient {
            Patient::Later { ms } => run.found(too_late(&self.command, usual_ms, ms)),
            Patient::WithSmallPackets { before, bytes } => {
                large::found(run, &self.command, before, bytes);
            }
            Patient::StaysOpen { bytes } => run.found(stays_open_finding(&self.command, bytes)),
            Patient::NotAgain | Patient::SilentAgain => return,
        }
        let reason = "the previous transfer was not in order";
        run.behind_fault("the rest of a transfer", BEHIND_THE_PORT, reason);
    }

    /// Whether it takes longer than the settings wait, so that one more of its kind would cost the time of everything else.
    pub(crate) fn is_slow(&self) -> bool {
        matches!(self.patient, Patient::Later { .. })
    }
}

fn stays_open_finding(command: &str, bytes: usize) -> Finding {
    let detail = "The server sends everything and calls the transfer complete, but does not close the data \
    connection, which would mark the end (RFC 959 section 3.2). Clients wait for an end that never comes.";
    Finding::new(NOT_CLOSED, detail)
        .because(Decision::by_counter_test(
            "a second session",
            "the same bytes, and no end",
        ))
        .evidence("command", command)
        .evidence("bytes", format!("{bytes}, the same in two sessions"))
}

/// Looks at a silent transfer once more. The run goes on in the session that gets through, if one does.
pub(crate) fn silent(channel: &mut Channel) -> Option<Silent> {
    let sample = channel.samples.iter().find(|it| is_silent(it))?;
    let (method, refusal) = (sample.method, sample.refusal()?);
    let (verb, most, command) = large::transfer_of(channel, sample)?;
    let (before, answered) = (refusal.passed, refusal.reply.is_some());
    let usual_ms = channel.session.control.reply_ms();
    let standstill_ms = channel.session.standstill_ms;
    let secured = refusal.session.is_some() || !channel.session.tls;
    let wait_ms = patience(refusal, secured, usual_ms, channel.waits_no_longer);
    let opened = channel.afresh(|opening: &mut Opening| {
        // Large packets are no matter of a handshake that the control connection had as well.
        if secured {
            opening.max_segment = Some(SMALL_SEGMENT);
        }
        opening.reply_ms = wait_ms;
    });
    if !opened {
        return None;
    }
    // An end that did not come in all the time before is not waited for as long again.
    channel.session.end_ms = wait_ms.min(END_MS);
    channel.session.standstill_ms = wait_ms;
    let count = channel.samples.len();
    let asked_us = elapsed_us();
    channel.transfer(method, verb, &command, most);
    let took_ms = since_ms(asked_us);
    let second = channel.samples.get(count)?;
    let patient = match &second.result {
        Outcome::Done(_) if took_ms > usual_ms && !answered => Patient::Later { ms: took_ms },
        // With more patience, and not with small packets: they would have come at once.
        Outcome::Done(_) if !secured || took_ms > standstill_ms => Patient::NotAgain,
        Outcome::Done(done) => Patient::WithSmallPackets {
            before,
            bytes: done.bytes.len(),
        },
        Outcome::Refused(again) if again.passed >= most => Patient::WithSmallPackets {
            before,
            bytes: again.passed,
        },
        Outcome::Refused(again) if answered && stays_open(again) && again.passed == before => {
            Patient::StaysOpen { bytes: before }
        }
        _ => Patient::SilentAgain,
    };
    settle(channel, count, &patient);
    if matches!(patient, Patient::NotAgain) {
        channel.is_patient |= took_ms > standstill_ms;
        channel.stalled += usize::from(took_ms <= standstill_ms);
    }
    channel.session.standstill_ms = channel.standstill_ms();
    Some(Silent { command, patient })
}

fn patience(refusal: &Refusal, secured: bool, usual_ms: u32, waits_no_longer: bool) -> u32 {
    if waits_no_longer {
        return (usual_ms / 2).max(1);
    }
    let begun = refusal.started || refusal.reply.is_some();
    // What has moved goes on moving; a listing that is long in the making shows nothing before it is done.
    let has_moved = refusal.passed > 0 || refusal.data_ended;
    match (secured, begun, has_moved) {
        (false, _, _) => usual_ms.min(HANDSHAKE_MS),
        (true, _, true) => usual_ms.min(MOVING_MS),
        (true, true, false) => (usual_ms * PATIENCE).min(usual_ms + BEYOND_MS),
        (true, false, false) => usual_ms,
    }
}

/// Sets the first failures aside where the second look explains them.
fn settle(channel: &mut Channel, second: usize, patient: &Patient) {
    // The second one is never judged: either it brought what was to be seen, and we cut it then, or it is as the first.
    if let Some(sample) = channel.samples.get_mut(second)
        && sample.refusal().is_some()
    {
        sample.result = Outcome::Opened;
    }
    if !matches!(patient, Patient::SilentAgain) {
        for sample in channel.samples.iter_mut().filter(|it| is_silent(it)) {
            sample.result = Outcome::Opened;
        }
    }
    if !channel.session.usable {
        channel.afresh(|_| ());
    }
}

/// Whether nobody said anything more, be it after the last reply.
pub(crate) fn is_silent(sample: &Sample) -> bool {
    sample.refusal().is_some_and(|refusal| {
        let handshake = refusal.answer == Answer::Handshake && refusal.failure.is_none();
        let empty = crate::second_way::refusal_of(refusal).is_some();
        !empty && (refusal.answer == Answer::Silence || handshake)
    })
}

fn stays_open(refusal: &Refusal) -> bool {
    refusal.answer == Answer::Silence && refusal.reply.is_some()
}

/// Repeats a data connection that ended suddenly, once in a run: what does so a second time is no accident.
pub(crate) fn sudden(channel: &mut Channel) {
    let ended = |sample: &Sample| is_sudden(sample) || is_lost(sample);
    let failed = |channel: &Channel| channel.samples.iter().filter(|it| ended(it)).count();
    let Some(at) = channel.samples.iter().position(ended) else {
        return;
    };
    let method = channel.samples[at].method;
    if channel.repeated {
        return;
    }
    channel.repeated = true;
    if failed(channel) == 1 {
        if !channel.session.usable && !channel.afresh(|_| ()) {
            return;
        }
        channel.list(method);
    }
    // More than one, and none that worked: it is no chance.
    let worked = channel.samples.iter().any(Sample::lists);
    let last_failed = channel.samples.last().is_some_and(ended);
    if failed(channel) > 1 && (!worked || last_failed) {
        return;
    }
    let Some(sample) = channel.samples.get_mut(at) else {
        return;
    };
    let was_sudden = is_sudden(sample);
    let Outcome::Refused(refusal) = std::mem::replace(&mut sample.result, Outcome::Opened) else {
        return;
    };
    let told = words(&refusal);
    if was_sudden {
        channel.sudden += 1;
        channel.once.push(told);
    } else {
        let in_place_of = lost::in_place_of(&refusal);
        channel.was_lost(Lost { in_place_of, told });
    }
}

/// Whether the session itself broke off over a transfer.
pub(crate) fn is_lost(sample: &Sample) -> bool {
    // 421 says that the session is over (RFC 959 section 5.4); where it is reset or closed, nothing does.
    let lost = |refusal: &Refusal| {
        matches!(
            refusal.answer,
            Answer::ControlLost | Answer::Reply(TransferAnswer::Closing)
        )
    };
    sample.refusal().is_some_and(lost)
}

/// Whether a data connection was closed or reset where nothing had announced that.
pub(crate) fn is_sudden(sample: &Sample) -> bool {
    let ended = |failure: &Failure| {
        matches!(
            failure.kind,
            FailureKind::Closed | FailureKind::Truncated | FailureKind::Reset
        )
    };
    let is_closed = |refusal: &Refusal| {
        let reply = refusal.reply.as_ref();
        reply.is_some_and(|reply| reply.code == CLOSED)
    };
    sample.refusal().is_some_and(|refusal| {
        // A server that refuses for another reason may well close the data connection with its reply.
        let unexplained = match refusal.answer {
            Answer::Handshake => true,
            Answer::ControlLost | Answer::Silence => false,
            Answer::Reply(TransferAnswer::TlsRefused) => refusal.session.is_none(),
            // Without TLS a connection that is closed unread looks like an empty listing.
            Answer::Reply(TransferAnswer::NoDataConnection) => return refusal.session.is_none(),
            // Complete, and what it came over broke off before the first byte.
            Answer::Reply(TransferAnswer::Done) => refusal.passed == 0,
            // The same, where the reply is here before the end of the connection.
            Answer::Reply(TransferAnswer::Broken) if refusal.session.is_none() => {
                return is_closed(refusal);
            }
            Answer::Reply(TransferAnswer::Broken) => is_closed(refusal),
            Answer::Reply(
                TransferAnswer::Started
                | TransferAnswer::ProtectionRequired
                | TransferAnswer::PeerAddressRejected
                | TransferAnswer::Denied
                | TransferAnswer::Busy
                | TransferAnswer::StorageFull
                | TransferAnswer::Closing
                | TransferAnswer::Unexpected,
            ) => false,
        };
        unexplained && refusal.failure.as_ref().is_some_and(ended)
    })
}

/// Goes on with listings after something failed once and worked when it was repeated, as long as there is room: what comes
/// back is no chance, and what was lost for once stays alone.
pub(crate) fn watch(channel: &mut Channel) {
    let once = channel.stalled > 0 || !channel.once.is_empty();
    let is_cut = |channel: &Channel| listings::empty_beside_others(&channel.samples) > 0;
    if !once && !is_cut(channel) {
        return;
    }
    while channel.has_room() && channel.transfers_well() {
        let count = channel.samples.len();
        let method = channel.method_that_works();
        channel.list(method);
        let new = channel.samples.get(count..).unwrap_or_default();
        if new.iter().all(|it| it.port().is_none()) {
            return;
        }
    }
}

fn words(refusal: &Refusal) -> String {
    let failure = refusal.failure.as_ref().map_or("ended", |it| &it.detail);
    match &refusal.reply {
        Some(reply) => format!("{failure}, {reply}"),
        None => failure.to_string(),
    }
}
