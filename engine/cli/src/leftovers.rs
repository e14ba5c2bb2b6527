//! `remote-doctor leftovers`: what checks that were killed left on remotes, and removing it.

mod args;

use std::net::IpAddr;

use jiff::Timestamp;
use serde::Serialize;

use super::args::Format;
use super::check;
use super::output;
use super::progress::{Progress, with_spinner};
use super::{CliError, Exit, remote_file, say, signals, third_party};
pub(super) use args::LeftoversArgs;
use host::Check;
use host::journal;
use host::journal::{Left, Leftovers, Page};
use model::cleaner;
use model::finding::Severity;
use model::remote::SslSetting;
use model::visit::Cut;
use report::Report;
use run::Probes;
use run::{Interrupt, Settled};

/// More is not told of in one line.
const SHOWN: usize = 200;

pub(super) async fn run(args: LeftoversArgs) -> Result<Exit, CliError> {
    let all = journal::leftovers()?;
    for damaged in &all.unreadable {
        say::message(format_args!("warning: {damaged}"));
    }
    if args.remove {
        remove(all, args).await
    } else if args.forget.is_empty() {
        Ok(list(&all, args.format))
    } else {
        forget(all, &args.forget)
    }
}

/// Names what earlier checks left, so that nobody has to remember. It is no reason not to check.
pub(super) fn remind() {
    let all = match journal::leftovers() {
        Ok(all) => all,
        Err(error) => return say::message(format_args!("warning: {error}")),
    };
    for damaged in &all.unreadable {
        say::message(format_args!("warning: {damaged}"));
    }
    match all.left.as_slice() {
        [] => {}
        [left] => say::message(format_args!(
            "warning: an earlier check of {} left {}; `remote-doctor leftovers` says how to remove it",
            cleaner::line(&left.session.host, SHOWN),
            paths(left)
        )),
        left => say::message(format_args!(
            "warning: {} earlier checks left files on remotes; `remote-doctor leftovers` lists them and says how to remove them",
            left.len()
        )),
    }
}

fn paths(left: &Left) -> String {
    let paths = left
        .made
        .iter()
        .map(|made| cleaner::line(&made.path, SHOWN));
    paths.collect::<Vec<_>>().join(", ")
}

fn list(all: &Leftovers, format: Format) -> Exit {
    let text = match format {
        Format::Json => output::json(&all.left.iter().map(Listed::of).collect::<Vec<_>>()),
        Format::Text if all.left.is_empty() => {
            "Nothing is left on any remote, as far as this user's journal knows.\n".into()
        }
        Format::Text => all
            .left
            .iter()
            .map(described)
            .collect::<Vec<_>>()
            .join("\n"),
    };
    let exit = match (all.left.is_empty(), all.unreadable.is_empty()) {
        (false, _) => Exit::Found,
        (true, false) => Exit::Incomplete,
        (true, true) => Exit::Fine,
    };
    output::put(&text, None).exit(exit)
}

/// What a run left, for programs.
#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    began: Timestamp,
    host: &'a str,
    port: u16,
    ssl: SslSetting,
    user: Option<&'a str>,
    remote_path: Option<&'a str>,
    source: Option<IpAddr>,
    paths: Vec<&'a str>,
}

impl<'a> Listed<'a> {
    fn of(left: &'a Left) -> Listed<'a> {
        let session = &left.session;
        Listed {
            name: &left.name,
            began: left.began,
            host: &session.host,
            port: session.port,
            ssl: session.ssl,
            user: session.user.as_deref(),
            remote_path: session.remote_path.as_deref(),
            source: session.source,
            paths: left.made.iter().map(|made| &*made.path).collect(),
        }
    }
}

fn described(left: &Left) -> String {
    let session = &left.session;
    let shown = |text: &str| cleaner::line(text, SHOWN);
    let mut text = format!(
        "{}, port {}, as {}\n",
        shown(&session.host),
        session.port,
        shown(session.user.as_deref().unwrap_or("nobody"))
    );
    let mut row = |name: &str, value: &str| text.push_str(&format!("  {name:<8}{value}\n"));
    for made in &left.made {
        row("left", &shown(&made.path));
    }
    if let Some(path) = &session.remote_path {
        row("in", &shown(path));
    }
    if let Some(source) = session.source {
        row("from", &source.to_string());
    }
    let minute = left.began.strftime("%Y-%m-%d %H:%M UTC").to_string();
    row("since", &minute);
    row("remove", &command(left));
    row(
        "forget",
        &format!("remote-doctor leftovers --forget {}", left.name),
    );
    text
}

/// What to type. The words are quoted where a shell would read them as something else.
fn command(left: &Left) -> String {
    let session = &left.session;
    let quoted = |text: &str| {
        let text = cleaner::line(text, SHOWN);
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:@/".contains(c);
        match text.chars().all(plain) && !text.is_empty() {
            true => text,
            false => format!("'{}'", text.replace('\'', "'\\''")),
        }
    };
    let mut command = format!(
        "remote-doctor leftovers --remove --host {} --port {} --ssl {}",
        quoted(&session.host),
        session.port,
        session.ssl
    );
    if let Some(user) = &session.user {
        command.push_str(&format!(" --user {} --password-file FILE", quoted(user)));
    }
    command
}

fn forget(all: Leftovers, names: &[String]) -> Result<Exit, CliError> {
    let mut known = all.left;
    for name in names {
        let at = known.iter().position(|left| left.name == *name);
        let at = at.ok_or_else(|| {
            CliError::Usage(format!(
                "the list contains nothing called {}; see `remote-doctor leftovers`",
                cleaner::line(name, SHOWN)
            ))
        })?;
        let left = known.remove(at);
        left.forget().map_err(|source| CliError::File {
            what: name.clone(),
            source,
        })?;
    }
    Ok(Exit::Fine)
}

async fn remove(all: Leftovers, args: LeftoversArgs) -> Result<Exit, CliError> {
    let (quiet, signatures) = (args.quiet, args.signatures.clone());
    let asked = remote_file::filled_in(args.into_check())?;
    let (check, _) = check::request(asked)?;
    let mine = all
        .left
        .into_iter()
        .filter(|left| left.session.is_for(&check.remote));
    let mine: Vec<Left> = mine.collect();
    if mine.is_empty() {
        let place = check.remote.place();
        let user = check.remote.user.as_deref().unwrap_or("nobody");
        output::print(&format!(
            "Nothing is left on {place} by checks as {}.\n",
            cleaner::line(user, SHOWN)
        ))?;
        return Ok(Exit::Fine);
    }
    let plugins = &check.selection.plugins;
    let signatures = signatures.signatures(plugins)?;
    let loading = Probes::load(plugins, &signatures);
    let probes = with_spinner(quiet, loading).await?;
    if !quiet {
        third_party::announce(&probes, &check.selection.denied);
    }
    let interrupt = signals::listen()?;
    let mut exit = Exit::Fine;
    for left in mine {
        match settled(left, &check, &probes, &interrupt, quiet).await? {
            Exit::Fine => {}
            // A password that was refused once is not tried for the next.
            other => {
                exit = other;
                break;
            }
        }
    }
    Ok(exit)
}

/// Removes what one run left, and says how that went.
async fn settled(
    left: Left,
    check: &Check,
    probes: &Probes,
    interrupt: &Interrupt,
    quiet: bool,
) -> Result<Exit, CliError> {
    run::may_be_removed_by(&left, check).map_err(|error| CliError::Usage(error.to_string()))?;
    let Some((page, left)) = Page::of_left(&left)? else {
        output::print(&format!("{}: another process is removing it.\n", left.name))?;
        return Ok(Exit::Incomplete);
    };
    let session = left.session.clone();
    let check = check.clone().altered(|asked| {
        asked.remote.remote_path = session.remote_path;
        asked.remote.sources = session.source.into_iter().collect();
        asked.remote.dedicated.clear();
    });
    let progress = Progress::new(quiet, &check.remote.place());
    let watch = |event: run::Event<'_>| progress.tell(&event);
    let settled = run::settle(&check, probes, (&left, page), interrupt.clone(), &watch).await?;
    drop(progress);
    let (text, exit) = outcome(&left, &settled, &check, probes);
    Ok(output::put(&text, None).exit(exit))
}

fn outcome(left: &Left, settled: &Settled, check: &Check, probes: &Probes) -> (String, Exit) {
    let mut text = String::new();
    for made in &left.made {
        let path = cleaner::line(&made.path, SHOWN);
        let still = settled.left.iter().find(|debt| debt.path == made.path);
        text.push_str(&match still {
            None => format!("removed  {path}\n"),
            Some(debt) => match &debt.refusal {
                Some(refusal) => format!("left     {path}: {refusal}\n"),
                None => format!("left     {path}\n"),
            },
        });
    }
    if settled.record.cut == Some(Cut::Interrupted) {
        return (text, Exit::Interrupted);
    }
    if settled.logged_in {
        let exit = if settled.left.is_empty() {
            Exit::Fine
        } else {
            Exit::Found
        };
        return (text, exit);
    }
    let report = Report::new(
        &settled.record,
        &check.remote,
        &probes.codes,
        Timestamp::now(),
    );
    let why = report
        .not_tested
        .iter()
        .find(|it| it.check.contains("login"));
    text.push_str(&match (report.has(Severity::Error), why) {
        (true, _) | (false, None) => format!("The login failed. {}\n", report.summary),
        (false, Some(why)) => format!("The login failed: {}.\n", why.reason),
    });
    text.push_str("`remote-doctor check`, with the same options, says more.\n");
    (text, Exit::Incomplete)
}
