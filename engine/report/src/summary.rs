//! The verdict in a few sentences that a tired person understands: what was found, what was not seen, and whose word it is.

use super::third_party::third_parties;
use super::{ReportFinding, advice};
use diagnosis::diagnose::{Diagnosed, Diagnosis, LEFT_OUT, NotTested};
use diagnosis::facts::Facts;
use facts::name;
use model::finding::{FactValue, OmissionCause, Severity};
use model::matrix::Step;
use model::remote::Remote;
use model::verdict::Verdict;
use model::visit::Cut;

const WRITE_DENIED: &str = "ftp.write-denied";

/// The verdict, and what the run could not say.
pub(super) fn summary(
    diagnosis: &Diagnosis,
    remote: &Remote,
    facts: &Facts,
    findings: &[ReportFinding],
    cut: Option<Cut>,
) -> String {
    let sentences = [
        verdict(diagnosis, remote, facts, findings),
        unseen(diagnosis),
        left_out(diagnosis, remote),
        not_permitted(diagnosis, remote),
        third_parties(diagnosis),
        intended(diagnosis, remote, facts),
        cut.map_or("", |cut| match cut {
            Cut::Interrupted => "The run was interrupted before it ended.",
            Cut::TimedOut => "The run was stopped at its time limit (--timeout) before it ended.",
        })
        .into(),
    ];
    let said: Vec<String> = sentences.into_iter().filter(|it| !it.is_empty()).collect();
    said.join(" ")
}

/// What probes of this program found. What others say stands beside it.
fn verdict(
    diagnosis: &Diagnosis,
    remote: &Remote,
    facts: &Facts,
    findings: &[ReportFinding],
) -> String {
    let place = remote.place();
    let ours: Vec<&Diagnosed> = causes(diagnosis)
        .filter(|it| it.standing.is_built_in())
        .collect();
    let others: Vec<&str> = ours.iter().skip(1).map(|it| it.title.as_str()).collect();
    let others = match others.is_empty() {
        true => String::new(),
        false => format!(" Also: {}.", others.join("; ")),
    };
    let Some(cause) = ours.first() else {
        return match (diagnosis.incomplete, is_clean(diagnosis)) {
            (false, true) => healthy(&place, remote, facts),
            (false, false) if remote.user.is_some() => healthy(&place, remote, facts),
            (false, false) => format!("The probes of this program found nothing wrong at {place}."),
            (true, true) => {
                format!("Nothing wrong was found at {place}, but not everything could be checked.")
            }
            (true, false) => format!(
                "The probes of this program found nothing wrong at {place}, but not everything could be checked."
            ),
        };
    };
    let title = &cause.title;
    if let Some((elsewhere, act)) = elsewhere(cause, ours.len() == 1, remote, facts) {
        let next = next(cause, Some(&act));
        return format!("{elsewhere}{next}{others}");
    }
    let finding = findings.iter().find(|it| it.code == cause.finding.code);
    let act = finding.and_then(advice::next_act);
    let next = next(cause, act.as_deref());
    match (cause.severity, diagnosis.incomplete) {
        (Severity::Error, _) if cause.is_about_a_probe() => {
            format!("Not everything at {place} could be checked: {title}.{others}")
        }
        (Severity::Error, _) => {
            let from = from(cause, diagnosis.rows.len());
            format!("{place} cannot be used{from}: {title}.{next}{others}")
        }
        (_, true) => {
            format!("Not everything at {place} could be checked, and {title}.{next}{others}")
        }
        (_, false) => {
            let works = match (&remote.user, diagnosis.unseen.is_empty()) {
                (Some(_), true) => "works",
                (Some(_), false) | (None, _) => "can be reached",
            };
            format!("{place} {works}, but {title}.{next}{others}")
        }
    }
}

/// That FTP's other port answers, where the configured one does not: what somebody is to change comes before what is closed.
fn elsewhere(
    cause: &Diagnosed,
    alone: bool,
    remote: &Remote,
    facts: &Facts,
) -> Option<(String, String)> {
    let silent = match cause.finding.code.as_str() {
        "net.connection-refused" => format!("Nothing listens on {}.", remote.place()),
        "net.connection-timeout" => format!("No answer comes from {}.", remote.place()),
        _ => return None,
    };
    let changes = &cause.finding.patch.as_ref()?.changes;
    let (_, port) = changes.iter().find(|(name, _)| name == "port")?;
    // The port opens; what is spoken there was seen, too.
    let on_it = facts.get(name::CONTROL_PORT) == Some(&FactValue::Integer(port.parse().ok()?));
    let offered = match facts.get(name::CONTROL_MODE) {
        Some(FactValue::Text(mode)) if on_it => match mode.as_str() {
            "explicit" => "explicit TLS",
            "implicit" => "implicit TLS",
            "clear" => "FTP in clear text",
            _ => return None,
        },
        Some(_) | None => return None,
    };
    let logged_in = facts.get(name::LOGIN_ACCEPTED) == Some(&FactValue::Flag(true));
    let works = match &remote.user {
        _ if !alone => "",
        Some(_) if logged_in => ", which works",
        Some(_) => "",
        None => ", which works as far as it was tested",
    };
    let changes: Vec<String> = changes
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    Some((
        format!("{silent} The server offers {offered} on port {port}{works}."),
        format!("set {}", changes.join(" and ")),
    ))
}

/// Who does what next.
fn next(cause: &Diagnosed, act: Option<&str>) -> String {
    let owner = cause.owner.title();
    // Whoever reads that it is for them need not ask themselves.
    let asked = format!("ask {owner} to ");
    match act.map(|act| act.strip_prefix(&asked).unwrap_or(act)) {
        Some(act) => format!(" Next, {owner}: {}.", act.trim_end_matches('.')),
        None => format!(" Next: {owner}."),
    }
}

fn causes(diagnosis: &Diagnosis) -> impl Iterator<Item = &Diagnosed> {
    let found = |code: &String| {
        let mut findings = diagnosis.findings.iter();
        findings.find(|it| it.finding.code == *code)
    };
    diagnosis.root_causes.iter().filter_map(found)
}

/// Whether "nothing wrong was found" may stand over this report.
fn is_clean(diagnosis: &Diagnosis) -> bool {
    let mut findings = diagnosis.findings.iter();
    findings.all(|it| it.severity == Severity::Info)
}

/// With a user, healthy is what a login and a listing were seen of.
fn healthy(place: &str, remote: &Remote, facts: &Facts) -> String {
    let how = match facts.get(name::CONTROL_SECURITY) {
        Some(FactValue::Text(security)) => format!(" over {security}"),
        _ => String::new(),
    };
    let listed = facts.get(name::DATA_LISTED) != Some(&FactValue::Flag(false));
    match remote.user {
        Some(_) if !listed => {
            format!("{place} works: the login{how} succeeded, and there is nothing to list.")
        }
        Some(_) => format!("{place} works: a login and a listing{how} succeeded."),
        None => {
            format!("Nothing wrong was found at {place}{how}; login and transfers were not tested.")
        }
    }
}

/// What stands between this run and "healthy".
fn unseen(diagnosis: &Diagnosis) -> String {
    let Some(first) = diagnosis.unseen.first() else {
        return String::new();
    };
    let has = |step: Step| diagnosis.unseen.iter().any(|it| it.step == step);
    let what = match (has(Step::Reach), has(Step::Login)) {
        (true, _) => "No connection",
        (false, true) => "No login and no listing",
        (false, false) => "No listing",
    };
    let from = match first.sources.as_slice() {
        [] => String::new(),
        some => format!(" from {}", listed(some.iter().map(ToString::to_string))),
    };
    format!("{what} was seen{from}: {}.", first.reason)
}

/// What the user left out, with the options that say so.
fn left_out(diagnosis: &Diagnosis, remote: &Remote) -> String {
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    let not_asked = |it: &&NotTested| it.omission.cause == OmissionCause::NotAsked;
    for left_out in diagnosis.not_tested.iter().filter(not_asked) {
        let reason = left_out.omission.reason.as_str();
        match groups.iter_mut().find(|(other, _)| *other == reason) {
            Some((_, probes)) => probes.push(left_out.probe.clone()),
            None => groups.push((reason, vec![left_out.probe.clone()])),
        }
    }
    let told = groups.into_iter().map(|(reason, probes)| {
        let (probe, was) = match probes.len() {
            1 => ("probe", "was"),
            _ => ("probes", "were"),
        };
        let how = match reason.starts_with(LEFT_OUT) {
            true => reason.to_owned(),
            false => format!("not run ({reason})"),
        };
        format!("the {probe} {} {was} {how}", listed(probes.into_iter()))
    });
    let told = told.collect::<Vec<_>>().join("; ");
    match (told.is_empty(), diagnosis.verdict, &remote.user) {
        (true, ..) => String::new(),
        (false, Verdict::Healthy, Some(_)) => {
            format!("Nothing wrong was found in what was checked; {told}.")
        }
        (false, ..) => format!("{}.", capitalised(&told)),
    }
}

/// What the user did not permit. It is no fault and no gap in the run; who reads "healthy" is to know of it all the same.
fn not_permitted(diagnosis: &Diagnosis, remote: &Remote) -> String {
    if diagnosis.verdict == Verdict::Failing {
        return String::new();
    }
    let told_elsewhere = |it: &NotTested| {
        let of_use = it.omission.codes.iter().any(|code| code == WRITE_DENIED);
        let unseen = diagnosis.unseen.iter();
        remote.intended_use.is_some() && of_use
            || unseen
                .clone()
                .any(|unseen| unseen.reason == it.omission.reason)
    };
    let not_permitted = diagnosis.not_tested.iter().filter(|it| {
        let cause = it.omission.cause == OmissionCause::NoPermission;
        cause && it.standing.is_built_in() && !told_elsewhere(it)
    });
    let told = not_permitted.map(|it| format!("{} ({})", it.omission.check, it.omission.reason));
    let told = told.collect::<Vec<_>>().join("; ");
    match told.is_empty() {
        true => told,
        false => format!("Not tested: {told}."),
    }
}

/// The source addresses that a cause is about, where it is not all of them.
fn from(cause: &Diagnosed, all: usize) -> String {
    match cause.sources.as_slice() {
        sources if sources.len() == all => String::new(),
        [] => String::new(),
        [one] => format!(" from {one}"),
        [one, two] => format!(" from {one} and {two}"),
        many => format!(" from {} of {all} addresses", many.len()),
    }
}

/// Whether the remote can be used for what it is configured for.
fn intended(diagnosis: &Diagnosis, remote: &Remote, facts: &Facts) -> String {
    let Some(wanted) = remote.intended_use else {
        return String::new();
    };
    if let Some(FactValue::Text(how)) = facts.get(wanted.fact()) {
        return match how.strip_prefix("not known") {
            Some(why) => format!("Whether a {wanted} is possible is not known{why}."),
            None => format!("A {wanted} is {how}."),
        };
    }
    // The probe that would say it looks for this, too.
    let is_it = |it: &&NotTested| it.omission.codes.iter().any(|code| code == WRITE_DENIED);
    let why = match diagnosis.not_tested.iter().find(is_it) {
        Some(left_out) => format!(": {}", left_out.omission.reason),
        None => String::new(),
    };
    format!("Whether a {wanted} is possible was not tested{why}.")
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + chars.as_str()
    })
}

/// Some names as a sentence has them.
fn listed(names: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = names.collect();
    match all.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
