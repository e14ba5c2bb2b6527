//! `remote-doctor explain`: the page of a code, or the pages for what somebody saw.

use std::path::PathBuf;

use super::progress::with_spinner;
use super::third_party::SignatureArgs;
use super::{CliError, Exit, output, say};
use diagnosis::symptom;
use run::Probes;

#[derive(clap::Args, Debug)]
pub(crate) struct ExplainArgs {
    /// A code, such as cert.expired, for its page; or what you saw, for the pages that may be the one: an error text, a
    /// reply code with or without its phase, a part of a code, words
    #[arg(required_unless_present = "list", value_name = "CODE|SYMPTOM")]
    symptom: Vec<String>,
    /// List all codes
    #[arg(long)]
    list: bool,
    /// Include the codes of these third-party probes
    #[arg(long, value_name = "FILE.wasm")]
    plugin: Vec<PathBuf>,
    #[command(flatten)]
    signatures: SignatureArgs,
}

pub(super) async fn run(args: ExplainArgs) -> Result<Exit, CliError> {
    let signatures = args.signatures.signatures(&args.plugin)?;
    let loading = Probes::load(&args.plugin, &signatures);
    let probes = with_spinner(false, loading).await?;
    if args.list {
        output::print(&report::list(&probes.codes))?;
        return Ok(Exit::Fine);
    }
    let asked = args.symptom.join(" ");
    if let Some(code) = probes.codes.code(asked.trim()) {
        output::print(&report::explain(code))?;
        return Ok(Exit::Fine);
    }
    if let Some(error) = misspelt(&probes, &asked) {
        return Err(error);
    }
    let found = symptom::search(&probes.codes, &asked);
    let products = symptom::products(&asked);
    if found.is_empty() && products.is_empty() {
        return Err(CliError::Usage(format!(
            "nothing was found for `{asked}`; try fewer or other words. `remote-doctor explain --list` lists all codes"
        )));
    }
    output::print(&report::found(&found, &products))?;
    say::line("`remote-doctor explain CODE` prints a page");
    Ok(Exit::Fine)
}

/// One word with a dot is meant to be a code: names those that are spelt alike.
fn misspelt(probes: &Probes, name: &str) -> Option<CliError> {
    const ALIKE: f64 = 0.7;
    if name.contains(char::is_whitespace) || !name.contains('.') {
        return None;
    }
    let likeness = |code: &str| {
        let problem = code.split_once('.').map_or(code, |(_, problem)| problem);
        strsim::normalized_damerau_levenshtein(code, name)
            .max(strsim::normalized_damerau_levenshtein(problem, name))
    };
    let names = probes.codes.all().iter().map(|code| code.name.as_str());
    let mut near: Vec<(f64, &str)> = names
        .map(|code| (likeness(code), code))
        .filter(|near| near.0 > ALIKE)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near: Vec<&str> = near.iter().take(3).map(|(_, code)| *code).collect();
    (!near.is_empty()).then(|| {
        CliError::Usage(format!(
            "there is no code `{name}`. Did you mean {}? `remote-doctor explain --list` lists all",
            near.join(" or ")
        ))
    })
}
