//! A large transfer: where small packets pass and large ones vanish, a short listing works and a file stalls (F-D25).

use probe_sdk::ftp::{Entry, Form, is_safe_argument};
use probe_sdk::session::{Answer, Method, Offer, Opening, Payload, Refusal, Session, Transferred};
use probe_sdk::{Finding, Run};

use crate::channel::{Channel, MAX_LISTING};
use crate::sample::{Outcome, Sample};
use crate::{BEHIND_THE_PORT, MTU_BLACKHOLE, TRUNCATED, listings};

/// Many packets, in bytes.
const LARGE: usize = 64 * 1024;
/// The largest segment that every IPv4 path takes (RFC 9293 section 3.7.1), in bytes.
const SMALL_SEGMENT: u16 = 536;
/// What is said where nothing large enough can be read.
const CHECK: &str = "a transfer of 64 KiB";

/// Reads 64 KiB of a file, unless a listing was that long already.
pub(crate) fn look(run: &mut Run, channel: &mut Channel) {
    let long = |sample: &Sample| sample.done().is_some_and(|it| it.bytes.len() >= LARGE);
    if channel.samples.iter().any(long) {
        return run.clear(&[MTU_BLACKHOLE]);
    }
    let Some(file) = file(channel) else {
        let reason = "the directory shows no file of 64 KiB to read";
        return run.not_applicable(CHECK, &[MTU_BLACKHOLE], reason);
    };
    let command = format!("RETR {}", file.name);
    let method = channel.method_that_works();
    channel.transfer(method, "RETR", &command, LARGE);
    let Some(sample) = channel.samples.last().filter(|it| it.verb == Some("RETR")) else {
        return;
    };
    match &sample.result {
        // We closed the connection in the middle, and the server says so.
        Outcome::Refused(refusal) if refusal.passed >= LARGE => {
            set_aside(run, channel);
            channel.session.renew(|_| ());
        }
        // No right to read it, or it is in use.
        Outcome::Refused(refusal) if !refusal.started && refusal.reply.is_some() => {
            let reason = format!("{} may not be read", file.name);
            set_aside(run, channel);
            run.not_applicable(CHECK, &[MTU_BLACKHOLE], &reason);
        }
        Outcome::Done(transferred) if transferred.bytes.len() < LARGE => {
            let came = transferred.bytes.len();
            short(run, channel, &file, came);
        }
        Outcome::Done(_) => run.clear(&[MTU_BLACKHOLE]),
        _ => {}
    }
}

/// A transfer that ended as we wanted it to is no refusal: the port was open.
fn set_aside(run: &mut Run, channel: &mut Channel) {
    if let Some(sample) = channel.samples.last_mut() {
        sample.result = Outcome::Opened;
    }
    run.clear(&[MTU_BLACKHOLE]);
}

/// The largest file: the larger, the less likely it has all been sent before we stop, and passes for collected.
fn file(channel: &Channel) -> Option<Entry> {
    let listing = listings::read(&channel.samples, Form::Facts)
        .or_else(|| listings::read(&channel.samples, Form::List))?;
    listing
        .entries
        .into_iter()
        .filter(|entry| entry.file && is_safe_argument(&entry.name))
        .filter(|entry| !entry.name.contains(char::REPLACEMENT_CHARACTER))
        .filter(|entry| entry.size.is_some_and(|size| size >= LARGE as u64))
        .max_by_key(|entry| entry.size)
}

/// Fewer bytes than the listing promised: asked again as the binary file it is, with the size the server names for that.
fn short(run: &mut Run, channel: &mut Channel, file: &Entry, came: usize) {
    let size = image_size(channel, &file.name);
    let Some(size) = size.filter(|size| *size > came as u64) else {
        return;
    };
    let method = channel.method_that_works();
    channel.transfer(method, "RETR", &format!("RETR {}", file.name), LARGE);
    let again = channel.samples.last().and_then(Sample::done);
    let Some(again) = again.filter(|again| (again.bytes.len() as u64) < size.min(LARGE as u64))
    else {
        return;
    };
    let detail = "The server calls a transfer complete that brought fewer bytes than the file has.";
    run.found(
        Finding::new(TRUNCATED, detail)
            .evidence("bytes of the file", size)
            .evidence(
                "bytes that came",
                format!("{came}, then {}", again.bytes.len()),
            )
            .evidence("reply", &again.reply),
    );
}

/// RFC 3659 section 4: the size depends on the type.
fn image_size(channel: &mut Channel, name: &str) -> Option<u64> {
    let control = &mut channel.session.control;
    let binary = control.command("TYPE I").ok()?;
    let reply = control.command(&format!("SIZE {name}")).ok()?;
    (binary.is_positive() && reply.code == 213)
        .then(|| reply.text().trim().parse().ok())
        .flatten()
}

/// Whether data stopped on its way although the handshake had ended well.
fn stalled(session: &Session, refusal: &Refusal) -> bool {
    let open = refusal.session.is_some() || !session.tls;
    refusal.answer == Answer::Silence
        && !refusal.data_ended
        && open
        && (refusal.started || refusal.passed > 0)
}

/// Whether a transfer stopped on its way.
pub(crate) fn stalls(channel: &Channel) -> bool {
    channel.samples.iter().any(|it| has_stalled(channel, it))
}

fn has_stalled(channel: &Channel, sample: &Sample) -> bool {
    sample
        .refusal()
        .is_some_and(|refusal| stalled(&channel.session, refusal))
}

/// Tries a transfer that stalled once more, in a session with small segments. Where it passes there, large packets vanish
/// on the way, and the run goes on with that session.
pub(crate) fn confirm_stall(run: &mut Run, channel: &mut Channel) {
    let found = channel.samples.iter().find(|it| has_stalled(channel, it));
    let Some((sample, refusal)) = found.and_then(|it| Some((it, it.refusal()?))) else {
        return;
    };
    let (method, passed) = (sample.method, refusal.passed);
    let (command, most) = match sample.verb {
        Some("RETR") => match file(channel) {
            Some(file) => (format!("RETR {}", file.name), LARGE),
            None => return,
        },
        Some(verb) => (verb.to_string(), MAX_LISTING),
        None => return,
    };
    // The server may still be at work on the transfer; some allow few sessions.
    channel.session.abandon();
    let Some((session, bytes)) = with_small_segments(run, method, &command, most) else {
        return;
    };
    if bytes <= passed {
        return;
    }
    let stalled: Vec<bool> = channel
        .samples
        .iter()
        .map(|it| has_stalled(channel, it))
        .collect();
    for (sample, stalled) in channel.samples.iter_mut().zip(stalled) {
        if stalled {
            sample.result = Outcome::Opened;
        }
    }
    channel.session = session;
    let detail = "Short transfers pass, and a longer one stops for ever as soon as its packets are full. With small packets \
                  the same transfer passes: on the way, large packets vanish and nobody is told.";
    let verb = command.split(' ').next().unwrap_or_default();
    run.found(
        Finding::new(MTU_BLACKHOLE, detail)
            .evidence("command", verb)
            .evidence("bytes that came", passed)
            .evidence("with segments of 536 bytes", format!("{bytes} bytes")),
    );
    if channel.samples.iter().all(|it| it.done().is_none()) {
        let reason = "net.mtu-blackhole stands in the way";
        run.behind_fault("the rest of a transfer", BEHIND_THE_PORT, reason);
    }
}

/// The same transfer in a session of its own, and how many bytes came; none where it did not pass there either.
fn with_small_segments(
    run: &Run,
    method: Method,
    command: &str,
    most: usize,
) -> Option<(Session, usize)> {
    let opening = Opening {
        max_segment: Some(SMALL_SEGMENT),
        ..Opening::like_the_first(run)
    };
    let mut session = Session::open(run, &opening).ok()?;
    let Ok(Offer::Port { port, .. }) = session.ask(method) else {
        return None;
    };
    let data = session.connect(port).ok()?;
    let bytes = enough(
        session.transfer(data, command, Payload::Receive { most }),
        most,
    )?;
    session.renew(|opening| opening.max_segment = Some(SMALL_SEGMENT));
    Some((session, bytes))
}

/// The bytes of a transfer that came to its end, or to ours.
fn enough(result: Result<Transferred, Box<Refusal>>, most: usize) -> Option<usize> {
    match result {
        Ok(transferred) => Some(transferred.bytes.len()),
        Err(refusal) if refusal.passed >= most => Some(refusal.passed),
        Err(_) => None,
    }
}
