//! What clients differ over: how EPSV and PASV go and what PASV announces, when TLS begins on data connections, what listings
//! are written in, and the replies to commands that some clients cannot do without. None of it is a fault by itself.

use std::collections::VecDeque;

use probe_sdk::ftp::{Announced, Form};
use probe_sdk::session::{Method, Offer};
use probe_sdk::{Run, value, words};

use crate::channel::{Channel, FRESH, MAX_LISTING};
use crate::facts;
use crate::listings;
use crate::sample::{Outcome, Sample};
use crate::second_way::Declined;

/// Commands that clients send before their transfers, and that nothing else here asks.
const COMMANDS: [&str; 2] = ["TYPE I", "SYST"];
/// What tells of the directory itself (RFC 3659 section 7): some clients use it where FEAT lists it.
const OF_ONE_FILE: &str = "MLST";
/// Nothing is asked in passing where replies usually take longer, in milliseconds: silence is not told from them.
const QUICK_MS: u32 = 500;
/// So many data connections show that no 150 comes before TLS.
const ENOUGH: usize = 2;

/// What is to be asked of a session that is well, and what came of it.
#[derive(Debug, Default)]
pub(crate) struct Questions {
    left: VecDeque<String>,
    /// What is to be asked beside the last port that is tried and not used, as the question for one more would be.
    apart: Option<&'static str>,
    /// The question that was left without an answer, and is to be asked once more.
    doubted: Option<String>,
    /// Commands that were left without an answer, twice.
    unanswered: Vec<String>,
    /// What was answered in sessions before this one.
    answered: Vec<String>,
    /// Whether the session is over because of the last one.
    pub(crate) ended_session: bool,
    /// Whether the server was told to transfer as it is (RFC 959 section 3.1.1.3).
    in_image: bool,
    /// Whether a listing was refused because of that.
    ascii_alone: bool,
    /// When TLS begins on data connections, where that was asked.
    tls_start: Option<&'static str>,
    /// What `LIST -a` brings, as some clients ask first.
    hidden: Option<&'static str>,
}

/// What is asked during the transfers that come: what nobody asked yet, and the size of a file.
pub(crate) fn prepare(channel: &mut Channel) {
    let usual_ms = channel.session.control.usual_reply_ms();
    let is_quick = usual_ms.unwrap_or_default() <= QUICK_MS;
    // Where sessions broke off, each question may be in the way of what shows why.
    let is_steady = channel.fresh == FRESH || channel.questions.doubted.is_some();
    if !is_quick || !is_steady || !channel.session.usable {
        channel.questions.left.clear();
        channel.questions.apart = None;
        return;
    }
    let asked = channel.answers();
    let questions = &channel.questions;
    let is_new = |command: &str| {
        let verb = command.split(' ').next().unwrap_or_default();
        let is_it = |line: &String| line.split(' ').next() == Some(verb);
        !asked.iter().any(is_it) && !questions.unanswered.iter().any(is_it)
    };
    let file = listings::read(&channel.samples, Form::List).and_then(|it| {
        let mut files = it.entries.into_iter().filter(|entry| entry.file);
        files.find(|entry| probe_sdk::ftp::is_safe_argument(&entry.name))
    });
    let size = file.map(|entry| format!("SIZE {}", entry.name));
    let all = COMMANDS.into_iter().map(String::from).chain(size);
    let left: VecDeque<String> = all.filter(|it| is_new(it)).collect();
    let apart = channel.lists_machine_readable.then_some(OF_ONE_FILE);
    channel.questions.apart = apart.filter(|it| is_new(it));
    channel.questions.left = left;
}

/// Asks all that is left but so many, one after the other.
pub(crate) fn ask_all_but(channel: &mut Channel, few: usize) {
    prepare(channel);
    channel.ask_apart();
    while channel.session.usable && channel.questions.left.len() > few {
        channel.ask_meanwhile();
        channel.go_on_afresh();
    }
}

impl Channel {
    /// The next question. While a data connection comes about, it takes no time of its own; clients ask there, too. A
    /// server that does not answer has said nothing against itself.
    pub(crate) fn ask_meanwhile(&mut self) {
        let Some(question) = self.questions.left.pop_front() else {
            return;
        };
        self.ask_in_passing(&question);
    }

    /// The question that goes beside a port which nobody uses.
    pub(crate) fn ask_apart(&mut self) {
        if let Some(question) = self.questions.apart.take() {
            self.ask_in_passing(question);
            self.go_on_afresh();
        }
    }

    /// A fresh session, where the last question ended this one; false where it did not.
    pub(crate) fn go_on_afresh(&mut self) -> bool {
        let ended = std::mem::take(&mut self.questions.ended_session);
        if ended {
            self.questions.answered = self.answers();
            self.afresh(|_| ());
        }
        ended
    }

    /// What was answered in all sessions that were asked something in passing; of each command the last answer.
    fn answers(&self) -> Vec<String> {
        let mut answers = self.session.control.answers();
        let asked = |line: &str| line.rsplit_once(' ').map(|(asked, _)| asked.to_owned());
        for line in &self.questions.answered {
            if !answers.iter().any(|it| asked(it) == asked(line)) {
                answers.push(line.clone());
            }
        }
        answers
    }

    /// No answer, or the end of the session, is seen once more before it counts: a transfer before may be what it is about.
    fn ask_in_passing(&mut self, question: &str) {
        if let Some(reply) = self.session.control.ask_in_passing(question) {
            self.questions.in_image |= question == "TYPE I" && reply.is_positive();
            return;
        }
        self.questions.ended_session = true;
        self.session.usable = false;
        if self.questions.doubted.as_deref() == Some(question) {
            let verb = question.split(' ').next().unwrap_or_default();
            self.questions.unanswered.push(verb.into());
        } else {
            self.questions.doubted = Some(question.into());
            self.questions.left.push_front(question.into());
        }
    }
}

/// One more listing. Where none for machines is offered, it is once the form that shows hidden files. What is refused because
/// of our own `TYPE I`, or in that form, says nothing of listings.
pub(crate) fn list(channel: &mut Channel, method: Method) {
    let before = channel.samples.len();
    let hidden = !channel.lists_machine_readable && channel.questions.hidden.is_none();
    match hidden {
        true => channel.transfer(method, "LIST -a", "LIST -a", MAX_LISTING),
        false => channel.list(method),
    }
    let brought_something = channel.samples.iter().any(|it| {
        it.listing()
            .is_some_and(|listing| !listing.bytes.is_empty())
    });
    let Some(sample) = channel.samples.get_mut(before) else {
        return;
    };
    let is_declined = sample
        .refusal()
        .is_some_and(|it| !it.started && it.reply.as_ref().is_some_and(|reply| reply.code >= 500));
    if hidden {
        channel.questions.hidden = Some(match sample.done() {
            Some(done) if done.bytes.is_empty() && brought_something => words::EMPTY,
            Some(_) => words::WORKS,
            None => words::REFUSED,
        });
    }
    if !is_declined || !hidden && !channel.questions.in_image {
        return;
    }
    sample.result = Outcome::Opened;
    sample.verb = None;
    if !hidden && std::mem::take(&mut channel.questions.in_image) {
        channel.questions.ascii_alone = true;
        channel.session.usable &= channel.session.control.ask_in_passing("TYPE A").is_some();
    }
}

/// Where 150 came after TLS each time, one listing waits for it without TLS: it may only have been the slower of the two.
pub(crate) fn confirm_tls_start(channel: &mut Channel) {
    let is_doubtful = tls_start(&channel.samples) == Some(words::BEFORE_150);
    if !is_doubtful || !channel.transfers_well() || !channel.has_room() {
        return;
    }
    let before = channel.samples.len();
    let method = channel.method_that_works();
    channel.session.hears_first = true;
    channel.list(method);
    channel.session.hears_first = false;
    let heard = channel.samples.get(before).and_then(Sample::done);
    // At once with the end of the handshake is behind it: it had its time before.
    channel.questions.tls_start = heard.map(|it| match it.said_first {
        Some(true) => words::AFTER_150,
        Some(false) | None => words::BEFORE_150,
    });
}

pub(crate) fn note(run: &mut Run, channel: &Channel) {
    let samples = channel.samples.as_slice();
    for (method, fact) in [(Method::Epsv, facts::EPSV), (Method::Pasv, facts::PASV)] {
        if let Some(how) = goes(samples, method) {
            run.note(fact, value::text(how));
        }
    }
    announced(run, samples);
    let seen = tls_start(samples).filter(|it| *it == words::AFTER_150);
    if let Some(start) = channel.questions.tls_start.or(seen) {
        run.note(facts::TLS_START, value::text(start));
    }
    let listings = samples
        .iter()
        .filter(|it| it.lists())
        .filter_map(Sample::done);
    let bytes: Vec<u8> = listings.flat_map(|it| it.bytes.iter().copied()).collect();
    if !bytes.is_empty() {
        run.note(facts::NAMES, value::text(names(&bytes)));
        run.note(
            facts::BARE_LINE_FEEDS,
            value::flag(has_bare_line_feeds(&bytes)),
        );
    }
    let not_again = |it: &Sample| matches!(it.declined(), Some(Declined::NotAgain(_)));
    let replies = channel.answers();
    let in_ascii = replies.iter().any(|it| it.starts_with("TYPE A 2"));
    if in_ascii && (channel.questions.ascii_alone || samples.iter().any(not_again)) {
        run.note(facts::LISTS_IN_ASCII_ALONE, value::flag(true));
    }
    if let Some(hidden) = channel.questions.hidden {
        run.note(facts::LIST_ALL, value::text(hidden));
    }
    let mut replies = replies;
    let unanswered = channel.questions.unanswered.iter();
    replies.extend(unanswered.map(|verb| format!("{verb} {}", words::UNANSWERED)));
    if !replies.is_empty() {
        run.note(facts::REPLIES, value::texts(replies));
    }
}

fn goes(samples: &[Sample], method: Method) -> Option<&'static str> {
    let of = || samples.iter().filter(|it| it.method == method);
    let refused = |it: &Sample| it.offer.is_some() && it.port().is_none();
    if of().any(Sample::port_opened) {
        return Some(words::WORKS);
    }
    if of().any(refused) {
        return Some(words::REFUSED);
    }
    if of().any(|it| it.ending().is_some()) {
        return Some(words::UNANSWERED);
    }
    let failed = |it: &Sample| matches!(it.result, Outcome::PortFailed(_));
    of().any(failed).then_some(words::NOWHERE)
}

/// The address of the first answer to PASV that has one.
fn announced(run: &mut Run, samples: &[Sample]) {
    let told = samples.iter().find_map(|sample| match &sample.offer {
        Some(Offer::Port {
            announced: Some((ip, judged)),
            ..
        }) => Some((ip, judged)),
        Some(_) | None => None,
    });
    let Some((ip, judged)) = told else {
        return;
    };
    let what = match judged {
        Announced::SameAsPeer => words::OWN_ADDRESS,
        Announced::Narrower => words::PRIVATE_ADDRESS,
        Announced::Foreign => words::FOREIGN_ADDRESS,
        Announced::UsePeer => words::NO_ADDRESS,
    };
    run.note(facts::PASV_ANNOUNCES, value::text(what));
    if *judged != Announced::SameAsPeer {
        run.note(facts::PASV_ADDRESS, value::text(ip.to_string()));
    }
}

/// What most data connections show. That none has its 150 first takes several: one may have been late on its way.
fn tls_start(samples: &[Sample]) -> Option<&'static str> {
    let said = samples
        .iter()
        .filter_map(Sample::done)
        .filter_map(|it| it.said_first);
    let (before, after): (Vec<bool>, Vec<bool>) = said.partition(|first| *first);
    match after.len() > before.len() {
        true => (after.len() >= ENOUGH).then_some(words::BEFORE_150),
        false => (!before.is_empty()).then_some(words::AFTER_150),
    }
}

fn names(listing: &[u8]) -> &'static str {
    match std::str::from_utf8(listing) {
        Ok(_) if listing.is_ascii() => words::ASCII,
        Ok(_) => words::UTF_8,
        Err(_) => words::NOT_UTF_8,
    }
}

fn has_bare_line_feeds(listing: &[u8]) -> bool {
    let ends: Vec<usize> = (0..listing.len())
        .filter(|at| listing[*at] == b'\n')
        .collect();
    let is_bare = |at: &usize| *at == 0 || listing[*at - 1] != b'\r';
    !ends.is_empty() && ends.iter().all(is_bare)
}
