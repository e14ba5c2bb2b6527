//! `PBSZ 0` and `PROT P` (RFC 4217 sections 8 and 9).

use probe_sdk::ftp::phase::protection::{self, ProtectionAnswer};
use probe_sdk::session::Session;
use probe_sdk::{Code, Finding, Run};

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

/// Asks for TLS on the data channel, where the control channel has it. False where that ended the look.
pub(crate) fn switch_on(run: &mut Run, session: &mut Session) -> bool {
    if !session.tls {
        run.not_applicable(
            "TLS on the data channel",
            TLS,
            "the connection is not secured by TLS",
        );
        return true;
    }
    // Implicit servers start at P and some refuse to be told so (F-P04).
    let implicit = run.text("control.mode") != Some("explicit");
    let replies = session
        .control
        .command("PBSZ 0")
        .and_then(|pbsz| Ok((pbsz, session.control.command("PROT P")?)));
    let (pbsz, prot) = match replies {
        Ok(replies) => replies,
        Err(error) => {
            session.usable = false;
            run.could_not_look("the data channel", CODES, &error.to_string());
            return false;
        }
    };
    match protection::judge(&prot) {
        ProtectionAnswer::Accepted => true,
        ProtectionAnswer::Closing => {
            session.usable = false;
            run.could_not_look(
                "the data channel",
                CODES,
                &format!("the server closed the session: {prot}"),
            );
            false
        }
        _ if implicit && (500..=504).contains(&prot.code) => true,
        _ => {
            let detail = "The server has TLS on the control connection and refuses it on data connections: files and \
                          listings would cross the network in clear text.";
            run.found(
                Finding::new(PROTECTION_REFUSED, detail)
                    .evidence("reply", prot)
                    .evidence("PBSZ 0", pbsz),
            );
            let reason = "ftps.data-protection-refused stands in the way: data is not transferred in clear text";
            run.behind_fault("data connections and listings", CODES, reason);
            false
        }
    }
}
