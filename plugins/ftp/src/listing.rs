//! What a directory listing shows: LIST as most servers write it (RFC 959 leaves its form open), NLST, and MLSD (RFC 3659
//! section 7). Names are octets there; what is no UTF-8 is read with replacement characters.

/// The command a listing answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Lines as `ls -l` or `dir` write them.
    List,
    /// One name a line.
    Names,
    /// Facts and a name.
    Facts,
}

/// One line of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name, without a directory before it.
    pub name: String,
    /// Whether it is a plain file; false where the form does not say.
    pub file: bool,
    /// In bytes, where the form tells.
    pub size: Option<u64>,
}

/// A listing, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// What is in the directory, in the server's order, without the directory itself and the one above.
    pub entries: Vec<Entry>,
    /// Lines that no form explains.
    pub unread: usize,
    /// Whether the last line is without its end, as where a listing was cut.
    pub unfinished: bool,
}

impl Listing {
    /// Reads the bytes that a data connection brought.
    #[must_use]
    pub fn read(form: Form, bytes: &[u8]) -> Listing {
        let text = String::from_utf8_lossy(bytes);
        let mut listing = Listing {
            unfinished: !bytes.is_empty() && !bytes.ends_with(b"\n"),
            ..Listing::default()
        };
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            match form.line(line) {
                Line::Entry(entry) => listing.entries.push(entry),
                Line::Aside => {}
                Line::Unread => listing.unread += 1,
            }
        }
        listing
    }

    /// Lines that stand for something in the directory, whether they could be read or not.
    #[must_use]
    pub fn count(&self) -> usize {
        self.entries.len() + self.unread
    }

    /// As [`count`](Listing::count), without names that begin with a dot: many servers show those in one form only.
    #[must_use]
    pub fn visible(&self) -> usize {
        let hidden = self
            .entries
            .iter()
            .filter(|entry| entry.name.starts_with('.'));
        self.count() - hidden.count()
    }
}

enum Line {
    Entry(Entry),
    /// A heading, the directory itself or the one above.
    Aside,
    Unread,
}

impl Form {
    fn line(self, line: &str) -> Line {
        let entry = match self {
            Form::List if is_heading(line) => return Line::Aside,
            Form::List => unix(line).or_else(|| dos(line)),
            Form::Names => Some(Entry {
                name: base(line).to_owned(),
                file: false,
                size: None,
            }),
            Form::Facts => match facts(line) {
                Some(None) => return Line::Aside,
                Some(entry) => entry,
                None => None,
            },
        };
        match entry {
            Some(entry) if entry.name == "." || entry.name == ".." => Line::Aside,
            Some(entry) => Line::Entry(entry),
            None => Line::Unread,
        }
    }
}

/// `total 12`, in whatever language: a word and a number.
fn is_heading(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let number = |word: Option<&str>| {
        word.is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
    };
    words.next().is_some() && number(words.next()) && words.next().is_none()
}

/// The last part of a path.
fn base(path: &str) -> &str {
    path.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(path)
}

/// `-rw-r--r-- 1 owner group 1024 Jan 31 12:00 name`: after the rights, the last number before a date is the size. Owner
/// and group may be missing or of several words, and months are in the server's language.
fn unix(line: &str) -> Option<Entry> {
    let kind = line
        .chars()
        .next()
        .filter(|kind| "-dlbcpsD".contains(*kind))?;
    let words = words(line);
    if words.first()?.1.len() < 10 {
        return None;
    }
    let (size, name) = (1..words.len()).find_map(|at| {
        let size = words[at].1.parse().ok()?;
        let after = date(&words[at + 1..])?;
        let (name, _) = words.get(at + 1 + after)?;
        Some((size, &line[*name..]))
    })?;
    let name = match kind {
        'l' => name.split(" -> ").next().unwrap_or(name),
        _ => name,
    };
    Some(Entry {
        name: name.to_owned(),
        file: kind == '-',
        size: Some(size),
    })
}

/// The words of a line with where they begin.
fn words(line: &str) -> Vec<(usize, &str)> {
    let begin = line.as_ptr() as usize;
    line.split_whitespace()
        .map(|word| (word.as_ptr() as usize - begin, word))
        .collect()
}

/// How many words the date takes: `Jan 31 12:00`, `31. Jan 2024`, `2024-01-31 12:00`.
fn date(words: &[(usize, &str)]) -> Option<usize> {
    let word = |at: usize| words.get(at).map(|(_, word)| *word);
    let is_time = |word: &str| word.contains(':') && word.as_bytes()[0].is_ascii_digit();
    let is_year = |word: &str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_day = |word: &str| {
        let day = word.trim_end_matches('.');
        (1..=2).contains(&day.len()) && day.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_month = |word: &str| {
        word.chars()
            .next()
            .is_some_and(|first| !first.is_ascii_digit())
    };
    let (first, second) = (word(0)?, word(1)?);
    if first.len() == 10 && first.matches('-').count() == 2 && is_time(second) {
        return Some(2);
    }
    let day_and_month = is_month(first) && is_day(second) || is_day(first) && is_month(second);
    let third = word(2)?;
    (day_and_month && (is_time(third) || is_year(third))).then_some(3)
}

/// `01-31-24  12:00PM  <DIR>  name`, as IIS writes unless told otherwise.
fn dos(line: &str) -> Option<Entry> {
    let words = words(line);
    let (_, day) = words.first()?;
    let (_, time) = words.get(1)?;
    let (_, size) = words.get(2)?;
    let (name, _) = words.get(3)?;
    let dated = day.len() >= 8
        && day
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"-/.".contains(&byte));
    if !dated || !time.contains(':') {
        return None;
    }
    let bytes = size.replace([',', '.'], "").parse().ok();
    (bytes.is_some() || size.starts_with('<')).then(|| Entry {
        name: line[*name..].to_owned(),
        file: bytes.is_some(),
        size: bytes,
    })
}

/// `type=file;size=12; name`; an inner `None` for the directory itself and the one above (RFC 3659 section 7.5.1).
fn facts(line: &str) -> Option<Option<Entry>> {
    let (facts, name) = line.split_once(' ')?;
    let fact = |wanted: &str| {
        facts.split(';').find_map(|fact| {
            let (name, value) = fact.split_once('=')?;
            name.eq_ignore_ascii_case(wanted).then_some(value)
        })
    };
    if !facts.ends_with(';') {
        return None;
    }
    let kind = fact("type").unwrap_or_default().to_ascii_lowercase();
    if kind == "cdir" || kind == "pdir" {
        return Some(None);
    }
    Some(Some(Entry {
        name: base(name).to_owned(),
        file: kind == "file",
        size: fact("size").and_then(|size| size.parse().ok()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(form: Form, line: &str) -> Option<(String, bool, Option<u64>)> {
        let mut listing = Listing::read(form, format!("{line}\r\n").as_bytes());
        assert!(!listing.unfinished);
        let entry = listing.entries.pop()?;
        Some((entry.name, entry.file, entry.size))
    }

    #[test]
    fn lines() {
        let file = |name: &str, size: u64| Some((name.to_owned(), true, Some(size)));
        let table = [
            (
                "-rw-r--r--    1 ftp      ftp          65536 Jan 31  2024 data.bin",
                file("data.bin", 65536),
            ),
            (
                "-rw-rw-r--+ 1 0 0 12 Feb 29 09:05 a  name with blanks.txt",
                file("a  name with blanks.txt", 12),
            ),
            (
                "-rwx------ 1 domain users 700 31. Mär 2023 größe",
                file("größe", 700),
            ),
            ("-rw-r--r-- 1 jo 5 2024-01-31 12:00 iso", file("iso", 5)),
            (
                "-rw-r--r-- 1 jo jo 5 Jan  1  2024 5 Jan 31 12:00 odd",
                file("5 Jan 31 12:00 odd", 5),
            ),
            (
                "drwxr-xr-x 2 jo jo 4096 Jan 31 12:00 dir",
                Some(("dir".into(), false, Some(4096))),
            ),
            (
                "lrwxrwxrwx 1 jo jo 7 Jan 31 12:00 link -> target",
                Some(("link".into(), false, Some(7))),
            ),
            (
                "01-31-24  12:00PM             1,024 a file.txt",
                file("a file.txt", 1024),
            ),
            (
                "2024-01-31  12:00       <DIR>          sub",
                Some(("sub".into(), false, None)),
            ),
            ("total 12", None),
            ("drwxr-xr-x 2 jo jo 4096 Jan 31 12:00 .", None),
            ("-rw-r--r--    1 ftp      ftp   ", None),
            ("nonsense that nobody reads", None),
        ];
        for (line, expected) in table {
            assert_eq!(one(Form::List, line), expected, "{line}");
        }
        assert_eq!(
            one(Form::Facts, "Type=file;Size=3;Modify=20240131120000; a b"),
            file("a b", 3)
        );
        assert_eq!(one(Form::Facts, "type=cdir;perm=el; /"), None);
        assert_eq!(
            one(Form::Names, "/pub/readme.txt"),
            Some(("readme.txt".into(), false, None))
        );
    }

    #[test]
    fn what_is_left_over() {
        let cut = Listing::read(
            Form::List,
            b"total 3\r\n-rw-r--r-- 1 jo jo 5 Jan 31 12:00 .hidden\r\n-rw-r--r-- 1 jo jo 5 Ja",
        );
        assert!(cut.unfinished);
        assert_eq!((cut.count(), cut.visible(), cut.unread), (2, 1, 1));
        assert_eq!(Listing::read(Form::List, b""), Listing::default());
    }
}
