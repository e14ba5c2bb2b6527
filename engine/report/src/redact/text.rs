//! A text, rewritten: from left to right, and at each place what is longest.

use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;

use model::address::AddressScope;

use super::Level;
use super::fields::Author;
use super::known::Known;
use super::shapes::{self, Shape};
use super::tokens::{Kind, Tokens, reversed};
use super::words;

/// What stands where a text is left out.
pub(super) const LEFT_OUT: &str = "[left out]";
/// The digits of a port, or of the code of a reply.
const PORT: usize = 5;

/// What is to be said of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meant {
    /// Wherever it is told of.
    Anywhere,
    /// Wherever it is told of, but where it is an ordinary word only in places for such a value.
    Unordinary,
}

/// The hand that every text of a report passes.
#[derive(Debug)]
pub(super) struct Redactor {
    level: Level,
    /// The report has tokens of an earlier redaction, which stay.
    has_tokens: bool,
    tokens: Tokens,
    known: Known,
    /// Names of codes in this report; they look like host names.
    codes: HashSet<String>,
    /// Private addresses that the other party told us of itself.
    theirs: HashSet<IpAddr>,
    ours: HashSet<IpAddr>,
}

impl Redactor {
    pub(super) fn new(level: Level, has_tokens: bool) -> Redactor {
        Redactor {
            level,
            has_tokens,
            tokens: Tokens::default(),
            known: Known::default(),
            codes: HashSet::new(),
            theirs: HashSet::new(),
            ours: HashSet::new(),
        }
    }

    /// One whose tokens look like what they stand for and are as long.
    pub(super) fn pseudonymising(level: Level) -> Redactor {
        Redactor {
            tokens: Tokens::pseudonymised(),
            ..Redactor::new(level, false)
        }
    }

    pub(super) fn level(&self) -> Level {
        self.level
    }

    pub(super) fn removed(&self) -> BTreeMap<String, u32> {
        self.tokens.removed()
    }

    pub(super) fn leave_out(&mut self, text: &str) {
        self.tokens.leave_out(text);
    }

    pub(super) fn learn_code(&mut self, code: &str) {
        self.codes.insert(code.into());
    }

    pub(super) fn learn_address(&mut self, ip: IpAddr, is_ours: bool) {
        let ip = ip.to_canonical();
        let set = if is_ours {
            &mut self.ours
        } else {
            &mut self.theirs
        };
        set.insert(ip);
    }

    /// A value of a kind that has no structure.
    pub(super) fn learn(&mut self, kind: Kind, value: &str, meant: Meant) {
        let value = value.trim();
        if value.is_empty() || self.is_token(value) || self.known.token(value).is_some() {
            return;
        }
        let token = self.tokens.plain(kind, value);
        let in_place_only = meant == Meant::Unordinary && words::is_ordinary(value);
        self.known.add(value, token, in_place_only);
    }

    /// Another spelling of a value that is known.
    pub(super) fn learn_alias(&mut self, spelling: &str, value: &str) {
        if let Some(token) = self.known.token(value).map(String::from) {
            self.known.add(spelling, token, false);
        }
    }

    /// A name of one label; longer ones are known by their looks.
    pub(super) fn learn_host(&mut self, name: &str) {
        let bare = name.trim().trim_end_matches('.');
        let is_plain =
            bare.parse::<IpAddr>().is_err() && bare != "localhost" && !bare.contains(' ');
        if is_plain && !bare.is_empty() && !self.is_token(bare) {
            let token = self.tokens.host(bare);
            self.known.add(bare, token, words::is_ordinary(bare));
        }
    }

    /// A path as a whole, since it may have blanks; and each name in it that is no ordinary word.
    pub(super) fn learn_path(&mut self, path: &str) {
        let path = path.trim();
        if path.trim_matches(['/', '\\', '.']).is_empty() || self.is_token(path) {
            return;
        }
        let token = self.path(path);
        self.known.add(path, token, words::is_ordinary(path));
        for name in path.split(['/', '\\']).filter(|it| !it.is_empty()) {
            if name.chars().count() > 2 && !words::is_ordinary(name) {
                let token = self.path(name);
                self.known.add(name, token, false);
            }
        }
    }

    /// What stands for a text of which nothing is to be told.
    pub(super) fn whole(&mut self, text: &str) -> String {
        match text.trim().is_empty() || self.is_token(text) {
            true => text.to_owned(),
            false => self.tokens.plain(Kind::Word, text),
        }
    }

    fn is_token(&self, text: &str) -> bool {
        self.has_tokens && Tokens::at_start(text) == Some(text.len())
    }

    /// The text of a field without what is not for whoever gets it.
    pub(super) fn field(&mut self, text: &str, author: Author) -> String {
        match (author, self.level) {
            (Author::Vocabulary, _) => text.to_owned(),
            (Author::Others, Level::Public) => self.named(text),
            (Author::Ours | Author::Others, _) => self.rewritten(text, author),
        }
    }

    /// The text of somebody else's without what is not for whoever gets it.
    pub(super) fn rewrite(&mut self, text: &str) -> String {
        self.rewritten(text, Author::Others)
    }

    /// The token of a text that is one value as a whole. Anything else is left out.
    fn named(&mut self, text: &str) -> String {
        let is_plain = text.len() <= PORT && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_plain || text.trim().is_empty() || self.is_token(text) || is_own(text) {
            return text.to_owned();
        }
        match self.at(text, 0, Author::Others) {
            Some((length, Some(token))) if length == text.len() => token,
            Some((length, None)) if length == text.len() => text.to_owned(),
            _ => {
                self.tokens.leave_a_text_out(text);
                LEFT_OUT.to_owned()
            }
        }
    }

    fn rewritten(&mut self, text: &str, author: Author) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let (length, new) = self.at(text, at, author).unwrap_or((c.len_utf8(), None));
            match new {
                Some(new) => out.push_str(&new),
                None => out.push_str(&text[at..at + length]),
            }
            at += length;
        }
        out
    }

    /// How much of the text at this place is one piece, and what stands for it; none where it stays.
    fn at(&mut self, text: &str, at: usize, author: Author) -> Option<(usize, Option<String>)> {
        let rest = &text[at..];
        let in_word = text[..at].ends_with(char::is_alphanumeric);
        if self.has_tokens
            && !in_word
            && let Some(length) = Tokens::at_start(rest)
        {
            return Some((length, None));
        }
        let known = self
            .known
            .at(text, at)
            .map(|(length, token)| (length, Some(token.to_owned())));
        let shape = shapes::at(text, at);
        let longer = |length: usize| known.as_ref().is_none_or(|(known, _)| length > *known);
        if let Some((length, shape)) = shape.filter(|(length, _)| longer(*length))
            && let Some(new) = self.shaped(&text[at..at + length], &shape, author)
        {
            return Some((length, new));
        }
        known
    }

    /// What stands for something recognised by its looks: `Some(None)` where it stays as a whole, `None` where the looks say
    /// nothing at this level.
    fn shaped(&mut self, text: &str, shape: &Shape, author: Author) -> Option<Option<String>> {
        let public = self.level == Level::Public;
        match shape {
            Shape::Address(ip) if self.stays(*ip) => Some(None),
            Shape::Address(ip) => Some(Some(self.tokens.address(*ip, text))),
            Shape::Mail => Some(Some(self.tokens.plain(Kind::Mail, text))),
            Shape::Host if self.codes.contains(text) => Some(None),
            Shape::Host => match reversed(text) {
                Some(ip) if self.stays(ip) => Some(None),
                None if !public => None,
                _ => Some(Some(self.tokens.host(text))),
            },
            // A file of a product. What is somebody's is known from elsewhere.
            Shape::Path | Shape::File if author == Author::Ours => None,
            Shape::Path | Shape::File => Some(Some(self.path(text))),
            Shape::Hex if public => Some(Some(self.number(text))),
            Shape::Hex => None,
        }
    }

    fn stays(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        if self.level == Level::Public {
            // They are no address of anybody.
            return ip.is_unspecified();
        }
        if self.tokens.are_disguises() && (is_everybodys(ip) || self.theirs.contains(&ip)) {
            // The remote's own is checked against its certificate.
            return true;
        }
        let theirs = self.theirs.contains(&ip) && !self.ours.contains(&ip);
        ip.is_unspecified() || theirs || AddressScope::of(ip) == AddressScope::Public
    }

    /// The same number with and without colons.
    pub(super) fn number(&mut self, text: &str) -> String {
        let digits: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
        self.tokens.plain(Kind::Fingerprint, &digits)
    }

    /// A path name by name, so that what lies in what is still seen.
    fn path(&mut self, path: &str) -> String {
        let mut out = String::new();
        for part in path.split_inclusive(['/', '\\']) {
            let name = part.trim_end_matches(['/', '\\']);
            let is_drive = name.len() == 2 && name.ends_with(':');
            let is_plain = name.trim_matches(['.', '~']).is_empty() || is_drive;
            if is_plain || is_own(name) || self.is_token(name) {
                out.push_str(name);
            } else if let Some(token) = self.known.token(name) {
                out.push_str(token);
            } else {
                out.push_str(&self.tokens.plain(Kind::Path, name));
            }
            out.push_str(&part[name.len()..]);
        }
        out
    }
}

/// An address that every machine or every link has.
fn is_everybodys(ip: IpAddr) -> bool {
    ip.is_loopback() || matches!(ip, IpAddr::V4(ip) if ip.is_link_local())
}

/// Whether a check made the file, or would have.
fn is_own(name: &str) -> bool {
    name.starts_with(OWN_FILES) || ftp::is_short_name(name)
}

/// Files that a check makes are called so, and then a number of their own.
const OWN_FILES: &str = "remote-doctor-";
