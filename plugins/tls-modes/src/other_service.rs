//! What answers if it is not FTP.

use probe_sdk::ftp::{Reply, Service};
use probe_sdk::{Control, Finding};

use crate::NOT_FTP;

/// As much of a foreign protocol as a reader recognises.
const SHOWN: usize = 120;
/// A web server answers this at once.
const ASK_MS: u32 = 3_000;

/// Something else answered, in these bytes.
pub(crate) fn finding(service: Service, bytes: &[u8]) -> Finding {
    let detail = format!("The port is open, and what answers is not an FTP server: {service}.");
    Finding::new(NOT_FTP, detail)
        .evidence("service", service)
        .evidence("first bytes", shown(bytes))
}

/// It speaks TLS and no FTP in it.
pub(crate) fn over_tls(bytes: &[u8]) -> Finding {
    let service = if bytes.starts_with(b"HTTP/") {
        "a web server (HTTPS)"
    } else {
        "a service over TLS that does not greet as FTP does"
    };
    let detail =
        format!("The port speaks TLS, and what answers inside is not an FTP server: {service}.");
    Finding::new(NOT_FTP, detail)
        .evidence("service", service)
        .evidence("first bytes", shown(bytes))
}

/// It never ends what it begins.
pub(crate) fn endless(error: &str) -> Finding {
    let detail =
        "What the server sends has the look of a greeting and does not end: no client can read it.";
    Finding::new(NOT_FTP, detail)
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
    (noop.code == 250).then(|| finding(Service::Smtp, line.as_bytes()).evidence("NOOP", noop))
}

fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]);
    text.lines().next().unwrap_or_default().trim().to_string()
}
