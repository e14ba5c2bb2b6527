//! `remote-doctor clients`: what well-known clients would do with the remote of a saved report.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::args::Format;
use super::progress::with_spinner;
use super::{CliError, Exit, input, output, say};
use ::clients::{ClientOutcome, Clients, Prediction, Profile};
use model::redaction::Level;
use report::clients::{server, table};
use report::redact::redact;
use run::Probes;
use settings::choices::one_of;

/// No profile is longer, in bytes.
const MOST: u64 = 256 * 1024;

#[derive(clap::Args, Debug)]
pub(crate) struct ClientsArgs {
    /// A report from `check --format json` or `check --format html`
    #[arg(value_name = "REPORT")]
    report: PathBuf,
    /// Only this client (repeatable)
    #[arg(long, value_name = "NAME")]
    client: Vec<String>,
    /// A folder with profiles of other clients, one TOML file for each
    #[arg(long, value_name = "DIR")]
    profiles: Option<PathBuf>,
    /// Format of the table
    #[arg(long, default_value = "text")]
    format: Format,
    /// Who the table is for; placeholders replace private names and addresses [default: internal]
    #[arg(long, value_name = "LEVEL", value_parser = one_of::<Level>())]
    redact: Option<Level>,
    /// Write it to this file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The form for programs.
#[derive(Serialize)]
struct Told {
    clients: Vec<ClientOutcome>,
}

pub(super) async fn run(args: ClientsArgs) -> Result<Exit, CliError> {
    output::may_write(args.output.as_deref())?;
    let clients = known(args.profiles.as_deref())?;
    let probes = with_spinner(false, Probes::built_in()).await?;
    let report = input::report(&args.report, probes.codes.facts())?;
    let report = say::shown(redact(report, args.redact)?)?;
    let server = server(&report);
    let predictions: Vec<Prediction> = match args.client.is_empty() {
        true => clients.predict_all(&server),
        false => {
            let named = args.client.iter().map(|name| clients.find(name));
            let named: Vec<&Profile> = named.collect::<Result<_, _>>()?;
            named
                .into_iter()
                .map(|it| clients.predict(it, &server))
                .collect()
        }
    };
    let outcomes: Vec<ClientOutcome> = predictions.iter().map(Prediction::outcome).collect();
    let rendered = match args.format {
        Format::Text => table(&outcomes),
        Format::Json => output::json(&Told { clients: outcomes }),
    };
    let delivered = output::put(&rendered, args.output.as_deref());
    Ok(delivered.exit(Exit::Fine))
}

/// The clients of the program, and those of a folder.
pub(super) fn known(folder: Option<&Path>) -> Result<Clients, CliError> {
    let mut clients = Clients::built_in()?;
    let Some(folder) = folder else {
        return Ok(clients);
    };
    let file = |path: &Path, source| CliError::File {
        what: path.display().to_string(),
        source,
    };
    let entries = std::fs::read_dir(folder).map_err(|error| file(folder, error))?;
    let paths = entries.map(|entry| entry.map(|it| it.path()));
    let mut paths: Vec<PathBuf> = paths
        .collect::<Result<_, _>>()
        .map_err(|error| file(folder, error))?;
    paths.retain(|path| path.extension().is_some_and(|it| it == "toml"));
    paths.sort();
    for path in paths {
        let length = std::fs::metadata(&path)
            .map_err(|error| file(&path, error))?
            .len();
        let place = path.display().to_string();
        if length > MOST {
            return Err(CliError::Usage(format!(
                "{place}: longer than 256 KiB: not a profile"
            )));
        }
        let text = std::fs::read_to_string(&path).map_err(|error| file(&path, error))?;
        clients.add(Profile::parse(&place, &text).map_err(::clients::ClientsError::from)?)?;
    }
    Ok(clients)
}
