//! The addresses that were seen, over time: what one run after another adds to.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use model::address::Address;

/// What tells our file from any other.
const FORMAT: &str = "remote-doctor source addresses";
const VERSION: u32 = 1;
/// As many changes of one address are kept; the oldest go first.
const MAX_SPELLS: usize = 50;
/// A change that is longer ago says nothing about today's address.
const RECENT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What was seen, of every source address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressHistory {
    format: String,
    version: u32,
    series: Vec<Series>,
}

/// What was seen of one source address at one remote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Series {
    source: Option<IpAddr>,
    remote: String,
    seen_by: SeenBy,
    spells: Vec<Interval>,
}

/// Who says what an address is: the two differ behind a NAT and must not be compared with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeenBy {
    /// This machine.
    Us,
    /// The remote.
    Remote,
}

/// A time through which an address stayed the same.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Interval")]
pub struct Interval<A = IpAddr> {
    /// The address.
    pub address: A,
    /// When it was seen first.
    pub first: Timestamp,
    /// When it was seen last.
    pub last: Timestamp,
    /// How often it was seen.
    pub looks: u32,
}

impl Interval {
    /// As a report has it.
    pub fn shown(&self) -> Interval<Address> {
        let Interval {
            address,
            first,
            last,
            looks,
        } = self.clone();
        Interval {
            address: address.into(),
            first,
            last,
            looks,
        }
    }
}

impl Interval<Address> {
    /// As it was seen; none where the address was taken out.
    pub fn known(&self) -> Option<Interval> {
        Some(Interval {
            address: self.address.ip()?,
            first: self.first,
            last: self.last,
            looks: self.looks,
        })
    }
}

impl Default for AddressHistory {
    fn default() -> AddressHistory {
        AddressHistory {
            format: FORMAT.into(),
            version: VERSION,
            series: Vec::new(),
        }
    }
}

impl AddressHistory {
    /// Reads what a file of ours says.
    ///
    /// # Errors
    /// It is not ours, or not whole: what is wrong with it.
    pub fn parse(json: &[u8]) -> Result<AddressHistory, String> {
        let state: AddressHistory =
            serde_json::from_slice(json).map_err(|error| error.to_string())?;
        if state.format != FORMAT || state.version != VERSION {
            let why = format!("format \"{}\", version {}", state.format, state.version);
            return Err(model::cleaner::line(&why, 200));
        }
        Ok(state)
    }

    /// Adds a look, and gives all spells of this source at this remote.
    pub fn add(
        &mut self,
        source: Option<IpAddr>,
        remote: &str,
        (seen_by, address): (SeenBy, IpAddr),
        at: Timestamp,
    ) -> &[Interval] {
        let is_it = |series: &Series| {
            series.source == source && series.remote == remote && series.seen_by == seen_by
        };
        let index = self.series.iter().position(is_it).unwrap_or_else(|| {
            self.series.push(Series {
                source,
                remote: remote.into(),
                seen_by,
                spells: Vec::new(),
            });
            self.series.len() - 1
        });
        let spells = &mut self.series[index].spells;
        match spells.last_mut().filter(|spell| spell.address == address) {
            Some(spell) => {
                spell.last = spell.last.max(at);
                spell.looks = spell.looks.saturating_add(1);
            }
            None => spells.push(Interval {
                address,
                first: at,
                last: at,
                looks: 1,
            }),
        }
        let extra = spells.len().saturating_sub(MAX_SPELLS);
        spells.drain(..extra);
        spells
    }
}

/// The last change, if it is recent enough to say something about today's address.
pub fn recent_change(spells: &[Interval], now: Timestamp) -> Option<(&Interval, &Interval)> {
    let [.., before, after] = spells else {
        return None;
    };
    (now.duration_since(after.first) <= RECENT).then_some((before, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + day * 86_400).unwrap()
    }

    #[test]
    fn equal_looks_are_one_spell_and_others_begin_a_new_one() {
        let mut state = AddressHistory::default();
        let mut add = |address: &str, at| {
            state
                .add(None, "h", (SeenBy::Remote, ip(address)), at)
                .to_vec()
        };
        add("203.0.113.7", day(0));
        let same = add("203.0.113.7", day(9));
        assert_eq!((same.len(), same[0].looks), (1, 2));
        assert_eq!((same[0].first, same[0].last), (day(0), day(9)));
        assert!(recent_change(&same, day(9)).is_none());
        let back = {
            add("203.0.113.8", day(10));
            add("203.0.113.7", day(11))
        };
        assert_eq!(back.len(), 3);
        assert_eq!(
            recent_change(&back, day(12)).unwrap().0.address,
            ip("203.0.113.8")
        );
        assert!(recent_change(&back, day(12 + 90)).is_none());
    }

    #[test]
    fn what_we_see_and_what_a_remote_sees_are_not_compared() {
        let mut state = AddressHistory::default();
        state.add(None, "h", (SeenBy::Us, ip("203.0.113.7")), day(0));
        for other in [
            state
                .add(None, "h", (SeenBy::Remote, ip("203.0.113.8")), day(1))
                .len(),
            state
                .add(None, "i", (SeenBy::Us, ip("203.0.113.8")), day(1))
                .len(),
            state
                .add(
                    Some(ip("10.0.0.5")),
                    "h",
                    (SeenBy::Us, ip("203.0.113.8")),
                    day(1),
                )
                .len(),
        ] {
            assert_eq!(other, 1);
        }
    }
}
