//! Does the certificate name the host? Where it does not, how near it comes (RFC 9525 section 6.3).

use std::net::IpAddr;

use probe_sdk::trust::{Question, Store, TrustFault, verify};
use probe_sdk::{Decision, Finding, Owner, Run, name, resolve};
use x509_parser::prelude::{GeneralName, X509Certificate};

use crate::misfit;
use crate::{HOSTNAME_MISMATCH, facts, finding};

/// More names than this are a content network's, and none of them is meant for this host.
const TRIED: usize = 10;
const SHOWN: usize = 20;

/// Whether the certificate is made out for the name.
pub(crate) fn cover(der: &[u8], name: &str) -> bool {
    let question = Question {
        chain: vec![der.to_vec()],
        name: Some(name.to_string()),
        at: 0,
        store: Store::None,
        anchors: Vec::new(),
    };
    verify(&question) != Err(TrustFault::NameMismatch)
}

/// Says how near the names of a certificate come to the host that they do not cover.
pub(crate) fn judge(run: &mut Run, der: &[u8], leaf: &X509Certificate<'_>) {
    let host = run.remote().host.clone();
    let names = of(leaf);
    let shown = if names.is_empty() {
        "none".to_string()
    } else {
        names
            .iter()
            .take(SHOWN)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut mismatch = finding(HOSTNAME_MISMATCH, leaf, reason(&host, leaf, &names))
        .because(Decision::by_evidence(
            "the names in the certificate (RFC 9525 section 6)",
        ))
        .evidence("names", shown);
    if let Some(near) = misfit::nearest(&host, &names) {
        mismatch = mismatch.evidence("closest name", near);
    }
    run.found(with_covered_name(run, der, leaf, &names, mismatch));
}

/// The names of the subject alternative name extension, as text.
pub(crate) fn of(certificate: &X509Certificate<'_>) -> Vec<String> {
    general_names(certificate, |name| match name {
        GeneralName::DNSName(name) => Some((*name).to_string()),
        GeneralName::IPAddress(bytes) => address(bytes),
        _ => None,
    })
}

fn general_names(
    certificate: &X509Certificate<'_>,
    pick: impl Fn(&GeneralName<'_>) -> Option<String>,
) -> Vec<String> {
    match certificate.subject_alternative_name() {
        Ok(Some(extension)) => extension
            .value
            .general_names
            .iter()
            .filter_map(pick)
            .collect(),
        _ => Vec::new(),
    }
}

fn address(bytes: &[u8]) -> Option<String> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
        .ok()
        .map(|address| address.to_string())
}

fn reason(host: &str, leaf: &X509Certificate<'_>, names: &[String]) -> String {
    if names.is_empty() {
        let common = facts::who(leaf.subject());
        return format!(
            "The certificate has no names in the field that clients read (subject alternative name); {common} in \
            the subject does not count."
        );
    }
    if host.parse::<IpAddr>().is_ok() {
        if names.iter().any(|name| name == host) {
            return format!(
                "The certificate contains {host} as a host name; an address counts only if it is entered as an \
                address (iPAddress)."
            );
        }
        return format!(
            "The remote is configured by its address {host}, but the certificate does not contain that address."
        );
    }
    names
        .iter()
        .find_map(|name| misfit::of(host, name))
        .unwrap_or_else(|| format!("None of the names in the certificate is {host}."))
}

/// A covered name that leads to the same server is the best remedy: nobody but the settings has to change. Asked are only
/// names that somebody wrote down: in the certificate, or in the server's own greeting.
fn with_covered_name(
    run: &Run,
    der: &[u8],
    leaf: &X509Certificate<'_>,
    names: &[String],
    finding: Finding,
) -> Finding {
    let host = run.remote().host.clone();
    let address = run.text(name::SERVER_ADDRESS).unwrap_or(&host);
    let common = facts::common_name(leaf.subject());
    let greeting = run.text(name::SERVER_GREETING).unwrap_or_default();
    let said = misfit::host_names(&common).chain(misfit::host_names(greeting));
    let written = names
        .iter()
        .map(String::as_str)
        .take(TRIED)
        .chain(said.take(TRIED));
    let leads_here = |name: &&str| {
        !name.contains('*')
            && name.parse::<IpAddr>().is_err()
            && cover(der, name)
            && resolve(name).is_ok_and(|found| found.iter().any(|resolved| resolved.ip == address))
    };
    match written.into_iter().find(leads_here) {
        Some(name) => finding.owner(Owner::Settings).patch(&[("host", name)]),
        None => finding,
    }
}
