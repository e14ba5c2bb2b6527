use ftp::{Asked, Manner};

use super::{Again, Halt};
use crate::{Code, Decision, Finding, Owner, Run};

const PRIVATE_ADDRESS: Code = Code::of_another("data.pasv-private-address");
const UNAVAILABLE: Code = Code::of_another("service.unavailable");
const TIMEOUT_TOO_SHORT: Code = Code::of_another("settings.timeout-too-short");

/// The finding for what the server does right and later than the settings wait; the time-out that is enough is the patch.
#[must_use]
pub fn too_late(command: &str, reply_ms: u32, after_ms: u32) -> Finding {
    /// Settings are told in tens of seconds.
    const STEP_S: u32 = 10;
    // Half as long again leaves room for a day with more load.
    let enough_ms = after_ms.saturating_add(after_ms / 2);
    let enough_s = enough_ms.div_ceil(1000 * STEP_S) * STEP_S;
    let [after, given] = [after_ms, reply_ms].map(|ms| format!("{} s", ms / 1000));
    let detail = format!(
        "The server answers correctly and takes longer than the settings wait: {command} is complete after {after}, and the \
         settings give it {given}."
    );
    Finding::new(TIMEOUT_TOO_SHORT, detail)
        .because(Decision::by_counter_test("more patience", "it completes"))
        .evidence("command", command)
        .evidence("time-out of the settings", given)
        .evidence("complete after", after)
        .cured_by(&[("reply_timeout", &enough_s.to_string())])
}

impl Halt {
    /// The finding, where what came of the second try allows one: something that came once only is none.
    #[must_use]
    pub fn finding(&self, again: &Again) -> Option<Finding> {
        match again {
            Again::Same {
                decision,
                silent_ms,
            } => Some(self.silent_for(*silent_ms).decided(decision)),
            Again::NotAsked { why, silent_ms } => {
                let halt = self.silent_for(*silent_ms);
                Some(halt.unconfirmed(&format!("not possible: {why}")))
            }
            Again::Answered { .. } | Again::Late { .. } => None,
        }
    }

    /// The same, listened to for longer.
    fn silent_for(&self, ms: u32) -> Halt {
        Halt {
            waited_ms: self.waited_ms.max(ms),
            ..self.clone()
        }
    }

    /// The finding where a fresh session was left in the same way, in this manner.
    #[must_use]
    pub fn repeated(&self, manner: Manner) -> Finding {
        self.decided(&Decision::repeated(manner))
    }

    fn decided(&self, decision: &Decision) -> Finding {
        let finding = Finding::new(self.code(), self.detail()).because(decision.clone());
        self.with_owner(self.with_evidence(finding))
    }

    /// Says that it came once only: no fault, and not passed over in silence.
    pub fn once(&self, run: &mut Run) {
        let reason = format!(
            "{} got no reply once ({}), but a fresh session answered it",
            self.at(),
            self.manner
        );
        run.could_not_look("whether every command is answered", &[], &reason);
    }

    /// The finding where a second try was not made, and why.
    #[must_use]
    pub fn unconfirmed(&self, why: &str) -> Finding {
        let finding = Finding::new(self.code(), self.detail()).evidence("second session", why);
        let finding = self.with_evidence(finding);
        match self.manner {
            Manner::Silence => finding.likely(
                TIMEOUT_TOO_SHORT,
                "with a longer time-out the same session gets an answer; --reply-timeout tries that",
            ),
            Manner::Closed | Manner::Reset | Manner::CutShort | Manner::Goodbye => finding.likely(
                UNAVAILABLE,
                "the same session works a few minutes later: the problem was temporary",
            ),
        }
    }

    fn with_evidence(&self, finding: Finding) -> Finding {
        let finding = finding
            .evidence("command", self.at())
            .evidence("phase", self.asked())
            .evidence("how", self.manner);
        match self.last_words.is_empty() {
            true => finding,
            false => finding.evidence("last words", &self.last_words),
        }
    }

    /// What reads the dialogue on the way ends sessions, too: at the reply with the data port, which it reads where that is
    /// in clear text, and with a reset in the middle of a reply.
    fn with_owner(&self, finding: Finding) -> Finding {
        let at_port = matches!(self.asked(), Asked::Pasv | Asked::Epsv);
        let mid_reply = self.manner == Manner::Reset && !self.last_words.is_empty();
        let ends = matches!(self.manner, Manner::Closed | Manner::Reset);
        if at_port && ends && (!self.is_secured || self.manner == Manner::Reset) {
            return finding.owner(Owner::FirewallAdmin).likely(
                PRIVATE_ADDRESS,
                "look at the reply in the server's own log. If it contains an internal address, a firewall that \
                reads FTP ended the session; if not, the server's software did",
            );
        }
        if mid_reply {
            return finding.owner(Owner::FirewallAdmin).likely(
                UNAVAILABLE,
                "the server's own log says whether it ended the session itself",
            );
        }
        finding
    }

    fn detail(&self) -> String {
        let at = match self.asked() {
            Asked::Greeting => "in place of its greeting".to_string(),
            _ => format!("in answer to {}", self.command),
        };
        match self.manner {
            Manner::Silence => format!(
                "The server does not answer {at}: {} s passed without a reply, and the connection stayed open.",
                self.waited_ms / 1000
            ),
            Manner::Closed => format!("The server closes the connection {at}."),
            Manner::Reset => format!("The connection is reset {at}."),
            Manner::CutShort => {
                format!("The connection ends {at}, without the TLS closing alert.")
            }
            Manner::Goodbye => format!("The server ends the session {at}."),
        }
    }
}
