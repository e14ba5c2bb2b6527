//! What a server says without TLS, on a connection of its own: whether it takes a user name (`USER`; no password follows),
//! what it can do (`FEAT`) where the session that logs in is not asked that, and which system it is (`SYST`) where nothing
//! has named the product.

use probe_sdk::ftp::phase::greeting::{self, Greeting};
use probe_sdk::ftp::phase::login::{self, LoginAnswer};
use probe_sdk::ftp::phase::wording;
use probe_sdk::ftp::product::{Clue, Clues};
use probe_sdk::ftp::{Features, Phase, Reply, Weight};
use probe_sdk::{Control, Depth, Finding, Run, shared, value};

use crate::facts;
use crate::secured::{Mode, Secured};
use crate::{CLEARTEXT_LOGIN, Place, REQUIRED};

/// Whether [`look`] asks for the features, so that nobody else has to. A quick look does: the connection is made anyhow and
/// runs beside the session that logs in, and many clients ask before the login, too. The list may change with the login
/// (RFC 2389 section 3.2); whatever a list decides is left to longer looks, which ask after it.
pub(crate) fn asks_for_features(run: &Run, mode: Mode) -> bool {
    run.request().depth == Depth::Quick && mode == Mode::Explicit && !run.has_found(REQUIRED)
}

/// On a server that has TLS: would it do without?
pub(crate) fn look(run: &mut Run, place: &Place, mode: Mode) {
    if mode != Mode::Explicit || run.has_found(REQUIRED) {
        return;
    }
    let check = "whether the server accepts a login without TLS";
    if run.request().depth == Depth::Ladder {
        return run.not_applicable(check, &[CLEARTEXT_LOGIN], "asked from another address");
    }
    let answer = if asks_for_features(run, mode) {
        ask_for_features_and_user(run, place)
    } else {
        ask_for_user_and_system(run, place)
    };
    let answer = match answer {
        Some(answer) if !is_settled(&answer.0) => ask(run, place),
        answer => answer,
    };
    match answer {
        Some((
            LoginAnswer::PasswordWanted | LoginAnswer::LoggedIn | LoginAnswer::NoPasswordNeeded,
            _,
            reply,
        )) => {
            run.note(facts::REQUIRES_TLS, value::flag(false));
            let detail = "The server offers TLS, but would also accept a password without it. A client with wrong \
            settings would send it in clear text.";
            run.found(Finding::new(CLEARTEXT_LOGIN, detail).evidence("reply", reply));
        }
        Some((LoginAnswer::TlsRequired, ..)) => run.note(facts::REQUIRES_TLS, value::flag(true)),
        Some((_, _, reply)) => {
            let why = format!(
                "the answer to USER without TLS is {reply}, which does not tell whether TLS is required"
            );
            run.not_applicable(check, &[CLEARTEXT_LOGIN], &why);
        }
        None => run.not_applicable(check, &[CLEARTEXT_LOGIN], "no answer to that"),
    }
}

/// The refusal of a user name in clear text that may be for want of TLS.
pub(crate) struct Refusal {
    pub(crate) reply: Reply,
    /// Its code or its words say so. Without them it may be about the user just as well.
    pub(crate) names_tls: bool,
}

/// Such a refusal, where the server does not take the user name in clear text.
pub(crate) fn refused_in_clear(run: &Run, place: &Place) -> Option<Refusal> {
    let (answer, weight, reply) = ask(run, place)?;
    (answer == LoginAnswer::TlsRequired).then(|| Refusal {
        names_tls: weight == Weight::Certain || wording::names_encryption(&reply),
        reply,
    })
}

/// What tells whether a refusal is for want of TLS: the same user name over TLS.
pub(crate) enum OverTls {
    /// It is taken there.
    Taken(Reply),
    /// It is refused there in the same way.
    Refused,
    /// Neither.
    Unknown,
}

/// Asks that, on a session of its own.
pub(crate) fn over_tls(run: &Run, place: &Place, in_clear: &Reply) -> OverTls {
    let Ok(secured) = Secured::again(place, Mode::Explicit) else {
        return OverTls::Unknown;
    };
    match ask_for_user(run, secured.control, false) {
        Some((
            LoginAnswer::PasswordWanted
            | LoginAnswer::LoggedIn
            | LoginAnswer::NoPasswordNeeded
            | LoginAnswer::AccountWanted
            | LoginAnswer::OneTimePassword,
            _,
            reply,
        )) => OverTls::Taken(reply),
        Some((_, _, reply)) if reply.code == in_clear.code => OverTls::Refused,
        _ => OverTls::Unknown,
    }
}

/// What it means, how sure that is, and the reply.
type Answer = (LoginAnswer, Weight, Reply);

/// Whether it is an answer to keep. A refusal of something else than the missing TLS is asked again, since servers refuse a user
/// once for many reasons; one that has to do with the number of sessions is not.
fn is_settled(answer: &LoginAnswer) -> bool {
    match answer {
        LoginAnswer::PasswordWanted
        | LoginAnswer::LoggedIn
        | LoginAnswer::NoPasswordNeeded
        | LoginAnswer::AccountWanted
        | LoginAnswer::OneTimePassword
        | LoginAnswer::TlsRequired
        | LoginAnswer::TooMany
        | LoginAnswer::HostWanted
        | LoginAnswer::Closing => true,
        LoginAnswer::HomeUnavailable
        | LoginAnswer::AccountRestricted
        | LoginAnswer::PasswordExpired
        | LoginAnswer::ClientCertificateWanted
        | LoginAnswer::SourceNotAllowed
        | LoginAnswer::Rejected
        | LoginAnswer::Unexpected => false,
    }
}

fn ask(run: &Run, place: &Place) -> Option<Answer> {
    ask_for_user(run, welcomed(place)?.0, true)
}

/// Both questions on one connection. Where `FEAT` ends it, `USER` is asked on another: that is what counts.
fn ask_for_features_and_user(run: &mut Run, place: &Place) -> Option<Answer> {
    let (mut control, greeting) = welcomed(place)?;
    let features = control.command("FEAT").ok();
    let answer = match &features {
        Some(_) => ask_for_user(run, control, true),
        None => None,
    };
    let answer = answer.or_else(|| ask(run, place));
    if let Some(features) = features.as_ref().and_then(Features::parse) {
        run.note(
            shared::FEATURES_BEFORE_LOGIN,
            value::texts(features.names()),
        );
        recognise(run, &greeting, &features, answer.as_ref());
    }
    answer
}

/// The user name, and then the system where neither the greeting nor that answer shows the product. Beside the session that
/// logs in this costs nobody a round trip.
fn ask_for_user_and_system(run: &mut Run, place: &Place) -> Option<Answer> {
    let (mut control, greeting) = welcomed(place)?;
    let answer = user(run, &mut control, true)?;
    let mut clues = Clues::default();
    clues.hear(Clue::Greeting, &greeting.text());
    clues.hear(Clue::User, &answer.2.text());
    if clues.recognise().is_none() {
        let Some(system) = control.ask_in_passing("SYST") else {
            return Some(answer);
        };
        if system.is_positive() {
            clues.hear(Clue::System, &system.text());
        }
        if let Some(recognised) = clues.recognise() {
            run.note_product(&recognised);
        }
    }
    // Servers count those who leave without a word.
    control.quit();
    Some(answer)
}

/// One more connection, where the port has greeted before.
fn welcomed(place: &Place) -> Option<(Control, Reply)> {
    let mut control = place.control().ok()?;
    let greeting = control.greeting_within(place.reply_ms).ok()?;
    (greeting::judge(&greeting) == Greeting::Ready).then_some((control, greeting))
}

fn ask_for_user(run: &Run, mut control: Control, clear_text: bool) -> Option<Answer> {
    let answer = user(run, &mut control, clear_text)?;
    // Servers count those who leave without a word.
    control.quit();
    Some(answer)
}

fn user(run: &Run, control: &mut Control, clear_text: bool) -> Option<Answer> {
    let user = run.remote().user.as_deref().unwrap_or("anonymous");
    let reply = control.command(&format!("USER {user}")).ok()?;
    let (answer, weight) = login::judge(Phase::User, &reply, clear_text);
    Some((answer, weight, reply))
}

/// Which product it is, where the greeting alone does not show that and the list does.
fn recognise(run: &mut Run, greeting: &Reply, features: &Features, answer: Option<&Answer>) {
    let mut clues = Clues::default();
    clues.hear(Clue::Greeting, &greeting.text());
    if clues.recognise().is_some() {
        return;
    }
    clues.see(features);
    if let Some((_, _, reply)) = answer {
        clues.hear(Clue::User, &reply.text());
    }
    if let Some(recognised) = clues.recognise() {
        run.note_product(&recognised);
    }
}
