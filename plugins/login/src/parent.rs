//! A directory that may not be entered, seen from the one above: whether it is there, under this name or another spelling.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, IBM866, KOI8_U, SHIFT_JIS, WINDOWS_1250, WINDOWS_1251,
    WINDOWS_1252, WINDOWS_1253, WINDOWS_1254,
};
use probe_sdk::Run;
use probe_sdk::ftp::{Form, Listing};
use probe_sdk::session::{Method, Offer, Opening, Payload, Session};

/// A directory with more than this is not read to its end, in bytes.
const MOST: usize = 1024 * 1024;
/// As many names as somebody reads to find the one that was meant.
const NAMES: usize = 20;
/// Paths of more parts are not walked.
const DEEPEST: usize = 12;
/// Encodings that names of files are in where they are not in UTF-8.
const LEGACY: &[&Encoding] = &[
    WINDOWS_1252,
    GB18030,
    BIG5,
    SHIFT_JIS,
    EUC_JP,
    EUC_KR,
    WINDOWS_1251,
    KOI8_U,
    IBM866,
    WINDOWS_1250,
    WINDOWS_1253,
    WINDOWS_1254,
];

/// Where a path ends that cannot be entered, and what the directory shows that it should continue in.
pub(crate) struct Parent {
    /// The parts that can be entered, as one path; empty where it ends at its beginning.
    pub(crate) entered: String,
    /// The part that cannot.
    pub(crate) part: String,
    /// What follows it.
    pub(crate) rest: String,
    pub(crate) shows: Shows,
    /// What is there, as far as it is worth reading; none where it was not seen.
    pub(crate) listing: Option<String>,
}

/// What a listing shows of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    /// This very name.
    Directory,
    /// This very name, and it is a file.
    File,
    /// One name that differs in case or blanks alone, or else in one letter of several.
    Spelt(String),
    /// This name in another encoding than UTF-8.
    Encoded(&'static str),
    /// Nothing like it.
    Nothing,
    /// Not all of it was seen.
    Unknown,
}

impl Shows {
    pub(crate) fn words(&self) -> &'static str {
        match self {
            Shows::Directory => "the name exists, as a directory",
            Shows::File => "the name exists, as a file",
            Shows::Spelt(_) => "a name with another spelling exists",
            Shows::Encoded(_) => "the name exists in another encoding",
            Shows::Nothing => "no such name",
            Shows::Unknown => "the listing was seen only in part",
        }
    }
}

/// Walks along the path in a session of its own, as far as it goes, and lists where it ends. None where that session did
/// not come about, or the whole path can be entered in it.
pub(crate) fn look(run: &Run, path: &str) -> Option<Parent> {
    let mut session = Session::open(run, &Opening::like_the_first(run)).ok()?;
    let parent = walk(&mut session, path);
    if session.usable {
        session.control.quit();
    }
    parent
}

fn walk(session: &mut Session, path: &str) -> Option<Parent> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if parts.len() > DEEPEST {
        return None;
    }
    let mut entered = String::new();
    if path.starts_with('/') {
        entered.push('/');
        enter(session, "/")?.then_some(())?;
    }
    for (at, part) in parts.iter().enumerate() {
        if enter(session, part)? {
            if !entered.is_empty() && !entered.ends_with('/') {
                entered.push('/');
            }
            entered.push_str(part);
            continue;
        }
        let listing = list(session);
        let shows = listing
            .as_deref()
            .map_or(Shows::Unknown, |it| shows(it, part));
        return Some(Parent {
            entered,
            part: (*part).to_string(),
            rest: parts[at + 1..].join("/"),
            shows,
            listing: listing.as_deref().map(names),
        });
    }
    None
}

fn enter(session: &mut Session, part: &str) -> Option<bool> {
    match session.control.command(&format!("CWD {part}")) {
        Ok(reply) => Some(reply.is_positive()),
        Err(_) => {
            session.usable = false;
            None
        }
    }
}

/// The directory where the session is.
fn list(session: &mut Session) -> Option<Vec<u8>> {
    let methods = [Method::Epsv, Method::Pasv];
    for method in methods
        .into_iter()
        .filter(|it| session.allows(*it))
        .collect::<Vec<_>>()
    {
        let Ok(Offer::Port { port, .. }) = session.ask(method, "LIST") else {
            continue;
        };
        let Ok(data) = session.connect(port) else {
            continue;
        };
        let listed = session.transfer(data, "LIST", Payload::Receive { most: MOST });
        return listed
            .ok()
            .map(|it| it.bytes)
            .filter(|bytes| bytes.len() < MOST);
    }
    None
}

/// The names in a listing, directories with a slash behind them.
fn names(listing: &[u8]) -> String {
    let entries = Listing::read(Form::List, listing).entries;
    let shown = entries.iter().take(NAMES).map(|entry| match entry.file {
        true => entry.name.clone(),
        false => format!("{}/", entry.name),
    });
    let mut shown: Vec<String> = shown.collect();
    match entries.len().checked_sub(NAMES) {
        None | Some(0) if shown.is_empty() => return "nothing".into(),
        None | Some(0) => {}
        Some(more) => shown.push(format!("and {more} more")),
    }
    shown.join(", ")
}

/// What the bytes of a listing show of a name.
pub(crate) fn shows(listing: &[u8], name: &str) -> Shows {
    let entries = Listing::read(Form::List, listing).entries;
    if let Some(entry) = entries.iter().find(|entry| entry.name == name) {
        return if entry.file {
            Shows::File
        } else {
            Shows::Directory
        };
    }
    if let Some(encoding) = encoded(listing, name) {
        return Shows::Encoded(encoding);
    }
    let alone = |is_meant: &dyn Fn(&str) -> bool| {
        let mut meant = entries
            .iter()
            .filter(|entry| !entry.file && is_meant(&entry.name));
        match (meant.next(), meant.next()) {
            (Some(entry), None) => Some(Shows::Spelt(entry.name.clone())),
            _ => None,
        }
    };
    let plain = |name: &str| name.trim().to_lowercase();
    alone(&|other| plain(other) == plain(name))
        .or_else(|| alone(&|other| is_slip(&plain(other), &plain(name))))
        .unwrap_or(Shows::Nothing)
}

/// Shorter names are one letter apart by chance.
const LONG_ENOUGH: usize = 5;

/// Whether a slip of the finger lies between two names: one letter more, fewer, another, or two in the wrong order. Names that
/// differ in a number are counted, and meant to differ.
fn is_slip(one: &str, other: &str) -> bool {
    let numbers = |name: &str| -> String { name.chars().filter(char::is_ascii_digit).collect() };
    let is_long = |name: &str| name.chars().count() >= LONG_ENOUGH;
    is_long(one)
        && is_long(other)
        && numbers(one) == numbers(other)
        && strsim::osa_distance(one, other) == 1
}

/// The encoding in which a line ends with the name. What the listing looks like as a whole is tried first, since bytes of
/// one language can be letters of another.
fn encoded(listing: &[u8], name: &str) -> Option<&'static str> {
    if name.is_ascii() || std::str::from_utf8(listing).is_ok() {
        return None;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(listing, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let lines = || {
        listing
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::trim_ascii_end)
    };
    [guess]
        .into_iter()
        .chain(LEGACY.iter().copied())
        .find_map(|encoding| {
            let (bytes, _, unmappable) = encoding.encode(name);
            let fits = !unmappable && lines().any(|line| line.ends_with(&bytes));
            fits.then(|| encoding.name())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &[u8]) -> Vec<u8> {
        [b"drwxr-xr-x 2 jo jo 4096 Jan 31 12:00 ", name, b"\r\n"].concat()
    }

    #[test]
    fn what_a_listing_shows_of_a_name() {
        let listing = [line(b"Inbox"), line(b"out")].concat();
        assert_eq!(shows(&listing, "out"), Shows::Directory);
        assert_eq!(shows(&listing, "inbox"), Shows::Spelt("Inbox".into()));
        assert_eq!(shows(&listing, "in"), Shows::Nothing);
        assert_eq!(shows(&listing, "inobx"), Shows::Spelt("Inbox".into()));
        assert_eq!(shows(&listing, "inboxes"), Shows::Nothing);
        assert_eq!(shows(&listing, "our"), Shows::Nothing);
        let counted = [line(b"orders1"), line(b"orders3")].concat();
        assert_eq!(shows(&counted, "orders2"), Shows::Nothing);
        assert_eq!(shows(&counted, "oders1"), Shows::Spelt("orders1".into()));
        let both = [line(b"orders"), line(b"borders")].concat();
        assert_eq!(shows(&both, "oorders"), Shows::Nothing);
        let file = b"-rw-r--r-- 1 jo jo 5 Jan 31 12:00 out\r\n";
        assert_eq!(shows(file, "out"), Shows::File);
    }

    #[test]
    fn the_names_of_a_listing_are_few() {
        assert_eq!(names(&line(b"Inbox")), "Inbox/");
        assert_eq!(names(b""), "nothing");
        let many = line(b"in").repeat(NAMES + 3);
        assert!(names(&many).ends_with("in/, and 3 more"));
    }

    #[test]
    fn names_in_other_encodings() {
        // The bytes are those that the systems of these languages have for the names.
        let chinese = [line(b"\xb6\xa9\xb5\xa5"), line(b"\xb7\xa2\xbb\xf5\xb5\xa5")].concat();
        let Shows::Encoded(encoding) = shows(&chinese, "订单") else {
            panic!("the name exists in another encoding");
        };
        assert!(["GBK", "gb18030"].contains(&encoding), "{encoding}");
        let german = line(b"Auftr\xe4ge");
        assert_eq!(shows(&german, "Aufträge"), Shows::Encoded("windows-1252"));
        assert_eq!(shows(&german, "Rechnungen"), Shows::Nothing);
    }
}
