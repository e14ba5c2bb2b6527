//! The answers to USER and PASS (RFC 959 section 4.1.1), the most overloaded codes of all.

use super::{Phase, Weight, wording};
use crate::reply::Reply;

use LoginAnswer::*;
use Weight::{Certain, Likely};

/// What the server says to USER or PASS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LoginAnswer {
    /// Logged in after PASS: 230, 202, 232.
    LoggedIn,
    /// Send PASS: 331.
    PasswordWanted,
    /// Logged in after USER already: 230, 232 (F-L11; RFC 4217 section 12.1).
    NoPasswordNeeded,
    /// 332 or 532: ACCT is wanted (F-L09).
    AccountWanted,
    /// A challenge, a one-time password or a second factor is wanted (F-L09; 336: RFC 2228 section
    /// 5).
    OneTimePassword,
    /// TLS is demanded first (F-L04).
    TlsRequired,
    /// Too many connections, sessions or users (F-G08, F-L14).
    TooMany,
    /// The home directory is missing or cannot be entered (F-L06).
    HomeUnavailable,
    /// The account may not log in here, whatever its password (F-L03, F-L05, F-L08).
    AccountRestricted,
    /// The password has to be changed before the account can be used.
    PasswordExpired,
    /// The server has several sites and wants to know which (RFC 7151), or a user name with the site in it.
    HostWanted,
    /// A client certificate is wanted (F-A11).
    ClientCertificateWanted,
    /// Our address may not log in (F-N05, F-L07).
    SourceNotAllowed,
    /// User name or password is wrong, as far as the server tells (F-L01). Only ever after PASS.
    Rejected,
    /// 421: the connection ends (F-L13).
    Closing,
    /// A reply that has no meaning here: it is unclassified, and no nearest meaning is given to it. One that refuses nothing
    /// is out of step, and never a login.
    Unexpected,
}

/// Judges the answer to USER ([`Phase::User`]) or PASS ([`Phase::Pass`]) and says how sure that is.
/// In any other phase, such as after ACCT, only what needs no context is judged.
///
/// `clear_text` says that the control connection has no TLS: only there can a refusal demand it.
pub fn judge(phase: Phase, reply: &Reply, clear_text: bool) -> (LoginAnswer, Weight) {
    match phase {
        Phase::User => after_user(reply, clear_text),
        Phase::Pass => after_pass(reply, clear_text),
        _ => after_other(reply),
    }
}

fn after_user(reply: &Reply, clear_text: bool) -> (LoginAnswer, Weight) {
    match reply.code {
        230 | 232 => (NoPasswordNeeded, Certain),
        331 if wording::asks_one_time(reply) => (OneTimePassword, Likely),
        331 => (PasswordWanted, Certain),
        332 => (AccountWanted, Certain),
        336 => (OneTimePassword, Certain),
        _ if reply.is_negative() => user_refused(reply, clear_text),
        // No answer to USER (RFC 959 section 5.4): the dialogue is out of step, whatever its first digit says.
        _ => (Unexpected, Certain),
    }
}

/// No password was sent yet, so this cannot be about it.
fn user_refused(reply: &Reply, clear_text: bool) -> (LoginAnswer, Weight) {
    // The five codes of F-L04, and the one of RFC 2228 for a wrong level.
    let demand = matches!(reply.code, 421 | 503 | 530 | 533 | 534 | 550);
    if wording::states_limit(reply) {
        return (TooMany, Likely);
    }
    if clear_text && wording::names_encryption(reply) {
        let certain = demand && wording::demands_encryption(reply);
        return (TlsRequired, if certain { Certain } else { Likely });
    }
    if let Some(answer) = told_by_text(reply) {
        return answer;
    }
    match (reply.code, clear_text) {
        (421, true) if !wording::goes_away(reply) => (TlsRequired, Likely),
        (421, _) => (Closing, Certain),
        (533 | 534, true) => (TlsRequired, Certain),
        (503 | 530 | 550, true) => (TlsRequired, Likely),
        (530 | 533 | 534 | 550, false) => (AccountRestricted, Likely),
        (531, _) => (ClientCertificateWanted, Likely),
        (532, _) => (AccountWanted, Certain),
        _ => (Unexpected, Certain),
    }
}

fn after_pass(reply: &Reply, clear_text: bool) -> (LoginAnswer, Weight) {
    match reply.code {
        202 | 230 | 232 => (LoggedIn, Certain),
        332 => (AccountWanted, Certain),
        // Asked once more: a second factor, where the words say so.
        331 if wording::asks_one_time(reply) => (OneTimePassword, Likely),
        336 => (OneTimePassword, Likely),
        _ if reply.is_negative() => password_refused(reply, clear_text),
        // No answer to PASS (RFC 959 section 5.4): the dialogue is out of step, and nobody knows whether this is a login.
        _ => (Unexpected, Certain),
    }
}

/// The password is one cause among many, and the last one thought of. A refusal is never repeated
/// to test it, so the text alone chooses between the look-alikes, and says no more than likely.
fn password_refused(reply: &Reply, clear_text: bool) -> (LoginAnswer, Weight) {
    if wording::states_limit(reply) {
        return (TooMany, Likely);
    }
    if clear_text && wording::names_encryption(reply) {
        return (
            TlsRequired,
            if matches!(reply.code, 534 | 550) {
                Certain
            } else {
                Likely
            },
        );
    }
    if wording::names_expiry(reply) {
        return (PasswordExpired, Likely);
    }
    if let Some(answer) = told_by_text(reply) {
        return answer;
    }
    match (reply.code, clear_text) {
        // Some servers end the session with the last try (F-L13).
        (421, _) if wording::calls_wrong(reply) => (Rejected, Likely),
        (421, _) => (Closing, Certain),
        (530, _) => (
            Rejected,
            if wording::names_credentials(reply) {
                Certain
            } else {
                Likely
            },
        ),
        // Never registered for this, but used by servers that follow a list of codes found
        // elsewhere.
        (430 | 535, _) => (Rejected, Likely),
        (533 | 534, true) => (TlsRequired, Certain),
        (533 | 534, false) => (AccountRestricted, Likely),
        (550, true) => (TlsRequired, Likely),
        (550, false) => (HomeUnavailable, Likely),
        (531, _) => (ClientCertificateWanted, Likely),
        (532, _) => (AccountWanted, Certain),
        // Bad sequence of commands (RFC 959 section 4.2.1), whatever it says of passwords: the user name got lost.
        (503, _) => (Unexpected, Certain),
        _ if wording::names_credentials(reply) => (Rejected, Likely),
        _ => (Unexpected, Certain),
    }
}

/// Causes that text points to in the same way after USER and after PASS.
fn told_by_text(reply: &Reply) -> Option<(LoginAnswer, Weight)> {
    if wording::asks_for_host(reply) {
        Some((HostWanted, Likely))
    } else if wording::names_certificate(reply) {
        Some((
            ClientCertificateWanted,
            if reply.code == 531 { Certain } else { Likely },
        ))
    } else if wording::names_home(reply) {
        Some((
            HomeUnavailable,
            if reply.code == 500 { Certain } else { Likely },
        ))
    } else if wording::refuses_source(reply) {
        Some((SourceNotAllowed, Likely))
    } else if reply.code != 421 && wording::restricts_account(reply) {
        Some((AccountRestricted, Likely))
    } else {
        None
    }
}

fn after_other(reply: &Reply) -> (LoginAnswer, Weight) {
    match reply.code {
        202 | 230 | 232 => (LoggedIn, Certain),
        331 => (PasswordWanted, Certain),
        332 | 532 => (AccountWanted, Certain),
        336 => (OneTimePassword, Certain),
        421 if wording::states_limit(reply) => (TooMany, Likely),
        421 => (Closing, Certain),
        _ => (Unexpected, Likely),
    }
}

#[cfg(test)]
#[path = "login_tests.rs"]
mod tests;
