//! Published addresses: which addresses a service says it connects from, and what changed since the last look.
//!
//! ```text
//! Source -> answer -> Lists -> Change -> Look -> text | JSON -> exit code
//! (file or           (read)   (since    (with the
//!  endpoint)                   State)    saved remotes)
//! ```
//!
//! [`source`], [`fetch`] and [`state`] do input and output; everything else is pure. A look that fails changes nothing:
//! the saved [`state::SavedLists`] is replaced only by an answer that was read as a whole and is not empty.

pub mod address_report;
pub mod change;
pub mod fetch;
pub mod prefix;
pub mod read;
pub mod remotes;
pub mod source;
pub mod state;
pub mod text;

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use fetch::FetchError;
use prefix::Prefix;
use read::AnswerError;

/// An answer is this long at most, in bytes; ten thousand prefixes take a quarter of it.
pub const MAX_BYTES: usize = 1024 * 1024;

/// The two sets of addresses a service connects from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PublishedSet {
    /// Those of one customer.
    Dedicated,
    /// Those that are shared: the pool.
    Published,
}

impl fmt::Display for PublishedSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PublishedSet::Dedicated => "dedicated",
            PublishedSet::Published => "published",
        })
    }
}

/// Both lists. A dedicated address may be on the published list, too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lists {
    /// Those of one customer.
    pub dedicated: BTreeSet<Prefix>,
    /// Those that are shared.
    pub published: BTreeSet<Prefix>,
}

impl Lists {
    /// The list of one set.
    pub fn of(&self, set: PublishedSet) -> &BTreeSet<Prefix> {
        match set {
            PublishedSet::Dedicated => &self.dedicated,
            PublishedSet::Published => &self.published,
        }
    }

    /// The set an address belongs to; the dedicated one where it is on both lists.
    pub fn set_of(&self, address: IpAddr) -> Option<PublishedSet> {
        let on = |set: &PublishedSet| self.of(*set).iter().any(|it| it.contains(address));
        [PublishedSet::Dedicated, PublishedSet::Published]
            .into_iter()
            .find(on)
    }

    /// The set that has entries here and had none left in `now`.
    fn emptied_in(&self, now: &Lists) -> Option<PublishedSet> {
        let emptied = |set: &PublishedSet| !self.of(*set).is_empty() && now.of(*set).is_empty();
        [PublishedSet::Dedicated, PublishedSet::Published]
            .into_iter()
            .find(emptied)
    }

    /// Takes an answer for the successor of these lists.
    ///
    /// # Errors
    /// A set that had entries has none any more: more often a lost permission than the truth. `allow_empty` says that
    /// it is meant.
    pub fn succeeded_by(&self, now: Lists, allow_empty: bool) -> Result<Lists, LookUpError> {
        match self.emptied_in(&now) {
            Some(set) if !allow_empty => Err(LookUpError::Emptied {
                set,
                before: self.of(set).len(),
            }),
            _ => Ok(now),
        }
    }
}

/// Why nothing is known about the addresses as they are now.
#[derive(Debug, thiserror::Error)]
pub enum LookUpError {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    File(std::io::Error),
    /// More than [`MAX_BYTES`].
    #[error("the answer is longer than {} KiB", MAX_BYTES / 1024)]
    TooLong,
    /// Everything together took too long.
    #[error("there was no whole answer within {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    /// The endpoint gave no answer that could be used.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// It is not a list of addresses.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// One of the sets is empty all of a sudden.
    #[error(
        "the answer has no {set} address, but the last look-up had {before}; if that is intended, say so once \
        with --allow-empty"
    )]
    Emptied {
        /// The set.
        set: PublishedSet,
        /// How many entries it had.
        before: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_emptied_only_where_that_is_meant() {
        let before = Lists {
            dedicated: BTreeSet::from(["203.0.113.7".parse().unwrap()]),
            published: BTreeSet::from(["198.51.100.0/24".parse().unwrap()]),
        };
        let now = Lists {
            dedicated: BTreeSet::new(),
            ..before.clone()
        };
        let refused = before.succeeded_by(now.clone(), false).unwrap_err();
        assert!(refused.to_string().contains("no dedicated address"));
        assert_eq!(before.succeeded_by(now.clone(), true).unwrap(), now);
        assert_eq!(now.succeeded_by(before.clone(), false).unwrap(), before);
    }
}
