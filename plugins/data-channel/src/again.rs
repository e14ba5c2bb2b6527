//! A data connection that failed without a reply that says why is tried once more before it counts: in the same session
//! where that goes on, or else in a fresh one, with small packets and with more patience than the settings have.

use probe_sdk::ftp::phase::transfer::TransferAnswer;
use probe_sdk::session::{Answer, Opening, Refusal};
use probe_sdk::{Decision, Failure, FailureKind, Finding, Run, elapsed_us};

use crate::channel::{Channel, since_ms};
use crate::large::{self, SMALL_SEGMENT};
use crate::sample::{Outcome, Sample};
use crate::{BEHIND_THE_PORT, NOT_CLOSED, TIMEOUT_TOO_SHORT};

/// How much longer a transfer is waited for that had begun, in times of the settings' patience.
const PATIENCE: u32 = 2;
/// The same where nothing had begun.
const PATIENCE_UNBEGUN: u32 = 3;
/// No more than this, in milliseconds: the run has other things to do.
const MOST_MS: u32 = 75_000;
/// Where nothing had come at all, it is only seen whether that repeats, in milliseconds.
const UNBEGUN_MS: u32 = 20_000;
/// The same for a handshake, which has no work to do first, in milliseconds.
const HANDSHAKE_MS: u32 = 10_000;
/// How long the end of a data connection is waited for the second time, in milliseconds.
const END_MS: u32 = 5_000;

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
            Patient::SilentAgain => "silent again, in a session of its own".into(),
        }
    }

    /// What it means, where that is a fault by itself.
    pub(crate) fn judge(&self, run: &mut Run, usual_ms: u32) {
        match self.patient {
            Patient::Later { ms } => run.found(later(&self.command, usual_ms, ms)),
            Patient::WithSmallPackets { before, bytes } => {
                large::found(run, &self.command, before, bytes);
            }
            Patient::StaysOpen { bytes } => run.found(stays_open_finding(&self.command, bytes)),
            Patient::NotAgain | Patient::SilentAgain => return,
        }
        let reason = "the transfer before it was not as it should be";
        run.behind_fault("the rest of a transfer", BEHIND_THE_PORT, reason);
    }

    /// Whether it takes longer than the settings wait, so that one more of its kind would cost the time of everything else.
    pub(crate) fn is_slow(&self) -> bool {
        matches!(self.patient, Patient::Later { .. })
    }
}

fn later(command: &str, usual_ms: u32, ms: u32) -> Finding {
    /// Settings are told in tens of seconds.
    const STEP_S: u32 = 10;
    let enough_s = (ms + ms / 2).div_ceil(1000 * STEP_S) * STEP_S;
    let detail = format!(
        "The server answers correctly and takes longer than the settings wait: {command} was given up after {} s, and is \
         complete after {} s where it is waited for.",
        usual_ms / 1000,
        ms / 1000
    );
    Finding::new(TIMEOUT_TOO_SHORT, detail)
        .because(Decision::by_counter_test("more patience", "it completes"))
        .evidence("command", command)
        .evidence("given up after", format!("{} s", usual_ms / 1000))
        .evidence("complete after", format!("{} s", ms / 1000))
        .cured_by(&[("reply_timeout", &enough_s.to_string())])
}

fn stays_open_finding(command: &str, bytes: usize) -> Finding {
    let detail = "The server sends everything, calls the transfer complete, and does not close the data connection, which \
                  is what says that this was all (RFC 959 section 3.2): clients wait for an end that never comes.";
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
    let secured = refusal.session.is_some() || !channel.session.tls;
    let wait_ms = patience(refusal, secured, usual_ms);
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
    channel.session.end_ms = usual_ms.min(END_MS);
    let count = channel.samples.len();
    let asked_us = elapsed_us();
    channel.transfer(method, verb, &command, most);
    let took_ms = since_ms(asked_us);
    let second = channel.samples.get(count)?;
    let patient = match &second.result {
        Outcome::Done(_) if took_ms > usual_ms && !answered => Patient::Later { ms: took_ms },
        Outcome::Done(_) if !secured => Patient::NotAgain,
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
    Some(Silent { command, patient })
}

fn patience(refusal: &Refusal, secured: bool, usual_ms: u32) -> u32 {
    if refusal.started || refusal.reply.is_some() {
        (usual_ms * PATIENCE).min(MOST_MS).max(usual_ms)
    } else if secured {
        (usual_ms * PATIENCE_UNBEGUN).min(UNBEGUN_MS)
    } else {
        usual_ms.min(HANDSHAKE_MS)
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
fn is_silent(sample: &Sample) -> bool {
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
    let told = sample.refusal().map(words).unwrap_or_default();
    let was_sudden = is_sudden(sample);
    sample.result = Outcome::Opened;
    channel.sudden += usize::from(was_sudden);
    channel.lost += usize::from(!was_sudden);
    channel.once.push(told);
}

/// Whether the session itself broke off over a transfer.
pub(crate) fn is_lost(sample: &Sample) -> bool {
    let lost = |refusal: &Refusal| refusal.answer == Answer::ControlLost;
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
    sample.refusal().is_some_and(|refusal| {
        // A server that refuses for another reason may well close the data connection with its reply.
        let unexplained = match refusal.answer {
            Answer::Handshake => true,
            Answer::ControlLost | Answer::Silence => false,
            Answer::Reply(TransferAnswer::NoDataConnection | TransferAnswer::TlsRefused) => {
                refusal.session.is_none()
            }
            Answer::Reply(TransferAnswer::Broken) => refusal
                .reply
                .as_ref()
                .is_some_and(|reply| reply.code == CLOSED),
            Answer::Reply(
                TransferAnswer::Started
                | TransferAnswer::Done
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

fn words(refusal: &Refusal) -> String {
    let failure = refusal.failure.as_ref().map_or("ended", |it| &it.detail);
    match &refusal.reply {
        Some(reply) => format!("{failure}, {reply}"),
        None => failure.to_string(),
    }
}
