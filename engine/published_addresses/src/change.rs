//! What is new and what is gone. Addresses count, not entries: a prefix that is written as its two halves did not
//! change, and of one that was halved the other half is gone.

use std::collections::BTreeSet;

use ipnet::IpNet;
use serde::Serialize;

use super::prefix::Prefix;
use super::{Lists, PublishedSet};

/// What became of one set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SetChange {
    /// On the list now and not before.
    pub new: Vec<Prefix>,
    /// On the list before and not now.
    pub gone: Vec<Prefix>,
}

/// What became of both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ListsChange {
    /// The addresses of one customer.
    pub dedicated: SetChange,
    /// The shared ones.
    pub published: SetChange,
}

impl ListsChange {
    /// From one pair of lists to another.
    pub fn between(before: &Lists, now: &Lists) -> ListsChange {
        let change = |set| SetChange {
            new: without(now.of(set), before.of(set)),
            gone: without(before.of(set), now.of(set)),
        };
        ListsChange {
            dedicated: change(PublishedSet::Dedicated),
            published: change(PublishedSet::Published),
        }
    }

    /// The change of one set.
    pub fn of(&self, set: PublishedSet) -> &SetChange {
        match set {
            PublishedSet::Dedicated => &self.dedicated,
            PublishedSet::Published => &self.published,
        }
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        *self == ListsChange::default()
    }

    /// How many entries are new, and how many gone, in both sets.
    pub fn counts(&self) -> (usize, usize) {
        (
            self.dedicated.new.len() + self.published.new.len(),
            self.dedicated.gone.len() + self.published.gone.len(),
        )
    }
}

/// The addresses of `these` that are not among `others`, as few prefixes.
fn without(these: &BTreeSet<Prefix>, others: &BTreeSet<Prefix>) -> Vec<Prefix> {
    let others: Vec<IpNet> = others.iter().map(|it| it.net()).collect();
    // Sorted, and none of them holds another.
    let others = IpNet::aggregate(&others);
    let mut rest = Vec::new();
    for entry in these {
        cut(entry.net(), &others, &mut rest);
    }
    rest.into_iter().map(Prefix::of).collect()
}

/// Halves a prefix until each part is among the others or apart from them.
fn cut(net: IpNet, others: &[IpNet], rest: &mut Vec<IpNet>) {
    let after = others.partition_point(|other| other.network() <= net.network());
    let near = &others[after.saturating_sub(1)..others.len().min(after + 1)];
    if near.iter().any(|other| other.contains(&net)) {
        return;
    }
    if !near.iter().any(|other| net.contains(other)) {
        rest.push(net);
        return;
    }
    // It holds a longer prefix, so it can be halved.
    for half in net.subnets(net.prefix_len() + 1).into_iter().flatten() {
        cut(half, others, rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(entries: &[&str]) -> BTreeSet<Prefix> {
        entries.iter().map(|it| it.parse().unwrap()).collect()
    }

    fn missing(these: &[&str], others: &[&str]) -> Vec<String> {
        let rest = without(&set(these), &set(others));
        rest.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn another_spelling_is_no_change() {
        let halves = ["198.51.100.0/25", "198.51.100.128/25"];
        assert!(missing(&halves, &["198.51.100.0/24"]).is_empty());
        assert!(missing(&["198.51.100.0/24"], &halves).is_empty());
        assert!(missing(&["203.0.113.7", "203.0.113.6"], &["203.0.113.6/31"]).is_empty());
    }

    #[test]
    fn of_a_prefix_the_part_that_is_missing_is_named() {
        assert_eq!(
            missing(&["198.51.100.0/24"], &["198.51.100.0/25"]),
            ["198.51.100.128/25"]
        );
        assert_eq!(
            missing(&["198.51.100.0/30"], &["198.51.100.1", "198.51.100.2"]),
            ["198.51.100.0", "198.51.100.3"]
        );
        let whole = missing(&["2001:db8::/32"], &["2001:db8::1", "203.0.113.1"]);
        assert_eq!((whole.len(), whole[0].as_str()), (96, "2001:db8::"));
    }

    #[test]
    fn families_and_neighbours_are_apart() {
        let others = ["203.0.113.6", "203.0.113.8", "::/8"];
        assert_eq!(missing(&["203.0.113.7"], &others), ["203.0.113.7"]);
        assert_eq!(missing(&["2001:db8::1"], &["0.0.0.0/1"]), ["2001:db8::1"]);
        assert_eq!(missing(&["203.0.113.7"], &[]), ["203.0.113.7"]);
    }

    #[test]
    fn each_set_changes_by_itself() {
        let before = Lists {
            dedicated: set(&["203.0.113.7", "203.0.113.8"]),
            published: set(&["198.51.100.1"]),
        };
        let now = Lists {
            dedicated: set(&["203.0.113.7", "203.0.113.9"]),
            published: set(&["198.51.100.1", "203.0.113.8"]),
        };
        let change = ListsChange::between(&before, &now);
        assert_eq!(change.dedicated.new, Vec::from_iter(set(&["203.0.113.9"])));
        assert_eq!(change.dedicated.gone, Vec::from_iter(set(&["203.0.113.8"])));
        assert_eq!(change.published.new, Vec::from_iter(set(&["203.0.113.8"])));
        assert_eq!(change.counts(), (2, 1));
        assert!(ListsChange::between(&now, &now).is_empty());
    }
}
