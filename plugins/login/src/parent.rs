//! A directory that may not be entered, seen from the one above: whether it is there, under this name or another spelling.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};
use probe_sdk::Run;
use probe_sdk::ftp::{Form, Listing};
use probe_sdk::session::{Method, Offer, Opening, Payload, Session};

/// A directory with more than this is not read to its end, in bytes.
const MOST: usize = 1024 * 1024;
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
}

/// What a listing shows of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    /// This very name.
    Directory,
    /// This very name, and it is a file.
    File,
    /// One name that differs in case or blanks alone.
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
            Shows::Directory => "the name is there, as a directory",
            Shows::File => "the name is there, as a file",
            Shows::Spelt(_) => "one name is there that is spelt otherwise",
            Shows::Encoded(_) => "the name is there in another encoding",
            Shows::Nothing => "no such name",
            Shows::Unknown => "not all of it was seen",
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
        let shows = list(session).map_or(Shows::Unknown, |listing| shows(&listing, part));
        return Some(Parent {
            entered,
            part: (*part).to_string(),
            rest: parts[at + 1..].join("/"),
            shows,
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
    let plain = |name: &str| name.trim().to_lowercase();
    let mut alike = entries
        .iter()
        .filter(|entry| !entry.file && plain(&entry.name) == plain(name));
    match (alike.next(), alike.next()) {
        (Some(entry), None) => Shows::Spelt(entry.name.clone()),
        _ => Shows::Nothing,
    }
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
        let file = b"-rw-r--r-- 1 jo jo 5 Jan 31 12:00 out\r\n";
        assert_eq!(shows(file, "out"), Shows::File);
    }

    #[test]
    fn names_in_other_encodings() {
        // The bytes are those that the systems of these languages have for the names.
        let chinese = [line(b"\xb6\xa9\xb5\xa5"), line(b"\xb7\xa2\xbb\xf5\xb5\xa5")].concat();
        let Shows::Encoded(encoding) = shows(&chinese, "订单") else {
            panic!("the name is there in another encoding");
        };
        assert!(["GBK", "gb18030"].contains(&encoding), "{encoding}");
        let german = line(b"Auftr\xe4ge");
        assert_eq!(shows(&german, "Aufträge"), Shows::Encoded("windows-1252"));
        assert_eq!(shows(&german, "Rechnungen"), Shows::Nothing);
    }
}
