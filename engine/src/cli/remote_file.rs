//! A settings file in place of a URL: each flag overrides its key.

use std::num::{NonZeroU16, NonZeroUsize};
use std::path::Path;
use std::time::Duration;

use super::CliError;
use super::args::CheckArgs;
use crate::settings::{Location, RemoteFile};

/// The arguments, completed from the settings file if they name one.
pub(super) fn filled_in(mut args: CheckArgs) -> Result<CheckArgs, CliError> {
    let Some(path) = args.remote.take_if(|it| is_file(it)) else {
        return Ok(args);
    };
    let file = RemoteFile::load(Path::new(&path))?;
    login(&mut args, &file, &path)?;
    remote(&mut args, file);
    Ok(args)
}

/// The host that the URL or the settings file names, which `--host` may replace.
pub(super) fn host_of(args: &CheckArgs) -> Result<Option<String>, CliError> {
    match &args.remote {
        None => Ok(None),
        Some(path) if is_file(path) => Ok(RemoteFile::load(Path::new(path))?.host),
        Some(url) => Ok(Some(url.parse::<Location>()?.host)),
    }
}

/// A URL has a scheme; a settings file is there, or is called like one.
fn is_file(text: &str) -> bool {
    !text.contains("://") && (text.ends_with(".toml") || Path::new(text).exists())
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
    if args.client_cert.is_none() {
        (args.client_cert, args.client_key) = (file.client_cert, file.client_key);
    }
    or_list(&mut args.source, file.sources);
    // Other sources than those of the file may leave some of its dedicated addresses out.
    let tested = |address: &_| args.source.contains(address);
    let dedicated = file.dedicated.into_iter().filter(tested).collect();
    or_list(&mut args.dedicated, dedicated);
    or_list(&mut args.expect_address, file.expect_addresses);
    or_list(&mut args.expect_name, names);
    or_list(&mut args.allow_data_address, file.allow_data_addresses);
    or_list(&mut args.ca_file, file.ca_files);
}

fn login(args: &mut CheckArgs, file: &RemoteFile, path: &str) -> Result<(), CliError> {
    or(&mut args.user, file.user.clone());
    let given = args.password_file.is_some() || args.password_stdin || args.password_env.is_some();
    if given {
        return Ok(());
    }
    // Its name is not repeated: somebody may have written the password itself.
    let unset = |name: &String| std::env::var_os(name).is_none();
    if file.password_env.as_ref().is_some_and(unset) {
        let why = "the environment variable that it names is not set";
        return Err(CliError::Usage(format!("{path}: password-env: {why}")));
    }
    args.password_file.clone_from(&file.password_file);
    args.password_env.clone_from(&file.password_env);
    args.password_stdin = file.password_stdin;
    Ok(())
}

fn or<T>(flag: &mut Option<T>, key: Option<T>) {
    *flag = flag.take().or(key);
}

fn or_list<T>(flag: &mut Vec<T>, key: Vec<T>) {
    if flag.is_empty() {
        *flag = key;
    }
}
