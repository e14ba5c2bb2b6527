//! The secrets that a settings file refers to. It picks none unasked: what lies in its own folder was put there with it, and
//! everything else is agreed to by a flag or on the terminal, unless the file is the user's own.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::CliError;
use super::args::CheckArgs;
use super::secret::PasswordSource;
use model::cleaner;
use model::remote::{Permissions, Remote, SslSetting};
use settings::{Agreement, AuthorityOfFile, FromFile, Referred, SecretFile};

/// What a settings file asks for, where no flag replaces it.
pub(super) struct Wanted {
    password: Option<WantedPassword>,
    client: Option<(FromFile<PathBuf>, FromFile<PathBuf>)>,
}

enum WantedPassword {
    File(FromFile<PathBuf>),
    Variable(FromFile<String>),
    StandardInput(FromFile<bool>),
}

/// What may be used.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    pub(super) password: Option<PasswordSource>,
    /// Our own certificate and its key.
    pub(super) client: Option<(SecretFile, SecretFile)>,
}

/// What the secrets are for.
pub(super) struct Purpose<'a> {
    pub(super) settings: &'a Path,
    pub(super) remote: &'a Remote,
    pub(super) permissions: Permissions,
    pub(super) asking: Asking,
}

/// Who may be asked whether a secret is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    /// Whoever sits at the terminal.
    OnTheTerminal,
    /// Nobody: a flag says it, or nothing does.
    Nobody,
}

/// A file that lies where it should, or whoever has to be asked about it.
enum Password {
    Beside(SecretFile),
    File(FromFile<SecretFile>),
    Variable(FromFile<String>),
    StandardInput(FromFile<bool>),
}

impl Wanted {
    /// Takes out of the settings what the arguments do not say otherwise.
    pub(super) fn take(file: &mut AuthorityOfFile, args: &CheckArgs) -> Wanted {
        let files = (file.password_file.take(), file.password_env.take());
        let from_input = file.password_stdin.take().filter(FromFile::is_wanted);
        let given =
            args.password_file.is_some() || args.password_stdin || args.password_env.is_some();
        // A settings file has one of them at most.
        let password = match (files, from_input) {
            _ if given => None,
            ((Some(path), _), _) => Some(WantedPassword::File(path)),
            ((None, Some(name)), _) => Some(WantedPassword::Variable(name)),
            ((None, None), Some(wanted)) => Some(WantedPassword::StandardInput(wanted)),
            ((None, None), None) => None,
        };
        let client = file.client_cert.take().zip(file.client_key.take());
        Wanted {
            password,
            client: client.filter(|_| args.client_cert.is_none()),
        }
    }
}

/// The secrets, once everything was agreed to that has to be.
///
/// # Errors
/// Nobody agreed, or a file cannot be opened.
pub(super) fn agreed(
    wanted: Wanted,
    agreement: Option<Agreement>,
    purpose: &Purpose<'_>,
) -> Result<Secrets, CliError> {
    let password = wanted
        .password
        .map(|password| found(password, purpose.settings))
        .transpose()?;
    let client = wanted
        .client
        .map(|(certificate, key)| {
            Ok::<_, CliError>((
                opened(certificate, purpose.settings)?,
                opened(key, purpose.settings)?,
            ))
        })
        .transpose()?;
    let mut open: Vec<Open> = password.iter().filter_map(Password::open).collect();
    for file in client
        .iter()
        .flat_map(|(certificate, key)| [certificate, key])
    {
        open.extend(Open::of_file(file));
    }
    let agreement = match agreement {
        None if !open.is_empty() => Some(ask(&open, purpose)?),
        given => given,
    };
    let use_file = |file: Referred| match (file, &agreement) {
        (Referred::Beside(file), _) => Some(file),
        (Referred::Elsewhere(file), Some(agreement)) => Some(file.agreed(agreement)),
        (Referred::Elsewhere(_), None) => None,
    };
    let password = password.and_then(|password| password.source(agreement.as_ref()));
    Ok(Secrets {
        password,
        client: client.and_then(|(certificate, key)| use_file(certificate).zip(use_file(key))),
    })
}

fn found(password: WantedPassword, settings: &Path) -> Result<Password, CliError> {
    Ok(match password {
        WantedPassword::File(path) => match opened(path, settings)? {
            Referred::Beside(file) => Password::Beside(file),
            Referred::Elsewhere(file) => Password::File(file),
        },
        // Its name is not repeated: somebody may have written the password itself.
        WantedPassword::Variable(name) if std::env::var_os(name.name()).is_none() => {
            let why = "the environment variable that it names is not set";
            return Err(CliError::Usage(format!("{}: {why}", name.place())));
        }
        WantedPassword::Variable(name) => Password::Variable(name),
        WantedPassword::StandardInput(wanted) => Password::StandardInput(wanted),
    })
}

fn opened(path: FromFile<PathBuf>, settings: &Path) -> Result<Referred, CliError> {
    let place = path.place().to_owned();
    path.opened(settings).map_err(|source| CliError::File {
        what: place,
        source,
    })
}

impl Password {
    /// What has to be agreed to.
    fn open(&self) -> Option<Open> {
        let (place, secret) = match self {
            Password::Beside(_) => return None,
            Password::File(file) => (file.place(), named(file.path())),
            Password::Variable(name) => (
                name.place(),
                format!("the environment variable {}", name.name()),
            ),
            Password::StandardInput(wanted) => (wanted.place(), "standard input".to_owned()),
        };
        Some(Open {
            place: place.to_owned(),
            secret,
        })
    }

    fn source(self, agreement: Option<&Agreement>) -> Option<PasswordSource> {
        Some(match self {
            Password::Beside(file) => PasswordSource::Opened(file),
            Password::File(file) => PasswordSource::Opened(file.agreed(agreement?)),
            Password::Variable(name) => PasswordSource::Variable(name.agreed(agreement?)),
            Password::StandardInput(wanted) => {
                wanted.agreed(agreement?);
                PasswordSource::StandardInput
            }
        })
    }
}

/// A secret that nobody has agreed to.
struct Open {
    /// File, line, column and key.
    place: String,
    /// In words.
    secret: String,
}

impl Open {
    fn of_file(file: &Referred) -> Option<Open> {
        match file {
            Referred::Beside(_) => None,
            Referred::Elsewhere(file) => Some(Open {
                place: file.place().to_owned(),
                secret: named(file.path()),
            }),
        }
    }
}

fn named(path: &Path) -> String {
    format!(
        "the file {}",
        cleaner::line(&path.display().to_string(), 200)
    )
}

/// Asks on the terminal. Without one, nobody agrees.
fn ask(open: &[Open], purpose: &Purpose<'_>) -> Result<Agreement, CliError> {
    let to = cleaner::line(&purpose.remote.place(), 300);
    let somebody = io::stdin().is_terminal() && io::stderr().is_terminal();
    if !somebody || purpose.asking == Asking::Nobody {
        return Err(refused(open, &to, "add --use-secrets-of-file to agree"));
    }
    let mut question =
        String::from("This settings file uses secrets from outside its own folder:\n");
    for Open { place, secret } in open {
        question.push_str(&format!("  {}: {secret}\n", cleaner::line(place, 300)));
    }
    question.push_str(&format!("They would be used to log in at {to}.\n"));
    question.push_str(&format!("{}\n", protection(purpose)));
    question.push_str("Use them? [y/N] ");
    let mut stderr = io::stderr().lock();
    let mut answer = String::new();
    let answered = stderr
        .write_all(question.as_bytes())
        .and_then(|()| stderr.flush())
        .and_then(|()| io::stdin().lock().read_line(&mut answer));
    match answered {
        Ok(_) if matches!(answer.trim(), "y" | "Y" | "yes" | "Yes" | "YES") => Ok(Agreement::Yes),
        Ok(_) | Err(_) => Err(refused(open, &to, "you did not agree")),
    }
}

/// How the password would travel.
fn protection(purpose: &Purpose<'_>) -> &'static str {
    let in_clear = purpose.permissions.cleartext_login;
    match purpose.remote.ssl {
        SslSetting::Never if in_clear => {
            "The password would travel in clear text: anyone on the network path can read it."
        }
        SslSetting::IfAvailable if in_clear => {
            "The password would travel in clear text if the server offers no TLS."
        }
        SslSetting::Never => {
            "The password would not be sent, because the connection is in clear text."
        }
        SslSetting::IfAvailable | SslSetting::RequireExplicit | SslSetting::RequireImplicit => {
            "The password would travel encrypted, or not at all."
        }
    }
}

fn refused(open: &[Open], to: &str, how: &str) -> CliError {
    let all: Vec<String> = open
        .iter()
        .map(|open| format!("{} picks {}", cleaner::line(&open.place, 300), open.secret))
        .collect();
    CliError::Usage(format!(
        "{} to log in at {to}; without your permission, a settings file may use only secrets in its own folder: \
        {how}, or give the password with --password-file, --password-stdin or --password-env",
        all.join(", and ")
    ))
}
