//! A change of settings is proven by using it: the remote is looked at once more, briefly, as it would be configured then.
//!
//! The proof has the authority of the user and no other. So it logs in only where the change stays within that; with
//! another host name it goes as far as the certificate, and says so.

use std::time::Duration;

use facts::name;
use serde_json::{Map, Value};

use diagnosis::record::Record;
use host::{Beyond, Check};
use model::finding::{OmissionCause, PatchEffect, Severity};
use model::remote::Depth;
use model::visit::PasswordUse;
use model::visit::RunPhase;
use report::Report;
use run::backend::Backend;
use run::{Interrupt, Probes, Watch};

use model::patch::{self, Setting, SettingChange};

/// Less time than this is not enough to begin another look.
const AT_LEAST: Duration = Duration::from_secs(10);
/// A connection that was closed still counts for a moment at the server.
const BREATH: Duration = Duration::from_millis(200);
/// Control connections that a look may open from each source address, unless it is to load the remote.
const MOST: u32 = 6;

/// How far a proof goes.
enum Reach {
    /// To the end, with a login.
    Login,
    /// To the certificate: what would come after it goes beyond the authority of the user.
    Certificate(Beyond),
}

/// Tries the changes that a report proposes, all together, and writes into the report what they cure.
///
/// Clear text is never tried, nor anything that a refused password stands in the way of. What needs more than one session to
/// show goes along and is not judged by this look. `record` is what the report was made from.
pub async fn verify(
    report: &mut Report,
    record: &Record,
    check: &Check,
    probes: &Probes,
    backend: &dyn Backend,
    interrupt: Interrupt,
    watch: Watch<'_>,
) {
    let Some(patch) = report.settings_patch.clone() else {
        return;
    };
    let left = check
        .timeouts
        .whole
        .saturating_sub(Duration::from_millis(report.duration_ms));
    let (proposed, reach) = match proposed(check, &patch, left) {
        Ok(proposed) => proposed,
        Err(why) => return explain(report, &format!("not tried: {why}")),
    };
    let refused =
        record.password == PasswordUse::Spent || report.fact_is(name::LOGIN_ACCEPTED, false);
    let spent = refused && matches!(reach, Reach::Login);
    let addresses = u32::try_from(report.matrix.len().max(1)).unwrap_or(1);
    let used_up = check.depth != Depth::Full && report.connections.control >= MOST * addresses;
    if spent || report.interrupted || left < AT_LEAST || used_up {
        return;
    }
    if !backend.has(RunPhase::Proof, &proposed.remote) {
        return;
    }
    tokio::time::sleep(BREATH).await;
    let before = record.password;
    let run = run::brief(&proposed, probes, backend, before, interrupt, watch);
    let Ok(proof) = run.await else {
        return;
    };
    let again = Report::new(&proof, &proposed.remote, &probes.codes, report.started);
    if proof.cut.is_none() {
        judge(report, &again, &reach);
    }
    append(report, again);
}

/// The check with the changed settings, and how far it may go.
///
/// # Errors
/// Why it is not to be tried, in words.
fn proposed(
    check: &Check,
    patch: &Map<String, Value>,
    left: Duration,
) -> Result<(Check, Reach), String> {
    let changes = SettingChange::all(patch).map_err(|why| why.to_string())?;
    let proposed = check.clone().altered(|asked| {
        for change in changes {
            change.apply(&mut asked.remote, &mut asked.timeouts);
        }
        asked.timeouts.whole = left;
        asked.permissions.writes = false;
        // One session shows it; where addresses differ, that is a finding of its own.
        asked.remote.sources.truncate(1);
    });
    let reach = match proposed.authority().covers(&proposed.remote) {
        Ok(()) => Reach::Login,
        Err(beyond @ Beyond::Host { .. }) => Reach::Certificate(beyond),
        Err(beyond @ (Beyond::Port { .. } | Beyond::CertificateCheck)) => {
            return Err(beyond.to_string());
        }
    };
    let proposed = match &reach {
        Reach::Login => proposed,
        // Nobody is to log in there, and nothing is missing where nobody did.
        Reach::Certificate(_) => proposed.altered(|asked| asked.remote.user = None),
    };
    Ok((proposed, reach))
}

/// Says why the changes together are not verified.
fn explain(report: &mut Report, reason: &str) {
    if let Some(patch) = report.settings_patch.as_mut() {
        patch.insert("reason".into(), reason.into());
    }
}

/// What became of a fault with the changes made.
enum After {
    Gone,
    There,
    /// The proof did not go that far.
    NotSeen,
}

impl After {
    fn of(code: &str, again: &Report, reach: &Reach) -> After {
        let omitted = |causes: &[OmissionCause]| {
            again.not_tested.iter().any(|omission| {
                causes.contains(&omission.cause) && omission.codes.iter().any(|it| it == code)
            })
        };
        // What another fault hides now is not cured.
        let hidden = || omitted(&[OmissionCause::BehindFault, OmissionCause::CouldNotLook]);
        let after_login = || omitted(&[OmissionCause::NoCredentials, OmissionCause::NoPermission]);
        if again.findings.iter().any(|finding| finding.code == code) || hidden() {
            After::There
        } else if matches!(reach, Reach::Certificate(_)) && after_login() {
            After::NotSeen
        } else {
            After::Gone
        }
    }
}

/// What is left with the changes made.
fn judge(report: &mut Report, again: &Report, reach: &Reach) {
    let works = !again.has(Severity::Error) && !again.incomplete;
    let reason = reason(reach, works);
    let only_cause = report.only_cause_of_ours();
    for finding in &mut report.findings {
        // What somebody else's probe proposes was no part of it.
        if !finding.standing.is_built_in() {
            continue;
        }
        let Some(patch) = finding.settings_patch.as_mut() else {
            continue;
        };
        if !patch::settings(patch).any(Setting::shows_in_a_session) {
            continue;
        }
        let only = only_cause.as_ref() == Some(&finding.code);
        let other_host = patch::settings(patch).any(|it| it == Setting::Host);
        let effect = match (After::of(&finding.code, again, reach), reach) {
            (After::There, _) => PatchEffect::Failed,
            (After::NotSeen, _) => PatchEffect::Untried,
            (After::Gone, Reach::Login) if works && only => PatchEffect::CuresAll,
            // Whether anybody can log in there, nobody has seen.
            (After::Gone, Reach::Certificate(_)) if other_host => PatchEffect::Untried,
            (After::Gone, _) => PatchEffect::CuresThis,
        };
        let effect = serde_json::to_value(effect).unwrap_or_default();
        patch.insert("effect".into(), effect);
        if let (Some(reason), true) = (&reason, other_host) {
            patch.insert("reason".into(), reason.as_str().into());
        }
    }
    if let Some(patch) = report.settings_patch.as_mut() {
        let verified = works && matches!(reach, Reach::Login);
        patch.insert("verified".into(), verified.into());
        if !works && again.has(Severity::Error) {
            patch.insert("remaining".into(), again.root_causes.clone().into());
        }
    }
    if let Some(reason) = reason {
        explain(report, &reason);
    }
}

/// Why a proof proves less than all.
fn reason(reach: &Reach, works: bool) -> Option<String> {
    let Reach::Certificate(beyond) = reach else {
        return None;
    };
    let seen = if works {
        ", and nothing is wrong so far"
    } else {
        ""
    };
    let mut reason =
        format!("tried up to the certificate{seen}; no login was tried, because {beyond}");
    if let Beyond::Host { other, .. } = beyond {
        reason += &format!(
            ". Before you change the host, make sure with the administrator of the server that {other} is its name"
        );
    }
    Some(reason)
}

/// What the proof cost and what was said in it: every login of every run is in the transcript. Times and numbers of
/// connections go on from those of the diagnosis.
fn append(report: &mut Report, again: Report) {
    let (began, opened) = (report.duration_ms, report.connections);
    let numbered = report.transcript.iter().map(|line| line.connection).max();
    let numbered = numbered
        .unwrap_or_default()
        .max(opened.control + opened.data);
    let lines = again.transcript.into_iter().map(|mut line| {
        line.at_ms += began;
        line.connection += numbered;
        line.part = RunPhase::Proof;
        line
    });
    report.transcript.extend(lines);
    report.connections.control += again.connections.control;
    report.connections.data += again.connections.data;
    report.connections.peak = report.connections.peak.max(again.connections.peak);
    report.duration_ms += again.duration_ms;
}
