//! What replies of a server usually come with (RFC 959 section 4.2, RFC 2228, RFC 4217), by the phase they come in. A reply
//! alone decides nothing: these are the pages to read.

use std::collections::BTreeMap;

/// A phase, the words that people have for it, and the codes of ours for a reply in it.
struct InPhase {
    phase: &'static str,
    words: &'static [&'static str],
    codes: &'static [&'static str],
}

const GREETING: &[&str] = &["greeting", "banner", "connect", "welcome"];
const AUTH: &[&str] = &["auth", "tls", "ssl", "prot", "pbsz"];
const LOGIN: &[&str] = &["login", "user", "pass", "password", "logon"];
const PASSIVE: &[&str] = &["pasv", "epsv", "passive", "port"];
const DATA: &[&str] = &[
    "list", "mlsd", "nlst", "retr", "stor", "data", "listing", "transfer", "upload", "download",
];
const PATH: &[&str] = &["cwd", "path", "directory", "folder"];
const WRITE: &[&str] = &["stor", "upload", "write", "dele", "rnfr", "rnto", "mkd"];

const fn at(
    phase: &'static str,
    words: &'static [&'static str],
    codes: &'static [&'static str],
) -> InPhase {
    InPhase {
        phase,
        words,
        codes,
    }
}

const REPLIES: &[(&str, &[InPhase])] = &[
    (
        "120",
        &[at(
            "a greeting",
            GREETING,
            &["service.slow-banner", "service.unavailable"],
        )],
    ),
    (
        "332",
        &[at("a login", LOGIN, &["ftp.account-information-required"])],
    ),
    (
        "421",
        &[
            at(
                "a greeting",
                GREETING,
                &[
                    "service.too-many-connections",
                    "service.unavailable",
                    "net.source-ip-blocked",
                ],
            ),
            at(
                "a login",
                LOGIN,
                &["service.too-many-connections", "ftp.account-restricted"],
            ),
            at("a transfer", DATA, &["service.closes-session"]),
        ],
    ),
    (
        "425",
        &[at(
            "a transfer",
            DATA,
            &[
                "data.all-ports-blocked",
                "data.peer-address-rejected",
                "data.some-ports-blocked",
                "ftps.session-reuse-required",
            ],
        )],
    ),
    (
        "426",
        &[at(
            "a transfer",
            DATA,
            &[
                "data.truncated",
                "data.tls-failed",
                "ftps.session-reuse-required",
            ],
        )],
    ),
    (
        "431",
        &[at(
            "AUTH or PROT",
            AUTH,
            &["ftps.not-supported", "tls.handshake-failed"],
        )],
    ),
    (
        "450",
        &[at(
            "a transfer",
            DATA,
            &["ftp.list-denied", "ftps.session-reuse-required"],
        )],
    ),
    (
        "451",
        &[at(
            "a transfer",
            DATA,
            &["data.truncated", "ftp.list-denied"],
        )],
    ),
    ("452", &[at("an upload", WRITE, &["ftp.quota-exceeded"])]),
    (
        "500",
        &[
            at(
                "AUTH",
                AUTH,
                &["ftps.not-supported", "ftps.implicit-on-explicit-port"],
            ),
            at("PASV or EPSV", PASSIVE, &["data.passive-refused"]),
            at(
                "a login",
                LOGIN,
                &["ftp.home-unavailable", "service.malformed-reply"],
            ),
        ],
    ),
    (
        "502",
        &[
            at("AUTH", AUTH, &["ftps.not-supported"]),
            at("PASV or EPSV", PASSIVE, &["data.passive-refused"]),
        ],
    ),
    (
        "503",
        &[at(
            "a login",
            LOGIN,
            &["ftps.required-by-server", "service.replies-out-of-step"],
        )],
    ),
    (
        "504",
        &[at(
            "AUTH or PROT",
            AUTH,
            &["ftps.not-supported", "ftps.data-protection-refused"],
        )],
    ),
    (
        "521",
        &[at("a transfer", DATA, &["ftps.data-protection-required"])],
    ),
    (
        "522",
        &[
            at(
                "a transfer",
                DATA,
                &[
                    "ftps.session-reuse-required",
                    "ftps.data-protection-required",
                ],
            ),
            at(
                "EPSV",
                PASSIVE,
                &["net.address-family-mismatch", "data.passive-refused"],
            ),
        ],
    ),
    (
        "530",
        &[
            at(
                "a login",
                LOGIN,
                &[
                    "ftp.login-rejected",
                    "ftp.account-restricted",
                    "ftp.password-expired",
                    "ftp.home-unavailable",
                    "ftp.host-name-required",
                    "net.source-ip-blocked",
                    "ftps.required-by-server",
                ],
            ),
            at("a greeting", GREETING, &["service.too-many-connections"]),
        ],
    ),
    (
        "532",
        &[at("a login", LOGIN, &["ftp.account-information-required"])],
    ),
    ("533", &[at("a login", LOGIN, &["ftps.required-by-server"])]),
    (
        "534",
        &[at(
            "AUTH or PROT",
            AUTH,
            &["ftps.data-protection-refused", "ftps.not-supported"],
        )],
    ),
    (
        "536",
        &[at("PROT", AUTH, &["ftps.data-protection-refused"])],
    ),
    (
        "550",
        &[
            at(
                "a path",
                PATH,
                &[
                    "ftp.path-not-found",
                    "ftp.path-not-permitted",
                    "ftp.path-repeats-login-directory",
                ],
            ),
            at("an upload", WRITE, &["ftp.write-denied", "ftp.name-rules"]),
            at("a transfer", DATA, &["ftp.list-denied"]),
        ],
    ),
    ("552", &[at("an upload", WRITE, &["ftp.quota-exceeded"])]),
    (
        "553",
        &[at(
            "an upload",
            WRITE,
            &["ftp.name-rules", "ftp.write-denied"],
        )],
    ),
];

/// The codes that replies among these words may mean, each with its rank, the likeliest first, and the reply and the phase. Where a phase is among the words,
/// only those of that phase.
pub(super) fn codes(asked: &[String]) -> BTreeMap<&'static str, (u8, String)> {
    let mut found = BTreeMap::new();
    let mut rank = 0;
    for (reply, phases) in REPLIES {
        if !asked.iter().any(|word| word == reply) {
            continue;
        }
        let is_meant = |it: &&InPhase| asked.iter().any(|word| it.words.contains(&word.as_str()));
        let any = phases.iter().any(|it| is_meant(&it));
        for phase in phases.iter().filter(|it| !any || is_meant(it)) {
            for code in phase.codes {
                found
                    .entry(*code)
                    .or_insert_with(|| (rank, format!("{reply} answers {}", phase.phase)));
                rank += 1;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symptom::pages;

    #[test]
    fn every_code_of_the_table_has_a_page() {
        pages::all_there(REPLIES.iter().flat_map(|it| it.1).flat_map(|it| it.codes));
    }

    #[test]
    fn the_phase_chooses_among_the_meanings_of_a_reply() {
        let asked = |text: &str| {
            let words: Vec<String> = text.split(' ').map(Into::into).collect();
            codes(&words)
        };
        assert!(asked("530").contains_key("ftp.login-rejected"));
        assert!(asked("550").len() > asked("550 cwd").len());
        assert!(asked("425 list").contains_key("data.all-ports-blocked"));
        assert!(asked("599").is_empty());
    }
}
