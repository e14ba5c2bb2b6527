//! A change of settings is proven by using it: the remote is looked at once more, briefly, as it would be configured then.

use std::time::Duration;

use serde_json::{Map, Value, from_value};

use crate::builtin::Catalogue;
use crate::finding::{OmissionCause, PatchEffect, Severity};
use crate::recording::{Part, World};
use crate::report::Report;
use crate::run::{self, Interrupt, Watch};
use crate::settings::{Check, Depth, SslSetting};

/// Less time than this is not enough to begin another look.
const AT_LEAST: Duration = Duration::from_secs(10);
/// A connection that was closed still counts for a moment at the server.
const BREATH: Duration = Duration::from_millis(200);
/// Control connections that a look may open from each source address, unless it is to load the remote.
const MOST: u32 = 6;

/// Tries the changes that a report proposes, all together, and writes into the report what they cure.
///
/// Clear text is never tried, nor anything that a refused password stands in the way of. What needs more than one session to
/// show goes along and is not judged by this look.
pub async fn verify(
    report: &mut Report,
    check: &Check,
    catalogue: &Catalogue,
    world: &World,
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
    let refused = report.fact_is("login.accepted", false);
    let addresses = u32::try_from(report.matrix.len().max(1)).unwrap_or(1);
    let used_up = check.depth != Depth::Full && report.connections.control >= MOST * addresses;
    if refused || report.interrupted || left < AT_LEAST || used_up {
        return;
    }
    let Some(mut patched) = patched(check, &patch) else {
        return;
    };
    patched.timeouts.whole = left;
    if !world.has(Part::Proof, &patched.remote) {
        return;
    }
    tokio::time::sleep(BREATH).await;
    let Ok(record) = run::brief(&patched, catalogue, world, interrupt, watch).await else {
        return;
    };
    let again = Report::new(&record, &patched.remote, catalogue, report.started);
    if record.cut.is_none() {
        judge(report, &again);
    }
    report.connections.control += again.connections.control;
    report.connections.data += again.connections.data;
    report.connections.peak = report.connections.peak.max(again.connections.peak);
    report.duration_ms += again.duration_ms;
}

/// The check with the changed settings; none where they are not to be tried.
fn patched(check: &Check, patch: &Map<String, Value>) -> Option<Check> {
    let mut patched = check.clone();
    let remote = &mut patched.remote;
    // As a whole or not at all: a part of the changes mends a part of the faults.
    for (name, value) in patch.iter().filter(|(name, _)| *name != "verified") {
        match (name.as_str(), value) {
            ("ssl", Value::String(ssl)) => {
                remote.ssl = match ssl.as_str() {
                    "require-explicit" => SslSetting::RequireExplicit,
                    "require-implicit" => SslSetting::RequireImplicit,
                    // In clear text the password would be anybody's.
                    _ => return None,
                }
            }
            ("port", Value::Number(port)) => remote.port = port.as_u64()?.try_into().ok()?,
            ("host", Value::String(host)) => remote.host.clone_from(host),
            ("remote_path", Value::String(path)) => remote.remote_path = Some(path.clone()),
            ("passive_mode", mode) => remote.client.passive_mode = from_value(mode.clone()).ok()?,
            ("ip_version", version) => {
                remote.client.ip_version = from_value(version.clone()).ok()?;
            }
            ("highest_tls_version", version) => {
                remote.client.highest_tls_version = from_value(version.clone()).ok()?;
            }
            ("reply_timeout", Value::Number(seconds)) => {
                patched.timeouts.reply = Duration::from_secs(seconds.as_u64()?);
            }
            // The probe that proposes a number has tried it; one session has no use for it.
            ("max_connections", Value::Number(most)) => {
                remote.max_connections = Some(most.as_u64()?.try_into().ok()?);
            }
            ("source_set", Value::String(set)) => {
                let dedicated = set == "dedicated";
                let is_of_set = |it: &std::net::IpAddr| remote.dedicated.contains(it) == dedicated;
                remote.sources = remote.sources.iter().copied().filter(is_of_set).collect();
                remote.dedicated.retain(|_| dedicated);
            }
            _ => return None,
        }
    }
    patched.permissions.writes = false;
    // One session shows it; where addresses differ, that is a finding of its own.
    remote.sources.truncate(1);
    Some(patched)
}

/// Whether one session tells what a change does. A number of sessions does not show in one, and a greeting stays slow
/// however long one waits for it: of these the probe says itself what it saw.
fn shows_in_a_session(name: &str) -> bool {
    !["max_connections", "reply_timeout", "effect"].contains(&name)
}

/// What is left with the changes made.
fn judge(report: &mut Report, again: &Report) {
    let works = !again.has(Severity::Error) && !again.incomplete;
    let left = |code: &str| {
        let found = again.findings.iter().any(|finding| finding.code == code);
        // What another fault hides now is not cured.
        let hidden = again.not_tested.iter().any(|omission| {
            matches!(
                omission.cause,
                OmissionCause::BehindFault | OmissionCause::CouldNotLook
            ) && omission.codes.iter().any(|it| it == code)
        });
        found || hidden
    };
    let only = report.only_cause_of_ours();
    for finding in &mut report.findings {
        if !finding.standing.is_built_in() {
            continue;
        }
        let Some(patch) = finding.settings_patch.as_mut() else {
            continue;
        };
        if !patch.keys().any(|name| shows_in_a_session(name)) {
            continue;
        }
        let effect = match (&only, left(&finding.code)) {
            (Some(only), false) if works && *only == finding.code => PatchEffect::CuresAll,
            (_, false) => PatchEffect::CuresThis,
            (_, true) => PatchEffect::Failed,
        };
        let effect = serde_json::to_value(effect).unwrap_or_default();
        patch.insert("effect".into(), effect);
    }
    if let Some(patch) = report.settings_patch.as_mut() {
        patch.insert("verified".into(), works.into());
        if !works && again.has(Severity::Error) {
            patch.insert("remaining".into(), again.root_causes.clone().into());
        }
    }
}
