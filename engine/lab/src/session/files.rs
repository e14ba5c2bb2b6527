//! Commands about single files and directories that need no data connection.

use std::net::{IpAddr, Ipv4Addr};

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

use super::{Session, Step, listing};
use crate::{
    Fault, Software,
    control::Reply,
    tree::{Entry, Refusal},
    wording::SetTime,
};

impl Session {
    pub(super) async fn size(&mut self, argument: &str) -> Step {
        let path = self.absolute(argument);
        if !self.binary && self.server.behaviour.software == Software::Proftpd {
            return self.reply(550, "SIZE not allowed in ASCII mode").await;
        }
        match self.seen(&path) {
            Some(entry) if !entry.directory => self.reply(213, entry.size.to_string()).await,
            _ => self.reply(550, "No such file").await,
        }
    }

    pub(super) async fn mdtm(&mut self, argument: &str) -> Step {
        if let Some((time, name)) = argument.split_once(' ')
            && self.sets_times_by(SetTime::Mdtm)
            && parse_time(time).is_some()
        {
            return self
                .set_time(time, name, "File modification time set.")
                .await;
        }
        let path = self.absolute(argument);
        match self.seen(&path) {
            Some(entry) => self.reply(213, listing::timestamp(entry.modified)).await,
            None => self.reply(550, "No such file").await,
        }
    }

    pub(super) async fn mfmt(&mut self, argument: &str) -> Step {
        if !self.sets_times_by(SetTime::Mfmt) {
            return self.reply(500, "MFMT not understood").await;
        }
        let Some((time, name)) = argument.split_once(' ') else {
            return self.reply(501, "MFMT takes a time and a name").await;
        };
        self.set_time(time, name, &format!("Modify={time}; {name}"))
            .await
    }

    /// `SITE`, of which only `UTIME` is at home in some products.
    pub(super) async fn site(&mut self, argument: &str) -> Step {
        let words: Vec<&str> = argument.split(' ').collect();
        match words.as_slice() {
            [utime, time, name]
                if utime.eq_ignore_ascii_case("UTIME")
                    && self.sets_times_by(SetTime::SiteUtime) =>
            {
                self.set_time(time, name, "UTIME command successful").await
            }
            [utime, name, _, time, _, "UTC"]
                if utime.eq_ignore_ascii_case("UTIME")
                    && self.sets_times_by(SetTime::SiteUtimeOld) =>
            {
                self.set_time(time, name, "UTIME command successful").await
            }
            _ => self.reply(502, "Command not implemented").await,
        }
    }

    pub(super) fn sets_times_by(&self, how: SetTime) -> bool {
        let behaviour = &self.server.behaviour;
        !self.has(&Fault::TimesNotSettable) && behaviour.software.sets_times_by().contains(&how)
    }

    async fn set_time(&mut self, time: &str, name: &str, done: &str) -> Step {
        let Some(modified) = parse_time(time) else {
            return self.reply(501, "Time not understood").await;
        };
        let path = self.absolute(name);
        let keeps = self.has(&Fault::TimesKept);
        let outcome = self.server.files(|tree| match keeps {
            true => Ok(()),
            false => tree.touch(&path, modified),
        });
        match outcome {
            Ok(()) => self.reply(213, done).await,
            Err(refusal) => self.refuse(refusal).await,
        }
    }

    pub(super) async fn mlst(&mut self, argument: &str) -> Step {
        if self.has(&Fault::NoMachineListing) {
            return self.reply(500, "MLST not understood").await;
        }
        let path = self.absolute(argument);
        let Some(entry) = self.seen(&path) else {
            return self.reply(550, "No such file or directory").await;
        };
        let facts = listing::facts(&Entry {
            name: path,
            ..entry
        });
        self.send(Reply::lines_of(
            250,
            "Listing",
            [format!(" {facts}")],
            "End",
        ))
        .await
    }

    pub(super) async fn stat(&mut self, argument: &str) -> Step {
        if argument.is_empty() {
            let state = [
                format!(" Connected from {}", self.seen_from()),
                format!(
                    " Logged in, TLS {}",
                    if self.secured { "on" } else { "off" }
                ),
            ];
            return self
                .send(Reply::lines_of(211, "Status:", state, "End"))
                .await;
        }
        match self.entries(argument) {
            Some(entries) => {
                let lines = entries
                    .iter()
                    .map(|entry| format!(" {}", listing::unix_line(entry)));
                self.send(Reply::lines_of(213, "Status:", lines, "End"))
                    .await
            }
            None => self.reply(550, "No such file or directory").await,
        }
    }

    /// The client's address, as the server has it.
    fn seen_from(&self) -> IpAddr {
        if self.has(&Fault::SourceTranslatedAnew) {
            let number = u8::try_from(self.live.number % 200).unwrap_or_default();
            return Ipv4Addr::new(203, 0, 113, number + 1).into();
        }
        self.peer.ip()
    }

    pub(super) async fn rest(&mut self, argument: &str) -> Step {
        if self.has(&Fault::RestRefused) {
            return self.reply(502, "REST not implemented").await;
        }
        let Ok(offset) = argument.trim().parse::<usize>() else {
            return self.reply(501, "Offset not understood").await;
        };
        self.restart = if self.has(&Fault::RestIgnored) {
            0
        } else {
            offset
        };
        self.reply(350, format!("Restarting at {offset}")).await
    }

    pub(super) async fn delete(&mut self, argument: &str) -> Step {
        if self.has(&Fault::DeleteDenied) {
            return self.reply(550, "Permission denied").await;
        }
        let path = self.absolute(argument);
        let outcome = self.server.files(|tree| tree.remove(&path, false));
        self.conclude(outcome, 250, "Deleted").await
    }

    pub(super) async fn make_directory(&mut self, argument: &str) -> Step {
        if self.has(&Fault::MakeDirectoryDenied) {
            return self.reply(550, "Permission denied").await;
        }
        let path = self.absolute(argument);
        let outcome = self.server.files(|tree| tree.make_directory(&path));
        let created = format!("\"{}\" created", path.replace('"', "\"\""));
        self.conclude(outcome, 257, &created).await
    }

    pub(super) async fn remove_directory(&mut self, argument: &str) -> Step {
        if self.has(&Fault::RemoveDirectoryDenied) {
            return self.reply(550, "Permission denied").await;
        }
        let path = self.absolute(argument);
        let outcome = self.server.files(|tree| tree.remove(&path, true));
        self.conclude(outcome, 250, "Removed").await
    }

    pub(super) async fn rename_from(&mut self, argument: &str) -> Step {
        let path = self.absolute(argument);
        if self.server.files(|tree| tree.entry(&path)).is_none() {
            return self.refuse(Refusal::Missing).await;
        }
        self.rename_from = Some(path);
        self.reply(350, "Ready for RNTO").await
    }

    pub(super) async fn rename_to(&mut self, argument: &str) -> Step {
        let Some(from) = self.rename_from.take() else {
            return self.reply(503, "RNFR comes first").await;
        };
        if self.has(&Fault::RenameDenied) {
            return self.reply(553, "Rename not permitted").await;
        }
        let to = self.absolute(argument);
        let replaces = self.server.behaviour.software.renames_over();
        let outcome = self.server.files(|tree| {
            // Only files; what is in the way of a directory stays there.
            if replaces && from != to && !tree.is_directory(&from) && !tree.is_directory(&to) {
                let _ = tree.remove(&to, false);
            }
            tree.rename(&from, &to)
        });
        self.conclude(outcome, 250, "Renamed").await
    }

    async fn conclude(&mut self, outcome: Result<(), Refusal>, code: u16, text: &str) -> Step {
        match outcome {
            Ok(()) => self.reply(code, text).await,
            Err(refusal) => self.refuse(refusal).await,
        }
    }

    pub(super) async fn refuse(&mut self, refusal: Refusal) -> Step {
        match refusal {
            Refusal::Missing => self.reply(550, "No such file or directory").await,
            Refusal::Exists => self.reply(550, "File or directory exists").await,
            Refusal::WrongKind => self.reply(550, "Not the kind of file for that").await,
            Refusal::NotEmpty => self.reply(550, "Directory not empty").await,
            Refusal::Full => self.reply(552, "Storage limit exceeded").await,
        }
    }

    /// A file or directory as this server shows it.
    fn seen(&self, path: &str) -> Option<Entry> {
        let entry = self.server.files(|tree| tree.entry(path))?;
        let missing = entry.directory && self.lacks(path);
        (!missing).then(|| self.shifted(entry))
    }

    /// An entry with the time that this server believes in.
    pub(super) fn shifted(&self, entry: Entry) -> Entry {
        let minutes = self.value(|fault| match fault {
            Fault::ClockOffset { minutes } => Some(*minutes),
            _ => None,
        });
        let offset = SignedDuration::from_mins(minutes.unwrap_or(0).into());
        let modified = entry.modified.checked_add(offset).unwrap_or(entry.modified);
        Entry { modified, ..entry }
    }
}

/// A time as RFC 3659 section 2.3 writes it; fractions of seconds are cut.
fn parse_time(text: &str) -> Option<Timestamp> {
    let whole = text.split('.').next()?;
    let time = DateTime::strptime("%Y%m%d%H%M%S", whole).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}
