//! What well-known clients say, and the pages to read for it. The words are those of the programs; which fault is behind them
//! only a check can tell, so the likeliest comes first.

use std::collections::BTreeMap;

use super::{STOP, words};

/// What a client says.
struct Said {
    client: &'static str,
    /// A phrase: an error text has each of its words.
    phrase: &'static str,
    codes: &'static [&'static str],
}

const fn said(client: &'static str, phrase: &'static str, codes: &'static [&'static str]) -> Said {
    Said {
        client,
        phrase,
        codes,
    }
}

const PHRASES: &[Said] = &[
    said("FileZilla", "ECONNREFUSED", &["net.connection-refused"]),
    said(
        "FileZilla",
        "ETIMEDOUT",
        &["net.connection-timeout", "net.source-ip-blocked"],
    ),
    said(
        "FileZilla",
        "connection timed out after seconds of inactivity",
        &[
            "net.connection-timeout",
            "service.no-banner",
            "net.source-ip-blocked",
        ],
    ),
    said(
        "FileZilla",
        "connection attempt failed EAI_NONAME",
        &["dns.nxdomain"],
    ),
    said("FileZilla", "EHOSTUNREACH", &["net.unreachable"]),
    said(
        "FileZilla",
        "ECONNABORTED",
        &["net.closed-without-banner", "service.closes-session"],
    ),
    said(
        "FileZilla",
        "failed to retrieve directory listing",
        &[
            "data.all-ports-blocked",
            "data.some-ports-blocked",
            "data.pasv-private-address",
        ],
    ),
    said(
        "FileZilla",
        "server sent passive reply unroutable address",
        &["data.pasv-private-address"],
    ),
    said(
        "FileZilla",
        "GnuTLS error 15 unexpected TLS packet",
        &["ftps.implicit-on-explicit-port", "service.not-ftp"],
    ),
    said(
        "FileZilla",
        "GnuTLS error 110 non properly terminated",
        &["data.closed-without-notify", "service.closes-session"],
    ),
    said(
        "FileZilla",
        "did not properly shut down TLS connection",
        &["data.closed-without-notify", "service.closes-session"],
    ),
    said(
        "FileZilla",
        "GnuTLS error 12 handshake failed fatal alert",
        &[
            "tls.handshake-failed",
            "tls.version-unsupported",
            "tls.cipher-mismatch",
        ],
    ),
    said(
        "FileZilla",
        "TLS session data connection not resumed",
        &["ftps.session-reuse-broken", "ftps.session-reuse-required"],
    ),
    said(
        "FileZilla",
        "server does not support FTP over TLS",
        &["ftps.not-supported"],
    ),
    said(
        "FileZilla",
        "unknown certificate",
        &[
            "cert.untrusted-ca",
            "cert.self-signed",
            "cert.missing-intermediate",
        ],
    ),
    said(
        "FileZilla",
        "critical file transfer error",
        &["ftp.write-denied", "data.truncated", "ftp.quota-exceeded"],
    ),
    said("WinSCP", "connection refused", &["net.connection-refused"]),
    said(
        "WinSCP",
        "could not retrieve directory listing",
        &[
            "data.all-ports-blocked",
            "ftp.list-denied",
            "data.some-ports-blocked",
        ],
    ),
    said(
        "WinSCP",
        "peer certificate rejected",
        &["cert.untrusted-ca", "cert.self-signed", "cert.expired"],
    ),
    said(
        "WinSCP",
        "certificate issued different hostname",
        &["cert.hostname-mismatch"],
    ),
    said(
        "WinSCP",
        "timeout detected data connection",
        &[
            "data.all-ports-blocked",
            "data.some-ports-blocked",
            "net.mtu-blackhole",
        ],
    ),
    said(
        "WinSCP",
        "lost connection",
        &["service.closes-session", "net.closed-without-banner"],
    ),
    said("OpenSSL", "certificate problem expired", &["cert.expired"]),
    said(
        "OpenSSL",
        "wrong version number",
        &["ftps.implicit-on-explicit-port", "service.not-ftp"],
    ),
    said(
        "OpenSSL",
        "alert protocol version",
        &["tls.version-unsupported"],
    ),
    said(
        "OpenSSL",
        "unsupported protocol",
        &["tls.version-unsupported"],
    ),
    said(
        "OpenSSL",
        "alert handshake failure",
        &[
            "tls.handshake-failed",
            "tls.cipher-mismatch",
            "ftps.client-certificate-required",
        ],
    ),
    said("OpenSSL", "no shared cipher", &["tls.cipher-mismatch"]),
    said(
        "OpenSSL",
        "unable get local issuer certificate",
        &["cert.missing-intermediate", "cert.untrusted-ca"],
    ),
    said(
        "OpenSSL",
        "unable verify first certificate",
        &["cert.missing-intermediate", "cert.untrusted-ca"],
    ),
    said(
        "OpenSSL",
        "self signed certificate",
        &["cert.self-signed", "cert.untrusted-ca"],
    ),
    said(
        "OpenSSL",
        "dh key too small",
        &["tls.cipher-mismatch", "tls.handshake-failed"],
    ),
    said("curl", "curl 6", &["dns.nxdomain", "dns.resolver-failed"]),
    said(
        "curl",
        "curl 7",
        &[
            "net.connection-refused",
            "net.unreachable",
            "net.connection-timeout",
        ],
    ),
    said(
        "curl",
        "curl 8",
        &[
            "service.not-ftp",
            "service.malformed-reply",
            "service.unavailable",
        ],
    ),
    said(
        "curl",
        "curl 9",
        &["ftp.path-not-found", "ftp.path-not-permitted"],
    ),
    said("curl", "curl 12", &["data.all-ports-blocked"]),
    said(
        "curl",
        "curl 13",
        &["data.passive-refused", "data.pasv-broken"],
    ),
    said("curl", "curl 18", &["data.truncated"]),
    said(
        "curl",
        "curl 25",
        &["ftp.write-denied", "ftp.name-rules", "ftp.quota-exceeded"],
    ),
    said(
        "curl",
        "curl 28",
        &[
            "net.connection-timeout",
            "data.all-ports-blocked",
            "service.no-banner",
        ],
    ),
    said(
        "curl",
        "curl 35",
        &[
            "tls.handshake-failed",
            "ftps.implicit-on-explicit-port",
            "tls.version-unsupported",
        ],
    ),
    said(
        "curl",
        "curl 56",
        &["service.closes-session", "data.truncated"],
    ),
    said(
        "curl",
        "curl 60",
        &[
            "cert.untrusted-ca",
            "cert.self-signed",
            "cert.missing-intermediate",
        ],
    ),
    said(
        "curl",
        "curl 64",
        &["ftps.not-supported", "ftps.data-protection-refused"],
    ),
    said("curl", "curl 67", &["ftp.login-rejected"]),
    said("curl", "curl 78", &["ftp.path-not-found"]),
    said(
        "lftp",
        "certificate verification not trusted",
        &[
            "cert.untrusted-ca",
            "cert.self-signed",
            "cert.missing-intermediate",
        ],
    ),
    said(
        "lftp",
        "certificate verification expired",
        &["cert.expired", "cert.expired-intermediate"],
    ),
    said(
        "lftp",
        "certificate common name doesn match",
        &["cert.hostname-mismatch"],
    ),
    said(
        "lftp",
        "certificate verification does not match hostname",
        &["cert.hostname-mismatch"],
    ),
    said(
        "lftp",
        "gnutls_handshake unexpected TLS packet",
        &["ftps.implicit-on-explicit-port"],
    ),
    said(
        "lftp",
        "making data connection",
        &["data.all-ports-blocked", "data.some-ports-blocked"],
    ),
    said(
        "lftp",
        "ftp:ssl-force server does not support SSL",
        &["ftps.not-supported"],
    ),
    said(
        "rclone",
        "x509 certificate signed unknown authority",
        &[
            "cert.untrusted-ca",
            "cert.missing-intermediate",
            "cert.self-signed",
        ],
    ),
    said(
        "rclone",
        "x509 certificate expired not yet valid",
        &["cert.expired", "cert.not-yet-valid"],
    ),
    said(
        "rclone",
        "x509 certificate valid not",
        &["cert.hostname-mismatch"],
    ),
    said(
        "rclone",
        "x509 cannot validate certificate IP SANs",
        &["cert.hostname-mismatch"],
    ),
    said(
        "rclone",
        "first record does not look like TLS handshake",
        &["ftps.implicit-on-explicit-port", "service.not-ftp"],
    ),
    said(
        "rclone",
        "tls protocol version not supported",
        &["tls.version-unsupported"],
    ),
    said(
        "rclone",
        "i/o timeout",
        &["net.connection-timeout", "data.all-ports-blocked"],
    ),
    said("rclone", "no such host", &["dns.nxdomain"]),
    said(
        "Files.com",
        "remote server timed out",
        &[
            "net.connection-timeout",
            "data.all-ports-blocked",
            "net.source-ip-blocked",
        ],
    ),
    said(
        "Files.com",
        "authentication failed",
        &["ftp.login-rejected", "ftp.account-restricted"],
    ),
    said(
        "Files.com",
        "certificate verify failed",
        &[
            "cert.untrusted-ca",
            "cert.missing-intermediate",
            "cert.expired",
        ],
    ),
    said(
        "Files.com",
        "execution expired",
        &["net.connection-timeout", "data.all-ports-blocked"],
    ),
];

/// The codes for the phrases that are in these words, each with its rank and with who says so. The phrase with the most words
/// counts, and no other.
pub(super) fn codes(asked: &[String]) -> BTreeMap<&'static str, (u8, String)> {
    let parts = |phrase: &str| -> Vec<String> {
        let all = words(phrase).into_iter();
        all.filter(|word| !STOP.contains(&word.as_str())).collect()
    };
    let fitting = PHRASES.iter().filter_map(|it| {
        let parts = parts(it.phrase);
        parts
            .iter()
            .all(|word| asked.contains(word))
            .then_some((parts.len(), it))
    });
    let mut best: Option<(usize, &Said)> = None;
    for (length, said) in fitting {
        if best.is_none_or(|(longest, _)| length > longest) {
            best = Some((length, said));
        }
    }
    let codes = best.into_iter().flat_map(|(_, said)| {
        let why = format!("{} says so", said.client);
        (0..)
            .zip(said.codes)
            .map(move |(rank, code)| (*code, (rank, why.clone())))
    });
    codes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symptom::pages;

    #[test]
    fn every_code_of_the_table_has_a_page() {
        pages::all_there(PHRASES.iter().flat_map(|it| it.codes));
    }

    #[test]
    fn the_longest_phrase_counts() {
        let asked = words("curl: (60) SSL certificate problem: self signed certificate");
        let found = codes(&asked);
        assert_eq!(found["cert.self-signed"].0, 0);
        assert!(codes(&words("nothing of the kind")).is_empty());
    }
}
