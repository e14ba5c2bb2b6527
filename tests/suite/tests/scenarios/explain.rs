//! `explain` by symptom: what people saw or paste, and the page that has to be among those it names.

use std::process::{Command, Output, Stdio};

use libtest_mimic::{Failed, Trial};

use Rank::{First, FirstThree, Named};

/// Where the page has to stand.
#[derive(Clone, Copy, Debug)]
enum Rank {
    First,
    FirstThree,
    /// Anywhere: the words say little.
    Named,
}

/// More pages than these are no answer.
const MOST: usize = 10;

const SYMPTOMS: &[(&str, Rank, &str)] = &[
    ("zero byte file", First, "data.zero-byte-upload"),
    ("certificate has expired", First, "cert.expired"),
    ("530", First, "ftp.login-rejected"),
    ("530 Login incorrect.", Named, "ftp.login-rejected"),
    ("425 LIST", Named, "data.all-ports-blocked"),
    (
        "522 SSL connection failed; session reuse required",
        First,
        "ftps.session-reuse-required",
    ),
    ("cert", Named, "cert.expired"),
    ("missing-intermediate", First, "cert.missing-intermediate"),
    ("530 user not logged in", Named, "ftp.login-rejected"),
    (
        "Error: Connection attempt failed with \"ECONNREFUSED - Connection refused by server\"",
        FirstThree,
        "net.connection-refused",
    ),
    (
        "Error: Connection timed out after 20 seconds of inactivity",
        FirstThree,
        "net.connection-timeout",
    ),
    (
        "Error: Failed to retrieve directory listing",
        FirstThree,
        "data.all-ports-blocked",
    ),
    (
        "Status: Server sent passive reply with unroutable address. Using server address instead.",
        FirstThree,
        "data.pasv-private-address",
    ),
    (
        "Error: GnuTLS error -15: An unexpected TLS packet was received.",
        FirstThree,
        "ftps.implicit-on-explicit-port",
    ),
    (
        "Error: GnuTLS error -110: The TLS connection was non-properly terminated.",
        FirstThree,
        "data.closed-without-notify",
    ),
    (
        "Server did not properly shut down TLS connection",
        FirstThree,
        "data.closed-without-notify",
    ),
    (
        "Status: Server does not support FTP over TLS.",
        FirstThree,
        "ftps.not-supported",
    ),
    (
        "TLS session of data connection not resumed.",
        FirstThree,
        "ftps.session-reuse-broken",
    ),
    (
        "450 TLS session of data connection has not resumed or the session does not match the control connection",
        FirstThree,
        "ftps.session-reuse-broken",
    ),
    (
        "522 SSL connection failed; session reuse required: see require_ssl_reuse option in vsftpd.conf man page",
        FirstThree,
        "ftps.session-reuse-required",
    ),
    (
        "WinSCP: Could not retrieve directory listing",
        FirstThree,
        "data.all-ports-blocked",
    ),
    (
        "Timeout detected. (data connection)",
        FirstThree,
        "data.all-ports-blocked",
    ),
    ("Peer certificate rejected", FirstThree, "cert.untrusted-ca"),
    (
        "The certificate was issued for a different hostname",
        FirstThree,
        "cert.hostname-mismatch",
    ),
    (
        "Can't establish TLS connection: error:1408F10B: wrong version number",
        FirstThree,
        "ftps.implicit-on-explicit-port",
    ),
    (
        "tlsv1 alert protocol version",
        FirstThree,
        "tls.version-unsupported",
    ),
    (
        "sslv3 alert handshake failure",
        FirstThree,
        "tls.handshake-failed",
    ),
    ("no shared cipher", FirstThree, "tls.cipher-mismatch"),
    (
        "curl: (6) Could not resolve host: ftp.example.com",
        FirstThree,
        "dns.nxdomain",
    ),
    (
        "curl: (7) Failed to connect to ftp.example.com port 21: Connection refused",
        FirstThree,
        "net.connection-refused",
    ),
    (
        "curl: (9) Server denied you to change to the given directory",
        FirstThree,
        "ftp.path-not-found",
    ),
    (
        "curl: (13) FTP: unknown PASV reply",
        FirstThree,
        "data.passive-refused",
    ),
    (
        "curl: (18) transfer closed with 1024 bytes remaining to read",
        FirstThree,
        "data.truncated",
    ),
    (
        "curl: (25) Failed FTP upload: 553",
        FirstThree,
        "ftp.write-denied",
    ),
    (
        "curl: (28) Connection timed out after 300000 milliseconds",
        FirstThree,
        "net.connection-timeout",
    ),
    (
        "curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL",
        FirstThree,
        "tls.handshake-failed",
    ),
    (
        "curl: (60) SSL certificate problem: unable to get local issuer certificate",
        FirstThree,
        "cert.missing-intermediate",
    ),
    (
        "curl: (60) SSL certificate problem: self-signed certificate",
        FirstThree,
        "cert.self-signed",
    ),
    (
        "curl: (60) SSL certificate problem: certificate has expired",
        FirstThree,
        "cert.expired",
    ),
    (
        "curl: (64) Requested SSL level failed",
        FirstThree,
        "ftps.not-supported",
    ),
    (
        "curl: (67) Access denied: 530",
        FirstThree,
        "ftp.login-rejected",
    ),
    (
        "lftp: Fatal error: Certificate verification: Not trusted",
        FirstThree,
        "cert.untrusted-ca",
    ),
    (
        "lftp: Certificate verification: certificate common name doesn't match requested host name",
        FirstThree,
        "cert.hostname-mismatch",
    ),
    (
        "lftp: ls: Login failed: 530 Login incorrect.",
        FirstThree,
        "ftp.login-rejected",
    ),
    (
        "lftp [Making data connection...]",
        FirstThree,
        "data.all-ports-blocked",
    ),
    (
        "rclone: x509: certificate signed by unknown authority",
        FirstThree,
        "cert.untrusted-ca",
    ),
    (
        "x509: certificate is valid for www.example.com, not ftp.example.com",
        FirstThree,
        "cert.hostname-mismatch",
    ),
    (
        "x509: certificate has expired or is not yet valid",
        FirstThree,
        "cert.expired",
    ),
    (
        "tls: first record does not look like a TLS handshake",
        FirstThree,
        "ftps.implicit-on-explicit-port",
    ),
    (
        "dial tcp 203.0.113.10:21: i/o timeout",
        FirstThree,
        "net.connection-timeout",
    ),
    (
        "lookup ftp.example.com: no such host",
        FirstThree,
        "dns.nxdomain",
    ),
    (
        "Files.com: Remote server timed out",
        FirstThree,
        "net.connection-timeout",
    ),
    (
        "Files.com: Authentication failed",
        FirstThree,
        "ftp.login-rejected",
    ),
    ("553 Could not create file.", FirstThree, "ftp.write-denied"),
    (
        "552 Exceeded storage allocation",
        FirstThree,
        "ftp.quota-exceeded",
    ),
    (
        "421 There are too many connections from your internet address",
        FirstThree,
        "service.too-many-connections",
    ),
    (
        "550 Failed to change directory",
        FirstThree,
        "ftp.path-not-found",
    ),
];

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("explain_ranks_pages_by_symptom", symptoms),
        Trial::test("explain_takes_words_one_by_one", words),
        Trial::test("explain_names_products_and_near_misses", others),
    ]
}

fn symptoms() -> Result<(), Failed> {
    let mut missed = Vec::new();
    for (asked, rank, code) in SYMPTOMS {
        let output = explain(&[asked])?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let pages = pages(&said);
        let place = pages.iter().position(|page| page == code);
        let stands = place.is_some_and(|place| match rank {
            First => place == 0,
            FirstThree => place < 3,
            Named => true,
        });
        let fits = output.status.success() && said.contains("why: ") && pages.len() <= MOST;
        if !(stands && fits) {
            missed.push(format!(
                "{asked}: {code} is not {rank:?}\n{}",
                shown(&output)
            ));
        }
    }
    none_of(&missed)
}

/// Several arguments are one question.
fn words() -> Result<(), Failed> {
    let (apart, together) = (
        explain(&["zero", "byte", "file"])?,
        explain(&["zero byte file"])?,
    );
    match apart.stdout == together.stdout && !apart.stdout.is_empty() {
        true => Ok(()),
        false => Err(format!("{}\n{}", shown(&apart), shown(&together)).into()),
    }
}

fn others() -> Result<(), Failed> {
    let mut missed = Vec::new();
    for (asked, code, says) in [
        ("331 Please specify the password.", 0, "a message of vsftpd"),
        ("cert.expired", 0, "Action needed from"),
        ("xyzzy qwrtz", 2, "nothing was found for `xyzzy qwrtz`"),
        ("cert.expird", 2, "Did you mean cert.expired"),
    ] {
        let output = explain(&[asked])?;
        let said = shown(&output);
        if output.status.code() != Some(code) || !said.contains(says) {
            missed.push(format!("{asked}: not `{says}`\n{said}"));
        }
    }
    none_of(&missed)
}

/// The codes at the beginning of lines.
fn pages(said: &str) -> Vec<&str> {
    said.lines()
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| word.contains('.'))
        .collect()
}

fn explain(asked: &[&str]) -> Result<Output, Failed> {
    let mut command = Command::new(suite::program());
    command.arg("explain").args(asked).stdin(Stdio::null());
    Ok(command.output()?)
}

fn shown(output: &Output) -> String {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    format!("{}\n{out}\n{err}", output.status)
}

fn none_of(missed: &[String]) -> Result<(), Failed> {
    match missed {
        [] => Ok(()),
        missed => Err(missed.join("\n").into()),
    }
}
