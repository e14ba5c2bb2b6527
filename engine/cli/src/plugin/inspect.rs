//! `remote-doctor plugin inspect`: what a component is and what it could do, before it does anything.

use std::fmt::Write;
use std::path::Path;

use serde_json::json;

use super::super::progress::with_spinner;
use super::super::third_party::SignatureArgs;
use super::super::{CliError, Exit, output};
use model::capability::Capability;
use model::finding::Description;
use model::signer::Signer;
use model::standing;
use report::style::{BAD, BOLD, GOOD, styled};
use run::{Probes, ProbesError};
use sandbox::{ComponentInfo, Inspected, LoadError, Plugin, Sandbox, Shape};

/// What calling a function of the contract means, where no capability stands for it. What is in neither list has no effect
/// outside the sandbox.
const HANDED_ON: &[(&str, &str)] = &[("handoff.leave", "hand its session on to other probes")];

pub(super) async fn run(
    file: &Path,
    as_json: bool,
    signatures: &SignatureArgs,
) -> Result<Exit, CliError> {
    let signatures = signatures.signatures(&[file])?;
    let sandbox = Sandbox::shared();
    let inspected = with_spinner(false, sandbox.inspect(file, &signatures)).await;
    let Inspected { info, loaded } = inspected.map_err(ProbesError::from)?;
    let refused = refused(loaded.as_ref()).await?;
    let text = match as_json {
        true => output::json(&record(&info, loaded.as_ref(), refused.as_deref())),
        false => shown(file, &info, loaded.as_ref(), refused.as_deref()),
    };
    output::print(&text)?;
    match refused {
        None => Ok(Exit::Fine),
        Some(_) => Ok(Exit::Usage),
    }
}

/// Why a run would not let it in: it is no probe, or claims what is not its own.
async fn refused(loaded: Result<&Plugin, &LoadError>) -> Result<Option<String>, CliError> {
    let plugin = match loaded {
        Err(error) => return Ok(Some(error.to_string())),
        Ok(plugin) => plugin,
    };
    let ours = with_spinner(false, Probes::built_in()).await?;
    let ours = ours.plugins.iter().map(|it| &*it.description);
    let checked = standing::check(ours.chain([&*plugin.description]));
    Ok(checked.err().map(|it| it.to_string()))
}

/// What its imports let it do.
fn abilities(shape: &Shape) -> Vec<&'static str> {
    let needed = shape.needs();
    let needed = needed.iter().map(|it| it.meaning());
    needed.chain(handed_on(shape)).collect()
}

fn handed_on(shape: &Shape) -> impl Iterator<Item = &'static str> {
    let can = HANDED_ON
        .iter()
        .filter(|(call, _)| shape.calls.contains(*call));
    can.map(|(_, meaning)| *meaning)
}

/// The functions that it can call and does not ask for: calling one of them stops it.
fn unasked<'a>(shape: &'a Shape, description: &Description) -> Vec<&'a str> {
    let asked = &description.capabilities;
    let unasked =
        |call: &&String| Capability::needed_by(call).is_some_and(|needed| !asked.contains(&needed));
    shape
        .calls
        .iter()
        .filter(unasked)
        .map(String::as_str)
        .collect()
}

fn record(
    info: &ComponentInfo,
    loaded: Result<&Plugin, &LoadError>,
    refused: Option<&str>,
) -> serde_json::Value {
    let described = loaded.map(|plugin| &*plugin.description);
    let shape = info.shape.as_ref();
    let codes = |description: &Description| {
        let codes = description.codes.iter();
        codes
            .map(|code| {
                json!({
                    "code": code.name,
                    "severity": code.severity,
                    "owner": code.owner,
                    "title": code.title,
                })
            })
            .collect::<Vec<_>>()
    };
    let facts = |description: &Description| {
        let facts = description.facts.iter();
        facts
            .map(|fact| json!({"fact": fact.name, "title": fact.title}))
            .collect::<Vec<_>>()
    };
    json!({
        "name": described.map(|it| it.name.clone()).ok(),
        "version": described.map(|it| it.version.clone()).ok(),
        "summary": described.map(|it| it.summary.clone()).ok(),
        "file": info,
        "contract_spoken": ComponentInfo::SPOKEN,
        "signer": loaded.map(|it| it.signer.clone()).ok(),
        "capabilities": described.map(|it| it.capabilities.clone()).ok(),
        "unasked_calls": described.ok().zip(shape).map(|(it, shape)| unasked(shape, it)),
        "abilities": shape.map(abilities),
        "codes": described.map(codes).ok(),
        "facts": described.map(facts).ok(),
        "also_reports": described.map(|it| it.also_reports.clone()).ok(),
        "takes": described.ok().and_then(|it| it.consumes.clone()),
        "after": described.map(|it| it.requires.clone()).ok(),
        "leaves": described.map(|it| it.provides.clone()).ok(),
        "from_depth": described.ok().and_then(|it| it.from_depth),
        "refused": refused,
    })
}

fn shown(
    file: &Path,
    info: &ComponentInfo,
    loaded: Result<&Plugin, &LoadError>,
    refused: Option<&str>,
) -> String {
    let described = loaded.map(|plugin| &*plugin.description);
    let mut out = String::new();
    let mut row = |label: &str, value: &str| {
        let _ = writeln!(out, "{label:10}{value}");
    };
    if let Ok(description) = described {
        let title = format!("{} {}", description.name, description.version);
        row(&styled(BOLD, &title), "");
        row("", description.summary.as_str());
    }
    row("file", &file.display().to_string());
    row("size", &format!("{} KiB", info.size.div_ceil(1024)));
    row("digest", &info.digest);
    if let Ok(plugin) = loaded {
        row("signer", &signer(&plugin.signer));
    }
    if let Some(shape) = &info.shape {
        row("contract", &contract(shape));
    }
    if let Ok(description) = described {
        for (index, code) in description.codes.iter().enumerate() {
            let label = if index == 0 { "reports" } else { "" };
            row(
                label,
                &format!("{} ({}): {}", code.name, code.severity, code.title),
            );
        }
        for (index, fact) in description.facts.iter().enumerate() {
            let label = if index == 0 { "states" } else { "" };
            row(label, &format!("{}: {}", fact.name, fact.title));
        }
        let lists = [
            ("also", &description.also_reports),
            ("after", &description.requires),
            ("leaves", &description.provides),
        ];
        for (label, list) in lists.iter().filter(|(_, list)| !list.is_empty()) {
            row(label, &list.join(", "));
        }
        if let Some(takes) = &description.consumes {
            row("takes", takes);
        }
        if let Some(depth) = description.from_depth {
            row("looks", &format!("from --depth {depth} on"));
        }
        for (index, asked) in description.capabilities.iter().enumerate() {
            let label = if index == 0 { "asks for" } else { "" };
            row(label, &format!("{asked}: to {}", asked.meaning()));
        }
        if description.capabilities.is_empty() {
            row("asks for", "nothing beyond what other probes found");
        }
        let unasked = info.shape.iter().flat_map(|it| unasked(it, description));
        for (index, call) in unasked.enumerate() {
            let label = if index == 0 { "unasked" } else { "" };
            row(label, &format!("{call}: would stop it"));
        }
    }
    if let Some(shape) = &info.shape {
        // What it asks for, it can; of one that is refused nobody knows what it asks for.
        let can = match described {
            Ok(_) => handed_on(shape).collect(),
            Err(_) => abilities(shape),
        };
        for (index, ability) in can.iter().enumerate() {
            row(if index == 0 { "can" } else { "" }, ability);
        }
        for (index, import) in shape.foreign.iter().enumerate() {
            row(if index == 0 { "not given" } else { "" }, import);
        }
    }
    let verdict = match refused {
        None => styled(GOOD, "would be accepted"),
        Some(why) => format!("{}: {why}", styled(BAD, "refused")),
    };
    row("verdict", &verdict);
    out
}

/// The versions of the contract that it was made for, and ours.
fn contract(shape: &Shape) -> String {
    let versions: Vec<&str> = shape.contract.iter().map(String::as_str).collect();
    let versions = match versions[..] {
        [] => "none".to_string(),
        _ => versions.join(", "),
    };
    format!(
        "{versions} (this program supports {})",
        ComponentInfo::SPOKEN
    )
}

/// With the words that a trusted signer put beside the signature.
fn signer(signer: &Signer) -> String {
    match signer {
        Signer::Trusted { comment, .. } if !comment.is_empty() => format!("{signer} ({comment})"),
        _ => signer.to_string(),
    }
}
