//! What a refusal of the login means: the same codes stand for many faults, and the phase decides first.

use probe_sdk::ftp::phase::login::LoginAnswer;
use probe_sdk::ftp::{Phase, Reply, Weight};
use probe_sdk::trust::TrustFault;
use probe_sdk::{Finding, Run};

use crate::{
    CLIENT_CERTIFICATE, HOME_UNAVAILABLE, INFORMATION_REQUIRED, REJECTED, RESTRICTED,
    SOURCE_BLOCKED, TLS_REQUIRED, TOO_MANY, UNAVAILABLE,
};

/// The finding for an answer that is no login.
pub(crate) fn finding(
    run: &Run,
    answer: LoginAnswer,
    weight: Weight,
    reply: &Reply,
    phase: Phase,
) -> Finding {
    let at = if phase == Phase::User {
        "the user name"
    } else {
        "the password"
    };
    let user = run.remote().user.clone().unwrap_or_default();
    let (code, detail) = match answer {
        LoginAnswer::TlsRequired => (
            TLS_REQUIRED,
            format!("The server refuses {at} on a connection without TLS: it insists on TLS."),
        ),
        LoginAnswer::TooMany => (
            TOO_MANY,
            format!(
                "The server refuses {at} because of the number of connections, not because of the account."
            ),
        ),
        LoginAnswer::HomeUnavailable => (
            HOME_UNAVAILABLE,
            "The server accepts the login and then cannot open the account's home directory."
                .into(),
        ),
        LoginAnswer::AccountRestricted => (
            RESTRICTED,
            format!("The server refuses {at}: this account may not use FTP, or not in this way."),
        ),
        LoginAnswer::ClientCertificateWanted => (
            CLIENT_CERTIFICATE,
            "The server refuses the login until the client shows a certificate of its own.".into(),
        ),
        LoginAnswer::SourceNotAllowed => (
            SOURCE_BLOCKED,
            format!("The server refuses {at}, and its words point at the address we come from."),
        ),
        LoginAnswer::AccountWanted | LoginAnswer::OneTimePassword => (
            INFORMATION_REQUIRED,
            "The server wants more than a user name and a password.".into(),
        ),
        LoginAnswer::Closing => (
            UNAVAILABLE,
            format!("The server closes the session after {at}."),
        ),
        LoginAnswer::Rejected
        | LoginAnswer::LoggedIn
        | LoginAnswer::NoPasswordNeeded
        | LoginAnswer::PasswordWanted
        | LoginAnswer::Unexpected => (REJECTED, format!("The server refuses {at} of the account.")),
    };
    let mut finding = Finding::new(code, detail).evidence("reply", reply);
    if code == REJECTED || code == RESTRICTED {
        finding = finding.evidence("user", user);
    }
    if code == TLS_REQUIRED {
        finding = finding.patch(&[("ssl", "require-explicit")]);
    }
    with_alternatives(finding, code, weight)
}

/// A refused password is never sent again, so what a second try would tell must be told by somebody else.
fn with_alternatives(finding: Finding, code: probe_sdk::Code, weight: Weight) -> Finding {
    if code == REJECTED {
        return finding
            .likely(
                RESTRICTED,
                "the account is locked, disabled, expired or not meant for FTP: the server's log says which; its \
                 administrator can look",
            )
            .likely(TOO_MANY, "the same login succeeds when no other session is open: the owner of the account can try");
    }
    match weight {
        Weight::Certain => finding,
        Weight::Likely if code == RESTRICTED => finding
            .likely(REJECTED, "the server's log names the reason of the refusal; its administrator can look"),
        Weight::Likely => finding.likely(
            REJECTED,
            "the words of the reply point at this, and the code alone could also mean a wrong password; the server's log \
             says which",
        ),
    }
}

/// The server ended the session because we showed no certificate.
pub(crate) fn client_certificate(alert: &str) -> Finding {
    let detail = "The server ends the session because the client shows no certificate of its own.";
    Finding::new(CLIENT_CERTIFICATE, detail).evidence("reply", alert)
}

/// A fault of a certificate, in words.
pub(crate) fn fault(fault: &TrustFault) -> &str {
    match fault {
        TrustFault::Expired => "it has expired",
        TrustFault::NotYetValid => "it is not valid yet",
        TrustFault::NameMismatch => "it does not name this host",
        TrustFault::UnknownIssuer => "no path leads to a trusted root",
        TrustFault::BadSignature => "a signature is wrong or its key too weak",
        TrustFault::UnsupportedSignature => "it is signed in a way that is no longer accepted",
        TrustFault::WrongPurpose => "it is not meant for servers",
        TrustFault::CaUsedAsLeaf => "it is that of a certification authority",
        TrustFault::IssuerNotCa => "an issuer is not a certification authority",
        TrustFault::NameConstraints => "an issuer may not issue for this name",
        TrustFault::PathTooLong => "its chain is longer than an issuer allows",
        TrustFault::Revoked => "it was revoked",
        TrustFault::Malformed => "it cannot be read",
        TrustFault::Other(text) => text,
    }
}
