//! What several source addresses saw, side by side: an address that is turned away while another gets through is not let
//! in, whatever it looks like from that address alone.

use std::net::IpAddr;

use facts::how;

use crate::codes::Codes;
use crate::diagnose::Diagnosed;
use crate::record::Visit;
use crate::rows::steps;
use model::address::Address;
use model::finding::{
    Alternative, Basis, Code, Evidence, Finding, Owner, PatchEffect, SettingsPatch, Severity,
};
use model::matrix::{Cell, Row, Step, Steps, VantagePoint};
use model::standing::Standing;
use model::visit::VisitScope;

/// The code for an address that is not let in; its page says which symptoms it explains.
pub const BLOCKED: &str = "net.source-ip-blocked";
/// A source address of another version of IP than the server's.
const OTHER_VERSION: &str = "net.address-family-mismatch";
/// The login refused, which only the address may be to blame for.
const REJECTED: &str = "ftp.login-rejected";
/// So many ways to be turned away are looked at once more.
const SECOND_LOOKS: usize = 3;

/// Of the addresses that were only looked at up to TLS, one for each way they behave that none looked at in full shows.
pub fn representatives(visits: &[Visit]) -> Vec<Option<IpAddr>> {
    let of = |scope: VisitScope| visits.iter().filter(move |visit| visit.scope == scope);
    let mut known: Vec<Steps> = of(VisitScope::Full).map(behaviour).collect();
    let mut chosen = Vec::new();
    for visit in of(VisitScope::Ladder) {
        let behaviour = behaviour(visit);
        if !known.contains(&behaviour) {
            known.push(behaviour);
            chosen.push(visit.source);
        }
    }
    chosen
}

fn behaviour(visit: &Visit) -> Steps {
    let mut steps = steps(visit);
    steps.retain(|step, _| *step <= Step::Tls);
    steps
}

/// The addresses to look at once more, so that a server that came or went meanwhile is not taken for a difference between
/// addresses: one of each way to be turned away, and then one that got through.
pub fn doubtful(visits: &[Visit], catalogue: &Codes) -> Vec<Option<IpAddr>> {
    let rows: Vec<Row> = visits
        .iter()
        .filter_map(|visit| Some(crate::rows::row(visit, visit.source?.into(), false)))
        .collect();
    let difference = catalogue
        .code(BLOCKED)
        .and_then(|code| Difference::of(&rows, code));
    let Some(difference) = difference else {
        return Vec::new();
    };
    let mut ways: Vec<(Step, &str)> = Vec::new();
    let mut again = Vec::new();
    for turned in difference
        .turned_away
        .iter()
        .filter(|it| it.step <= Step::Tls)
    {
        if ways.len() < SECOND_LOOKS && !ways.contains(&(turned.step, turned.code)) {
            ways.push((turned.step, turned.code));
            again.push(turned.row.address.and_then(Address::ip));
        }
    }
    if !again.is_empty() {
        let through = difference.through.first();
        again.extend(through.map(|row| row.address.and_then(Address::ip)));
    }
    again
}

/// A row that ends where another goes on.
struct TurnedAway<'a> {
    row: &'a Row,
    step: Step,
    code: &'a str,
}

struct Difference<'a> {
    turned_away: Vec<TurnedAway<'a>>,
    /// Rows that got past every step at which another was turned away.
    through: Vec<&'a Row>,
}

impl<'a> Difference<'a> {
    /// The difference between these rows, if there is one that says something about addresses.
    fn of(rows: &'a [Row], blocked: &Code) -> Option<Difference<'a>> {
        let turned_away: Vec<TurnedAway<'_>> = rows
            .iter()
            .filter_map(|row| {
                let (step, code, how) = row.failed()?;
                // That one of our addresses has no way out turns nobody away.
                let is_ours = how == Some(how::NO_ROUTE);
                let is_symptom = (code == blocked.name || blocked.explains(code)) && !is_ours;
                let lasts = !second_time(row, step).is_some_and(|passed| passed);
                let others = rows.iter().any(|other| holds(other, step));
                (is_symptom && lasts && others).then_some(TurnedAway { row, step, code })
            })
            .collect();
        let last = turned_away.iter().map(|it| it.step).max()?;
        let through = rows.iter().filter(|row| holds(row, last)).collect();
        Some(Difference {
            turned_away,
            through,
        })
    }
}

/// Whether a step succeeded, also when it was tried once more.
fn holds(row: &Row, step: Step) -> bool {
    row.passed(step) && second_time(row, step) != Some(false)
}

fn second_time(row: &Row, step: Step) -> Option<bool> {
    let cell = row.again.as_ref()?.get(&step)?;
    match cell {
        Cell::Passed => Some(true),
        Cell::Failed { .. } => Some(false),
        Cell::NotTested { .. } | Cell::NotApplicable => None,
    }
}

/// Adds to what was found what the difference between the addresses says.
pub fn weigh(rows: &[Row], findings: &mut Vec<Diagnosed>, catalogue: &Codes) {
    match blocked_sources(rows, findings, catalogue) {
        Some(blocked) => {
            findings.retain(|it| it.finding.code != blocked.finding.code);
            findings.push(blocked);
        }
        None => doubt_rejected_login(rows, findings),
    }
    offer_the_other_version(rows, findings);
}

/// Where the addresses of one set are not of the server's version of IP, and those of the other set get through: the change to
/// that set.
fn offer_the_other_version(rows: &[Row], findings: &mut [Diagnosed]) {
    let failed = |row: &&Row| {
        row.failed()
            .is_some_and(|(_, code, _)| code == OTHER_VERSION)
    };
    let failed: Vec<&Row> = rows.iter().filter(failed).collect();
    let patch = other_set(rows, &failed, findings);
    let built_in = findings.iter_mut().filter(|it| it.standing.is_built_in());
    for found in built_in.filter(|it| it.finding.code == OTHER_VERSION) {
        found.finding.patch.clone_from(&patch);
    }
}

/// The finding that some of these addresses are not let in, if others are. `findings` are all others.
fn blocked_sources(rows: &[Row], findings: &[Diagnosed], catalogue: &Codes) -> Option<Diagnosed> {
    let code = catalogue.code(BLOCKED)?;
    let difference = Difference::of(rows, code)?;
    let first = difference.turned_away.first()?;
    let confirmed = first.step > Step::Tls || rows.iter().any(|row| row.again.is_some());
    let basis = if confirmed {
        Basis::Decided("the same server allowed other source addresses in this run".into())
    } else {
        let deciding_test = "run the same checks once more, at the same time: a server that started or stopped in \
        between looks the same";
        let alternative = Alternative {
            code: first.code.into(),
            deciding_test: deciding_test.into(),
        };
        Basis::Likely(vec![alternative])
    };
    let turned_away: Vec<&Row> = difference.turned_away.iter().map(|it| it.row).collect();
    let symptom = findings.iter().find(|it| it.finding.code == first.code);
    let owner = owner(&difference).unwrap_or(code.owner);
    let confidence = basis.confidence(code.severity);
    let finding = Finding {
        code: BLOCKED.into(),
        detail: detail(&difference),
        evidence: evidence(rows, &difference),
        owner: Some(owner),
        basis,
        patch: other_set(rows, &turned_away, findings),
    };
    Some(Diagnosed {
        finding: Finding {
            evidence: finding.seen().collect(),
            ..finding
        },
        severity: code.severity,
        confidence,
        owner,
        title: code.title.clone(),
        probe: symptom.map_or_else(String::new, |it| it.probe.clone()),
        standing: Standing::BuiltIn,
        sources: difference
            .turned_away
            .iter()
            .map(|it| it.row.vantage.clone())
            .collect(),
        caused_by: None,
    })
}

/// Whose list it is, where that shows: TCP was accepted from every one of them, and the server itself turned them away.
fn owner(difference: &Difference<'_>) -> Option<Owner> {
    let by_server = |it: &TurnedAway<'_>| match it.step {
        Step::Greeting | Step::Tls | Step::Login => true,
        Step::Reach | Step::Data => false,
    };
    difference
        .turned_away
        .iter()
        .all(by_server)
        .then_some(Owner::ServerAdmin)
}

/// A sentence for each step at which addresses are turned away.
fn detail(difference: &Difference<'_>) -> String {
    let through = names(difference.through.iter().map(|row| &row.vantage));
    let sentences = Step::ALL.into_iter().filter_map(|step| {
        let here = || difference.turned_away.iter().filter(move |it| it.step == step);
        here().next()?;
        let blocked = names(here().map(|it| &it.row.vantage));
        Some(match step {
            Step::Reach => format!(
                "The control port cannot be reached from {blocked}, but it can be reached from {through}: a \
                firewall allows only some of our addresses."
            ),
            Step::Greeting | Step::Tls => format!(
                "The server rejects {blocked} before the login, but not {through}: it allows only some of our \
                addresses."
            ),
            Step::Login => format!(
                "The login succeeds from {through}, but is refused from {blocked}: the server limits the account, \
                or every login, to certain addresses."
            ),
            Step::Data => format!(
                "From {blocked}, control connections work but data connections do not. From {through}, both work. \
                The firewall allows {blocked} on the control port only, and its rule lacks the passive ports."
            ),
        })
    });
    sentences.collect::<Vec<_>>().join(" ")
}

/// Some names as a sentence has them.
fn names<'a>(vantages: impl Iterator<Item = &'a VantagePoint>) -> String {
    let all: Vec<String> = vantages.map(ToString::to_string).collect();
    match all.as_slice() {
        [] => "another address".into(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// How far each address gets, those that are turned away first: of a large pool not all are read.
fn evidence(rows: &[Row], difference: &Difference<'_>) -> Vec<Evidence> {
    let turned_away = |row: &&Row| {
        let mut all = difference.turned_away.iter();
        all.any(|it| it.row.vantage == row.vantage)
    };
    let (first, rest): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(turned_away);
    first.into_iter().chain(rest).map(how_far).collect()
}

fn how_far(row: &Row) -> Evidence {
    let set = if row.dedicated { " (dedicated)" } else { "" };
    let value = match (row.failed(), row.furthest()) {
        (Some((step, code, how)), _) => {
            let how = how.map(|how| format!("{}, ", ftp::named(how)));
            let how = how.unwrap_or_default();
            format!("stops at {step}: {how}{code}")
        }
        (None, Some(Step::Data)) => "gets through to data".into(),
        (None, Some(step)) => format!("reaches {step}, and was not tried further"),
        (None, None) => "not tested".into(),
    };
    Evidence {
        label: format!("{}{set}", row.vantage),
        value,
    }
}

/// The dedicated addresses or the pool in place of each other, where one set has addresses that are turned away and all of
/// the other get through.
fn other_set(rows: &[Row], failed: &[&Row], findings: &[Diagnosed]) -> Option<SettingsPatch> {
    let turned_away = |dedicated: bool| failed.iter().any(|row| row.dedicated == dedicated);
    let last = failed
        .iter()
        .filter_map(|row| row.failed())
        .map(|(step, ..)| step)
        .max()?;
    // One that was looked at up to TLS only has another to speak for it.
    let through =
        |row: &Row| row.failed().is_none() && (row.scope == VisitScope::Ladder || row.passed(last));
    let all_through = |dedicated: bool| {
        let mut set = rows
            .iter()
            .filter(|row| row.dedicated == dedicated)
            .peekable();
        set.peek().is_some() && set.all(through)
    };
    let to_dedicated = [false, true]
        .into_iter()
        .find(|dedicated| turned_away(!dedicated) && all_through(*dedicated))?;
    let set: Vec<&VantagePoint> = rows
        .iter()
        .filter(|row| row.dedicated == to_dedicated)
        .map(|row| &row.vantage)
        .collect();
    let else_wrong = findings.iter().any(|it| {
        let ours = it.standing.is_built_in() && it.severity == Severity::Error;
        ours && it.sources.iter().any(|source| set.contains(&source))
    });
    Some(SettingsPatch {
        changes: vec![(
            "source_set".into(),
            if to_dedicated { "dedicated" } else { "pool" }.into(),
        )],
        effect: if else_wrong {
            PatchEffect::CuresThis
        } else {
            PatchEffect::CuresAll
        },
    })
}

/// A password that was refused is sent from no other address: whether it is the password or the address, nobody has seen.
fn doubt_rejected_login(rows: &[Row], findings: &mut [Diagnosed]) {
    let refused = |row: &&Row| row.failed().is_some_and(|(step, ..)| step == Step::Login);
    let untried = |row: &&Row| row.failed().is_none() && !row.passed(Step::Login);
    let others = names(rows.iter().filter(untried).map(|row| &row.vantage));
    if !rows.iter().any(|row| refused(&row)) || !rows.iter().any(|row| untried(&row)) {
        return;
    }
    for found in findings.iter_mut().filter(|it| it.finding.code == REJECTED) {
        found.doubt(Alternative {
            code: BLOCKED.into(),
            deciding_test: format!(
                "try the same login from {others}: this run did not, because a refused password is not sent again"
            ),
        });
    }
}

#[cfg(test)]
mod tests {
    use model::visit::VisitScope;

    use super::*;

    fn row(ip: &str, reach: Cell) -> Row {
        let ip: IpAddr = ip.parse().expect("an address");
        Row {
            vantage: ip.into(),
            address: Some(ip.into()),
            dedicated: false,
            seen_as: None,
            scope: VisitScope::Full,
            steps: Steps::from([(Step::Reach, reach)]),
            again: None,
        }
    }

    #[test]
    fn an_address_without_a_way_out_is_not_turned_away() {
        let blocked = Code {
            name: BLOCKED.into(),
            title: String::new(),
            severity: Severity::Error,
            owner: Owner::FirewallAdmin,
            explains: vec!["net.unreachable".into()],
            eased_by_certificate_check: false,
            page: String::new(),
        };
        for (word, turned_away) in [("prohibited", 1), ("turned back", 1), (how::NO_ROUTE, 0)] {
            let failed = Cell::Failed {
                code: "net.unreachable".into(),
                how: Some(word.into()),
            };
            let rows = [row("192.0.2.1", failed), row("192.0.2.2", Cell::Passed)];
            let found = Difference::of(&rows, &blocked).map_or(0, |it| it.turned_away.len());
            assert_eq!(found, turned_away, "{word}");
        }
    }
}
