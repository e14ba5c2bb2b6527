//! Whether a listing is whole, and whether there is one for machines (RFC 3659 section 7).

use probe_sdk::ftp::phase::wording;
use probe_sdk::ftp::{Form, Listing, Reply};
use probe_sdk::halt::CLOSES_SESSION;
use probe_sdk::session::Transferred;
use probe_sdk::{Decision, Finding, Run, name, quoted, value};

use crate::channel::{Channel, MAX_LISTING, NotBegun, StartReply, says_not_known};
use crate::facts;
use crate::lost::Lost;
use crate::sample::Sample;
use crate::{AFFINITY_LOST, LIST_DENIED, LISTING_TRUNCATED, NO_MACHINE_LISTING, TRUNCATED};

/// Below this, that a number of entries is round says nothing.
const FEW: usize = 100;

/// Asks for MLSD, with the command before the data connection: one answer for two questions. Where MLSD is not known, a
/// plain listing answers the second one.
pub(crate) fn machine_readable(run: &mut Run, channel: &mut Channel) {
    let mut start = channel.transfer_early("MLSD");
    let listed = run
        .texts(name::SERVER_FEATURES)
        .iter()
        .any(|it| it == "MLST");
    match &start {
        Ok(_) => run.clear(&[NO_MACHINE_LISTING]),
        Err(NotBegun::Refused(reply)) if says_not_known(reply) => {
            let detail = "The server does not support machine-readable listings (MLSD). It shows times in its own \
            zone and often without seconds, and clients have to guess the form of its listing.";
            let features = if listed {
                "MLST is listed"
            } else {
                "MLST is not listed"
            };
            run.found(
                Finding::new(NO_MACHINE_LISTING, detail)
                    .evidence("reply", reply)
                    .evidence("FEAT", features),
            );
            start = channel.transfer_early("LIST");
        }
        Err(NotBegun::Refused(reply)) => {
            run.not_applicable(
                "MLSD",
                &[NO_MACHINE_LISTING],
                &format!("refused: {}", quoted(reply)),
            );
        }
        Err(NotBegun::Ended | NotBegun::Unreadable | NotBegun::NoPort) => {
            if !channel.session.usable {
                ended(run, channel);
            }
        }
    }
    if let Ok(start) = start {
        let order = match start {
            StartReply::Before => "before the data connection is there",
            StartReply::After => "only once the data connection is there",
        };
        run.note(facts::START_REPLY, value::text(order));
    }
}

/// MLSD ended the session. A fresh one shows whether it always does, and goes on with what comes after it.
fn ended(run: &mut Run, channel: &mut Channel) {
    let reason = "the session ended instead of an answer";
    run.could_not_look("the listing for machines", &[NO_MACHINE_LISTING], reason);
    if !channel.session.replace(|_| ()) {
        return;
    }
    let is_ended = match channel.transfer_early("MLSD") {
        Err(NotBegun::Refused(_) | NotBegun::Ended | NotBegun::NoPort) => !channel.session.usable,
        Err(NotBegun::Unreadable) | Ok(_) => false,
    };
    if is_ended {
        let detail = "The server ends the session when it receives MLSD, the listing command that most clients \
        try first.";
        run.found(
            Finding::new(CLOSES_SESSION, detail)
                .because(Decision::by_counter_test("a fresh session", "the same"))
                .evidence("command", "MLSD")
                .evidence("phase", "transfer"),
        );
        channel.session.replace(|_| ());
    } else {
        channel.was_lost(Lost::instead_of_an_answer(format!("MLSD: {reason}")));
    }
}

/// The newest listing of a form that arrived whole.
pub(crate) fn read(samples: &[Sample], form: Form) -> Option<Listing> {
    all(samples, form).pop()
}

fn all(samples: &[Sample], form: Form) -> Vec<Listing> {
    let verb = match form {
        Form::List => "LIST",
        Form::Names => "NLST",
        Form::Facts => "MLSD",
    };
    samples
        .iter()
        .filter(|sample| sample.verb == Some(verb))
        .filter_map(Sample::done)
        .filter(|transferred| transferred.bytes.len() < MAX_LISTING)
        .map(|transferred| Listing::read(form, &transferred.bytes))
        .collect()
}

/// Whether each listing that came holds no entry, and in its place the words of a missing right: some servers hand on what
/// the program said that lists for them, and call the transfer complete.
pub(crate) fn denied_in_words(run: &mut Run, samples: &[Sample]) {
    let mut told: Vec<String> = Vec::new();
    for listing in samples.iter().filter_map(Sample::listing) {
        let text = String::from_utf8_lossy(&listing.bytes);
        let has_entries = !Listing::read(Form::List, &listing.bytes).entries.is_empty();
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        match lines.next() {
            Some(line) if !has_entries && wording::line_denies_right(line) => {
                told.push(line.trim().into());
            }
            _ => return,
        }
    }
    let Some(line) = told.last() else { return };
    let why = format!(
        "each of {} listings contains only a message of the server, and no entry",
        told.len()
    );
    let detail =
        "The server calls the listing complete, but sends only a message that it may not be read.";
    let finding = Finding::new(LIST_DENIED, detail).because(Decision::by_evidence(why));
    run.found(finding.evidence("in place of a listing", line));
}

/// How many listings came empty, and complete by the server's word, where others of the same kind brought entries.
pub(crate) fn empty_beside_others(samples: &[Sample]) -> usize {
    let lists = samples.iter().filter(|it| it.verb == Some("LIST"));
    let (empty, full): (Vec<&Transferred>, Vec<&Transferred>) = lists
        .filter_map(Sample::done)
        .partition(|it| it.bytes.is_empty());
    if full.is_empty() { 0 } else { empty.len() }
}

/// Some of the listings came empty: once, the directory may just have changed.
fn empty_by_chance(run: &mut Run, samples: &[Sample], empty: usize, all: usize) {
    let reply = samples.iter().filter_map(Sample::done);
    let mut reply = reply.filter(|it| it.bytes.is_empty()).map(|it| &it.reply);
    let detail = "The server calls all listings of a directory complete, although some are empty and others are \
    not. So what it sends does not always arrive.";
    let test = "the server's log shows whether the data connection reached the machine that wrote the listing";
    let finding = Finding::new(TRUNCATED, detail)
        .evidence("empty listings", format!("{empty} of {all}"))
        .likely(AFFINITY_LOST, test);
    run.found(match reply.next_back() {
        Some(reply) => finding.evidence("reply", reply),
        None => finding,
    });
}

/// Whether the listings end in the middle of a line, or stop at a limit.
pub(crate) fn judge(run: &mut Run, channel: &mut Channel) {
    let lists = all(&channel.samples, Form::List);
    let Some(list) = lists.last() else { return };
    let empty = empty_beside_others(&channel.samples);
    if empty > 1 {
        return empty_by_chance(run, &channel.samples, empty, lists.len());
    }
    let cut = lists
        .iter()
        .filter(|it| it.unfinished && it.unread > 0)
        .count();
    if cut > 0 {
        return run.found(cut_short(list, cut, lists.len()));
    }
    if let Some(finding) = said_so(&channel.samples) {
        return run.found(finding);
    }
    // A directory in which something just changed.
    let steady = lists.iter().all(|it| it.visible() == list.visible());
    let facts = read(&channel.samples, Form::Facts);
    let finding = match facts {
        Some(facts) if steady => differs(list, "MLSD", &facts),
        None if steady && is_round(list.count()) => other_forms(channel, list),
        _ => None,
    };
    if let Some(finding) = finding {
        run.found(finding);
    }
}

fn cut_short(list: &Listing, cut: usize, all: usize) -> Finding {
    let detail =
        "The server calls the listing complete, but its last line breaks off in the middle.";
    let finding = Finding::new(TRUNCATED, detail)
        .evidence("listings that break off", format!("{cut} of {all}"))
        .evidence("whole lines", list.entries.len());
    match cut {
        1 => finding.likely(
            LISTING_TRUNCATED,
            "another listing ends after the same number of lines",
        ),
        _ => finding.because(Decision::by_counter_test(
            "another listing of the same directory",
            "it breaks off, too",
        )),
    }
}

/// A reply that says so, with the number of lines that came.
fn said_so(samples: &[Sample]) -> Option<Finding> {
    samples.iter().find_map(|sample| {
        let listing = sample.listing()?;
        let count = Listing::read(Form::List, &listing.bytes).count();
        let says = says_truncated(&listing.reply, count);
        says.then(|| {
            let detail =
                format!("The server says itself that it stops its listing after {count} entries.");
            Finding::new(LISTING_TRUNCATED, detail)
                .because(Decision::by_rule(
                    &listing.reply,
                    "a message about a limit, with the number of entries that came",
                ))
                .evidence("entries listed", count)
                .evidence("reply", &listing.reply)
        })
    })
}

/// Whether a final reply speaks of a limit and of this number of entries.
fn says_truncated(reply: &Reply, count: usize) -> bool {
    const CUT: &[&str] = &[
        "truncat", "limit", "gekürzt", "begrenzt", "tronqu", "trunca", "cortad",
    ];
    let text = reply.text().to_lowercase();
    let numbered = text
        .split(|character: char| !character.is_ascii_digit())
        .filter_map(|number| number.parse::<usize>().ok())
        .any(|number| number >= count && number <= count + 2);
    count > 0 && numbered && CUT.iter().any(|word| text.contains(word))
}

/// Another form shows another number of entries, over several listings that agree.
fn differs(list: &Listing, form: &str, other: &Listing) -> Option<Finding> {
    let (shown, more) = (list.visible(), other.visible());
    if shown == more || !(is_round(shown.min(more)) || is_round(list.count().min(other.count()))) {
        return None;
    }
    let detail = format!(
        "The same directory has {shown} entries in LIST and {more} in {form}: the shorter one stops at a limit. \
        Programs that synchronise directories consider the missing files deleted."
    );
    Some(
        Finding::new(LISTING_TRUNCATED, detail)
            .because(Decision::by_counter_test(
                "the same directory in another form, in listings that agree",
                format!("{more} entries"),
            ))
            .evidence("entries listed", shown)
            .evidence(&format!("entries by {form}"), more),
    )
}

/// A round number, and no MLSD to compare it with: the other forms of a listing, of which one may have another limit.
fn other_forms(channel: &mut Channel, list: &Listing) -> Option<Finding> {
    let method = channel.method_that_works();
    channel.transfer(method, "LIST -a", "LIST -a", MAX_LISTING);
    let hidden = channel
        .samples
        .last()
        .filter(|sample| sample.verb == Some("LIST -a"))
        .and_then(Sample::done)
        .map(|all| lines(&all.bytes));
    let shown = list.count();
    match hidden {
        // With the directory itself and the one above it there is room for more.
        Some(all) if all > shown => None,
        _ => {
            let detail = format!(
                "The listing has exactly {shown} entries, a limit that many servers have. This server offers no \
                other command that would show whether there are more."
            );
            let test = "the directory has just as many entries, counted on the server";
            Some(
                Finding::new(LISTING_TRUNCATED, detail)
                    .evidence("entries listed", shown)
                    .evidence(
                        "entries by LIST -a",
                        hidden.map_or("none".into(), |all| all.to_string()),
                    )
                    .likely(TRUNCATED, test),
            )
        }
    }
}

fn lines(bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(bytes);
    text.lines()
        .filter(|line| line.split_whitespace().nth(2).is_some())
        .count()
}

/// A number that people set as a limit: one or two digits and noughts, or a power of two; or so many with the directory
/// itself and the one above.
pub(crate) fn is_round(count: usize) -> bool {
    let round = |count: usize| {
        let mut head = count;
        while head > 0 && head.is_multiple_of(10) {
            head /= 10;
        }
        count >= FEW && (head < 10 || head == 25 || count.is_power_of_two())
    };
    round(count) || count >= 10 * FEW && (round(count + 1) || round(count + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_that_people_set() {
        for limit in [
            100, 200, 250, 256, 500, 1000, 1998, 2000, 5000, 10_000, 9_998,
        ] {
            assert!(is_round(limit), "{limit}");
        }
        for count in [0, 3, 20, 64, 98, 110, 999_123, 1234, 257] {
            assert!(!is_round(count), "{count}");
        }
    }

    #[test]
    fn a_reply_that_says_so() {
        let said = |text: &str, count| says_truncated(&Reply::single(226, text), count);
        assert!(said("Output truncated to 2000 matches", 1998));
        assert!(!said("2000 matches total", 2000));
        assert!(!said("Transfer complete, rate limit 500 kB/s", 120));
    }
}
