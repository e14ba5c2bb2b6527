//! The time of a file: read against our clock, and set (F-S13, F-S14).

use probe_sdk::ftp::Reply;
use probe_sdk::{Finding, Run, elapsed_us, quoted, value};

use crate::ability::{Abilities, Ability};
use crate::facts;
use crate::workspace::{Broken, Workspace};
use crate::{CLOCK_OFFSET, TIMES_NOT_SETTABLE};

/// Clocks of servers go wrong by minutes; no time zone in use is nearer than an hour. In seconds.
const OFF: i64 = 59 * 60;
/// The start of the run, which is what we know of now, may lie so far back, in seconds.
const SLACK: i64 = 180;
/// Zones differ by multiples of this, in seconds.
const QUARTER: i64 = 15 * 60;
/// No zone is further away than this, in seconds.
const FURTHEST: i64 = 14 * 3600;
/// Even, since some file systems count in twos.
const SET: &str = "20200615102030";
/// File systems round, in seconds.
const ROUNDING: i64 = 2;

pub(crate) fn look(
    run: &mut Run,
    work: &mut Workspace,
    abilities: &mut Abilities,
    path: &str,
) -> Result<(), Broken> {
    let read = read(work, path)?;
    abilities.read_times = match &read {
        Ok(_) => Ability::Works,
        Err(reply) => Ability::fails(reply),
    };
    let offset = read.as_ref().ok().map(|shown| offset(run, *shown));
    let set = set(work, path, offset)?;
    clock(run, &read, &set);
    match &set {
        Set::Read { command, shift } => {
            abilities.set_times = Ability::Works;
            run.note(facts::TIME_SET_BY, value::text(*command));
            if *shift != 0 {
                run.note(facts::TIME_SHOWN_SHIFTED_S, value::number(*shift));
            }
        }
        Set::Unread { command } => {
            abilities.set_times = Ability::Works;
            let words = format!("{command}, which cannot be read back");
            run.note(facts::TIME_SET_BY, value::text(words));
        }
        Set::Refused { replies, read_back } => {
            let why = match read_back {
                Some(_) => "the server accepts it, and the time stays",
                None => "the server cannot set times",
            };
            abilities.set_times = Ability::fails(why);
            not_settable(run, replies, *read_back);
        }
    }
    Ok(())
}

/// The time of the upload, as the server tells it, against our clock.
fn clock(run: &mut Run, read: &Result<i64, Reply>, set: &Set) {
    let shown = match read {
        Ok(shown) => *shown,
        Err(reply) => {
            let reason = format!(
                "the server does not tell the time of a file: {}",
                quoted(reply)
            );
            return run.not_applicable("the clock of the server", &[CLOCK_OFFSET], &reason);
        }
    };
    let offset = offset(run, shown);
    run.note(facts::CLOCK_OFFSET_S, value::number(offset));
    // What lies after the start of the run is no more than the age of that.
    let ahead = if offset > 0 { SLACK } else { 0 };
    if offset.abs() < OFF + ahead {
        return;
    }
    let nearest = (offset + offset.signum() * QUARTER / 2) / QUARTER * QUARTER;
    let zone = (offset - nearest).abs() <= SLACK && offset.abs() <= FURTHEST + SLACK;
    let detail = if zone {
        "The server shows the time of a file that was just uploaded in a local time zone. RFC 3659 requires UTC, \
        and clients expect it."
    } else {
        "The time that the server shows for a file that was just uploaded is far from the current time: its clock \
        is wrong."
    };
    let mut finding = Finding::new(CLOCK_OFFSET, detail).evidence("offset", in_words(offset));
    if let Set::Read { shift, .. } = set {
        let words = match shift {
            0 => "shown as it was set".to_string(),
            shift => format!("shown {}", in_words(*shift)),
        };
        finding = finding.evidence("a time that was set", words);
    }
    run.found(finding);
}

/// How far a time that is shown is from now, in seconds.
fn offset(run: &Run, shown: i64) -> i64 {
    let elapsed = i64::try_from(elapsed_us() / 1_000_000).unwrap_or_default();
    shown - (run.request().now + elapsed)
}

fn in_words(seconds: i64) -> String {
    let minutes = (seconds.abs() + 30) / 60;
    let direction = if seconds < 0 { "behind" } else { "ahead" };
    format!("{} h {:02} min {direction}", minutes / 60, minutes % 60)
}

/// The time of a file, by MDTM or else by MLST (RFC 3659 sections 3 and 7), in seconds since 1970.
fn read(work: &mut Workspace, path: &str) -> Result<Result<i64, Reply>, Broken> {
    let modified = work.command(&format!("MDTM {path}"))?;
    if let Some(time) = (modified.code == 213)
        .then(|| parse(modified.text().trim()))
        .flatten()
    {
        return Ok(Ok(time));
    }
    let facts = work.command(&format!("MLST {path}"))?;
    let text = facts.text().to_ascii_lowercase();
    let fact = text.split_once("modify=").and_then(|(_, rest)| parse(rest));
    Ok(fact.filter(|_| facts.is_positive()).ok_or(modified))
}

/// How setting a time went.
enum Set {
    /// Set, and shown with this shift, in seconds.
    Read { command: &'static str, shift: i64 },
    /// Accepted, and there is no way to read it.
    Unread { command: &'static str },
    /// No command does it; the time that is shown after one was accepted.
    Refused {
        replies: Vec<String>,
        read_back: Option<i64>,
    },
}

/// The draft's MFMT, the MDTM of many servers, and the two forms of SITE UTIME. `offset` is that of the time of the upload.
fn set(work: &mut Workspace, path: &str, offset: Option<i64>) -> Result<Set, Broken> {
    let commands = [
        ("MFMT", format!("MFMT {SET} {path}")),
        ("MDTM", format!("MDTM {SET} {path}")),
        ("SITE UTIME", format!("SITE UTIME {SET} {path}")),
        (
            "SITE UTIME",
            format!("SITE UTIME {path} {SET} {SET} {SET} UTC"),
        ),
    ];
    let wanted = parse(SET).unwrap_or_default();
    let (mut replies, mut read_back) = (Vec::new(), None);
    for (name, command) in commands {
        let reply = work.command(&command)?;
        replies.push(format!("{name}: {reply}"));
        if !reply.is_positive() {
            continue;
        }
        let Ok(shown) = read(work, path)? else {
            return Ok(Set::Unread { command: name });
        };
        let shift = shown - wanted;
        // Years lie between this and a time that was kept; hours are a matter of how times are shown, and so is what all times
        // of this server are off by.
        let is_off_as_all = offset.is_some_and(|it| (shift - it).abs() <= SLACK);
        if shift.abs() <= FURTHEST + ROUNDING || is_off_as_all {
            let shift = if shift.abs() <= ROUNDING { 0 } else { shift };
            return Ok(Set::Read {
                command: name,
                shift,
            });
        }
        read_back = Some(shown);
    }
    Ok(Set::Refused { replies, read_back })
}

fn not_settable(run: &mut Run, replies: &[String], read_back: Option<i64>) {
    let detail = match read_back {
        Some(_) => {
            "The server accepts a command that sets the time of a file, but the time does not change. A copied \
            file always looks new."
        }
        None => {
            "The server supports no command that sets the time of a file, so a copied file always looks new."
        }
    };
    let mut finding = Finding::new(TIMES_NOT_SETTABLE, detail);
    for reply in replies {
        finding = finding.evidence("reply", reply);
    }
    run.found(finding);
}

/// `YYYYMMDDHHMMSS`, with whatever follows (RFC 3659 section 2.3), in seconds since 1970.
fn parse(text: &str) -> Option<i64> {
    let digits = text.get(..14)?;
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(8, 10)?, number(10, 12)?, number(12, 14)?);
    let sane = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    sane.then(|| days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Days since 1970-01-01 in the Gregorian calendar: years begin in March, so that a leap day is the last one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    365 * year + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        assert_eq!(parse("19700101000000"), Some(0));
        assert_eq!(parse("20000229120000.123"), Some(951_825_600));
        assert_eq!(parse(SET), Some(1_592_216_430));
        assert_eq!(parse("20241301000000"), None);
        assert_eq!(parse("2024"), None);
    }

    #[test]
    fn offsets_are_written_for_people() {
        assert_eq!(in_words(7200), "2 h 00 min ahead");
        assert_eq!(in_words(-5 * 3600 - 1801), "5 h 30 min behind");
    }
}
