//! Who may be visited now: one job at a time for each address that a name leads to, with a pause between two, and a limit for
//! all. Pure: it is told the time.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// How much is done at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Jobs at a time, over all remotes.
    pub at_once: usize,
    /// Between two jobs at one address.
    pub pause: Duration,
}

/// What a job holds while it runs. Names that share an address share its key, so they are never visited at the same time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// An address that the name leads to.
    Address(IpAddr),
    /// The name, where nothing is known of its addresses.
    Name(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    ByAJob,
    Until(Instant),
}

/// The addresses that are being visited, or were a moment ago.
#[derive(Debug, Default)]
pub(crate) struct Manners(HashMap<Key, Held>);

impl Manners {
    /// Takes all of these, or none of them.
    pub(crate) fn take(&mut self, keys: &[Key], now: Instant) -> bool {
        let is_free = |key: &Key| match self.0.get(key) {
            None => true,
            Some(Held::ByAJob) => false,
            Some(Held::Until(end)) => *end <= now,
        };
        let all = keys.iter().all(is_free);
        if all {
            let held = keys.iter().map(|key| (key.clone(), Held::ByAJob));
            self.0.extend(held);
        }
        all
    }

    /// Gives them back; they are free after the pause.
    pub(crate) fn give_back(&mut self, keys: &[Key], until: Instant) {
        let held = keys.iter().map(|key| (key.clone(), Held::Until(until)));
        self.0.extend(held);
    }

    /// Forgets what is free, and says when the next one will be.
    pub(crate) fn next_free(&mut self, now: Instant) -> Option<Instant> {
        self.0
            .retain(|_, held| !matches!(held, Held::Until(end) if *end <= now));
        let ends = self.0.values().filter_map(|held| match held {
            Held::ByAJob => None,
            Held::Until(end) => Some(*end),
        });
        ends.min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(last: &[u8]) -> Vec<Key> {
        let key = |last: &u8| Key::Address(IpAddr::from([203, 0, 113, *last]));
        last.iter().map(key).collect()
    }

    #[test]
    fn names_that_share_an_address_wait_for_each_other_and_for_the_pause() {
        let mut manners = Manners::default();
        let now = Instant::now();
        let later = now + Duration::from_secs(2);
        assert!(manners.take(&keys(&[1, 2]), now));
        assert!(!manners.take(&keys(&[2, 3]), now));
        // What could not be taken as a whole is not taken in part.
        assert!(manners.take(&keys(&[3]), now));
        assert_eq!(manners.next_free(now), None);
        manners.give_back(&keys(&[1, 2]), later);
        assert!(!manners.take(&keys(&[2]), now));
        assert_eq!(manners.next_free(now), Some(later));
        assert!(manners.take(&keys(&[2]), later));
        assert_eq!(manners.next_free(later), None);
    }
}
