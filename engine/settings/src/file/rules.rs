//! What the settings have to obey beyond their types.

use super::RemoteFile;
use super::takes::takes;
use super::text::{Mistake, Tree};
use crate::FromFile;
use model::remote::{is_host, is_host_name};

/// The first rule about one key that is broken, with its place.
pub(super) fn each_obeyed(settings: &RemoteFile, tree: &Tree<'_>) -> Result<(), Mistake> {
    values(settings, tree)?;
    names(settings, tree)
}

/// The first rule about several keys that is broken, with its place.
pub(super) fn obeyed_together(settings: &RemoteFile, tree: &Tree<'_>) -> Result<(), Mistake> {
    dedicated(settings, tree)?;
    together(settings, tree)
}

fn values(settings: &RemoteFile, tree: &Tree<'_>) -> Result<(), Mistake> {
    let one_line = |text: &str| !text.is_empty() && !text.contains(['\r', '\n', '\0']);
    let fits = [
        (
            "host",
            settings.settings.host.as_deref().is_none_or(is_host),
        ),
        (
            "user",
            settings.settings.user.as_deref().is_none_or(one_line),
        ),
        (
            "remote-path",
            settings
                .settings
                .remote_path
                .as_deref()
                .is_none_or(one_line),
        ),
        (
            "password-env",
            settings
                .authority
                .password_env
                .as_ref()
                .is_none_or(|name| is_variable(name.name())),
        ),
        ("port", settings.settings.port != Some(0)),
        (
            "max-connections",
            settings.settings.max_connections != Some(0),
        ),
    ];
    match fits.iter().find(|(_, fits)| !fits) {
        Some((key, _)) => Err(takes_else(key, tree.at(key))),
        None => Ok(()),
    }
}

fn names(settings: &RemoteFile, tree: &Tree<'_>) -> Result<(), Mistake> {
    let mut names = settings.settings.expect_names.iter();
    let key = "expect-names";
    match names.find(|it| !is_host_name(&it.name) || it.addresses.is_empty()) {
        Some(wrong) => Err(takes_else(key, tree.at_inner(key, &wrong.name))),
        None => Ok(()),
    }
}

fn dedicated(settings: &RemoteFile, tree: &Tree<'_>) -> Result<(), Mistake> {
    let mut all = settings.settings.dedicated.iter();
    match all.position(|address| !settings.settings.sources.contains(address)) {
        Some(index) => Err(Mistake::new(
            tree.at_item("dedicated", index),
            "dedicated",
            "this address is not among the sources",
        )),
        None => Ok(()),
    }
}

/// Keys that exclude each other, and keys that need each other.
fn together(settings: &RemoteFile, tree: &Tree<'_>) -> Result<(), Mistake> {
    let passwords = [
        ("password-file", settings.authority.password_file.is_some()),
        ("password-env", settings.authority.password_env.is_some()),
        (
            "password-stdin",
            settings
                .authority
                .password_stdin
                .as_ref()
                .is_some_and(FromFile::is_wanted),
        ),
    ];
    let mut given: Vec<(usize, &str)> = passwords
        .iter()
        .filter(|(_, given)| *given)
        .map(|(key, _)| (tree.at(key), *key))
        .collect();
    given.sort_unstable();
    if let [(_, first), (at, second), ..] = given[..] {
        let problem = format!("the password comes from {first} already; keep one of them");
        return Err(Mistake::new(at, second, &problem));
    }
    let missing = match (
        &settings.authority.client_cert,
        &settings.authority.client_key,
    ) {
        (Some(_), None) => Some(("client-cert", "client-key")),
        (None, Some(_)) => Some(("client-key", "client-cert")),
        _ => None,
    };
    match missing {
        Some((key, other)) => {
            let problem = format!("needs {other}, too");
            Err(Mistake::new(tree.at(key), key, &problem))
        }
        None => Ok(()),
    }
}

fn takes_else(key: &str, at: usize) -> Mistake {
    Mistake::new(at, key, &format!("takes {}", takes(key)))
}

/// A name that a shell takes; what is none may be the secret itself.
fn is_variable(name: &str) -> bool {
    let mut bytes = name.bytes();
    let begins = bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    begins && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
