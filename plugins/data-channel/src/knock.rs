//! A sample of the passive range: a port is asked for, TCP connects, and the connection is closed again. Asking for the
//! next port makes a server forget the one before (RFC 959 section 4.1.2), so that the dialogue stays in step.

use probe_sdk::session::{DataPort, Method, Offer};
use probe_sdk::{
    Connection, Failure, FailureKind, elapsed_us, most_connections, plan_data_ports, ready,
};

use crate::channel::{AGAIN_MS, Channel, TWO_LOST_MS, since_ms};
use crate::question::Asked;
use crate::sample::{Outcome, Sample};

/// As many dead ports, and not one that opens, say that the whole range is dead.
const ALL_DEAD: usize = 8;

/// A port whose TCP handshake is on its way.
struct Pending {
    sample: Sample,
    data: Connection,
    begun_us: u64,
    /// When the server was asked for another port, so that it may have closed this one: after how many milliseconds.
    superseded_ms: Option<u32>,
}

/// Samples ports until there are `wanted` in all.
///
/// The next port is asked for while the handshake with the last one is still on its way: one round trip a port, and
/// ports that stay silent are waited for side by side. A port that opens has opened, and one that is silent is silent,
/// whatever was asked since; a refusal then counts for nothing. Where ports fail, the next question waits until two packets
/// have been lost.
pub(crate) fn sample(channel: &mut Channel, wanted: usize) {
    let width = most_connections().saturating_sub(1).clamp(1, 2);
    let total = match channel.samples.iter().any(Sample::port_opened) {
        true => wanted,
        false => wanted.min(ALL_DEAD),
    };
    plan_data_ports(counted(channel), total);
    let mut pending: Vec<Pending> = Vec::new();
    let mut patient = channel.samples.iter().any(Sample::fails);
    while channel.has_room() && counted(channel) + pending.len() < wanted && !hopeless(channel) {
        while pending.len() >= width {
            settle(channel, &mut pending, channel.session.connect_ms);
        }
        let Some(next) = begin(channel, &mut pending) else {
            break;
        };
        pending.push(next);
        let grace_ms = if patient {
            TWO_LOST_MS.max(2 * channel.round_trip_ms)
        } else {
            0
        };
        settle(channel, &mut pending, grace_ms);
        patient |= channel.samples.iter().any(Sample::fails);
    }
    if !pending.is_empty() && !patient {
        // As the question for one more port.
        supersede(&mut pending);
        channel.ask_apart();
    }
    while !pending.is_empty() {
        settle(channel, &mut pending, channel.session.connect_ms);
    }
}

/// The server is asked for something else, and may close these ports.
fn supersede(pending: &mut [Pending]) {
    for earlier in pending {
        let waited_ms = since_ms(earlier.begun_us);
        earlier.superseded_ms.get_or_insert(waited_ms);
    }
}

/// Ports that were offered and tried; those that count for nothing do not.
fn counted(channel: &Channel) -> usize {
    let tried = |sample: &&Sample| sample.port_opened() || sample.port_failed();
    channel.samples.iter().filter(tried).count()
}

fn hopeless(channel: &Channel) -> bool {
    let opened = channel.samples.iter().any(Sample::port_opened);
    let asked_in_vain = !channel.gives(Method::Epsv) && !channel.gives(Method::Pasv);
    asked_in_vain || channel.spoilt_by_sampling || !opened && counted(channel) >= ALL_DEAD
}

/// Asks for a port and begins a connection to it; none where that ended the sampling.
fn begin(channel: &mut Channel, pending: &mut [Pending]) -> Option<Pending> {
    let method = channel.next_method();
    supersede(pending);
    let sample = |offer, result| Sample {
        method,
        offer,
        verb: None,
        took_ms: None,
        result,
    };
    let lister = channel.lister;
    let (offer, port) = match channel.ask(method, lister) {
        Asked::Offer(offer @ Offer::Port { port, .. }) => (offer, port),
        Asked::Offer(offer) if gave_before(channel, method) => {
            spoilt(channel, method, offer);
            return None;
        }
        Asked::Offer(offer) => {
            channel.samples.push(sample(Some(offer), Outcome::NoPort));
            return None;
        }
        Asked::Ended(ending) => {
            channel.samples.push(sample(None, Outcome::Ended(ending)));
            return None;
        }
        Asked::Broke(why) => {
            channel.samples.push(sample(None, Outcome::NotLooked(why)));
            return None;
        }
    };
    let begun_us = elapsed_us();
    match channel.begin(port) {
        Ok(data) => Some(Pending {
            sample: sample(Some(offer), Outcome::Opened),
            data,
            begun_us,
            superseded_ms: None,
        }),
        Err(failure) => {
            let result = Outcome::unconnected(failure);
            channel.samples.push(sample(Some(offer), result));
            None
        }
    }
}

/// Whether this very question was answered with a port before.
fn gave_before(channel: &Channel, method: Method) -> bool {
    let mut samples = channel.samples.iter();
    samples.any(|sample| sample.method == method && sample.port().is_some())
}

/// A server that gave ports refuses one more. Where a fresh session gets one, it was our asking without using that it does
/// not stand, and the sampling ends; where it does not, its answer counts.
fn spoilt(channel: &mut Channel, method: Method, offer: Offer) {
    let lister = channel.lister;
    // That no port is free is an answer about the ports, whoever used them up.
    if !matches!(offer, Offer::Busy(_)) && channel.afresh(|_| ()) {
        match channel.session.ask(method, lister) {
            Ok(Offer::Port { .. }) => {
                channel.spoilt_by_sampling = true;
                // Nor is that port used.
                channel.afresh(|_| ());
                return;
            }
            Ok(_) => {}
            Err(_) => channel.session.usable = false,
        }
    }
    channel.samples.push(Sample {
        method,
        offer: Some(offer),
        verb: None,
        took_ms: None,
        result: Outcome::NoPort,
    });
}

/// Waits up to `wait_ms` milliseconds until one of them is over; those whose time is up are over, too.
fn settle(channel: &mut Channel, pending: &mut Vec<Pending>, wait_ms: u32) {
    let limit_ms = channel.session.connect_ms.min(channel.shorter_ms());
    let connections: Vec<&Connection> = pending.iter().map(|it| &it.data).collect();
    let longest = pending.iter().map(|it| since_ms(it.begun_us)).max();
    let left = limit_ms.saturating_sub(longest.unwrap_or_default());
    let woken = ready(&connections, wait_ms.min(left));
    for (index, it) in std::mem::take(pending).into_iter().enumerate() {
        if woken.contains(&index) || since_ms(it.begun_us) >= limit_ms {
            channel.samples.push(it.finished());
        } else {
            pending.push(it);
        }
    }
}

impl Pending {
    fn finished(self) -> Sample {
        let result = match self.data.established(0) {
            Ok(_) => Outcome::Opened,
            Err(failure) => match (self.superseded_ms, failure.kind) {
                // It was accepted first.
                (None, FailureKind::Reset) => Outcome::Opened,
                (None, _) => Outcome::unconnected(failure),
                // A port that is closed while its queue holds the connection resets it.
                (Some(waited_ms), FailureKind::Refused | FailureKind::Reset)
                    if waited_ms < TWO_LOST_MS =>
                {
                    Outcome::Overtaken
                }
                (Some(waited_ms), FailureKind::Refused) => Outcome::PortFailed(Failure {
                    kind: FailureKind::TimedOut,
                    detail: format!("no answer within {waited_ms} ms"),
                    ..failure
                }),
                (Some(_), _) => Outcome::unconnected(failure),
            },
        };
        Sample {
            took_ms: Some(u64::from(since_ms(self.begun_us))),
            result,
            ..self.sample
        }
    }
}

/// What a port said that had been silent, when it was tried once more.
pub(crate) struct Again {
    pub(crate) port: u16,
    /// None where it opened.
    pub(crate) failure: Option<Failure>,
}

/// Tries the first silent port once more, without asking the server for it: a firewall that drops what goes to this port
/// stays silent, and a way that is open by now brings an answer, be it a refusal.
fn again(channel: &mut Channel) -> Option<Again> {
    let port = channel.samples.iter().find(|it| it.silent())?.port()?;
    if !channel.has_room() {
        return None;
    }
    let limit_ms = channel.session.connect_ms.min(AGAIN_MS);
    let failure = channel
        .begin(at_the_peer(port))
        .and_then(|data| data.established(limit_ms))
        .err();
    Some(Again { port, failure })
}

/// What a silent port says when it is tried once more, where others open; none where it was chance.
pub(crate) fn failed_again(channel: &mut Channel) -> Option<Again> {
    set_stale_answers_aside(channel);
    let opened = channel.samples.iter().any(Sample::port_opened);
    let again = opened.then(|| again(channel)).flatten()?;
    (!was_chance(channel, &again)).then_some(again)
}

/// A port that is announced twice, one time after the other, and was open the first time and is refused the second: the second
/// answer is the first one once more, from a server whose replies are out of step, and the port is no longer there.
fn set_stale_answers_aside(channel: &mut Channel) {
    for at in 1..channel.samples.len() {
        let (before, now) = (&channel.samples[at - 1], &channel.samples[at]);
        let refused = matches!(
            &now.result,
            Outcome::PortFailed(failure) if failure.kind == FailureKind::Refused
        );
        if refused && before.port_opened() && before.port() == now.port() {
            channel.samples[at].result = Outcome::Overtaken;
        }
    }
}

/// Whether the only port that was silent is so no more: packets to it do not vanish, and whatever delayed the answer was no
/// rule for this port. It counts for nothing then.
fn was_chance(channel: &mut Channel, again: &Again) -> bool {
    let answers = match &again.failure {
        None => true,
        Some(failure) => failure.kind == FailureKind::Refused,
    };
    let mut failed = channel.samples.iter_mut().filter(|it| it.port_failed());
    let (Some(only), None) = (failed.next(), failed.next()) else {
        return false;
    };
    if !answers || !only.silent() {
        return false;
    }
    only.result = Outcome::Overtaken;
    let port = again.port;
    channel.once.push(format!("port {port}: no answer"));
    true
}

fn at_the_peer(number: u16) -> DataPort {
    DataPort { number, at: None }
}

/// Whether a port opens that the server was not asked for, next to one that opened and was then ignored: if so, something
/// on the way answers for the server. None where there was no such port.
pub(crate) fn unasked(channel: &mut Channel) -> Option<bool> {
    let port = channel.samples.iter().find(|it| it.ignored())?.port()?;
    let neighbour = port.checked_add(1).unwrap_or(port - 1);
    let limit_ms = channel.session.connect_ms.min(AGAIN_MS);
    let data = channel.begin(at_the_peer(neighbour)).ok()?;
    match data.established(limit_ms) {
        Ok(_) => Some(true),
        Err(failure) => {
            matches!(failure.kind, FailureKind::Refused | FailureKind::TimedOut).then_some(false)
        }
    }
}
