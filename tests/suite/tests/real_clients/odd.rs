//! Behaviours of the lab's server: what no server here does by a setting, and some out there do.

use serde_json::{Value, json};

/// One of them.
pub struct Odd {
    pub name: String,
    /// Of the lab's server.
    pub behaviour: Value,
    pub ssl: &'static str,
    /// Whether clients have nothing to complain of.
    pub is_healthy: bool,
}

const EXPLICIT: &str = "require-explicit";

/// All of them.
pub fn all() -> Vec<Odd> {
    let mut all = Vec::new();
    let mut add = |kind: &str, is_healthy: bool, behaviours: Vec<(&str, Value)>| {
        all.extend(behaviours.into_iter().map(|(name, behaviour)| Odd {
            name: format!("{kind}{name}"),
            behaviour,
            ssl: EXPLICIT,
            is_healthy,
        }));
    };
    add("", false, faulty(data()));
    add("", false, faulty(replies()));
    add("", false, faulty(session()));
    add("", true, faulty(sound()));
    add("cert-", false, certificates());
    add("", false, offers());
    all
}

fn faulty(faults: Vec<(&'static str, Value)>) -> Vec<(&'static str, Value)> {
    let behaviour = |(name, fault): (&'static str, Value)| {
        let faults = match fault {
            Value::Array(faults) => Value::Array(faults),
            one => json!([one]),
        };
        (name, json!({ "faults": faults }))
    };
    faults.into_iter().map(behaviour).collect()
}

/// A command that gets this reply.
fn answered(command: &str, code: u16) -> Value {
    json!({"answered": {"command": command, "code": code, "text": "so it is here"}})
}

fn swallowed(command: &str) -> Value {
    json!({"swallowed": {"command": command}})
}

fn announced(ip: &str) -> Value {
    json!({"pasv-address": {"ip": ip}})
}

/// Data connections.
fn data() -> Vec<(&'static str, Value)> {
    vec![
        ("epsv-refused", json!("epsv-refused")),
        ("epsv-silent", swallowed("EPSV")),
        ("epsv-malformed", json!("epsv-malformed")),
        ("epsv-port-dead", json!("epsv-port-dead")),
        ("pasv-refused", json!("pasv-refused")),
        ("pasv-port-dead", json!("pasv-port-dead")),
        ("pasv-silent", swallowed("PASV")),
        ("passive-refused", json!("passive-refused")),
        ("pret-required", json!("pret-required")),
        ("prot-refused", json!("prot-refused")),
        ("prot-required", json!("prot-required")),
        ("no-close-notify", json!("data-no-close-notify")),
        ("reset-at-end", json!("data-reset-at-end")),
        ("cut-short", json!("data-cut-short")),
        ("reset-half-way", json!("data-reset")),
        ("data-plain", json!("data-plain")),
        ("data-tls-alert", json!("data-tls-alert")),
        (
            "data-certificate-differs",
            json!("data-certificate-differs"),
        ),
        ("starts-after-handshake", json!("starts-after-handshake")),
        ("pasv-zero", announced("0.0.0.0")),
        (
            "pasv-zero-alone",
            json!([announced("0.0.0.0"), "epsv-refused"]),
        ),
        (
            "pasv-private-alone",
            json!([announced("10.0.0.4"), "epsv-refused"]),
        ),
        (
            "pasv-foreign-alone",
            json!([announced("192.0.2.99"), "epsv-refused"]),
        ),
        ("ports-closed", json!("passive-ports-closed")),
        ("ports-exhausted", json!({"ports-exhausted": {"after": 0}})),
        ("peer-rejected", json!("peer-address-rejected")),
        ("reuse-refused", json!("reuse-refused")),
        ("reuse-breaks", json!("reuse-breaks")),
        ("listing-denied-in-words", json!("list-denied-in-data")),
        ("list-denied", json!("list-denied")),
        ("write-denied", json!("write-denied")),
    ]
}

/// Replies to commands that clients send beside their transfers.
fn replies() -> Vec<(&'static str, Value)> {
    vec![
        ("pbsz-refused", answered("PBSZ", 500)),
        ("syst-refused", answered("SYST", 502)),
        ("syst-silent", swallowed("SYST")),
        ("type-refused", answered("TYPE", 504)),
        ("type-silent", swallowed("TYPE")),
        ("pwd-refused", answered("PWD", 502)),
        ("pwd-250", answered("PWD", 250)),
        ("size-refused", answered("SIZE", 550)),
        ("size-unknown", answered("SIZE", 502)),
        ("size-silent", swallowed("SIZE")),
        ("mdtm-refused", answered("MDTM", 550)),
        ("mlsd-refused", answered("MLSD", 502)),
        ("mlst-refused", answered("MLST", 502)),
        ("opts-refused", answered("OPTS", 501)),
        ("opts-silent", swallowed("OPTS")),
        ("clnt-refused", answered("CLNT", 500)),
        ("feat-refused", json!("feat-refused")),
        ("feat-silent", swallowed("FEAT")),
        ("no-mlsd", json!("no-machine-listing")),
        ("names-not-utf8", json!("names-not-utf8")),
        (
            "lists-in-ascii-only",
            json!({"lists-in-ascii-only": {"text": "ASCII alone"}}),
        ),
    ]
}

/// What comes before the first transfer.
fn session() -> Vec<(&'static str, Value)> {
    vec![
        ("greeting-120", json!({"greeting-not-yet": {"ms": 300}})),
        ("login-rejected", json!("login-rejected")),
        ("account-wanted", json!("account-wanted")),
        ("closes-after-login", json!("closes-after-login")),
        ("sni-rejected", json!("sni-rejected")),
        ("client-certificate", json!("client-certificate-required")),
        ("auth-ssl-alone", json!("auth-tls-only-ssl")),
        ("auth-334", json!({"auth-odd-code": {"code": 334}})),
        ("auth-refused", json!({"auth-refused": {"code": 502}})),
        ("bare-line-feeds", json!("bare-line-feeds")),
        (
            "too-many-connections",
            json!({"too-many-connections": {"from": 1}}),
        ),
        ("old-versions-alone", json!("old-versions-only")),
        ("weak-dh-alone", json!("weak-dh-only")),
    ]
}

/// What clients have to get along with.
fn sound() -> Vec<(&'static str, Value)> {
    vec![
        ("plain-sailing", json!([])),
        ("greeting-in-pieces", json!("greeting-in-pieces")),
        ("greeting-multiline", json!("greeting-multiline")),
        (
            "greeting-of-lines",
            json!({"greeting-of-lines": {"lines": 40}}),
        ),
        ("no-password-needed", json!("no-password-needed")),
        ("welcome-232", json!({"welcome": {"code": 232, "lines": 1}})),
        ("starts-unconnected", json!("starts-unconnected")),
        (
            "client-certificate-requested",
            json!("client-certificate-requested"),
        ),
        ("one-port", json!({"one-port": {"port": 40123}})),
        ("old-versions-too", json!("old-versions-too")),
    ]
}

/// By the kind of the lab's certificate.
fn certificates() -> Vec<(&'static str, Value)> {
    [
        "expired",
        "not-yet-valid",
        "wrong-name",
        "wildcard-too-deep",
        "common-name-only",
        "sni-dependent",
        "self-signed",
        "missing-intermediate",
        "expired-intermediate",
        "root-sent",
        "misordered",
        "weak-key",
        "weak-signature",
        "client-only",
        "ca-as-leaf",
        "version-one",
    ]
    .map(|kind| (kind, json!({ "certificate": kind })))
    .into()
}

/// Versions of TLS and the resumption of its sessions.
fn offers() -> Vec<(&'static str, Value)> {
    vec![
        ("tls-1.2-alone", json!({"tls": "tls12"})),
        ("tls-1.3-alone", json!({"tls": "tls13"})),
        ("reuse-required", json!({"session-reuse": "required"})),
        (
            "reuse-required-tls-1.2",
            json!({"session-reuse": "required", "tls": "tls12"}),
        ),
        (
            "reuse-required-without-tickets",
            json!({"session-reuse": "required", "faults": ["no-tickets"]}),
        ),
        ("reuse-ignored", json!({"session-reuse": "ignored"})),
    ]
}
