//! Does the certificate name the host? Where it does not, how near it comes (RFC 9525 section 6.3).

use std::net::IpAddr;

use probe_sdk::trust::{Question, Store, TrustFault, verify};
use probe_sdk::{Finding, Owner, Run, resolve};
use x509_parser::prelude::{GeneralName, X509Certificate};

use crate::{HOSTNAME_MISMATCH, facts, finding};

/// More names than this are a content network's, and none of them is meant for this host.
const TRIED: usize = 10;

pub(crate) fn judge(run: &mut Run, der: &[u8], leaf: &X509Certificate<'_>) {
    let host = run.remote().host.clone();
    let question = Question {
        chain: vec![der.to_vec()],
        name: Some(host.clone()),
        at: 0,
        store: Store::None,
        anchors: Vec::new(),
    };
    if verify(&question) != Err(TrustFault::NameMismatch) {
        return;
    }
    let names = of(leaf);
    let shown = if names.is_empty() {
        "none".to_string()
    } else {
        names
            .iter()
            .take(20)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut mismatch =
        finding(HOSTNAME_MISMATCH, leaf, reason(&host, leaf, &names)).evidence("names", shown);
    if let Some(near) = nearest(&host, &names) {
        mismatch = mismatch.evidence("closest name", near);
    }
    run.found(with_covered_name(run, &host, &names, mismatch));
}

/// The names of the subject alternative name extension, as text.
pub(crate) fn of(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_string()),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            v4.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from))
                .ok()
                .map(|address| address.to_string())
        }
        _ => None,
    };
    extension
        .value
        .general_names
        .iter()
        .filter_map(name)
        .collect()
}

fn reason(host: &str, leaf: &X509Certificate<'_>, names: &[String]) -> String {
    if names.is_empty() {
        let common = facts::common_name(leaf.subject());
        return format!(
            "The certificate has no names in the place where clients look (subject alternative name); `{common}` in the \
             subject does not count."
        );
    }
    if host.parse::<IpAddr>().is_ok() {
        return format!(
            "The remote is reached by its address {host}, and the certificate does not name that address."
        );
    }
    match names.iter().find_map(|name| too_deep(host, name)) {
        Some((wildcard, label)) => format!(
            "`{wildcard}` covers exactly one label in place of the star; in {host} the label `{label}` is too many."
        ),
        None => format!("None of the names in the certificate is {host}."),
    }
}

/// The wildcard that would fit if the star stood for several labels, and the labels too many.
fn too_deep(host: &str, name: &str) -> Option<(String, String)> {
    let suffix = name.strip_prefix('*')?;
    let head = host
        .to_ascii_lowercase()
        .strip_suffix(&suffix.to_ascii_lowercase())?
        .to_string();
    let (extra, _) = head.rsplit_once('.')?;
    Some((name.to_string(), extra.to_string()))
}

/// The name that shares most of its end with the host.
fn nearest<'a>(host: &str, names: &'a [String]) -> Option<&'a String> {
    let shared = |name: &str| {
        let (host, name) = (host.rsplit('.'), name.trim_start_matches("*.").rsplit('.'));
        host.zip(name)
            .take_while(|(a, b)| a.eq_ignore_ascii_case(b))
            .count()
    };
    names
        .iter()
        .filter(|name| shared(name) >= 2)
        .max_by_key(|name| shared(name))
}

/// A covered name that leads to the same server is the best remedy: nobody but the settings has to change.
fn with_covered_name(run: &Run, host: &str, names: &[String], finding: Finding) -> Finding {
    let address = run.text("server.address").unwrap_or(host);
    let leads_here = |name: &&String| {
        !name.starts_with('*')
            && name.parse::<IpAddr>().is_err()
            && resolve(name).is_ok_and(|found| found.iter().any(|resolved| resolved.ip == address))
    };
    match names.iter().take(TRIED).find(leads_here) {
        Some(name) => finding.owner(Owner::Settings).patch(&[("host", name)]),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_says_which_label_is_too_many() {
        assert_eq!(
            too_deep("eu.ftp.example.com", "*.example.com"),
            Some(("*.example.com".into(), "eu".into()))
        );
        assert_eq!(too_deep("ftp.example.com", "*.example.com"), None);
        assert_eq!(too_deep("ftp.example.org", "*.example.com"), None);
    }

    #[test]
    fn the_nearest_name_shares_the_end() {
        let names = [
            "example.org".to_string(),
            "www.example.com".into(),
            "*.ftp.example.com".into(),
        ];
        assert_eq!(nearest("x.ftp.example.com", &names), Some(&names[2]));
        assert_eq!(nearest("a.b.net", &names), None);
    }
}
