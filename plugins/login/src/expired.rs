//! A login that is accepted and good for nothing: the password has to be changed first, and until then everything is
//! refused.

use probe_sdk::ftp::exchange::{Class, classify};
use probe_sdk::ftp::phase::wording;
use probe_sdk::ftp::{Asked, Reply};
use probe_sdk::{Decision, Finding, Run};

use crate::session::Session;
use crate::{PASSWORD_EXPIRED, RESTRICTED};

/// What asks for nothing that rights could be missing for.
const HARMLESS: &[&str] = &["TYPE I", "NOOP"];

/// Whether that is so: where `PWD` says that nobody is logged in, two more commands decide.
pub(crate) fn look(run: &mut Run, session: &mut Session, home: Option<&Reply>) -> bool {
    let Some(first) = home.filter(|reply| says_nobody("PWD", reply)) else {
        return false;
    };
    let mut refusals = vec![format!("PWD: {first}")];
    let mut is_said = wording::names_expiry(first);
    for command in HARMLESS {
        let Some(reply) = session.ask(run, command) else {
            return false;
        };
        if !says_nobody(command, &reply) {
            return false;
        }
        is_said |= wording::names_expiry(&reply);
        refusals.push(format!("{command}: {reply}"));
    }
    let detail =
        "The server accepts the login, but then answers every command as if nobody were logged in.";
    let finding = if is_said {
        let detail = format!("{detail} Its replies say that the password has to be changed first.");
        let decision =
            Decision::by_counter_test("three commands that need no rights", "each is refused");
        Finding::new(PASSWORD_EXPIRED, detail).because(decision)
    } else {
        Finding::new(PASSWORD_EXPIRED, detail).likely(
            RESTRICTED,
            "the administrator of the server can see whether the password has expired, or whether the account has \
            no rights",
        )
    };
    let finding = refusals.iter().fold(finding, |finding, refusal| {
        finding.evidence("reply", refusal)
    });
    run.found(finding);
    true
}

/// 530, or another refusal of what anybody may ask for.
fn says_nobody(command: &str, reply: &Reply) -> bool {
    match classify(Asked::by(command), reply) {
        Class::NotLoggedIn | Class::Refused => true,
        Class::OutOfStep
        | Class::WrongOrder
        | Class::Begun
        | Class::Done
        | Class::Continue
        | Class::Goodbye
        | Class::RefusedForNow
        | Class::NotUnderstood
        | Class::Unclassified => false,
    }
}
