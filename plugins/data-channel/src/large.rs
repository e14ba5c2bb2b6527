//! A large transfer: where small packets pass and large ones vanish, a short listing works and a file stalls (F-D25).

use probe_sdk::ftp::{Entry, Form, is_safe_argument};
use probe_sdk::{Decision, Finding, Run};

use crate::channel::{Channel, MAX_LISTING};
use crate::sample::{Outcome, Sample};
use crate::{MTU_BLACKHOLE, TRUNCATED, again, listings};

/// Many packets, in bytes.
const LARGE: usize = 64 * 1024;
/// The largest segment that every IPv4 path takes (RFC 9293 section 3.7.1), in bytes.
pub(crate) const SMALL_SEGMENT: u16 = 536;
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
        // That is no word about the file.
        Outcome::Refused(_) if again::is_sudden(sample) || again::is_lost(sample) => {}
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
    let detail = "The server calls a transfer complete, although it delivered fewer bytes than the file has.";
    run.found(
        Finding::new(TRUNCATED, detail)
            .because(Decision::by_counter_test(
                "the same transfer once more",
                "too few bytes again",
            ))
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

/// The command of a transfer, with its verb and the most bytes of it, to ask for it once more.
pub(crate) fn transfer_of(
    channel: &Channel,
    sample: &Sample,
) -> Option<(&'static str, usize, String)> {
    match sample.verb? {
        "RETR" => Some(("RETR", LARGE, format!("RETR {}", file(channel)?.name))),
        verb => Some((verb, MAX_LISTING, verb.to_string())),
    }
}

/// Says that large packets vanish on the way: `before` bytes of `command` came with those of the usual size, and `bytes`
/// with small ones.
pub(crate) fn found(run: &mut Run, command: &str, before: usize, bytes: usize) {
    let detail = "Short transfers work, but a longer one stops as soon as its packets are full. With small \
    packets the same transfer works. So large packets are lost on the network path, without a message to the \
    sender.";
    let verb = command.split(' ').next().unwrap_or_default();
    run.found(
        Finding::new(MTU_BLACKHOLE, detail)
            .because(Decision::by_counter_test(
                "small segments",
                "the same transfer passes",
            ))
            .evidence("command", verb)
            .evidence("bytes that came", before)
            .evidence("with segments of 536 bytes", format!("{bytes} bytes")),
    );
}
