//! `remote-doctor check`.

use std::fs::File;
use std::io::Read;
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
use super::secret::PasswordSource;
use super::{CliError, Exit, input, leftovers, output, remote_file, say, signals, third_party};
use doctor::{LookUps, Options, diagnose};
use host::Check;
use host::journal::Journal;
use host::login::Credential;
use host::net::ClientCertificate;
use model::remote::{ClientSettings, IpVersion, Location, Remote, Selection, Timeouts};
use report::Report;
use report::redact::redact;
use run::LiveBackend;
use run::Probes;
use run::backend::Backend;
use settings::SecretFile;

/// More than all public CAs need.
const MAX_PEM: u64 = 16 * 1024 * 1024;

pub(super) async fn run(args: CheckArgs) -> Result<Exit, CliError> {
    let asked = remote_file::filled_in(args)?;
    let settings_host = asked.settings_host.clone();
    let (check, args) = request(asked)?;
    may_be_written(&args)?;
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
    let loading = Probes::load(plugins, &signatures);
    let probes = patiently(args.quiet, loading).await?;
    if !args.quiet {
        third_party::announce(&probes, &check.selection.denied);
    }
    // A state that cannot be used is told before anything is asked of the remote.
    let state = args.state.as_deref().map(doctor::read_state).transpose()?;
    leftovers::remind();
    let check = match check.permissions.writes {
        true => check.altered(|asked| asked.journal = journal()),
        false => check,
    };
    let interrupt = signals::listen()?;
    let recording = args.record.as_deref().map(Kept::begin).transpose()?;
    let backend: Box<dyn Backend> = match &recording {
        Some(recording) => Box::new(recording.backend()),
        None => Box::new(LiveBackend),
    };
    let progress = Progress::new(args.quiet, &check.remote.place());
    let watch = |event: run::Event<'_>| progress.tell(&event);
    let look_ups = args.sheet.then(|| LookUps {
        policy_list: args.policy_list.as_ref(),
        state: args.state.as_deref().zip(state),
    });
    let options = Options {
        look_ups,
        interrupt,
        watch: &watch,
        ..Options::default()
    };
    let diagnosis = diagnose(&check, &probes, &*backend, options).await?;
    let (mut report, saved) = (diagnosis.report, diagnosis.saved);
    // What changed since another report is no part of what happened.
    let recorded = recording.map(|recording| (recording, report.clone()));
    if let Some(baseline) = &baseline {
        report.changes = Some(baseline.changes(&report)?);
    }
    drop(progress);
    let shown = say::shown(redact(report.clone(), args.redact)?)?;
    let mut delivered =
        output::deliver(&shown, args.format, args.fail_on, args.output.as_deref()).and(saved);
    if let Some((recording, report)) = recorded {
        let kept = recording.finish(&check, &probes, &report, args.redact);
        delivered = delivered.and(kept.await);
    }
    for left in &report.left_behind {
        say::line(format_args!("warning: left on the remote: {left}"));
    }
    Ok(delivered.exit(exit(&report, args.fail_on)))
}

/// What must not be replaced is told before anything is asked of the remote.
fn may_be_written(args: &CheckArgs) -> Result<(), CliError> {
    may_record(args.record.as_deref(), args.redact)?;
    let files = [&args.output, &args.record];
    files
        .into_iter()
        .try_for_each(|file| output::may_write(file.as_deref()))
}

/// Where it is written down what is made on the remote.
fn journal() -> Journal {
    let (journal, error) = Journal::of_user();
    if let Some(error) = error {
        let why = "nothing will be written on the remote, because it cannot be noted first";
        say::message(format_args!("warning: {why}: {error}"));
    }
    journal
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
pub(super) fn request(asked: remote_file::Asked) -> Result<(Check, CheckArgs), CliError> {
    let remote_file::Asked {
        args,
        permissions,
        secrets,
        ..
    } = asked;
    let remote = remote(&args)?;
    let password = PasswordSource::typed(&args).or(secrets.password);
    let password = password.map(PasswordSource::read).transpose()?;
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
    let check = Check::of(host::Asked {
        credential,
        client_certificate: client_certificate(&args, secrets.client)?,
        authorities: authorities(&args.ca_file)?,
        permissions,
        journal: Journal::NotNeeded,
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
    });
    Ok((check, args))
}

pub(super) fn remote(args: &CheckArgs) -> Result<Remote, CliError> {
    let location: Option<Location> = args.remote.as_deref().map(str::parse).transpose()?;
    let located = location.as_ref();
    let host = args.host.clone().or(located.map(|it| it.host.clone()));
    let host = host.ok_or_else(|| {
        CliError::Usage(
            "which remote? give a URL such as ftpes://host, a settings file with a host, or --host"
                .into(),
        )
    })?;
    let host = model::remote::host(&host).map_err(|error| {
        CliError::Usage(format!(
            "--host takes a name or an address, without scheme, user, port or path: {error}"
        ))
    })?;
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
    let name = path.display().to_string();
    let file = File::open(path).map_err(|source| CliError::File {
        what: name.clone(),
        source,
    })?;
    in_pem(&pem(file, &name)?, &name)
}

fn in_pem(pem: &[u8], name: &str) -> Result<Vec<CertificateDer<'static>>, CliError> {
    CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| CliError::Usage(format!("{name}: not a PEM file: {error}")))
}

/// A file of certificates or with a key.
fn pem(file: File, name: &str) -> Result<Vec<u8>, CliError> {
    let mut pem = Vec::new();
    let read = file.take(MAX_PEM + 1).read_to_end(&mut pem);
    read.map_err(|source| CliError::File {
        what: name.into(),
        source,
    })?;
    if pem.len() as u64 > MAX_PEM {
        let why = "longer than 16 MiB: not a PEM file";
        return Err(CliError::Usage(format!("{name}: {why}")));
    }
    Ok(pem)
}

fn client_certificate(
    args: &CheckArgs,
    of_file: Option<(SecretFile, SecretFile)>,
) -> Result<Option<ClientCertificate>, CliError> {
    let typed = args.client_cert.as_ref().zip(args.client_key.as_ref());
    let files = match (typed, of_file) {
        (Some((chain, key)), _) => Some([chain, key].map(|path| {
            let name = path.display().to_string();
            File::open(path)
                .map(|file| (file, name.clone()))
                .map_err(|source| CliError::File { what: name, source })
        })),
        (None, Some((chain, key))) => Some([chain, key].map(|file| {
            let name = file.path().display().to_string();
            Ok((file.into_reader(), name))
        })),
        (None, None) => None,
    };
    let Some([chain, key]) = files else {
        return Ok(None);
    };
    let ((chain, chain_name), (key, key_name)) = (chain?, key?);
    let certificates = in_pem(&pem(chain, &chain_name)?, &chain_name)?;
    let private = PrivateKeyDer::from_pem_slice(&pem(key, &key_name)?)
        .map_err(|error| CliError::Usage(format!("{key_name}: no private key in it: {error}")))?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let own = rustls::sign::CertifiedKey::from_der(certificates, private, &provider)
        .map_err(|error| CliError::Usage(format!("{chain_name} and {key_name}: {error}")))?;
    Ok(Some(Arc::new(own)))
}
