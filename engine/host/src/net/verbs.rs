//! The commands that may be said on a control connection: one list, with what each needs and the shapes it may have. What
//! is in no row is never sent.
//!
//! A verb is here because a probe of ours or an example needs it, or because it asks and changes nothing that outlives the
//! session. It is in the row with the least power that it can do with. What is left out is left out for a reason:
//!
//! * PASS is the host's alone, ACCT is needed by no probe, and REIN and SMNT change whose session it is.
//! * PORT, EPRT, LPRT have the server connect to where a probe says.
//! * RCMD, EXEC, SITE with anything but UTIME, and DLTL, DLTF, RMDA and others that one product knows do what they like.
//! * STOU and COMB make files under names that are not ours, ALLO asks for room that nobody gives back, and MFF sets rights
//!   and owners.
//! * HOST (RFC 7151) leads to another host than the settings name, and the password would follow.
//! * CCC (RFC 4217 section 12.3) ends the encryption of everything that follows.
//! * XMD5, XSHA, HASH, CSID, AVBL and their kin have the server work at length for what no probe asks.

use super::Forbidden;
use super::forbidden::shown;
use model::capability::Capability;

/// What a command needs beside the connection it goes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing: a probe has the connection because it may connect, or may go on with another's.
    Connection,
    /// To say who wants to log in.
    Login,
    /// To speak on a session that is logged in.
    Session,
    /// To see what is in files.
    Read,
    /// To change something.
    Write,
}

impl Needs {
    /// The powers, given how the probe got the connection. Nobody is logged in on a connection of one's own without the
    /// power to log in, and on another's it is that one's session.
    pub(super) fn powers(self, origin: Origin) -> impl Iterator<Item = Capability> {
        let session = match origin {
            Origin::Opened => Capability::Login,
            Origin::TakenOver => Capability::Speak,
        };
        let (first, second) = match self {
            Needs::Connection => (None, None),
            Needs::Login => (Some(Capability::Login), None),
            Needs::Session => (None, Some(session)),
            Needs::Read => (Some(Capability::Read), Some(session)),
            Needs::Write => (Some(Capability::Write), Some(session)),
        };
        first.into_iter().chain(second)
    }
}

/// How a probe got a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It opened it.
    Opened,
    /// Another probe opened it and handed it on.
    TakenOver,
}

/// What a command would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemoteChange {
    /// Makes a file or directory of this path.
    Make(String),
    /// Removes it.
    Remove(String),
    /// Changes its time, or begins to rename it.
    Alter(String),
}

/// What saying a command comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Something is asked, or set for this session.
    Ask,
    /// Somebody wants to log in under this name.
    Name(String),
    /// Something changes on the remote.
    Change(RemoteChange),
    /// It is the first line of a request of HTTP.
    Request,
}

/// A line that is in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command<'a> {
    /// The line without its end.
    pub(super) text: &'a str,
    pub(super) needs: Needs,
    pub(super) act: Act,
}

/// What may follow a verb.
#[derive(Clone, Copy)]
enum Shape {
    Nothing,
    /// One of these, in any case.
    OneOf(&'static [&'static str]),
    /// Up to eighteen digits.
    Number,
    /// Printable ASCII, or nothing.
    Words,
    /// The name of a user.
    Name,
    Path,
    /// A path, or nothing.
    PathOrNone,
    /// Flags that show more of the same directory, a path, both, or nothing. A flag like `-R` has the server walk through
    /// everything, and so does a pattern.
    Listing,
    /// The path of what is made.
    Made,
    /// The path of what is removed.
    Removed,
    /// The path of what is renamed.
    Renamed,
    /// A time and the path that it is set for.
    TimeAndPath,
    /// The same, by whoever would read a time in it.
    MaybeTimeAndPath,
    /// `SITE UTIME` in its two forms.
    Utime,
    /// The rest of the first line of a request.
    Request,
}

type Row = (&'static str, Needs, Shape);

/// The list. Where a verb has several rows, the first that its argument fits counts.
const ROWS: &[Row] = &[
    // The way to TLS (RFC 4217) and out. A connection of one's own says no more than this: no name, so no guessing.
    ("AUTH", Needs::Connection, Shape::OneOf(AUTH_WORDS)),
    ("PBSZ", Needs::Connection, Shape::Number),
    ("PROT", Needs::Connection, Shape::OneOf(&["C", "P"])),
    ("QUIT", Needs::Connection, Shape::Nothing),
    // Questions about the server, which it answers to anybody (RFC 959 section 4.1.3, RFC 2389).
    ("FEAT", Needs::Connection, Shape::Nothing),
    ("SYST", Needs::Connection, Shape::Nothing),
    ("HELP", Needs::Connection, Shape::Words),
    ("NOOP", Needs::Connection, Shape::Nothing),
    ("STAT", Needs::Connection, Shape::Nothing),
    // Settings of this session alone: encodings, languages, who the client is.
    ("OPTS", Needs::Connection, Shape::Words),
    ("LANG", Needs::Connection, Shape::Words),
    ("CLNT", Needs::Connection, Shape::Words),
    // What tells a web server: `tls-modes` asks a port so that speaks TLS and does not greet.
    ("HEAD", Needs::Connection, Shape::Request),
    // The settings' own user name, and no other: see `Commands`.
    ("USER", Needs::Login, Shape::Name),
    // Where one is and what is there: names, sizes and times, no contents.
    ("PWD", Needs::Session, Shape::Nothing),
    ("XPWD", Needs::Session, Shape::Nothing),
    ("CWD", Needs::Session, Shape::Path),
    ("CDUP", Needs::Session, Shape::Nothing),
    ("SIZE", Needs::Session, Shape::Path),
    ("MLST", Needs::Session, Shape::PathOrNone),
    ("MLSD", Needs::Session, Shape::PathOrNone),
    ("LIST", Needs::Session, Shape::Listing),
    ("NLST", Needs::Session, Shape::Listing),
    ("STAT", Needs::Session, Shape::Listing),
    // How transfers go, and where from. The server chooses the port: none of these has it connect anywhere. `EPSV ALL` is
    // left out, since it takes PASV away from whoever goes on.
    ("TYPE", Needs::Session, Shape::OneOf(&["A", "A N", "I"])),
    ("MODE", Needs::Session, Shape::OneOf(&["S", "B", "C", "Z"])),
    ("STRU", Needs::Session, Shape::OneOf(&["F", "R", "P"])),
    ("EPSV", Needs::Session, Shape::Nothing),
    ("EPSV", Needs::Session, Shape::OneOf(&["1", "2"])),
    ("PASV", Needs::Session, Shape::Nothing),
    // What a distributed server has to know before it can name a port (drftpd). It announces a transfer and begins none.
    ("PRET", Needs::Session, Shape::Path),
    ("REST", Needs::Session, Shape::Number),
    ("ABOR", Needs::Session, Shape::Nothing),
    // What is in the account's files.
    ("RETR", Needs::Read, Shape::Path),
    // What changes something, under names of this run: see `Writes`. With one argument MDTM asks for a time (RFC 3659
    // section 3), with two it sets one.
    ("STOR", Needs::Write, Shape::Made),
    ("APPE", Needs::Write, Shape::Made),
    ("MKD", Needs::Write, Shape::Made),
    ("XMKD", Needs::Write, Shape::Made),
    ("DELE", Needs::Write, Shape::Removed),
    ("RMD", Needs::Write, Shape::Removed),
    ("XRMD", Needs::Write, Shape::Removed),
    ("RNFR", Needs::Write, Shape::Renamed),
    ("RNTO", Needs::Write, Shape::Made),
    ("MFMT", Needs::Write, Shape::TimeAndPath),
    ("MFCT", Needs::Write, Shape::TimeAndPath),
    ("SITE", Needs::Write, Shape::Utime),
    ("MDTM", Needs::Write, Shape::MaybeTimeAndPath),
    ("MDTM", Needs::Session, Shape::Path),
];

/// The mechanisms of RFC 4217 and of the servers before it.
const AUTH_WORDS: &[&str] = &["TLS", "SSL", "TLS-C", "TLS-P"];

/// What a line without its end says.
///
/// # Errors
/// Its verb is in no row, or in none with such an argument.
pub(super) fn read(text: &str) -> Result<Command<'_>, Forbidden> {
    let (verb, argument) = match text.split_once(' ') {
        Some((verb, argument)) => (verb, Some(argument)),
        None => (text, None),
    };
    let mut rows = ROWS
        .iter()
        .filter(|(name, ..)| name.eq_ignore_ascii_case(verb))
        .peekable();
    if rows.peek().is_none() {
        return Err(Forbidden::Unknown(shown(text)));
    }
    rows.find_map(|(_, needs, shape)| Some((*needs, shape.act(argument)?)))
        .map(|(needs, act)| Command { text, needs, act })
        .ok_or_else(|| Forbidden::OddArgument(shown(text)))
}

impl Shape {
    /// What an argument comes to, where it has this shape.
    fn act(self, argument: Option<&str>) -> Option<Act> {
        let Some(text) = argument else {
            let may_lack = matches!(
                self,
                Shape::Nothing | Shape::Words | Shape::PathOrNone | Shape::Listing
            );
            return may_lack.then_some(Act::Ask);
        };
        let ask = |fits: bool| fits.then_some(Act::Ask);
        match self {
            Shape::Nothing => None,
            Shape::OneOf(words) => ask(words.iter().any(|word| word.eq_ignore_ascii_case(text))),
            Shape::Number => ask(is_number(text) && text.len() <= 18),
            Shape::Words => {
                ask(!text.is_empty() && text.bytes().all(|it| (b' '..=b'~').contains(&it)))
            }
            Shape::Name => (!text.is_empty()).then(|| Act::Name(text.into())),
            Shape::Path | Shape::PathOrNone => ask(!text.is_empty()),
            Shape::Listing => ask(is_listing(text)),
            Shape::Made => change(RemoteChange::Make, text),
            Shape::Removed => change(RemoteChange::Remove, text),
            Shape::Renamed => change(RemoteChange::Alter, text),
            Shape::TimeAndPath => {
                let (time, path) = text.split_once(' ')?;
                is_time(time).then(|| change(RemoteChange::Alter, path))?
            }
            Shape::MaybeTimeAndPath => {
                let (first, path) = text.trim_start().split_once(' ')?;
                looks_like_a_time(first).then(|| change(RemoteChange::Alter, path))?
            }
            Shape::Utime => utime(text),
            Shape::Request => (text == "/ HTTP/1.0").then_some(Act::Request),
        }
    }
}

fn change(how: fn(String) -> RemoteChange, path: &str) -> Option<Act> {
    (!path.is_empty()).then(|| Act::Change(how(path.into())))
}

/// A time first, or a path, three times and the zone.
fn utime(argument: &str) -> Option<Act> {
    let words: Vec<&str> = argument.split(' ').collect();
    let (utime, rest) = words.split_first()?;
    if !utime.eq_ignore_ascii_case("UTIME") {
        return None;
    }
    match rest {
        [time, path] if is_time(time) => change(RemoteChange::Alter, path),
        [path, times @ .., zone]
            if zone.eq_ignore_ascii_case("UTC")
                && times.len() == 3
                && times.iter().all(|time| is_time(time)) =>
        {
            change(RemoteChange::Alter, path)
        }
        _ => None,
    }
}

fn is_listing(argument: &str) -> bool {
    let (flags, path) = match argument.strip_prefix('-') {
        Some(rest) => rest.split_once(' ').unwrap_or((rest, ".")),
        None => ("a", argument),
    };
    let known = !flags.is_empty() && flags.chars().all(|flag| matches!(flag, 'a' | 'l'));
    let flag_like = |word: &str| word.len() > 1 && word.starts_with('-');
    known
        && !path.is_empty()
        && !path.split(' ').any(flag_like)
        && !path.contains(['*', '?', '[', '{'])
}

/// `YYYYMMDDHHMMSS`, perhaps with a fraction (RFC 3659 section 2.3).
fn is_time(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    whole.len() == 14 && is_number(whole) && is_number(fraction)
}

/// A server may take more for a time than the RFC does: with a sign, with a zone, shorter.
fn looks_like_a_time(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    digits.starts_with(|first: char| first.is_ascii_digit())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
#[path = "verbs_tests.rs"]
mod tests;
