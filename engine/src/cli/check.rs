//! `remote-doctor check`.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::args::CheckArgs;
use super::output::FailOn;
use super::progress::{Progress, patiently};
use super::replay::{Kept, may_record};
use super::{CliError, Exit, input, output, remote_file, say, secret, sheet, third_party};
use crate::builtin::Catalogue;
use crate::login::Credential;
use crate::net::ClientCertificate;
use crate::recording::Part;
use crate::redact::redact;
use crate::report::Report;
use crate::run::{self, Cut, Interrupt};
use crate::settings::{
    Check, ClientSettings, IpVersion, Location, Permissions, Remote, Selection, Timeouts, is_host,
};
use crate::sheet::State;
use crate::verify::verify;

pub(super) async fn run(args: CheckArgs) -> Result<Exit, CliError> {
    let settings_host = remote_file::host_of(&args)?;
    let args = remote_file::filled_in(args)?;
    let check = request(&args)?;
    may_record(args.record.as_deref(), args.redact)?;
    // A baseline that cannot be used is told before anything is asked of the remote.
    let baseline = args.baseline.as_deref();
    let baseline = baseline
        .map(|path| input::baseline(path, settings_host))
        .transpose()?;
    if let Some(baseline) = &baseline {
        baseline.is_about(&check.remote.host)?;
    }
    let plugins = &check.selection.plugins;
    let signatures = args.signatures.signatures(plugins)?;
    let loading = Catalogue::load(plugins, &signatures);
    let catalogue = patiently(args.quiet, loading).await?;
    if !args.quiet {
        third_party::announce(&catalogue, &check.selection.denied);
    }
    // A state that cannot be used is told before anything is asked of the remote.
    let state = args.state.as_deref().map(State::read).transpose()?;
    let interrupt = Interrupt::default();
    tokio::spawn(listen(interrupt.clone()));
    let started = Timestamp::now();
    let recording = args.record.as_deref().map(Kept::begin).transpose()?;
    let world = recording.as_ref().map(Kept::world).unwrap_or_default();
    let progress = Progress::new(args.quiet, &check.remote.place());
    let watch = |event: run::Event<'_>| progress.tell(&event);
    let mut record = run::run(&check, &catalogue, &world, interrupt.clone(), &watch).await?;
    let mut saved = Ok(());
    if args.sheet && record.cut != Some(Cut::Interrupted) {
        let looking = sheet::look(&check, &record, args.policy_list.as_ref(), state);
        let looked = tokio::select! {
            looked = looking => Some(looked?),
            () = interrupt.stop.cancelled() => None,
        };
        match looked {
            Some((looks, state)) => {
                record.sheet = Some(looks);
                saved = sheet::save(args.state.as_deref(), &state);
            }
            None => record.cut = Some(Cut::Interrupted),
        }
    }
    world.keep(Part::Diagnosis, &record, &check.remote);
    let mut report = Report::new(&record, &check.remote, &catalogue, started);
    verify(&mut report, &check, &catalogue, &world, interrupt, &watch).await;
    // What changed since another report is no part of what happened.
    let recorded = recording.map(|recording| (recording, report.clone()));
    if let Some(baseline) = &baseline {
        report.changes = Some(baseline.changes(&report)?);
    }
    drop(progress);
    let shown = say::shown(redact(report.clone(), args.redact)?)?;
    output::deliver(&shown, args.format, args.fail_on, args.output.as_deref())?;
    if let Some((recording, report)) = recorded {
        let kept = recording.finish(&check, &catalogue, started, &report, args.redact);
        kept.await?;
    }
    for left in &report.left_behind {
        say::line(format_args!("warning: left on the remote: {left}"));
    }
    saved?;
    Ok(exit(&report, args.fail_on))
}

/// The first Ctrl-C, or whatever else asks the program to end, lets the run tidy up; the second ends that, too.
async fn listen(interrupt: Interrupt) {
    for token in [interrupt.stop, interrupt.give_up] {
        if asked_to_end().await.is_ok() {
            token.cancel();
        }
    }
}

#[cfg(unix)]
async fn asked_to_end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn asked_to_end() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// A finding wins over incompleteness: what was found stands, whatever could not be looked at.
pub(super) fn exit(report: &Report, fail_on: FailOn) -> Exit {
    let found = fail_on.severity().is_some_and(|bad| report.has(bad));
    if report.interrupted {
        Exit::Interrupted
    } else if found {
        Exit::Found
    } else if report.incomplete {
        Exit::Incomplete
    } else {
        Exit::Fine
    }
}

/// The arguments resolved: the URL taken apart, files read, defaults filled in.
pub(super) fn request(args: &CheckArgs) -> Result<Check, CliError> {
    let remote = remote(args)?;
    let password = secret::password(args)?;
    let credential = match (&remote.user, password) {
        (Some(user), Some(password)) => Some(Credential {
            user: user.clone(),
            password,
        }),
        (Some(_), None) => {
            let how = "give its password by --password-file, --password-stdin or --password-env";
            return Err(CliError::Usage(format!("a user needs a password: {how}")));
        }
        (None, Some(_)) => {
            return Err(CliError::Usage(
                "a password needs a user: add --user".into(),
            ));
        }
        (None, None) => None,
    };
    let usual = Timeouts::default();
    Ok(Check {
        credential,
        client_certificate: client_certificate(args)?,
        authorities: authorities(&args.ca_file)?,
        permissions: Permissions {
            writes: args.allow_writes,
            cleartext_login: args.allow_cleartext_login,
            unverified_login: args.allow_unverified_login,
            fetch_issuers: args.fetch_issuers,
        },
        data_addresses: args.allow_data_address.clone(),
        depth: args.depth.unwrap_or_default(),
        timeouts: Timeouts {
            connect: args.connect_timeout.unwrap_or(usual.connect),
            reply: args.reply_timeout.unwrap_or(usual.reply),
            whole: args.timeout.unwrap_or(usual.whole),
        },
        resolver: args.resolver,
        selection: Selection {
            only: args.only.clone(),
            skip: args.skip.clone(),
            plugins: args.plugin.clone(),
            denied: args.deny.iter().copied().collect(),
        },
        now: Timestamp::now().as_second(),
        remote,
    })
}

fn remote(args: &CheckArgs) -> Result<Remote, CliError> {
    let location: Option<Location> = args.remote.as_deref().map(str::parse).transpose()?;
    let located = location.as_ref();
    let host = args.host.clone().or(located.map(|it| it.host.clone()));
    let host = host.ok_or_else(|| {
        CliError::Usage(
            "which remote? give a URL such as ftpes://host, a settings file with a host, or --host"
                .into(),
        )
    })?;
    if !is_host(&host) {
        return Err(CliError::Usage(
            "--host takes a name or an address, without scheme, user, port or path".into(),
        ));
    }
    if let (Some(only), Ok(address)) = (args.ip_version, host.parse::<IpAddr>())
        && address.is_ipv4() != (only == IpVersion::V4)
    {
        return Err(CliError::Usage(format!(
            "{address} is no {only} address, and the settings allow {only} only"
        )));
    }
    let ssl = args
        .ssl
        .or(located.and_then(|it| it.ssl))
        .unwrap_or_default();
    let user = args.user.clone().or(located.and_then(|it| it.user.clone()));
    if user
        .as_ref()
        .is_some_and(|user| user.contains(['\r', '\n', '\0']))
    {
        return Err(CliError::Usage(
            "the user name has a line end or a NUL in it".into(),
        ));
    }
    if let Some(stranger) = args
        .dedicated
        .iter()
        .find(|address| !args.source.contains(address))
    {
        return Err(CliError::Usage(format!(
            "--dedicated {stranger} is not among the --source addresses"
        )));
    }
    let (of_host, expect_names): (Vec<_>, Vec<_>) = args
        .expect_name
        .iter()
        .cloned()
        .partition(|expected| expected.is_for(&host));
    let of_host = of_host.into_iter().flat_map(|expected| expected.addresses);
    Ok(Remote {
        host,
        port: args
            .port
            .or(located.and_then(|it| it.port))
            .unwrap_or(ssl.default_port()),
        ssl,
        certificate_check: args.certificate_check.unwrap_or_default(),
        user,
        remote_path: args
            .remote_path
            .clone()
            .or(located.and_then(|it| it.path.clone())),
        intended_use: args.intended_use,
        max_connections: args.max_connections,
        sources: args.source.clone(),
        dedicated: args.dedicated.clone(),
        expect_addresses: args.expect_address.iter().copied().chain(of_host).collect(),
        expect_names,
        client: ClientSettings {
            passive_mode: args.passive_mode,
            ip_version: args.ip_version,
            highest_tls_version: args.highest_tls_version,
        },
    })
}

/// The certificates of all `--ca-file`.
pub(super) fn authorities(files: &[PathBuf]) -> Result<Vec<CertificateDer<'static>>, CliError> {
    let mut all = Vec::new();
    for path in files {
        let found = certificates(path)?;
        if found.is_empty() {
            return Err(CliError::Usage(format!(
                "{}: no certificate in it; --ca-file takes PEM",
                path.display()
            )));
        }
        all.extend(found);
    }
    Ok(all)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, CliError> {
    let pem = std::fs::read(path).map_err(|source| CliError::File {
        what: path.display().to_string(),
        source,
    })?;
    CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|error| CliError::Usage(format!("{}: not a PEM file: {error}", path.display())))
}

fn client_certificate(args: &CheckArgs) -> Result<Option<ClientCertificate>, CliError> {
    let (Some(chain), Some(key)) = (&args.client_cert, &args.client_key) else {
        return Ok(None);
    };
    let certificates = certificates(chain)?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| {
        CliError::Usage(format!("{}: no private key in it: {error}", key.display()))
    })?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let own = rustls::sign::CertifiedKey::from_der(certificates, private, &provider).map_err(
        |error| {
            CliError::Usage(format!(
                "{} and {}: {error}",
                chain.display(),
                key.display()
            ))
        },
    )?;
    Ok(Some(Arc::new(own)))
}
