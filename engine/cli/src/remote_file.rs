//! The remote of the arguments: a host, a URL, or a settings file of which each flag overrides its key.

use std::io::ErrorKind;
use std::net::IpAddr;
use std::path::Path;

use super::args::CheckArgs;
use super::consent::{self, Asking, Purpose, Secrets, Wanted};
use super::{CliError, check, say};
use files::OwnFile;
use model::remote::{CertificateCheck, Location, Permissions, SslSetting, without_userinfo};
use settings::{Agreement, FromFile, RemoteFile};

/// A check as it is asked for: the arguments, completed from a settings file if they name one.
pub(super) struct Asked {
    /// What is to be looked at, and how.
    pub(super) args: CheckArgs,
    /// What the user agrees to. It is made of what was typed, before a settings file is read.
    pub(super) permissions: Permissions,
    /// What the settings file picks, and the user agreed to.
    pub(super) secrets: Secrets,
    /// The host that the URL or the settings file names, which `--host` may replace.
    pub(super) settings_host: Option<String>,
    /// The settings file, as it was typed.
    pub(super) settings_file: Option<String>,
}

impl Asked {
    /// The arguments as they were typed; a settings file is not read.
    pub(super) fn typed(args: CheckArgs) -> Asked {
        Asked {
            permissions: permissions(&args),
            args,
            secrets: Secrets::default(),
            settings_host: None,
            settings_file: None,
        }
    }
}

/// Clear text, and a server that nobody can tell from another, are agreed to by flags. The settings of a remote say the same,
/// but the password goes there only where the user said it.
fn permissions(args: &CheckArgs) -> Permissions {
    let in_clear = args.settings.ssl == Some(SslSetting::Never);
    let unchecked = args.settings.certificate_check == Some(CertificateCheck::Off);
    Permissions {
        writes: args.allow_writes,
        cleartext_login: args.allow_cleartext_login || in_clear,
        unverified_login: args.allow_unverified_login || unchecked,
        fetch_issuers: args.fetch_issuers,
        private_addresses: args.allow_private,
    }
}

/// The arguments, completed from the settings file if they name one. Whoever sits at a terminal may be asked.
pub(super) fn filled_in(args: CheckArgs) -> Result<Asked, CliError> {
    let mut asked = Asked::typed(args);
    let Some(path) = asked.args.remote.take_if(|it| is_file(it)) else {
        if let Some(text) = asked.args.remote.as_deref() {
            if !text.contains("://")
                && let Some(meant) = meant(text)
            {
                let host = without_userinfo(text);
                return Err(CliError::Usage(format!(
                    "there is no settings file {host}. Did you mean {meant}? If it is the name of a host, write --host {host}"
                )));
            }
            if let Some(error) = not_a_host(text) {
                return Err(error);
            }
            let location: Location = text.parse()?;
            asked.settings_host = Some(location.host.clone());
            let args = &mut asked.args;
            args.settings = std::mem::take(&mut args.settings).or(location.into());
        }
        return Ok(asked);
    };
    if std::fs::symlink_metadata(&path).is_err_and(|it| it.kind() == ErrorKind::NotFound) {
        return Err(missing(&path, meant(&path)));
    }
    asked.settings_file = Some(path.clone());
    let path = Path::new(&path);
    let file = RemoteFile::load(path)?;
    completed(asked, path, file, Asking::OnTheTerminal)
}

/// The arguments, completed from settings that were read from this file. Nobody is asked: there may be many of them.
pub(super) fn of_settings(
    args: CheckArgs,
    path: &Path,
    settings: RemoteFile,
) -> Result<Asked, CliError> {
    completed(Asked::typed(args), path, settings, Asking::Nobody)
}

fn completed(
    mut asked: Asked,
    path: &Path,
    mut file: RemoteFile,
    asking: Asking,
) -> Result<Asked, CliError> {
    let args = &mut asked.args;
    asked.settings_host.clone_from(&file.settings.host);
    let wanted = Wanted::take(&mut file.authority, args);
    let own = OwnFile::at(path).map(Agreement::Own);
    data_addresses(
        args,
        file.authority.allow_data_addresses.take(),
        own.as_ref(),
    );
    args.settings = std::mem::take(&mut args.settings).or(file.settings);
    let remote = check::remote(args)?;
    let purpose = Purpose {
        settings: path,
        remote: &remote,
        permissions: asked.permissions,
        asking,
    };
    let flag = args.use_secrets_of_file.then_some(Agreement::Flag);
    asked.secrets = consent::agreed(wanted, own.or(flag), &purpose)?;
    Ok(asked)
}

/// A URL has a scheme; a settings file is there, or is called like one. A folder that is called like a host is no settings
/// file.
fn is_file(text: &str) -> bool {
    let is_there = || Path::new(text).exists() && !Path::new(text).is_dir();
    !text.contains("://") && (text.ends_with(".toml") || is_there())
}

/// A settings file beside which somebody wrote a name that is spelt alike.
fn meant(text: &str) -> Option<String> {
    const ALIKE: f64 = 0.8;
    let path = Path::new(text);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let name = path.file_name()?.to_str()?;
    let names = std::fs::read_dir(folder).ok()?.flatten();
    let names = names.filter_map(|entry| entry.file_name().into_string().ok());
    let alike = |other: &String| strsim::normalized_damerau_levenshtein(other, name);
    let near = names.filter(|other| other.ends_with(".toml") && alike(other) >= ALIKE);
    let nearest = near.max_by(|a, b| alike(a).total_cmp(&alike(b)))?;
    Some(path.with_file_name(nearest).display().to_string())
}

/// A word that ends like the name of a file, and in no top-level domain: it was hardly meant as a host.
fn not_a_host(text: &str) -> Option<CliError> {
    const ALIKE: f64 = 0.7;
    /// What other programs keep their settings in.
    const OTHERS: [&str; 7] = ["yaml", "yml", "json", "ini", "cfg", "conf", "txt"];
    let ending = match text.contains(['/', '@', ':']) {
        true => None,
        false => text.rsplit_once('.').map(|it| it.1.to_ascii_lowercase()),
    }?;
    let is_slip = strsim::normalized_damerau_levenshtein(&ending, "toml") >= ALIKE;
    let what = match (OTHERS.contains(&ending.as_str()), is_slip) {
        (true, _) => ", and settings files are TOML, such as remote.toml",
        (false, true) => "",
        (false, false) => return None,
    };
    Some(CliError::Usage(format!(
        "there is no file {text}{what}. If it is the name of a host, write --host {text}"
    )))
}

/// That there is no such file, with the one that may have been meant.
fn missing(text: &str, meant: Option<String>) -> CliError {
    let hint = match meant {
        Some(meant) => format!(" Did you mean {meant}?"),
        None => String::new(),
    };
    CliError::Usage(format!("there is no settings file {text}.{hint}"))
}

/// Where else connections may go is not for a file to say, unless it is the user's own.
fn data_addresses(
    args: &mut CheckArgs,
    addresses: Option<FromFile<Vec<IpAddr>>>,
    own: Option<&Agreement>,
) {
    let Some(addresses) = addresses else {
        return;
    };
    if !args.allow_data_address.is_empty() || addresses.named().is_empty() {
        return;
    }
    match own {
        Some(agreement) => args.allow_data_address = addresses.agreed(agreement),
        None => {
            let flags = addresses.named().iter();
            let flags: Vec<String> = flags
                .map(|address| format!("--allow-data-address {address}"))
                .collect();
            say::message(format_args!(
                "warning: {}: not used, because a settings file cannot allow connections to other addresses; to allow \
                 them, add {}",
                addresses.place(),
                flags.join(" ")
            ));
        }
    }
}
