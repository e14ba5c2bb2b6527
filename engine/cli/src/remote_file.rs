//! A settings file in place of a URL: each flag overrides its key.

use std::num::{NonZeroU16, NonZeroUsize};
use std::path::Path;
use std::time::Duration;

use super::args::CheckArgs;
use super::check;
use super::consent::{self, Purpose, Secrets, Wanted};
use super::{CliError, say};
use files::OwnFile;
use model::remote::{CertificateCheck, Location, Permissions, SslSetting};
use settings::{Agreement, RemoteFile};

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
}

impl Asked {
    /// The arguments as they were typed; a settings file is not read.
    pub(super) fn typed(args: CheckArgs) -> Asked {
        Asked {
            permissions: permissions(&args),
            args,
            secrets: Secrets::default(),
            settings_host: None,
        }
    }
}

/// Clear text, and a server that nobody can tell from another, are agreed to by flags. The settings of a remote say the same,
/// but the password goes there only where the user said it.
fn permissions(args: &CheckArgs) -> Permissions {
    let in_clear = args.ssl == Some(SslSetting::Never);
    let unchecked = args.certificate_check == Some(CertificateCheck::Off);
    Permissions {
        writes: args.allow_writes,
        cleartext_login: args.allow_cleartext_login || in_clear,
        unverified_login: args.allow_unverified_login || unchecked,
        fetch_issuers: args.fetch_issuers,
    }
}

/// The arguments, completed from the settings file if they name one. Whoever sits at a terminal may be asked.
pub(super) fn filled_in(args: CheckArgs) -> Result<Asked, CliError> {
    let mut asked = Asked::typed(args);
    let Some(path) = asked.args.remote.take_if(|it| is_file(it)) else {
        let located = asked.args.remote.as_deref().map(str::parse::<Location>);
        asked.settings_host = located.transpose()?.map(|it| it.host);
        return Ok(asked);
    };
    let path = Path::new(&path);
    let mut file = RemoteFile::load(path)?;
    let args = &mut asked.args;
    asked.settings_host.clone_from(&file.host);
    let wanted = Wanted::take(&mut file, args);
    let own = OwnFile::at(path).map(Agreement::Own);
    data_addresses(args, &mut file, own.as_ref());
    or(&mut args.user, file.user.take());
    remote(args, file);
    let remote = check::remote(args)?;
    let purpose = Purpose {
        settings: path,
        remote: &remote,
        permissions: asked.permissions,
    };
    let flag = args.use_secrets_of_file.then_some(Agreement::Flag);
    asked.secrets = consent::agreed(wanted, own.or(flag), &purpose)?;
    Ok(asked)
}

/// A URL has a scheme; a settings file is there, or is called like one.
fn is_file(text: &str) -> bool {
    !text.contains("://") && (text.ends_with(".toml") || Path::new(text).exists())
}

/// Where else connections may go is not for a file to say, unless it is the user's own.
fn data_addresses(args: &mut CheckArgs, file: &mut RemoteFile, own: Option<&Agreement>) {
    let Some(addresses) = file.allow_data_addresses.take() else {
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

fn remote(args: &mut CheckArgs, file: RemoteFile) {
    let names = file.expected_names().collect();
    let seconds = |value: Option<f64>| value.map(Duration::from_secs_f64);
    or(&mut args.connect_timeout, seconds(file.connect_timeout));
    or(&mut args.reply_timeout, seconds(file.reply_timeout));
    or(&mut args.timeout, seconds(file.timeout));
    or(&mut args.host, file.host);
    or(&mut args.port, file.port.map(NonZeroU16::get));
    or(&mut args.ssl, file.ssl);
    or(&mut args.certificate_check, file.certificate_check);
    or(&mut args.remote_path, file.remote_path);
    or(&mut args.intended_use, file.intended_use);
    let most = file.max_connections.map(NonZeroUsize::get);
    or(&mut args.max_connections, most);
    or(&mut args.passive_mode, file.passive_mode);
    or(&mut args.ip_version, file.ip_version);
    or(&mut args.highest_tls_version, file.highest_tls_version);
    or(&mut args.depth, file.depth);
    or_list(&mut args.source, file.sources);
    // Other sources than those of the file may leave some of its dedicated addresses out.
    let tested = |address: &_| args.source.contains(address);
    let dedicated = file.dedicated.into_iter().filter(tested).collect();
    or_list(&mut args.dedicated, dedicated);
    or_list(&mut args.expect_address, file.expect_addresses);
    or_list(&mut args.expect_name, names);
    or_list(&mut args.ca_file, file.ca_files);
}

fn or<T>(flag: &mut Option<T>, key: Option<T>) {
    *flag = flag.take().or(key);
}

fn or_list<T>(flag: &mut Vec<T>, key: Vec<T>) {
    if flag.is_empty() {
        *flag = key;
    }
}
