//! `PBSZ 0` and `PROT P` (RFC 4217 sections 8 and 9).

use probe_sdk::ftp::Reply;
use probe_sdk::ftp::phase::protection::{self, ProtectionAnswer};
use probe_sdk::session::Session;
use probe_sdk::{Code, Decision, DialogueError, FailureKind, Finding, Run, SslSetting, name};

use crate::{
    CODES, PROTECTION_REFUSED, PROTECTION_REQUIRED, REUSE_BROKEN, REUSE_REQUIRED, TLS_FAILED,
    TLS_STALLS,
};

/// Codes of TLS on the data session.
const TLS: &[Code] = &[
    PROTECTION_REFUSED,
    PROTECTION_REQUIRED,
    REUSE_BROKEN,
    REUSE_REQUIRED,
    TLS_FAILED,
    TLS_STALLS,
];

/// Where the settings want clear text, explicit TLS on the same port is what the server asks for.
pub(crate) fn over_tls(run: &Run, finding: Finding) -> Finding {
    match run.remote().ssl {
        SslSetting::Never => finding.patch(&[("ssl", "require-explicit")]),
        SslSetting::IfAvailable | SslSetting::RequireExplicit | SslSetting::RequireImplicit => {
            finding
        }
    }
}

/// How far data connections can be counted on to be secured.
#[derive(Clone, Debug)]
pub(crate) enum Protection {
    /// There is no TLS on the control connection.
    None,
    /// The server agreed.
    Agreed,
    /// The port speaks TLS from the first byte, and the server refused to be told so: data may be protected anyhow (F-P04),
    /// and the first data connection proves it or not.
    Assumed(Reply),
}

/// Asks for TLS on the data channel, where the control channel has it. None where that ended the look.
pub(crate) fn switch_on(run: &mut Run, session: &mut Session) -> Option<Protection> {
    if !session.tls {
        run.not_applicable(
            "TLS on the data channel",
            TLS,
            "the connection is not secured by TLS",
        );
        return Some(Protection::None);
    }
    let mut asked = ask(session);
    // Whether it always ends so is reported when the probe ends; here the look goes on where it does not.
    if asked.as_ref().is_err_and(is_over) && session.replace(|_| ()) {
        asked = ask(session);
    }
    let (pbsz, prot) = match asked {
        Ok(replies) => replies,
        Err(error) => {
            session.usable = false;
            run.could_not_look("the data channel", CODES, &error.to_string());
            return None;
        }
    };
    let answer = protection::judge(&prot);
    // Implicit servers start at P and some refuse to be told so (F-P04).
    let implicit = run.text(name::CONTROL_MODE) != Some("explicit");
    match answer {
        ProtectionAnswer::Accepted => return Some(Protection::Agreed),
        ProtectionAnswer::Closing => {
            session.usable = false;
            let reason = format!("the server closed the session: {prot}");
            run.could_not_look("the data channel", CODES, &reason);
            return None;
        }
        ProtectionAnswer::OutOfOrder
        | ProtectionAnswer::NotOffered
        | ProtectionAnswer::Refused
        | ProtectionAnswer::TemporarilyUnavailable => {}
    }
    if implicit && (500..=504).contains(&prot.code) {
        return Some(Protection::Assumed(prot));
    }
    // What is out of order or not possible now may be so in this session only; the rest is said once and for all.
    let settled = match answer {
        ProtectionAnswer::Refused => true,
        ProtectionAnswer::NotOffered => (500..=504).contains(&prot.code),
        _ => false,
    };
    if settled {
        match session.control.command("PROT P") {
            Ok(again) if again.is_positive() => return Some(Protection::Agreed),
            Ok(again) => {
                let decision = Decision::by_counter_test("PROT P once more", &again);
                run.found(
                    refused(&prot, &pbsz)
                        .because(decision)
                        .evidence("asked again", again),
                );
            }
            Err(_) => {
                session.usable = false;
                let decision =
                    Decision::by_rule(&prot, "the refusal of PROT P (RFC 4217 section 9)");
                run.found(refused(&prot, &pbsz).because(decision));
            }
        }
    } else {
        match in_a_fresh_session(session) {
            Some(again) if again.is_positive() => return Some(Protection::Agreed),
            again => {
                let again = again.map_or("no answer".to_string(), |reply| reply.to_string());
                let test = "the server's log says why the level was refused at this time";
                let finding = refused(&prot, &pbsz).evidence("in a second session", again);
                run.found(finding.likely(TLS_FAILED, test));
            }
        }
    }
    let reason = "blocked by ftps.data-protection-refused: data is not transferred in clear text";
    run.behind_fault("data connections and listings", CODES, reason);
    None
}

/// The session ended in place of an answer. A silence is not waited for twice.
fn is_over(error: &DialogueError) -> bool {
    matches!(
        error.kind(),
        Some(FailureKind::Closed | FailureKind::Reset | FailureKind::Truncated)
    )
}

fn ask(session: &mut Session) -> Result<(Reply, Reply), DialogueError> {
    let pbsz = session.control.command("PBSZ 0")?;
    Ok((pbsz, session.control.command("PROT P")?))
}

fn in_a_fresh_session(session: &mut Session) -> Option<Reply> {
    if !session.replace(|_| ()) {
        return None;
    }
    ask(session).ok().map(|(_, prot)| prot)
}

fn refused(prot: &Reply, pbsz: &Reply) -> Finding {
    let detail = "The server uses TLS on the control connection, but refuses it on data connections. Files and \
    listings would cross the network in clear text.";
    Finding::new(PROTECTION_REFUSED, detail)
        .evidence("reply", prot)
        .evidence("PBSZ 0", pbsz)
}
