//! The paths that a run may write, in the form that the server accepts.

use probe_sdk::ftp::short_name;

use super::Workspace;
use crate::removal;

/// The files of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    First,
    /// Where the first one may not be written over.
    Second,
    /// The one that is put together of two halves.
    Third,
    /// What one of them is renamed to.
    Renamed,
    /// The same, where that name is refused.
    RenamedOtherwise,
}

impl Part {
    fn suffix(self) -> &'static str {
        match self {
            Part::First => "",
            Part::Second => "-2",
            Part::Third => "-3",
            Part::Renamed => "-renamed",
            Part::RenamedOtherwise => "-4",
        }
    }

    /// At most three letters and digits that begin with a letter.
    fn ending(self) -> &'static str {
        match self {
            Part::First => "T1",
            Part::Second => "T2",
            Part::Third => "T3",
            Part::Renamed => "REN",
            Part::RenamedOtherwise => "T4",
        }
    }
}

/// The kinds of names that are tried, the most telling one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameKind {
    /// With `.txt` at its end.
    Text,
    /// Without an ending.
    Plain,
    /// Eight letters and digits, and an ending of up to three: 8.3, and two qualifiers of z/OS.
    Short,
}

impl Workspace {
    /// The path of a file of this run; `part` tells them from each other.
    pub(crate) fn file(&self, part: Part) -> String {
        match (self.kind, self.short()) {
            (NameKind::Short, Some(short)) => format!("{short}.{}", part.ending()),
            (NameKind::Plain | NameKind::Short, _) => format!("{}{}", self.name, part.suffix()),
            (NameKind::Text, _) => format!("{}{}.txt", self.name, part.suffix()),
        }
    }

    /// The path of the directory of this run.
    pub(crate) fn directory(&self) -> String {
        match (self.kind, self.short()) {
            (NameKind::Short, Some(short)) => short,
            (NameKind::Text | NameKind::Plain | NameKind::Short, _) => {
                format!("{}{}", self.name, removal::DIRECTORY)
            }
        }
    }

    /// Another path for it.
    pub(crate) fn other_directory(&self) -> String {
        format!("{}-2{}", self.name, removal::DIRECTORY)
    }

    /// The name that servers take which take no longer one.
    pub(crate) fn short(&self) -> Option<String> {
        short_name(&self.name)
    }
}
