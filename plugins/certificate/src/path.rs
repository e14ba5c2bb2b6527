//! The ways that lead up from the leaf through what was sent, and the best of them.

use probe_sdk::trust::Store;

use crate::sent::{Member, Sent};

/// Cross-signed certificates multiply the ways; more than this say nothing new.
const MAX_PATHS: usize = 32;

/// One way up.
pub(crate) struct Path<'a> {
    /// The leaf first, each followed by its issuer.
    pub(crate) members: Vec<Member<'a>>,
    pub(crate) end: End,
}

/// Where a way up ends, best last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    /// The issuer of the last member was not sent, and is no root we know.
    Open,
    /// The last member signed itself, and nobody here trusts it.
    UnknownRoot,
    /// A root we know, or right below one.
    Known,
}

impl<'a> Path<'a> {
    /// The best way up: to a known root before any other, through certificates in date before any other.
    pub(crate) fn best(sent: &Sent<'a>, store: Store, now: i64) -> Path<'a> {
        let known: Vec<bool> = sent
            .members()
            .iter()
            .map(|member| member.is_anchored(store))
            .collect();
        let mut walk = Walk {
            sent,
            known: &known,
            found: Vec::new(),
        };
        walk.up(&mut vec![0]);
        let rank = |(places, end): &(Vec<usize>, End)| {
            let outdated = places[1..]
                .iter()
                .filter(|place| !sent.members()[**place].is_in_date(now))
                .count();
            let length = match end {
                // What is nearer to the root that is missing tells more.
                End::Open | End::UnknownRoot => places.len(),
                End::Known => MAX_PATHS.saturating_sub(places.len()),
            };
            (*end, std::cmp::Reverse(outdated), length)
        };
        let (places, end) = walk
            .found
            .into_iter()
            .max_by_key(rank)
            .unwrap_or((vec![0], End::Open));
        Path {
            members: places.iter().map(|place| sent.members()[*place]).collect(),
            end,
        }
    }

    /// The certificates above the leaf.
    pub(crate) fn issuers(&self) -> &[Member<'a>] {
        &self.members[1..]
    }

    pub(crate) fn top(&self) -> Member<'a> {
        self.members[self.members.len() - 1]
    }

    pub(crate) fn contains(&self, member: &Member<'_>) -> bool {
        self.members.iter().any(|other| other.der == member.der)
    }

    /// A moment at which every certificate of this way is in date, the nearest to `now`; none where there is none.
    pub(crate) fn moment_of_validity(&self, now: i64) -> Option<i64> {
        let begins = self.members.iter().map(Member::begins).max()?;
        let ends = self.members.iter().map(Member::ends).min()?;
        (begins <= ends).then(|| now.clamp(begins, ends))
    }
}

impl Member<'_> {
    pub(crate) fn begins(&self) -> i64 {
        self.certificate.validity().not_before.timestamp()
    }

    pub(crate) fn ends(&self) -> i64 {
        self.certificate.validity().not_after.timestamp()
    }

    pub(crate) fn is_in_date(&self, now: i64) -> bool {
        (self.begins()..=self.ends()).contains(&now)
    }
}

/// Goes every way up, each certificate once.
struct Walk<'s, 'a> {
    sent: &'s Sent<'a>,
    known: &'s [bool],
    found: Vec<(Vec<usize>, End)>,
}

impl Walk<'_, '_> {
    fn up(&mut self, places: &mut Vec<usize>) {
        let Some(&last) = places.last() else { return };
        if self.known[last] {
            return self.end(places, End::Known);
        }
        let next: Vec<usize> = self
            .sent
            .issuers(last)
            .iter()
            .copied()
            .filter(|place| !places.contains(place))
            .collect();
        if next.is_empty() {
            let signed_itself = self.sent.members()[last].is_self_signed();
            let end = if signed_itself {
                End::UnknownRoot
            } else {
                End::Open
            };
            return self.end(places, end);
        }
        for place in next {
            if self.found.len() >= MAX_PATHS {
                return;
            }
            places.push(place);
            self.up(places);
            places.pop();
        }
    }

    fn end(&mut self, places: &[usize], end: End) {
        self.found.push((places.to_vec(), end));
    }
}
