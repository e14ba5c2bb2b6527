//! What one owner is to be sent about a remote: what was seen, what to change, how to check. A report holds no secrets, so
//! a message has none.

use std::fmt::Write;

use super::{Report, ReportFinding, Shown, advice, outline};
use model::finding::Owner;

/// The message to one owner, as plain text; none where the owner has nothing to do.
pub fn render(report: &Shown, owner: Owner) -> Option<String> {
    let causes = of(report, owner);
    let first = causes.first()?;
    let place = report.remote.place();
    let subject = match causes.len() {
        1 => first.title.clone(),
        n => format!("{n} things to change"),
    };
    let mut out = format!("Subject: {place}: {subject}\n");
    for (number, cause) in (1..).zip(&causes) {
        let numbered = if causes.len() > 1 {
            format!("{number}. {}\n\n", cause.title)
        } else {
            String::new()
        };
        let _ = write!(out, "\n{numbered}{}\n", cause.remedy.message.trim());
        if let Some(patch) = &cause.settings_patch {
            let changes = advice::assignments(&advice::settings(report, patch));
            let effect = outline::effect(patch);
            let _ = writeln!(out, "\nSettings (as in remote.toml): {changes} ({effect}).");
        }
    }
    let _ = write!(out, "\n{}\n\n{}\n", closing(owner), seen(report, &causes));
    Some(out)
}

/// The owners there is a message for, those of the worst first.
pub fn owners(report: &Report) -> Vec<Owner> {
    let mut owners = Vec::new();
    for finding in outline::causes(report) {
        if !owners.contains(&finding.owner) && !finding.remedy.message.is_empty() {
            owners.push(finding.owner);
        }
    }
    owners
}

/// That there are messages, and how to get them; none where nobody has anything to do. What is to be typed is not broken.
pub fn offer(report: &Shown) -> Option<String> {
    let owners = owners(report);
    let told = match owners.as_slice() {
        [] => return None,
        [_] => "A message is ready to be sent; add this to print it:",
        [_, _, ..] => "Messages are ready to be sent; add one of these to print it:",
    };
    let width = owners.iter().map(|owner| owner.as_ref().len()).max()?;
    let mut out = format!("{told}\n");
    for owner in owners {
        let title = owner.title();
        let _ = writeln!(out, "  --message {:width$}  to {title}", owner.as_ref());
    }
    Some(out)
}

/// That an owner has nothing to do, and who has.
pub fn nothing_for(owner: Owner, report: &Report) -> String {
    let others: Vec<String> = owners(report).iter().map(ToString::to_string).collect();
    let who = owner.title();
    match others.is_empty() {
        true => {
            format!("Nothing to send: neither {who} ({owner}) nor anyone else has anything to do.")
        }
        false => format!(
            "Nothing to send: {who} ({owner}) has nothing to do. There is a message for {}.",
            others.join(", ")
        ),
    }
}

/// Several addresses may have met the same fault: it is told once.
fn of(report: &Report, owner: Owner) -> Vec<&ReportFinding> {
    let mut causes: Vec<&ReportFinding> = Vec::new();
    for finding in outline::causes(report) {
        let message = &finding.remedy.message;
        let told = causes.iter().any(|it| it.remedy.message == *message);
        if finding.owner == owner && !message.is_empty() && !told {
            causes.push(finding);
        }
    }
    causes
}

fn closing(owner: Owner) -> &'static str {
    match owner {
        Owner::Settings | Owner::Platform => {
            "Afterwards, run the same check again: this problem must be gone."
        }
        _ => "Afterwards, please tell us, and we will check again from our side.",
    }
}

/// When and from where: what somebody who looks into a log has to know.
fn seen(report: &Report, causes: &[&ReportFinding]) -> String {
    let when = report.started.strftime("%Y-%m-%d %H:%M:%S UTC");
    let mut codes: Vec<&str> = causes.iter().map(|cause| cause.code.as_str()).collect();
    codes.dedup();
    let from: Vec<String> = report
        .matrix
        .iter()
        .map(|row| row.seen_as.or(row.address))
        .map(|address| address.map(|it| it.to_string()))
        .collect::<Option<_>>()
        .unwrap_or_default();
    let from = match from.as_slice() {
        [] => String::new(),
        all => format!(" from {}", all.join(", ")),
    };
    let place = report.remote.place();
    format!(
        "Seen at {place} on {when}{from}, by {} {} ({}).",
        report.tool.name,
        report.tool.version,
        codes.join(", ")
    )
}
