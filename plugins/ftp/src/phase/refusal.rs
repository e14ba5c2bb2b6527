//! Why a command about files and directories was refused: CWD, LIST, STOR, MKD, RNFR, DELE and their kin (RFC 959 section
//! 5.4). The codes say little: 550 is a missing right, a missing file, an empty level of z/OS and more. So each reply is put
//! into a class here, and what has none stays [`Reason::Unclassified`]: whoever judges asks in a second way before it
//! blames anybody.

use super::wording;
use crate::reply::{Class, Reply};

/// What a refusal says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The account may not do this.
    NoRight,
    /// There is no such file or directory.
    Missing,
    /// There is one already.
    Exists,
    /// There is nothing to show: an empty directory or an empty level of z/OS. No fault.
    Empty,
    /// The server does not know the command, or not with this argument. That is no right.
    UnknownCommand,
    /// Disk or quota is full (F-S02).
    Full,
    /// The name breaks a rule of the server (F-S03).
    Name,
    /// The representation type is not the one that this needs.
    Type,
    /// The server failed to read or write.
    InputOutput,
    /// Too many sessions or transfers at a time.
    TooMany,
    /// Somebody else uses it, or it cannot be had at this moment (F-S20).
    Busy,
    /// Nobody is logged in, any more or in this place.
    NotLoggedIn,
    /// 421: the connection ends.
    Closing,
    /// None of these: nothing is concluded from it alone.
    Unclassified,
}

/// Puts a negative reply into its class. The words come first where they are plain, since products choose codes freely, and
/// the codes that mean one thing only after them.
pub fn reason(reply: &Reply) -> Reason {
    by_words(reply).unwrap_or_else(|| by_code(reply))
}

fn by_words(reply: &Reply) -> Option<Reason> {
    if reply.code == 421 {
        return Some(Reason::Closing);
    }
    let themes: [(fn(&Reply) -> bool, Reason); 9] = [
        (wording::names_nothing_there, Reason::Empty),
        (wording::names_full_store, Reason::Full),
        (wording::names_unknown_command, Reason::UnknownCommand),
        (wording::states_limit, Reason::TooMany),
        (wording::denies_right, Reason::NoRight),
        (wording::names_rule_of_names, Reason::Name),
        (wording::names_missing, Reason::Missing),
        (wording::names_existing, Reason::Exists),
        (wording::names_type, Reason::Type),
    ];
    let found = themes.into_iter().find(|(speaks, _)| speaks(reply));
    found.map(|(_, reason)| reason).or_else(|| {
        let later = wording::names_failed_store(reply).then_some(Reason::InputOutput);
        later.or_else(|| wording::names_use(reply).then_some(Reason::Busy))
    })
}

fn by_code(reply: &Reply) -> Reason {
    match (reply.code, reply.class()) {
        // "500 OOPS" is vsftpd's word for whatever went wrong.
        (500, _) if reply.first_line().starts_with("OOPS") => Reason::Unclassified,
        (500 | 502, _) => Reason::UnknownCommand,
        (452 | 552, _) => Reason::Full,
        (451, _) => Reason::InputOutput,
        (450, _) => Reason::Busy,
        (530, _) => Reason::NotLoggedIn,
        (
            _,
            Class::Preliminary
            | Class::Completion
            | Class::Intermediate
            | Class::TransientNegative
            | Class::PermanentNegative
            | Class::Unknown,
        ) => Reason::Unclassified,
    }
}

impl Reason {
    /// In words that fit after "the server".
    pub fn words(self) -> &'static str {
        match self {
            Reason::NoRight => "speaks of a right that is missing",
            Reason::Missing => "says that it is not there",
            Reason::Exists => "says that it is there already",
            Reason::Empty => "says that there is nothing to show",
            Reason::UnknownCommand => "does not know the command",
            Reason::Full => "says that there is no room",
            Reason::Name => "refuses the name",
            Reason::Type => "wants another representation type",
            Reason::InputOutput => "failed to read or write",
            Reason::TooMany => "speaks of a limit",
            Reason::Busy => "cannot do so now",
            Reason::NotLoggedIn => "wants a login",
            Reason::Closing => "ends the session",
            Reason::Unclassified => "does not say why",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reason::*;
    use super::*;

    #[test]
    fn refusals() {
        let table = [
            (550, "Permission denied", NoRight),
            (550, "Access is denied.", NoRight),
            (553, "Can't open that file: Permission denied", NoRight),
            (550, "x: Operation not permitted", NoRight),
            (550, "Zugriff verweigert", NoRight),
            (550, "Not authorized to data set PROD.X", NoRight),
            (550, "Read-only file system", NoRight),
            (550, "You do not have sufficient privileges", NoRight),
            (550, "/in: No such file or directory", Missing),
            (550, "The system cannot find the file specified.", Missing),
            (550, "Directory not found", Missing),
            (550, "Folder does not exist", Missing),
            (550, "Das Verzeichnis existiert nicht", Missing),
            (550, "No data sets found.", Empty),
            (550, "No members found.", Empty),
            (450, "No files found", Empty),
            (450, "There are no entries in this directory", Empty),
            (550, "Directory is empty", Empty),
            (550, "Keine Dateien gefunden", Empty),
            (226, "0 matches total", Empty),
            (500, "Unknown command.", UnknownCommand),
            (500, "'NLST': command not understood", UnknownCommand),
            (502, "Command not implemented", UnknownCommand),
            (502, "", UnknownCommand),
            (
                504,
                "Command not implemented for that parameter",
                UnknownCommand,
            ),
            (500, "OOPS: child died", Unclassified),
            (552, "Exceeded storage allocation", Full),
            (452, "", Full),
            (550, "No space left on device", Full),
            (550, "Disk quota exceeded", Full),
            (553, "Prohibited file name", Name),
            (501, "Qualifier too long. Use MVS Dsname conventions.", Name),
            (
                501,
                "Invalid data set name \"x\". Use MVS Dsname conventions.",
                Name,
            ),
            (553, "File name not allowed", Name),
            (550, "Filename contains illegal characters", Name),
            (550, "File exists", Exists),
            (521, "\"/x\" directory already exists", Exists),
            (550, "LIST needs TYPE A", Type),
            (451, "Local error in processing", InputOutput),
            (550, "Input/output error", InputOutput),
            (450, "File unavailable, it is locked", Busy),
            (450, "", Busy),
            (530, "Please login with USER and PASS.", NotLoggedIn),
            (421, "Timeout", Closing),
            (550, "Failed to change directory.", Unclassified),
            (550, "Create directory operation failed.", Unclassified),
            (553, "Could not create file.", Unclassified),
            (550, "", Unclassified),
            (425, "Can't open data connection", Unclassified),
        ];
        for (code, text, expected) in table {
            assert_eq!(
                reason(&Reply::single(code, text)),
                expected,
                "{code} {text}"
            );
        }
    }
}
