//! What a refusal of the login means: the same codes stand for many faults, and the phase decides first.

use probe_sdk::ftp::exchange::{Class, classify};
use probe_sdk::ftp::phase::login::LoginAnswer;
use probe_sdk::ftp::phase::wording;
use probe_sdk::ftp::{Asked, Phase, Reply, Weight};
use probe_sdk::halt::CLOSES_SESSION;
use probe_sdk::trust::TrustFault;
use probe_sdk::{Decision, Finding, OUT_OF_STEP, Owner, Run};

use crate::{
    CLIENT_CERTIFICATE, HOME_UNAVAILABLE, HOST_REQUIRED, INFORMATION_REQUIRED, PASSWORD_EXPIRED,
    REJECTED, RESTRICTED, SOURCE_BLOCKED, TLS_REQUIRED, TOO_MANY,
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
            format!("The server refuses {at} on a connection without TLS: it requires TLS."),
        ),
        LoginAnswer::TooMany if wording::counts_one_client(reply) => (
            TOO_MANY,
            format!(
                "The server refuses {at} because of the number of connections of this account or this source address."
            ),
        ),
        LoginAnswer::TooMany => (
            TOO_MANY,
            format!(
                "The server refuses {at} because it has reached its limit of sessions; this check had only one \
                open."
            ),
        ),
        LoginAnswer::HomeUnavailable => (
            HOME_UNAVAILABLE,
            "The server accepts the login, but cannot open the account's home directory."
                .into(),
        ),
        LoginAnswer::AccountRestricted => (
            RESTRICTED,
            format!("The server refuses {at}: this account may not use FTP, or not with these settings."),
        ),
        LoginAnswer::ClientCertificateWanted => (
            CLIENT_CERTIFICATE,
            "The server refuses the login until the client presents a certificate.".into(),
        ),
        LoginAnswer::SourceNotAllowed => (
            SOURCE_BLOCKED,
            format!("The server refuses {at}, and its reply points to our source address."),
        ),
        LoginAnswer::AccountWanted | LoginAnswer::OneTimePassword => (
            INFORMATION_REQUIRED,
            "The server asks for more than a user name and a password.".into(),
        ),
        LoginAnswer::PasswordExpired => (
            PASSWORD_EXPIRED,
            format!("The server refuses {at}, and its reply says that the password has expired or has to be \
            changed."),
        ),
        LoginAnswer::HostWanted => (
            HOST_REQUIRED,
            "The server hosts several sites at this address and cannot tell from the user name which one is \
            meant.".into(),
        ),
        LoginAnswer::Closing => (
            CLOSES_SESSION,
            format!("The server ends the session when it receives {at}, and does not say why."),
        ),
        LoginAnswer::Rejected => (REJECTED, format!("The server refuses {at} of the account.")),
        LoginAnswer::Unexpected
        | LoginAnswer::LoggedIn
        | LoginAnswer::NoPasswordNeeded
        | LoginAnswer::PasswordWanted => return unclassified(reply, phase, at, &user),
    };
    let mut finding = Finding::new(code, detail).evidence("reply", reply);
    if code == REJECTED || code == RESTRICTED {
        finding = finding.evidence("user", user);
    }
    if code == TLS_REQUIRED {
        finding = finding.patch(&[("ssl", "require-explicit")]);
    }
    if code == TOO_MANY && !wording::counts_one_client(reply) {
        // Nothing that the settings could lower.
        finding = finding.owner(Owner::ServerAdmin);
    }
    if code == SOURCE_BLOCKED {
        // TCP and the dialogue were let through: it is the server's own list.
        finding = finding.owner(Owner::ServerAdmin);
    }
    with_alternatives(finding, code, weight, reply)
}

/// A refusal that no document gives a meaning here. At the password, one that wants the user name first has lost it.
fn unclassified(reply: &Reply, phase: Phase, at: &str, user: &str) -> Finding {
    let log =
        "the server's log has the reason for the refusal, and its administrator can look it up";
    let asked = if phase == Phase::User {
        Asked::User
    } else {
        Asked::Pass
    };
    let finding = match classify(asked, reply) {
        Class::WrongOrder if phase == Phase::Pass => Finding::new(
            OUT_OF_STEP,
            "The server asks for a password, but then rejects the password command as out of order. It has lost \
            the user name that it accepted before, or answers another command.",
        )
        .likely(REJECTED, log),
        Class::OutOfStep
        | Class::WrongOrder
        | Class::Begun
        | Class::Done
        | Class::Continue
        | Class::Goodbye
        | Class::RefusedForNow
        | Class::NotUnderstood
        | Class::NotLoggedIn
        | Class::Refused
        | Class::Unclassified => Finding::new(
            REJECTED,
            format!("The server refuses {at} with a reply that has no defined meaning there, so the reason is \
            unknown."),
        )
        .likely(HOME_UNAVAILABLE, log)
        .likely(RESTRICTED, log),
    };
    finding.evidence("reply", reply).evidence("user", user)
}

/// A refused password is never sent again, so what a second try would tell must be told by somebody else.
fn with_alternatives(
    finding: Finding,
    code: probe_sdk::Code,
    weight: Weight,
    reply: &Reply,
) -> Finding {
    if code == REJECTED {
        return finding
            .likely(
                RESTRICTED,
                "the account is locked, disabled, expired or not intended for FTP. The server's log says which, \
                and its administrator can look it up",
            )
            .likely(TOO_MANY, "the same login succeeds when no other session is open: the owner of the account can try");
    }
    match weight {
        Weight::Certain => finding.because(Decision::by_rule(
            reply,
            "what this reply means at this point of a login",
        )),
        Weight::Likely if code == RESTRICTED => finding.likely(
            REJECTED,
            "the server's log has the reason for the refusal, and its administrator can look it up",
        ),
        Weight::Likely => finding.likely(
            REJECTED,
            "the reply code alone can also mean a wrong password; the server's log says which",
        ),
    }
}

/// The server ended the session because we showed no certificate.
pub(crate) fn client_certificate(alert: &str) -> Finding {
    let detail = "The server ends the session because the client presents no certificate.";
    Finding::new(CLIENT_CERTIFICATE, detail)
        .because(Decision::by_evidence(
            "the alert certificate_required (RFC 8446 section 6.2)",
        ))
        .evidence("reply", alert)
}

/// A fault of a certificate, in words.
pub(crate) fn fault(fault: &TrustFault) -> &str {
    match fault {
        TrustFault::Expired => "it has expired",
        TrustFault::NotYetValid => "it is not valid yet",
        TrustFault::NameMismatch => "it does not name this host",
        TrustFault::UnknownIssuer => "no path leads to a trusted root",
        TrustFault::BadSignature => "a signature is wrong or its key too weak",
        TrustFault::UnsupportedSignature => "its signature algorithm is no longer accepted",
        TrustFault::WrongPurpose => "it is not intended for servers",
        TrustFault::CaUsedAsLeaf => "it is that of a certification authority",
        TrustFault::IssuerNotCa => "an issuer is not a certification authority",
        TrustFault::NameConstraints => "an issuer may not issue for this name",
        TrustFault::PathTooLong => "its chain is longer than an issuer allows",
        TrustFault::Revoked => "it was revoked",
        TrustFault::Malformed => "it cannot be read",
        TrustFault::Other(text) => text,
    }
}
