//! `remote-doctor lab`: a faulty server in the foreground, to point other clients at.

use std::net::SocketAddr;

use lab::{Behaviour, Lab, NotAWord, Word};

use super::args::LabArgs;
use super::{CliError, Exit, output, say};
use report::style::wrapped;

/// The words of `lab --list` stand in a column of this width.
const COLUMN: usize = 36;

pub(super) async fn run(args: LabArgs) -> Result<Exit, CliError> {
    if args.list {
        output::print(&list())?;
        return Ok(Exit::Fine);
    }
    let behaviour = args.behaviour.as_deref().map(behaviour).transpose()?;
    let behaviour = behaviour.unwrap_or_default();
    let lab = Lab::start_on(behaviour, SocketAddr::new(args.listen, args.port)).await?;
    if let Some(path) = &args.ca_file {
        output::write(path, lab.authority_pem())?;
    }
    let user = &lab.behaviour().user;
    output::print(&format!(
        "listening on {} (user {user}, password {})\n",
        lab.address(),
        lab.behaviour().password
    ))?;
    let mut seen = 0;
    loop {
        tokio::select! {
            (exchanges, now_seen) = lab.follow(seen) => {
                seen = now_seen;
                for exchange in exchanges {
                    say::line(exchange);
                }
            }
            interrupted = tokio::signal::ctrl_c() => {
                interrupted.map_err(|source| CliError::File { what: "waiting for Ctrl-C".into(), source })?;
                return Ok(Exit::Interrupted);
            }
        }
    }
}

/// In words, or as JSON.
fn behaviour(text: &str) -> Result<Behaviour, CliError> {
    let wrong = |why: String| CliError::Usage(format!("--behaviour: {why}"));
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| wrong(error.to_string()));
    }
    text.parse().map_err(|NotAWord(word): NotAWord| {
        let hint = match meant(&word) {
            Some(meant) => format!("Did you mean {meant}? "),
            None => String::new(),
        };
        wrong(format!(
            "`{word}` is not a known behaviour. {hint}`remote-doctor lab --list` lists all"
        ))
    })
}

/// The word that is spelt most alike.
fn meant(typed: &str) -> Option<String> {
    const ALIKE: f64 = 0.6;
    let alike = |word: &Word| strsim::normalized_damerau_levenshtein(&word.name, typed);
    let near = Word::all().into_iter().filter(|word| alike(word) >= ALIKE);
    near.max_by(|a, b| alike(a).total_cmp(&alike(b)))
        .map(|word| word.name)
}

/// All words with what they do, by what they are about.
fn list() -> String {
    let words = Word::all();
    let mut out = String::new();
    for (kind, heading) in [
        ("mode", "What listens:"),
        ("certificate", "The certificate:"),
        ("fault", "Faults:"),
        ("software", "Whose words it uses:"),
    ] {
        out.push_str(&format!("{heading}\n"));
        for word in words.iter().filter(|word| word.kind == kind) {
            let begin = format!("  {:COLUMN$}", word.name);
            out.push_str(&wrapped(&begin, &word.about));
            out.push('\n');
        }
        out.push('\n');
    }
    out.push_str("remote-doctor lab --behaviour expired,epsv-refused\n");
    out
}
