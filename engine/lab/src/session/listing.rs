//! Listings, in the formats of `LIST`, `NLST` and `MLSD`.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{Session, Step, transfer::Load};
use crate::{Fault, Software, tree::Entry};

/// Files older than this show a year in place of a time, as `ls` does.
const RECENT: SignedDuration = SignedDuration::from_hours(24 * 180);

impl Session {
    pub(super) async fn list(&mut self, verb: &str, argument: &str) -> Step {
        if verb == "MLSD" && self.has(&Fault::NoMachineListing) {
            return self.reply(500, "MLSD not understood").await;
        }
        if self.has(&Fault::ListDenied) {
            return self.reply(550, "Permission denied").await;
        }
        let ascii_only = self.value(|fault| match fault {
            Fault::ListsInAsciiOnly { text } => Some(text.clone()),
            _ => None,
        });
        if let Some(text) = ascii_only.filter(|_| self.binary) {
            return self.reply(550, text).await;
        }
        if self.has(&Fault::ListDeniedInData) {
            let words = b"ls: .: Permission denied\r\n".to_vec();
            return self.transfer(Load::Listing(words)).await;
        }
        let Some(mut entries) = self.entries(argument) else {
            return self.reply(550, "No such file or directory").await;
        };
        let shown = self.value(|fault| match fault {
            Fault::ListTruncated { at } if verb != "MLSD" => Some(*at),
            _ => None,
        });
        entries.truncate(shown.unwrap_or(usize::MAX));
        let limit = self.value(|fault| match fault {
            Fault::ListingTruncated { at } => Some(*at),
            _ => None,
        });
        let says_so = self.server.behaviour.software == Software::PureFtpd;
        self.remark = limit
            .filter(|limit| says_so && entries.len() == *limit)
            .map(|limit| format!("Output truncated to {limit} matches"));
        let line = match verb {
            "MLSD" => facts,
            "NLST" => |entry: &Entry| entry.name.clone(),
            _ => unix_line,
        };
        let listing: String = entries.iter().map(|entry| line(entry) + "\r\n").collect();
        let bytes = match self.server.behaviour.legacy() {
            Some(encoding) => encoding.encode(&listing),
            None => listing.into_bytes(),
        };
        self.transfer(Load::Listing(bytes)).await
    }

    /// What a listing of this argument shows; nothing if there is no such thing.
    pub(super) fn entries(&self, argument: &str) -> Option<Vec<Entry>> {
        // Options are for `ls`, which is not at home here.
        let mut name = argument;
        while name.starts_with('-') {
            name = name.split_once(' ').map_or("", |(_, rest)| rest);
        }
        let path = self.absolute(name);
        let entries = self.server.files(|tree| {
            let entry = tree.entry(&path)?;
            Some(if entry.directory {
                tree.list(&path)
            } else {
                vec![entry]
            })
        })?;
        if self.lacks(&path) {
            return None;
        }
        // What is not there does not show in the directory above either.
        let missing = |entry: &Entry| entry.directory && self.lacks(&entry.name);
        let entries: Vec<Entry> = entries.into_iter().filter(|it| !missing(it)).collect();
        let shown = self.value(|fault| match fault {
            Fault::ListingTruncated { at } => Some(*at),
            _ => None,
        });
        let shown = shown.unwrap_or(usize::MAX);
        Some(
            entries
                .into_iter()
                .take(shown)
                .map(|entry| self.shifted(entry))
                .collect(),
        )
    }
}

/// A line as `ls -l` writes it.
pub(super) fn unix_line(entry: &Entry) -> String {
    let kind = if entry.directory {
        "drwxr-xr-x    2"
    } else {
        "-rw-r--r--    1"
    };
    let time = entry.modified.to_zoned(TimeZone::UTC);
    let recent = Timestamp::now().duration_since(entry.modified) < RECENT;
    let date = time.strftime(if recent { "%b %d %H:%M" } else { "%b %d  %Y" });
    format!(
        "{kind} lab      lab      {:>12} {date} {}",
        entry.size, entry.name
    )
}

/// A line of facts (RFC 3659 section 7.2).
pub(super) fn facts(entry: &Entry) -> String {
    let (kind, size, rights) = if entry.directory {
        ("dir", String::new(), "cdeflmp")
    } else {
        ("file", format!("size={};", entry.size), "adfrw")
    };
    format!(
        "type={kind};{size}modify={};perm={rights}; {}",
        timestamp(entry.modified),
        entry.name
    )
}

/// A time in UTC (RFC 3659 section 2.3).
pub(super) fn timestamp(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC)
        .strftime("%Y%m%d%H%M%S")
        .to_string()
}
