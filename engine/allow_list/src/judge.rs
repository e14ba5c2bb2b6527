//! From what was looked up to the requirements, one by one. Pure: no network, no clock.
//!
//! A fact settles a requirement; a hint only speaks for or against it. Without either nothing is known, and it says so.

use ftp::{Range, special};
use jiff::Timestamp;

use super::names::{Back, Reverse, ReverseName};
use super::policy::Policy;
use super::requirement::{Requirement, RequirementRow, RequirementStatus};
use super::reverse::{Signs, signs};
use super::state::recent_change;
use super::{AddressLookUp, Interval};

/// Every requirement of an address, in the order they are asked in. `remote_is_public` says whether the remote is on the
/// public internet.
pub(super) fn rows(
    look: &AddressLookUp,
    remote_is_public: bool,
    now: Timestamp,
) -> Vec<RequirementRow> {
    const REST: [Requirement; 4] = [
        Requirement::Static,
        Requirement::Dedicated,
        Requirement::NotShared,
        Requirement::NotResidential,
    ];
    let blank = |reason: &str| {
        REST.map(|requirement| {
            let mut row = RequirementRow::about(requirement);
            row.unknown(reason);
            row
        })
    };
    let Some(address) = look.subject.address() else {
        let mut row = RequirementRow::about(Requirement::Public);
        let reason = "the address that connections leave from is not known";
        row.unknown(reason);
        return [row].into_iter().chain(blank(reason)).collect();
    };
    match special(address) {
        Some(range) => {
            let mut rows = vec![not_public(look, range, remote_is_public)];
            rows.extend(blank(
                "nothing can be looked up about an address that is not public",
            ));
            if range.shared {
                rows[3] = shared_by_carrier(range);
            }
            rows
        }
        None => {
            let mut public =
                RequirementRow::about(Requirement::Public).settled(RequirementStatus::Met);
            public.speaks_for("it is in none of IANA's special-purpose ranges");
            let case = Case::new(look, now);
            vec![
                public,
                case.stays().weighed(),
                case.dedicated().weighed(),
                case.not_shared().weighed(),
                case.not_residential().weighed(),
            ]
        }
    }
}

fn not_public(look: &AddressLookUp, range: Range, remote_is_public: bool) -> RequirementRow {
    let mut row = RequirementRow::about(Requirement::Public).settled(RequirementStatus::NotMet);
    row.speaks_against(format!("in {range}"));
    if !remote_is_public {
        row.unknown("it need not be: the remote is in such a network itself");
    } else if look.subject.seen.is_none() {
        row.unknown("the address that the remote sees: it belongs to a gateway on our side, and only the remote \
        knows it");
    }
    row
}

fn shared_by_carrier(range: Range) -> RequirementRow {
    let mut row = RequirementRow::about(Requirement::NotShared).settled(RequirementStatus::NotMet);
    row.speaks_against(format!(
        "in {range}: many customers share one address of the carrier"
    ));
    row
}

/// The recent change of an address, as people say it.
pub fn change(spells: &[Interval], now: Timestamp) -> Option<String> {
    let (before, after) = recent_change(spells, now)?;
    Some(format!(
        "{} until {}, {} from {} on",
        before.address,
        day(before.last),
        after.address,
        day(after.first)
    ))
}

fn day(at: Timestamp) -> jiff::civil::Date {
    at.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// A name, and what it looks like.
struct Sign<'a> {
    name: &'a ReverseName,
    signs: Signs,
}

/// A public address in the light of what was looked up.
struct Case<'a> {
    look: &'a AddressLookUp,
    names: Vec<Sign<'a>>,
    changed: Option<String>,
}

impl<'a> Case<'a> {
    fn new(look: &'a AddressLookUp, now: Timestamp) -> Case<'a> {
        Case {
            look,
            names: read(look),
            changed: change(&look.spells, now),
        }
    }

    fn stays(&self) -> RequirementRow {
        let mut row = RequirementRow::about(Requirement::Static);
        if let Some(changed) = &self.changed {
            row.speaks_against(format!("it changed: {changed}"));
            row = row.settled(RequirementStatus::NotMet);
        }
        match self.look.spells.last() {
            Some(spell) if spell.looks > 1 && day(spell.first) < day(spell.last) => {
                row.speaks_for(format!(
                    "the same in {} look-ups from {} to {}",
                    spell.looks,
                    day(spell.first),
                    day(spell.last)
                ))
            }
            Some(spell) => row.unknown(format!(
                "whether it stays the same: it was first seen on {}",
                day(spell.first)
            )),
            None => row.unknown("whether it stays the same: one look-up cannot tell"),
        }
        self.line(&mut row);
        row
    }

    fn dedicated(&self) -> RequirementRow {
        let mut row = RequirementRow::about(Requirement::Dedicated);
        if self.look.subject.dedicated {
            row.speaks_for("we state it: the address is ours alone");
            row.standing = RequirementStatus::Stated;
        }
        if let Some(own) = self.own_name() {
            row.speaks_for(format!("its reverse name {own} resolves back to it"));
        }
        if self.changed.is_some() {
            row.speaks_against("it changed recently: someone else had it before");
        }
        row.unknown("whether anyone else may use it: that cannot be seen from outside");
        row
    }

    fn not_shared(&self) -> RequirementRow {
        let mut row = RequirementRow::about(Requirement::NotShared);
        let subject = &self.look.subject;
        match (subject.local, subject.seen) {
            (Some(local), Some(seen)) if local.to_canonical() == seen.to_canonical() => {
                row.speaks_for("the remote sees our machine's own address: nothing translates it");
            }
            (Some(local), Some(_)) => {
                if let Some(range) = special(local).filter(|range| range.shared) {
                    row = shared_by_carrier(range);
                }
                row.speaks_against(format!(
                    "a gateway translates {local} to it: others may share it"
                ));
            }
            _ => {
                row.unknown("whether a gateway translates it: the remote did not report the address that it sees")
            }
        }
        for sign in self.names.iter().filter(|it| it.signs.says_shared()) {
            row.speaks_against(format!(
                "its reverse name {} suggests a pool or a gateway",
                sign.name.name
            ));
        }
        row.unknown("who else sends from it: that cannot be seen from outside");
        row
    }

    fn not_residential(&self) -> RequirementRow {
        let mut row = RequirementRow::about(Requirement::NotResidential);
        match &self.look.policy {
            Policy::NotListed => row.speaks_for("the policy list does not contain it"),
            Policy::ListedOtherwise(answers) => row.unknown(format!(
                "what the policy list says: it is listed for another reason ({})",
                join(answers)
            )),
            Policy::NotChecked(why) => {
                row.unknown(format!("whether a policy list contains it: {why}"))
            }
            Policy::NotAsked => row.unknown("whether a policy list contains it: none was asked"),
            // Told by `line`.
            Policy::Listed { .. } => {}
        }
        match &self.look.reverse {
            Reverse::Nameless => row.unknown("what its reverse name would say: it has none"),
            Reverse::NotChecked(why) => row.unknown(format!("its reverse name: {why}")),
            Reverse::NotAsked => row.unknown("its reverse name: not looked up"),
            Reverse::Names(_) => {}
        }
        if let Some(own) = self.own_name() {
            row.speaks_for(format!(
                "its reverse name {own} does not follow a provider's pattern and resolves back to it"
            ));
        }
        self.line(&mut row);
        row
    }

    /// What says that the address is that of a static or a dynamic line.
    fn line(&self, row: &mut RequirementRow) {
        if let Policy::Listed { answers, reason } = &self.look.policy {
            let reason = reason.as_ref();
            let reason = reason.map(|reason| format!(": {}", ftp::quoted(reason)));
            row.speaks_against(format!(
                "the policy list contains it as an end user's line ({}){}",
                join(answers),
                reason.unwrap_or_default()
            ));
        }
        for Sign { name, signs } in &self.names {
            let text = ftp::named(&name.name);
            if signs.says_static() {
                match &name.back {
                    Back::Here => row.speaks_for(format!(
                        "its reverse name {text} says {} and resolves back to it",
                        signs.fixed.join(", ")
                    )),
                    Back::Elsewhere(_) => row.unknown(format!(
                        "its reverse name {text} says {}, but does not resolve back to it: that proves nothing",
                        signs.fixed.join(", ")
                    )),
                    Back::NotChecked(why) => row.unknown(format!(
                        "whether its reverse name {text} resolves back to it: {why}"
                    )),
                }
            } else if signs.says_dynamic() {
                row.speaks_against(format!(
                    "its reverse name {text} says {}",
                    signs.dynamic.join(", ")
                ));
            } else if signs.embeds_address {
                row.speaks_against(format!(
                    "its reverse name {text} is derived from the address, as providers name the addresses that \
                    they rent out"
                ));
            }
        }
    }

    /// A name that leads back and has nothing of a provider's in it.
    fn own_name(&self) -> Option<String> {
        let own = self
            .names
            .iter()
            .find(|it| it.signs.is_own() && it.name.back == Back::Here);
        own.map(|it| ftp::named(&it.name.name))
    }
}

/// The names of a look, read.
fn read(look: &AddressLookUp) -> Vec<Sign<'_>> {
    match (&look.reverse, look.subject.address()) {
        (Reverse::Names(names), Some(address)) => names
            .iter()
            .map(|name| Sign {
                name,
                signs: signs(&name.name, address),
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The reverse names that say dynamic or residential.
pub fn dynamic_names(look: &AddressLookUp) -> Vec<&str> {
    read(look)
        .into_iter()
        .filter(|it| it.signs.says_dynamic())
        .map(|it| it.name.name.as_str())
        .collect()
}

fn join(answers: &[std::net::Ipv4Addr]) -> String {
    let texts: Vec<String> = answers.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
