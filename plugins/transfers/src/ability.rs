//! What the remote turned out to be able to do.

use crate::facts;
use probe_sdk::{Run, value};

/// One thing that a use of the remote may need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ability {
    /// It was not looked at.
    #[default]
    Unknown,
    Works,
    /// It does not, in these words.
    Fails(String),
}

impl Ability {
    pub(crate) fn fails(why: impl ToString) -> Ability {
        Ability::Fails(why.to_string())
    }

    fn words(&self) -> Option<String> {
        match self {
            Ability::Unknown => None,
            Ability::Works => Some("works".into()),
            Ability::Fails(why) => Some(format!("does not work: {why}")),
        }
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Abilities {
    pub(crate) upload: Ability,
    /// An upload over a file that is there.
    pub(crate) overwrite: Ability,
    /// A file of 64 KiB goes up whole.
    pub(crate) large_upload: Ability,
    pub(crate) empty_upload: Ability,
    pub(crate) resume_upload: Ability,
    pub(crate) download: Ability,
    pub(crate) resume_download: Ability,
    /// An uploaded file shows in the listing of its directory.
    pub(crate) listed: Ability,
    /// An uploaded file is still there afterwards.
    pub(crate) stays: Ability,
    pub(crate) delete: Ability,
    pub(crate) rename: Ability,
    /// A rename onto a file that is there.
    pub(crate) rename_over: Ability,
    pub(crate) make_directory: Ability,
    pub(crate) enter_directory: Ability,
    pub(crate) remove_directory: Ability,
    /// The time of a file can be read.
    pub(crate) read_times: Ability,
    pub(crate) set_times: Ability,
}

impl Abilities {
    /// Each as a fact.
    pub(crate) fn note(&self, run: &mut Run) {
        let all = [
            (facts::UPLOAD, &self.upload),
            (facts::OVERWRITE, &self.overwrite),
            (facts::LARGE_UPLOAD, &self.large_upload),
            (facts::EMPTY_UPLOAD, &self.empty_upload),
            (facts::RESUME_UPLOAD, &self.resume_upload),
            (facts::DOWNLOAD, &self.download),
            (facts::RESUME_DOWNLOAD, &self.resume_download),
            (facts::LISTED, &self.listed),
            (facts::STAYS, &self.stays),
            (facts::DELETE, &self.delete),
            (facts::RENAME, &self.rename),
            (facts::RENAME_OVER, &self.rename_over),
            (facts::MAKE_DIRECTORY, &self.make_directory),
            (facts::ENTER_DIRECTORY, &self.enter_directory),
            (facts::REMOVE_DIRECTORY, &self.remove_directory),
            (facts::READ_TIMES, &self.read_times),
            (facts::SET_TIMES, &self.set_times),
        ];
        for (fact, ability) in all {
            if let Some(words) = ability.words() {
                run.note(fact, value::text(words));
            }
        }
    }
}
