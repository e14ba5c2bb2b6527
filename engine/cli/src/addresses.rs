//! `remote-doctor addresses`.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::args::{AddressesArgs, Format};
use super::output::Delivered;
use super::{CliError, Exit, check, output, secret};
use diagnosis::codes::engine_code;
use files::output_file::Lock;
use host::net::Resolver;
use host::trust::Trust;
use model::clock;
use published_addresses::Lists;
use published_addresses::address_report::{AddressReport, CHANGED, Comparison};
use published_addresses::fetch::{Client, Token};
use published_addresses::read::Mapping;
use published_addresses::remotes::SavedRemote;
use published_addresses::source::Source;
use published_addresses::state;
use published_addresses::state::SavedLists;
use settings::RemoteFile;

/// Beside the time of the look itself, which another process may be making.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longer than any report.
const MAX_REPORT: u64 = 64 * 1024 * 1024;

pub(super) async fn run(args: AddressesArgs) -> Result<Exit, CliError> {
    clock::now()?;
    output::may_write(args.output.as_deref())?;
    let source = Source::parse(&args.source)?;
    let token = token(&args, &source)?;
    let trust = Trust::new(&check::authorities(&args.ca_file)?);
    let client = Client::new(&trust, Resolver::new(None)?);
    let saved = saved_remotes(&args.remote)?;
    // A second process that looks at the same time sees what this one saw, and a change is told once.
    let lock = tokio::select! {
        lock = Lock::of(&args.state, args.timeout + PATIENCE) => lock?,
        Ok(()) = tokio::signal::ctrl_c() => return Ok(Exit::Interrupted),
    };
    let before = SavedLists::load(&args.state, &source.to_string())?;
    let answer = tokio::select! {
        answer = lists(&args, &source, &client, token.as_ref(), before.as_ref()) => answer,
        Ok(()) = tokio::signal::ctrl_c() => return Ok(Exit::Interrupted),
    };
    let address_report = AddressReport::new(
        &source.to_string(),
        before.as_ref(),
        answer,
        &saved,
        &engine_code(CHANGED),
        Timestamp::now(),
    );
    let rendered = match args.format {
        Format::Text => published_addresses::text::render(&address_report),
        Format::Json => output::json(&address_report),
    };
    let mut delivered = output::put(&rendered, args.output.as_deref());
    // Not before it was told: a change that is saved is never reported again.
    if delivered != Delivered::Nowhere
        && let Some(state) = address_report.state(before.as_ref())
    {
        delivered = delivered.and(state.save(&args.state));
    }
    drop(lock);
    Ok(delivered.exit(match address_report.outcome {
        Comparison::FirstLook { .. } | Comparison::Unchanged { .. } => Exit::Fine,
        Comparison::Changed { .. } => Exit::Found,
        Comparison::CouldNotLook { .. } => Exit::Incomplete,
    }))
}

/// The lists as they are now, or a sentence on why they are not known.
async fn lists(
    args: &AddressesArgs,
    source: &Source,
    client: &Client,
    token: Option<&Token>,
    before: Option<&SavedLists>,
) -> Result<Lists, String> {
    let mapping = Mapping {
        published: args.published.clone(),
        dedicated: args.dedicated_at.clone(),
    };
    let answer = source.lists(&mapping, client, token, args.timeout).await;
    let now = answer.and_then(|now| match before {
        Some(before) => before.lists.succeeded_by(now, args.allow_empty),
        None => Ok(now),
    });
    now.map_err(|error| {
        let text = error.to_string();
        token.map_or(text.clone(), |token| token.masked(&text))
    })
}

fn token(args: &AddressesArgs, source: &Source) -> Result<Option<Token>, CliError> {
    let Some(path) = &args.token_file else {
        return Ok(None);
    };
    if let Source::File(_) = source {
        let why = "a file needs no token: --token-file is for an endpoint";
        return Err(CliError::Usage(why.into()));
    }
    if source.is_exposed() && !args.allow_cleartext_token {
        let why = "the token would be sent in clear text: use https://, or agree with --allow-cleartext-token";
        return Err(CliError::Usage(why.into()));
    }
    let secret = secret::token(path)?;
    Ok(Some(Token::new(args.token_header.as_deref(), &secret)?))
}

/// The remotes of all reports, each once.
fn saved_remotes(paths: &[PathBuf]) -> Result<Vec<SavedRemote>, CliError> {
    let mut all: Vec<SavedRemote> = Vec::new();
    for path in paths {
        let found = if path.is_dir() {
            of_folder(path)?
        } else {
            vec![of_file(path)?]
        };
        for saved in found {
            let known = |other: &SavedRemote| saved.remote.is_ok() && other.remote == saved.remote;
            if !all.iter().any(known) {
                all.push(saved);
            }
        }
    }
    Ok(all)
}

/// A file that was named has to be a report or a settings file.
fn of_file(path: &Path) -> Result<SavedRemote, CliError> {
    let text = read(path).map_err(|source| file(path, source))?;
    if is_settings(path) {
        // With its place in the file, as `check` would say it.
        RemoteFile::read(&path.display().to_string(), &text)?;
    }
    let saved = saved(path, &text);
    match &saved.remote {
        Ok(_) => Ok(saved),
        Err(why) => Err(CliError::Usage(format!("{}: {why}", path.display()))),
    }
}

/// One bad file among many must not keep a change from being reported; it is listed as not known.
fn of_folder(folder: &Path) -> Result<Vec<SavedRemote>, CliError> {
    let entries = fs::read_dir(folder).and_then(|entries| {
        let paths = entries.map(|entry| Ok(entry?.path()));
        paths.collect::<io::Result<Vec<PathBuf>>>()
    });
    let mut paths = entries.map_err(|source| file(folder, source))?;
    paths.retain(|path| {
        let kind = path.extension();
        path.is_file() && (is_settings(path) || kind.is_some_and(|it| it == "json"))
    });
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        match read(&path) {
            Ok(text) if state::is_state(&text) => {}
            Ok(text) => all.push(saved(&path, &text)),
            Err(error) => all.push(SavedRemote {
                file: path.display().to_string(),
                remote: Err(error.to_string()),
            }),
        }
    }
    match all.is_empty() {
        true => Err(CliError::Usage(format!(
            "{}: no report (*.json) and no settings file (*.toml) in this folder",
            folder.display()
        ))),
        false => Ok(all),
    }
}

fn saved(path: &Path, text: &[u8]) -> SavedRemote {
    let name = path.display().to_string();
    match is_settings(path) {
        true => SavedRemote::of_settings(name, text),
        false => SavedRemote::read(name, text),
    }
}

fn is_settings(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "toml")
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    File::open(path)?.take(MAX_REPORT).read_to_end(&mut text)?;
    Ok(text)
}

fn file(path: &Path, source: io::Error) -> CliError {
    CliError::File {
        what: path.display().to_string(),
        source,
    }
}
