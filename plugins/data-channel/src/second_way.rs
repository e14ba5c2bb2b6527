//! A listing was refused: asked for in a second way before anything is concluded. The same code is the answer of an empty
//! level of z/OS, of a directory that is gone, of a server that does not know LIST, and of an account without rights.

use probe_sdk::ftp::phase::refusal::{self, Reason};
use probe_sdk::ftp::phase::transfer::TransferAnswer;
use probe_sdk::ftp::{Form, Listing, Reply};
use probe_sdk::session::{Answer, Refusal};
use probe_sdk::{ENTERED, FailureKind, Run, name, pause, quoted};

use crate::again::CLOSED;
use crate::channel::{Channel, MAX_LISTING};
use crate::sample::{Outcome, Sample};

/// What is busy, or fails to be read, may be free after this long, in milliseconds.
const BUSY_MS: u32 = 1_000;

/// Why a listing was refused that is no fault.
#[derive(Clone, Debug)]
pub(crate) enum Declined {
    /// There is nothing to list.
    Empty(Reply),
    /// LIST is not known, and another command lists.
    NotKnown { reply: Reply, instead: &'static str },
    /// It worked when it was asked for again.
    NotAgain(Reply),
}

impl Declined {
    pub(crate) fn words(&self) -> String {
        match self {
            Declined::Empty(reply) => format!("nothing to list ({})", quoted(reply)),
            Declined::NotKnown { reply, instead } => {
                format!("not listed by LIST ({}), but by {instead}", quoted(reply))
            }
            Declined::NotAgain(reply) => format!("refused once ({}), not again", quoted(reply)),
        }
    }
}

/// What a refused listing turned out to be.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// The account may not list here.
    Denied {
        /// Whether a second observation, or words of one meaning, decide it.
        certain: bool,
    },
    /// The directory that the login lands in is not there.
    HomeMissing,
    /// The server fails to read the directory, again and again.
    Unreadable,
    /// Its words have no class and no other command tells more.
    Unknown,
}

/// The refusal that was judged, and what was seen beside it.
#[derive(Clone, Debug)]
pub(crate) struct SecondWay {
    pub(crate) verdict: Verdict,
    /// What else was asked, with what came of it.
    pub(crate) seen: Vec<(&'static str, String)>,
}

impl SecondWay {
    pub(crate) fn words(&self) -> String {
        let seen = self
            .seen
            .iter()
            .map(|(label, came)| format!("{label}: {}", quoted(came)));
        seen.collect::<Vec<_>>().join("; ")
    }
}

/// How another command went.
enum Way {
    /// So many entries.
    Lists(usize),
    Refused(Reply),
    /// Nothing that is an answer.
    Broke(String),
}

impl Way {
    fn words(&self) -> String {
        match self {
            Way::Lists(entries) => format!("works, {entries} entries"),
            Way::Refused(reply) => reply.to_string(),
            Way::Broke(why) => why.clone(),
        }
    }
}

/// The reply of a listing that was refused before any data, for a reason that is not about the data connection.
pub(crate) fn refusal_of(refusal: &Refusal) -> Option<&Reply> {
    use TransferAnswer::{Broken, Busy, Denied, Done, StorageFull, Unexpected};
    let reply = refusal.reply.as_ref()?;
    let about_the_directory = matches!(
        refusal.answer,
        Answer::Reply(Denied | Busy | StorageFull | Unexpected | Broken)
    );
    // "Complete", and there never was a data connection to the server's mind.
    let empty = reply.is_positive()
        && matches!(
            refusal.answer,
            Answer::Silence | Answer::Reply(Done) | Answer::Handshake
        );
    // A data connection that failed, or spoke in clear text, has its own say.
    let of_the_connection = refusal.failure.as_ref().is_some_and(|failure| {
        matches!(
            failure.kind,
            FailureKind::NotTls | FailureKind::TlsBroken | FailureKind::TlsAlert(_)
        )
    }) || reply.code == CLOSED;
    // IIS, for one, says 150 before it looks whether it may list.
    let denied = refusal.answer == Answer::Reply(Denied);
    let before = (!refusal.started || denied) && refusal.passed == 0 && !of_the_connection;
    (before && (about_the_directory || empty)).then_some(reply)
}

/// Asks in other ways for what LIST refused. What is no fault is taken out of the samples; else the verdict comes back.
pub(crate) fn look(run: &Run, channel: &mut Channel) -> Option<SecondWay> {
    let refused = |sample: &Sample| sample.refusal().and_then(refusal_of).cloned();
    let reply = channel.samples.iter().find_map(refused)?;
    if !channel.session.usable && !channel.afresh(|_| ()) {
        return Some(SecondWay {
            verdict: by_words(refusal::reason(&reply)),
            seen: Vec::new(),
        });
    }
    let reason = if reply.is_positive() {
        Reason::Empty
    } else {
        refusal::reason(&reply)
    };
    let mut asking = Asking {
        channel,
        reply,
        seen: Vec::new(),
    };
    let verdict = asking.judge(run, reason)?;
    Some(SecondWay {
        verdict,
        seen: asking.seen,
    })
}

/// Where nothing else could be asked.
fn by_words(reason: Reason) -> Verdict {
    match reason {
        Reason::NoRight => Verdict::Denied { certain: false },
        Reason::InputOutput => Verdict::Unreadable,
        Reason::Missing
        | Reason::Exists
        | Reason::Empty
        | Reason::UnknownCommand
        | Reason::Full
        | Reason::Name
        | Reason::Type
        | Reason::TooMany
        | Reason::Busy
        | Reason::NotLoggedIn
        | Reason::Closing
        | Reason::Unclassified => Verdict::Unknown,
    }
}

struct Asking<'c> {
    channel: &'c mut Channel,
    /// The refusal of LIST.
    reply: Reply,
    seen: Vec<(&'static str, String)>,
}

impl Asking<'_> {
    /// None where it is no fault.
    fn judge(&mut self, run: &Run, reason: Reason) -> Option<Verdict> {
        // The others ask again by themselves, after a pause or in another form.
        let at_once = matches!(
            reason,
            Reason::Empty
                | Reason::Missing
                | Reason::NoRight
                | Reason::NotLoggedIn
                | Reason::Name
                | Reason::Exists
                | Reason::Unclassified
        );
        if at_once && let Some(decided) = self.repeated() {
            return decided;
        }
        match reason {
            Reason::Empty => self.nothing_there(),
            Reason::UnknownCommand => self.not_known(),
            Reason::Type => self.in_ascii().unwrap_or(Some(Verdict::Unknown)),
            Reason::Busy => {
                pause(BUSY_MS);
                self.repeated().unwrap_or_else(|| self.nothing_there())
            }
            Reason::InputOutput => {
                pause(BUSY_MS);
                self.repeated().unwrap_or(Some(Verdict::Unreadable))
            }
            Reason::TooMany | Reason::Full | Reason::Closing => {
                pause(BUSY_MS);
                self.repeated().unwrap_or(Some(Verdict::Unknown))
            }
            Reason::Missing => self.missing(run),
            Reason::NoRight => {
                self.way("NLST", "NLST");
                self.above();
                Some(Verdict::Denied { certain: true })
            }
            Reason::NotLoggedIn | Reason::Name | Reason::Exists | Reason::Unclassified => {
                self.unclassified()
            }
        }
    }

    /// The words, or 450, say that there is nothing. Names that come in another way say otherwise.
    fn nothing_there(&mut self) -> Option<Verdict> {
        match self.way("NLST", "NLST") {
            Way::Lists(1..) => Some(Verdict::Denied { certain: false }),
            Way::Lists(0) | Way::Refused(_) | Way::Broke(_) => {
                self.set_aside(Declined::Empty(self.reply.clone()));
                None
            }
        }
    }

    fn not_known(&mut self) -> Option<Verdict> {
        for verb in ["NLST", "MLSD"] {
            if let Way::Lists(_) = self.way(verb, verb) {
                self.channel.lister = verb;
                let reply = self.reply.clone();
                self.set_aside(Declined::NotKnown {
                    reply,
                    instead: verb,
                });
                return None;
            }
        }
        self.in_ascii().unwrap_or(Some(Verdict::Unknown))
    }

    /// The listing in the type that a session begins with (RFC 959 section 5.3.1): some systems list in no other.
    fn in_ascii(&mut self) -> Option<Option<Verdict>> {
        self.command("TYPE A");
        self.repeated()
    }

    /// The server says that it is not there. Where the directory can still be entered, only nothing is in it.
    fn missing(&mut self, run: &Run) -> Option<Verdict> {
        let entered = run.text(ENTERED).filter(|path| !path.is_empty());
        let here = entered.or_else(|| run.text(name::LOGIN_DIRECTORY));
        // Where the server does not tell where it is, it is asked to stay there.
        let here = here.unwrap_or(".");
        match self.command(&format!("CWD {here}")) {
            // A relative path is looked for below where we are.
            Some(reply) if !reply.is_positive() && entered.is_none() => {
                self.seen.push(("the login directory", reply.to_string()));
                self.way("NLST", "NLST");
                Some(Verdict::HomeMissing)
            }
            Some(_) | None => self.nothing_there(),
        }
    }

    /// Neither code nor words say why: another command, what the server says of our rights, and the directory above.
    fn unclassified(&mut self) -> Option<Verdict> {
        let by_name = self.way("NLST", "NLST");
        if let Way::Lists(0) = by_name {
            self.set_aside(Declined::Empty(self.reply.clone()));
            return None;
        }
        if let Way::Refused(reply) = &by_name {
            match refusal::reason(reply) {
                Reason::Empty => {
                    self.set_aside(Declined::Empty(self.reply.clone()));
                    return None;
                }
                Reason::NoRight => return Some(Verdict::Denied { certain: true }),
                Reason::Missing
                | Reason::Exists
                | Reason::UnknownCommand
                | Reason::Full
                | Reason::Name
                | Reason::Type
                | Reason::InputOutput
                | Reason::TooMany
                | Reason::Busy
                | Reason::NotLoggedIn
                | Reason::Closing
                | Reason::Unclassified => {}
            }
        }
        if self.may_not_list() {
            return Some(Verdict::Denied { certain: true });
        }
        if !self.reply.is_negative() || self.reply.code < 500 {
            pause(BUSY_MS);
            return self.repeated().unwrap_or(Some(Verdict::Unknown));
        }
        if let Some(decided) = self.in_ascii() {
            return decided;
        }
        match (self.above(), by_name) {
            // The directory above has this one in it, so that it is not empty: it is refused as well.
            (Some(Way::Refused(_)), Way::Refused(_)) => Some(Verdict::Denied { certain: true }),
            _ => Some(Verdict::Denied { certain: false }),
        }
    }

    /// The facts of the directory itself say what may be done in it (RFC 3659 section 7.5.5): without `l`, no listing.
    fn may_not_list(&mut self) -> bool {
        let Some(reply) = self.command("MLST") else {
            return false;
        };
        let text = reply.text().to_ascii_lowercase();
        let rights = text
            .split_once("perm=")
            .map(|(_, rest)| rest.split(';').next().unwrap_or_default());
        let lacks = reply.is_positive() && rights.is_some_and(|rights| !rights.contains('l'));
        if lacks {
            self.seen.push(("MLST", reply.to_string()));
        }
        lacks
    }

    /// The directory above; none where this is the highest, or we cannot tell.
    fn above(&mut self) -> Option<Way> {
        let place = self.command("PWD")?;
        let here = probe_sdk::ftp::parse_257(&place).ok()?;
        let is_path = here.starts_with('/') && here.len() > 1;
        is_path.then(|| self.way("the directory above", "LIST .."))
    }

    fn command(&mut self, command: &str) -> Option<Reply> {
        if !self.channel.session.usable {
            return None;
        }
        let reply = self.channel.session.control.command(command).ok();
        self.channel.session.usable &= reply.is_some();
        reply
    }

    /// The listing once more: whether it comes now; none where it is refused again.
    fn repeated(&mut self) -> Option<Option<Verdict>> {
        match self.way("LIST again", "LIST") {
            Way::Lists(_) => {
                self.set_aside(Declined::NotAgain(self.reply.clone()));
                Some(None)
            }
            Way::Refused(_) | Way::Broke(_) => None,
        }
    }

    /// One transfer, which is no sample where it is refused: one refusal is judged.
    fn way(&mut self, label: &'static str, command: &str) -> Way {
        let channel = &mut *self.channel;
        let (verb, form) = match command {
            "NLST" => ("NLST", Form::Names),
            "MLSD" => ("MLSD", Form::Facts),
            _ => ("LIST", Form::List),
        };
        let before = channel.samples.len();
        if channel.session.usable {
            let method = channel.method_that_works();
            channel.transfer(method, verb, command, MAX_LISTING);
        }
        let way = match channel.samples.get(before).map(|sample| &sample.result) {
            Some(Outcome::Done(done)) => Way::Lists(Listing::read(form, &done.bytes).count()),
            Some(Outcome::Refused(refusal)) => match &refusal.reply {
                Some(reply) if reply.is_positive() => Way::Lists(0),
                Some(reply) => Way::Refused(reply.clone()),
                None => Way::Broke("no answer".into()),
            },
            _ => Way::Broke("not tried".into()),
        };
        // A listing of another directory is none of this one.
        let elsewhere = command == "LIST ..";
        if let Some(sample) = channel.samples.get_mut(before)
            && (elsewhere && sample.done().is_some() || sample.refusal().is_some())
        {
            sample.result = Outcome::Opened;
            sample.verb = None;
        }
        self.seen.push((label, way.words()));
        way
    }

    fn set_aside(&mut self, declined: Declined) {
        for sample in &mut self.channel.samples {
            if sample.refusal().and_then(refusal_of).is_some() {
                sample.result = Outcome::Declined(declined.clone());
            }
        }
    }
}
