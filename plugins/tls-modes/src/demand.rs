//! Does the server take a user name without TLS? Asked with `USER` on a connection of its own; no password follows.

use probe_sdk::ftp::phase::greeting::{self, Greeting};
use probe_sdk::ftp::phase::login::{self, LoginAnswer};
use probe_sdk::ftp::{Phase, Reply};
use probe_sdk::{Depth, Finding, Run, value};

use crate::secured::Mode;
use crate::{CLEARTEXT_LOGIN, Place, REQUIRED};

/// On a server that has TLS: would it do without?
pub(crate) fn look(run: &mut Run, place: &Place, mode: Mode) {
    if mode != Mode::Explicit || run.has_found(REQUIRED) {
        return;
    }
    let check = "whether a login without TLS is taken";
    if run.request().depth == Depth::Ladder {
        return run.not_applicable(check, &[CLEARTEXT_LOGIN], "asked from another address");
    }
    match ask(run, place) {
        Some((
            LoginAnswer::PasswordWanted | LoginAnswer::LoggedIn | LoginAnswer::NoPasswordNeeded,
            reply,
        )) => {
            run.note("server.requires-tls", value::flag(false));
            let detail = "The server offers TLS and would also take a password without it: a client that is set up \
                          wrongly sends it in clear text.";
            run.found(Finding::new(CLEARTEXT_LOGIN, detail).evidence("reply", reply));
        }
        Some((LoginAnswer::TlsRequired, _)) => run.note("server.requires-tls", value::flag(true)),
        Some(_) => {}
        None => run.not_applicable(check, &[CLEARTEXT_LOGIN], "no answer to that"),
    }
}

/// The refusal of a user name in clear text, where the server insists on TLS.
pub(crate) fn refused_in_clear(run: &Run, place: &Place) -> Option<Reply> {
    match ask(run, place) {
        Some((LoginAnswer::TlsRequired, reply)) => Some(reply),
        _ => None,
    }
}

fn ask(run: &Run, place: &Place) -> Option<(LoginAnswer, Reply)> {
    let mut control = place.control().ok()?;
    let greeting = control.greeting_within(place.reply_ms).ok()?;
    if greeting::judge(&greeting) != Greeting::Ready {
        return None;
    }
    let user = run.remote().user.as_deref().unwrap_or("anonymous");
    let reply = control.command(&format!("USER {user}")).ok()?;
    let (answer, _) = login::judge(Phase::User, &reply, true);
    // Servers count those who leave without a word.
    control.quit();
    Some((answer, reply))
}
