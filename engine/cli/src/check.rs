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
use super::args::rendering::Rendering;
use super::output::Told;
use super::progress::{Progress, with_spinner};
use super::replay::{Kept, refuse_unrecordable};
use super::secret::PasswordSource;
use super::{
    CliError, Exit, input, leftovers, output, remote_file, say, secret, signals, third_party,
};
use doctor::{LookUps, Options, diagnose};
use host::Check;
use host::journal::Journal;
use host::login::Credential;
use host::net::ClientCertificate;
use model::redaction::Level;
use model::remote::{Depth, IpVersion, Remote, Selection};
use report::clients::judge_for;
use report::redact::redact;
use report::{Report, message};
use run::LiveBackend;
use run::Probes;
use run::backend::Backend;
use settings::{SecretFile, Unfit};

/// More than all public CAs need.
const MAX_PEM: u64 = 16 * 1024 * 1024;

pub(super) async fn run(args: CheckArgs) -> Result<Exit, CliError> {
    let mut asked = remote_file::filled_in(args)?;
    let rendering = &mut asked.args.rendering;
    // A name that was given to a file is for nobody else.
    let is_internal = rendering.redact.unwrap_or_default() == Level::Internal;
    rendering.settings_file = asked.settings_file.take().filter(|_| is_internal);
    let settings_host = asked.settings_host.clone();
    let (check, args) = request(asked)?;
    let known = super::clients::known(None)?;
    for name in &check.remote.clients {
        known.find(name)?;
    }
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
    let probes = with_spinner(args.quiet, loading).await?;
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
    let rendering = &args.rendering;
    let mut pseudonymised = redact(report.clone(), rendering.redact)?;
    judge_for(&mut pseudonymised, &known, &[])?;
    judge_for(&mut report, &known, &[])?;
    let shown = say::shown(pseudonymised)?;
    let told = match args.quiet {
        true => Told::Nothing,
        false => Told::Verdict,
    };
    let mut delivered = output::deliver(&shown, rendering, told).and(saved);
    if let Some((recording, report)) = recorded {
        let kept = recording.finish(&check, &probes, &report, rendering.redact);
        delivered = delivered.and(kept.await);
    }
    for left in &report.left_behind {
        say::line(format_args!("warning: left on the remote: {left}"));
    }
    Ok(delivered.exit(exit(&report, rendering)))
}

/// What must not be replaced is told before anything is asked of the remote.
fn may_be_written(args: &CheckArgs) -> Result<(), CliError> {
    refuse_unrecordable(args.record.as_deref(), args.rendering.redact)?;
    args.rendering.is_possible()?;
    output::may_write(args.record.as_deref())
}

/// Where it is written down what is made on the remote.
fn journal() -> Journal {
    let (journal, error) = Journal::of_user();
    if let Some(error) = error {
        let why = "nothing will be written on the remote, because the journal cannot be written";
        say::message(format_args!("warning: {why}: {error}"));
    }
    journal
}

/// A finding wins over incompleteness: what was found stands, whatever could not be looked at. Whoever asks for the message to
/// one owner asks whether that owner has anything to do.
pub(super) fn exit(report: &Report, rendering: &Rendering) -> Exit {
    let bad = rendering.fail_on.severity();
    let found = bad.is_some_and(|bad| report.has(bad) || report.fails_for_a_client());
    let has_to_act = |owner| message::owners(report).contains(&owner);
    if report.interrupted {
        Exit::Interrupted
    } else if found && rendering.message.is_none_or(has_to_act) {
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
    let password = password.map(|it| it.read(&remote)).transpose()?;
    let password = match (&remote.user, password) {
        (Some(_), None) => secret::asked_of_user(&remote).transpose()?,
        (_, password) => password,
    };
    let credential = match (&remote.user, password) {
        (Some(user), Some(password)) => {
            let user = user.clone();
            let credential = Credential { user, password };
            let written = credential.written_as(remote.client.password_encoding);
            Some(written.map_err(|error| CliError::Usage(error.to_string()))?)
        }
        (Some(_), None) => {
            let how = "give its password with --password-file, --password-stdin or --password-env";
            return Err(CliError::Usage(format!("a user needs a password: {how}")));
        }
        (None, Some(_)) => {
            return Err(CliError::Usage(
                "a password needs a user: add --user".into(),
            ));
        }
        (None, None) => None,
    };
    let (timeouts, usual_depth) = match args.fast {
        true => (args.settings.timeouts().fast(), Depth::Quick),
        false => (args.settings.timeouts(), Depth::default()),
    };
    let check = Check::of(host::Asked {
        credential,
        client_certificate: client_certificate(&args, secrets.client)?,
        authorities: authorities(&args.settings.ca_files)?,
        permissions,
        journal: Journal::NotNeeded,
        data_addresses: args.allow_data_address.clone(),
        depth: args.settings.depth.unwrap_or(usual_depth),
        timeouts,
        resolver: args.resolver,
        selection: Selection {
            only: args.only.clone(),
            skip: args.skip.clone(),
            plugins: args.plugin.clone(),
            denied: args.deny.iter().copied().collect(),
        },
        now: Timestamp::now().as_second(),
        login_gate: None,
        remote,
    });
    Ok((check, args))
}

/// The remote of the settings, at the address that was typed for it.
pub(super) fn remote(args: &CheckArgs) -> Result<Remote, CliError> {
    let mut remote = args.settings.remote()?;
    if let Some(address) = args.connect_to {
        if remote.host.parse::<IpAddr>().is_ok() {
            return Err(CliError::Usage(format!(
                "--connect-to gives the address of a name, but {} is already an address",
                remote.host
            )));
        }
        if let Some(only) = remote.client.ip_version
            && address.is_ipv4() != (only == IpVersion::V4)
        {
            return Err(Unfit::OtherIpVersion { address, only }.into());
        }
        remote.connect_to = Some(address);
    }
    Ok(remote)
}

/// The certificates of all `--ca-file`.
pub(super) fn authorities(files: &[PathBuf]) -> Result<Vec<CertificateDer<'static>>, CliError> {
    let mut all = Vec::new();
    for path in files {
        let found = certificates(path)?;
        if found.is_empty() {
            return Err(CliError::Usage(format!(
                "{}: it contains no certificate; --ca-file takes a PEM file",
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
        .map_err(|_| CliError::Usage(format!("{key_name}: it contains no private key in PEM")))?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let own = rustls::sign::CertifiedKey::from_der(certificates, private, &provider)
        .map_err(|error| CliError::Usage(format!("{chain_name} and {key_name}: {error}")))?;
    Ok(Some(Arc::new(own)))
}
