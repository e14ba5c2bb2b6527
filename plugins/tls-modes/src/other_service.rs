//! What answers if it is not FTP.

use probe_sdk::ftp::{Reply, Service, Weight};
use probe_sdk::{Control, Decision, Finding};

use crate::{NOT_FTP, UNAVAILABLE};

/// As much of a foreign protocol as a reader recognises.
const SHOWN: usize = 120;
/// What tells where the bytes do not.
const WHICH_PROGRAM: &str = "the server's administrator can see which program listens on this port, and whether \
it works properly";
/// A web server answers this at once.
const ASK_MS: u32 = 3_000;

/// Something else answered, in these bytes.
pub(crate) fn finding(service: Service, bytes: &[u8]) -> Finding {
    let detail = format!("The port is open, but what answers is not an FTP server: {service}.");
    let finding = Finding::new(NOT_FTP, detail)
        .evidence("service", service)
        .evidence("first bytes", shown(bytes));
    match service.weight() {
        Weight::Certain => finding.because(Decision::by_evidence(
            "the first bytes, which no FTP server sends",
        )),
        Weight::Likely => finding.likely(UNAVAILABLE, WHICH_PROGRAM),
    }
}

/// It speaks TLS and no FTP in it.
pub(crate) fn over_tls(bytes: &[u8]) -> Finding {
    let is_web = bytes.starts_with(b"HTTP/");
    let service = if is_web {
        "a web server (HTTPS)"
    } else {
        "a service over TLS without an FTP greeting"
    };
    let detail =
        format!("The port speaks TLS, but what answers inside is not an FTP server: {service}.");
    let finding = Finding::new(NOT_FTP, detail)
        .evidence("service", service)
        .evidence("first bytes", shown(bytes));
    match is_web {
        true => finding.because(Decision::by_evidence("an HTTP status line")),
        false => finding.likely(UNAVAILABLE, WHICH_PROGRAM),
    }
}

/// It never ends what it begins.
pub(crate) fn endless(error: &str) -> Finding {
    let detail =
        "What the server sends looks like a greeting but does not end, so no client can read it.";
    Finding::new(NOT_FTP, detail)
        .because(Decision::by_evidence("more text than any greeting has"))
        .evidence("service", "unknown")
        .evidence("first bytes", error)
}

/// Asks a silent service for a page; what it says tells a web server.
pub(crate) fn ask_for_a_page(control: &Control) -> Vec<u8> {
    let connection = control.connection();
    if connection
        .write(b"HEAD / HTTP/1.0\r\n\r\n", ASK_MS)
        .is_err()
    {
        return Vec::new();
    }
    connection.read(ASK_MS).unwrap_or_default()
}

/// A mail server greets with 220, too (F-G07). Its words are a hint; that it does not know `AUTH`'s kin decides:
/// FTP answers NOOP with 200, SMTP with 250 (RFC 959 section 5.4, RFC 5321 section 4.3.2).
pub(crate) fn behind_a_220(control: &mut Control, greeting: &Reply) -> Option<Finding> {
    let line = format!("{} {}", greeting.code, greeting.text());
    if Service::recognise(line.as_bytes()) != Service::Smtp {
        return None;
    }
    let noop = control.command("NOOP").ok()?;
    (noop.code == 250).then(|| {
        finding(Service::Smtp, line.as_bytes())
            .because(Decision::by_rule(
                &noop,
                "the SMTP answer to NOOP; the FTP answer is 200",
            ))
            .evidence("NOOP", noop)
    })
}

fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]);
    text.lines().next().unwrap_or_default().trim().to_string()
}
