//! `remote-doctor plugin list`: the probes there are, in the order in which they get to run.

use std::path::PathBuf;

use super::super::progress::with_spinner;
use super::super::third_party::SignatureArgs;
use super::super::{CliError, Exit, output};
use report::style::{BOLD, styled};
use run::Probes;

pub(super) async fn run(files: &[PathBuf], signatures: &SignatureArgs) -> Result<Exit, CliError> {
    let signatures = signatures.signatures(files)?;
    let probes = with_spinner(false, Probes::load(files, &signatures)).await?;
    let width = probes.plugins.iter().map(|it| it.description.name.len());
    let width = width.max().unwrap_or_default();
    let mut out = String::new();
    for plugin in &probes.plugins {
        let about = &plugin.description;
        let name = format!("{:width$}", about.name);
        let codes = about.codes.len();
        let asked: Vec<_> = about.capabilities.iter().map(ToString::to_string).collect();
        let asks_for = match asked.is_empty() {
            true => "nothing".into(),
            false => asked.join(", "),
        };
        let vouched_for = match plugin.is_third_party() {
            true => format!("; {}", plugin.signer),
            false => String::new(),
        };
        out.push_str(&format!(
            "{}  {}  {codes:2} code{}  {}  {}; asks for {asks_for}{}\n",
            styled(BOLD, &name),
            about.version,
            if codes == 1 { " " } else { "s" },
            &plugin.digest[..plugin.digest.len().min(19)],
            about.summary,
            vouched_for,
        ));
    }
    output::print(&out)?;
    Ok(Exit::Fine)
}
