//! `remote-doctor plugin inspect`: what a component is and what it could do, before it does anything.

use std::fmt::Write;
use std::path::Path;

use serde_json::json;

use super::super::{CliError, Exit, output};
use crate::builtin::CatalogueError;
use crate::finding::Description;
use crate::plugin::{Anatomy, LoadError, Sandbox};
use crate::report::style::{BAD, BOLD, GOOD, styled};

/// What calling a function of the contract means to whoever runs a probe, by its beginning. What is not here has no effect
/// outside the sandbox.
const MEANING: &[(&str, &str)] = &[
    ("net.resolve", "ask for the addresses of names"),
    ("net.aliases", "ask for the addresses of names"),
    ("net.connect-data", "open data connections to the remote"),
    (
        "net.connect",
        "connect to the remote: the configured port, 21 and 990",
    ),
    (
        "login.credential.send-password",
        "have the host log in; the password itself stays with the host",
    ),
    (
        "writes.name",
        "write on the remote, where --allow-writes is given: files of its own, which it removes",
    ),
    (
        "trust.fetch-issuer",
        "fetch a certificate's issuer from a third party, where --fetch-issuers is given",
    ),
    (
        "relay.take",
        "go on with a session that another probe opened",
    ),
    ("relay.leave", "hand its session on to other probes"),
];

pub(super) async fn run(file: &Path, as_json: bool) -> Result<Exit, CliError> {
    let sandbox = Sandbox::shared();
    let anatomy = sandbox.anatomy(file).map_err(CatalogueError::from)?;
    let loaded = sandbox.load_file(file).await;
    let described = loaded.as_ref().map(|plugin| &plugin.description);
    let text = match as_json {
        true => output::json(&record(&anatomy, described)),
        false => shown(file, &anatomy, described),
    };
    output::print(&text)?;
    match loaded {
        Ok(_) => Ok(Exit::Fine),
        Err(_) => Ok(Exit::Usage),
    }
}

fn abilities(anatomy: &Anatomy) -> Vec<&'static str> {
    let mut all: Vec<&str> = MEANING
        .iter()
        .filter(|(call, _)| {
            anatomy.calls.iter().any(|it| {
                it.strip_prefix(call)
                    .is_some_and(|rest| rest.is_empty() || rest == "-with")
            })
        })
        .map(|(_, meaning)| *meaning)
        .collect();
    all.dedup();
    all
}

fn record(anatomy: &Anatomy, described: Result<&Description, &LoadError>) -> serde_json::Value {
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
    json!({
        "name": described.map(|it| it.name.clone()).ok(),
        "version": described.map(|it| it.version.clone()).ok(),
        "summary": described.map(|it| it.summary.clone()).ok(),
        "file": anatomy,
        "contract_spoken": Anatomy::SPOKEN,
        "abilities": abilities(anatomy),
        "codes": described.map(codes).ok(),
        "also_reports": described.map(|it| it.also_reports.clone()).ok(),
        "takes": described.ok().and_then(|it| it.takes.clone()),
        "after": described.map(|it| it.after.clone()).ok(),
        "leaves": described.map(|it| it.leaves.clone()).ok(),
        "refused": described.err().map(ToString::to_string),
    })
}

fn shown(file: &Path, anatomy: &Anatomy, described: Result<&Description, &LoadError>) -> String {
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
    row("size", &format!("{} KiB", anatomy.size.div_ceil(1024)));
    row("digest", &anatomy.digest);
    let versions: Vec<&str> = anatomy.contract.iter().map(String::as_str).collect();
    let contract = match versions[..] {
        [] => "none".to_string(),
        _ => versions.join(", "),
    };
    row(
        "contract",
        &format!("{contract} (this program speaks {})", Anatomy::SPOKEN),
    );
    if let Ok(description) = described {
        for (index, code) in description.codes.iter().enumerate() {
            let label = if index == 0 { "reports" } else { "" };
            row(
                label,
                &format!("{} ({}): {}", code.name, code.severity, code.title),
            );
        }
        let lists = [
            ("also", &description.also_reports),
            ("after", &description.after),
            ("leaves", &description.leaves),
        ];
        for (label, list) in lists.iter().filter(|(_, list)| !list.is_empty()) {
            row(label, &list.join(", "));
        }
        if let Some(takes) = &description.takes {
            row("takes", takes);
        }
    }
    let abilities = abilities(anatomy);
    for (index, ability) in abilities.iter().enumerate() {
        row(if index == 0 { "can" } else { "" }, ability);
    }
    if abilities.is_empty() {
        row("can", "nothing but read what other probes found");
    }
    for (index, import) in anatomy.foreign.iter().enumerate() {
        row(if index == 0 { "not given" } else { "" }, import);
    }
    let verdict = match described {
        Ok(_) => styled(GOOD, "would be let in"),
        Err(error) => format!("{}: {error}", styled(BAD, "refused")),
    };
    row("verdict", &verdict);
    out
}
