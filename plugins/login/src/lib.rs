//! Logs in once: the user name, the password (which the host sends), the login directory, and whether the remote path exists.

mod directory;
mod expired;
mod facts;
mod naming;
mod observed_address;
mod pace;
mod parent;
mod refused;
mod session;

use probe_sdk::ftp::phase::login::{self, LoginAnswer};
use probe_sdk::ftp::phase::wording;
use probe_sdk::ftp::product::{Clue, Clues};
use probe_sdk::ftp::{Asked, Features, Phase, Reply, Weight};
use probe_sdk::halt::{CLOSES_SESSION, Halt, STOPS_ANSWERING};
use probe_sdk::login::{Credential, Refusal};
use probe_sdk::{
    About, Capability, Code, Control, Declaration, DialogueError, FEATURES_ASKED_BESIDE, Failure,
    FailureKind, MALFORMED_REPLY, OUT_OF_STEP, Probe, Run, name, shared, state, value,
};

use session::Session;

probe_sdk::codes! {
    REJECTED = "ftp.login-rejected";
    RESTRICTED = "ftp.account-restricted";
    INFORMATION_REQUIRED = "ftp.account-information-required";
    PASSWORD_EXPIRED = "ftp.password-expired";
    HOST_REQUIRED = "ftp.host-name-required";
    HOME_UNAVAILABLE = "ftp.home-unavailable";
    PATH_NOT_FOUND = "ftp.path-not-found";
    PATH_NOT_PERMITTED = "ftp.path-not-permitted";
    PATH_REPEATS = "ftp.path-repeats-login-directory";
    CLIENT_CERTIFICATE = "ftps.client-certificate-required";
    SOURCE_BLOCKED = "net.source-ip-blocked";
    SLOW_REPLIES = "service.slow-replies";
}

const TLS_REQUIRED: Code = Code::of_another("ftps.required-by-server");
const TOO_MANY: Code = Code::of_another("service.too-many-connections");
const TIMEOUT_TOO_SHORT: Code = Code::of_another("settings.timeout-too-short");

/// RFC 8446 section 6.2: in TLS 1.3 it comes with the first read after the handshake.
const CERTIFICATE_REQUIRED: u8 = 116;

/// The codes of the path, which need a login.
const PATH: &[Code] = &[PATH_NOT_FOUND, PATH_NOT_PERMITTED, PATH_REPEATS];

struct Login;

impl Probe for Login {
    const ABOUT: About = About {
        summary: "login, login directory and remote path",
        consumes: Some(state::SECURED),
        provides: &[state::LOGGED_IN],
        capabilities: &[
            Capability::Connect,
            Capability::Data,
            Capability::Speak,
            Capability::Login,
        ],
        codes: CODES,
        also_reports: &[
            TLS_REQUIRED,
            TOO_MANY,
            TIMEOUT_TOO_SHORT,
            MALFORMED_REPLY,
            STOPS_ANSWERING,
            CLOSES_SESSION,
            OUT_OF_STEP,
        ],
        facts: facts::FACTS,
        ..About::NOTHING
    };

    fn run(run: &mut Run) -> Result<(), Failure> {
        let is_secured = run.text(name::CONTROL_MODE) != Some("clear");
        let mut control = Control::taken(run.request().reply_ms, is_secured)?;
        let mut clues = Clues::default();
        clues.hear(
            Clue::Greeting,
            run.text(name::SERVER_GREETING).unwrap_or_default(),
        );
        let Some(credential) = run.credential() else {
            without_user(run, control, &mut clues);
            recognise(run, &clues);
            return Ok(());
        };
        if let Some(ms) = run.number(name::SERVER_GREETING_MS) {
            control.took_before(u32::try_from(ms).unwrap_or_default());
        }
        let mut attempt = log_in(run, &mut control, &credential, &mut clues);
        if let Attempt::Halted(halt) = &attempt
            && halt.asked() == Asked::User
        {
            let Some((other, reply)) = session::user_halted(run, halt, control) else {
                recognise(run, &clues);
                return Ok(());
            };
            control = other;
            attempt = user_answered(run, &mut control, &credential, &mut clues, reply);
        }
        match attempt {
            Attempt::LoggedIn => {
                run.note(facts::ACCEPTED, value::flag(true));
                inside(run, Session::of(control), &mut clues);
            }
            Attempt::Refused => {
                run.note(facts::ACCEPTED, value::flag(false));
                naming::of_who_refused(run, &mut control, &mut clues);
                run.behind_fault("the remote path", PATH, "the login was refused");
                run.rest_clear(CODES);
            }
            Attempt::NotTried(refusal) => not_tried(run, &refusal),
            Attempt::OutOfStep(reason) => run.could_not_look("login", CODES, &reason),
            Attempt::Halted(halt) => {
                if let Some(session) = session::password_halted(run, &halt, control) {
                    run.note(facts::ACCEPTED, value::flag(true));
                    inside(run, session, &mut clues);
                }
            }
            Attempt::Failed(error) => run.could_not_look("login", CODES, &error.to_string()),
        }
        recognise(run, &clues);
        Ok(())
    }
}

/// What a session that is logged in shows. What it can do without is left out where it stops or ends the session.
fn inside(run: &mut Run, mut session: Session, clues: &mut Clues) {
    let home = directory::home(run, &mut session);
    if expired::look(run, &mut session, home.as_ref()) {
        run.behind_fault("the remote path", PATH, "blocked by ftp.password-expired");
        return run.rest_clear(CODES);
    }
    directory::look(run, &mut session, home.as_ref());
    if !run.flag(FEATURES_ASKED_BESIDE) {
        features(run, &mut session, clues);
    }
    observed_address::look(run, &mut session, clues);
    naming::look(run, &mut session, clues);
    pace::look(run, session.control());
    if let Some(control) = session.control() {
        run.note(facts::REPLIES, value::texts(control.answers()));
    }
    run.rest_clear(CODES);
    if let Some(control) = session.into_control() {
        run.provide(state::LOGGED_IN, Some(control.into_connection()));
    }
}

probe_sdk::export!(Login);

/// Everything up to the login: what the server says it can do, with which a refusal for want of a client certificate
/// comes in TLS 1.3.
fn without_user(run: &mut Run, mut control: Control, clues: &mut Clues) {
    match control.command("FEAT") {
        Ok(reply) => note_features(run, shared::FEATURES_BEFORE_LOGIN, &reply, clues),
        Err(error) if error.kind() == Some(FailureKind::TlsAlert(CERTIFICATE_REQUIRED)) => {
            run.found(refused::client_certificate(&error.to_string()));
        }
        Err(_) => {}
    }
    run.no_credentials("login", CODES, "no user was given");
    run.provide(state::SECURED, Some(control.into_connection()));
}

enum Attempt {
    LoggedIn,
    /// The finding says how.
    Refused,
    /// The host did not send the password.
    NotTried(Refusal),
    /// The server answered with what is no answer.
    OutOfStep(String),
    /// No reply came, or the connection ended in its place.
    Halted(Halt),
    /// What came is no reply.
    Failed(DialogueError),
}

fn log_in(
    run: &mut Run,
    control: &mut Control,
    credential: &Credential,
    clues: &mut Clues,
) -> Attempt {
    match control.command_at_first(&format!("USER {}", credential.user())) {
        Ok(reply) => user_answered(run, control, credential, clues, reply),
        Err(error) => broken(run, control, error, Phase::User),
    }
}

/// What the server says to the user name, and the password where it wants that.
fn user_answered(
    run: &mut Run,
    control: &mut Control,
    credential: &Credential,
    clues: &mut Clues,
    mut reply: Reply,
) -> Attempt {
    // Where it is known that TLS is not what the server misses, a refusal is about something else.
    let tls_is_missed =
        !run.has_fact(name::SERVER_REQUIRES_TLS) || run.flag(name::SERVER_REQUIRES_TLS);
    let in_clear = run.text(name::CONTROL_MODE) == Some("clear") && tls_is_missed;
    if is_open(login::judge(Phase::User, &reply, in_clear).0)
        && let Some((fresh, again)) = session::user_in_a_fresh_one(run, &credential.user())
    {
        *control = fresh;
        reply = again;
    }
    clues.hear(Clue::User, &reply.text());
    match login::judge(Phase::User, &reply, in_clear) {
        (LoginAnswer::PasswordWanted, _) => {}
        (LoginAnswer::LoggedIn | LoginAnswer::NoPasswordNeeded, _) => return Attempt::LoggedIn,
        (answer, weight) => return refused(run, control, answer, weight, &reply, Phase::User),
    }
    let wants_host = wording::asks_for_host(&reply);
    if let Err(refusal) = control.send_password(credential) {
        return Attempt::NotTried(refusal);
    }
    let reply = match control.reply() {
        Ok(reply) => reply,
        Err(error) => return broken(run, control, error, Phase::Pass),
    };
    clues.hear(Clue::Pass, &reply.text());
    match login::judge(Phase::Pass, &reply, in_clear) {
        (LoginAnswer::LoggedIn | LoginAnswer::NoPasswordNeeded, _) => Attempt::LoggedIn,
        // What the server asked for before the password counts where its refusal says nothing more.
        (LoginAnswer::Rejected, _) if wants_host => {
            let answer = LoginAnswer::HostWanted;
            refused(run, control, answer, Weight::Likely, &reply, Phase::Pass)
        }
        (answer, weight) => refused(run, control, answer, weight, &reply, Phase::Pass),
    }
}

/// Whether a refusal of the user name may be another one a moment later: it names nothing that a client could change.
fn is_open(answer: LoginAnswer) -> bool {
    match answer {
        LoginAnswer::Rejected
        | LoginAnswer::AccountRestricted
        | LoginAnswer::HomeUnavailable
        | LoginAnswer::Unexpected => true,
        LoginAnswer::LoggedIn
        | LoginAnswer::PasswordWanted
        | LoginAnswer::NoPasswordNeeded
        | LoginAnswer::AccountWanted
        | LoginAnswer::OneTimePassword
        | LoginAnswer::TlsRequired
        | LoginAnswer::TooMany
        | LoginAnswer::PasswordExpired
        | LoginAnswer::HostWanted
        | LoginAnswer::ClientCertificateWanted
        | LoginAnswer::SourceNotAllowed
        | LoginAnswer::Closing => false,
    }
}

/// What is no login. A reply that refuses nothing either says nothing at all of the account.
fn refused(
    run: &mut Run,
    control: &mut Control,
    answer: LoginAnswer,
    weight: Weight,
    reply: &Reply,
    phase: Phase,
) -> Attempt {
    if answer == LoginAnswer::Closing {
        return Attempt::Halted(Halt::farewell(control, reply));
    }
    if answer == LoginAnswer::Unexpected {
        if !reply.is_negative() {
            return out_of_step(run, control, reply, phase);
        }
        // A process that dies says so, and the session is over: its words name no cause that a client could know.
        if session::ends_now(control) {
            return Attempt::Halted(Halt::farewell(control, reply));
        }
    }
    let finding = refused::finding(run, answer, weight, reply, phase);
    run.note_seen_as(&reply.text());
    run.found(finding);
    Attempt::Refused
}

/// A reply that refuses nothing and is no answer. One more behind it shows that the server said two.
fn out_of_step(run: &mut Run, control: &mut Control, reply: &Reply, phase: Phase) -> Attempt {
    let more = session::one_more(control);
    if let Some(more) = more {
        let finding = session::twice(run, control.asked(), reply, &more);
        run.found(finding);
        return Attempt::Refused;
    }
    Attempt::OutOfStep(format!(
        "the server answers {phase} with `{reply}`, which is not a valid answer to it, so it is not known whether \
        the login succeeded"
    ))
}

/// Some servers say in clear text, inside the TLS stream, why they end it (vsftpd's `500 OOPS`). Those words are a reply
/// like any other.
fn broken(run: &mut Run, control: &mut Control, error: DialogueError, phase: Phase) -> Attempt {
    match error.kind() {
        Some(FailureKind::NotTls) => match control.said_in_clear() {
            Some(reply) => {
                let (answer, weight) = login::judge(phase, &reply, false);
                refused(run, control, answer, weight, &reply, phase)
            }
            None => Attempt::Failed(error),
        },
        Some(FailureKind::TlsAlert(CERTIFICATE_REQUIRED)) => {
            run.found(refused::client_certificate(&error.to_string()));
            Attempt::Refused
        }
        _ => match Halt::of(control, &error) {
            Some(halt) => Attempt::Halted(halt),
            None => Attempt::Failed(error),
        },
    }
}

fn not_tried(run: &mut Run, refusal: &Refusal) {
    let reason = match refusal {
        Refusal::Cleartext => {
            "the password would go in clear text; to test these anyway, add --allow-cleartext-login"
                .to_string()
        }
        Refusal::Certificate(fault) => format!(
            "the certificate of the login session did not pass the check ({}); to test these anyway, add \
             --allow-unverified-login, which sends the password to a server whose identity was not verified",
            refused::fault(fault)
        ),
        Refusal::AlreadyRejected => {
            "the password was refused once in this run and is not tried again".to_string()
        }
        Refusal::TriedElsewhere => "another session was trying the password".to_string(),
        Refusal::NotAskedFor => return session::asked_with_more(run),
        Refusal::Failed(failure) => return run.could_not_look("login", CODES, &failure.detail),
    };
    run.not_permitted("login", CODES, &reason);
}

/// What the server says it can do once somebody has logged in: the list may have changed (RFC 2389 section 3.2).
fn features(run: &mut Run, session: &mut Session, clues: &mut Clues) {
    if let Some(reply) = session.ask(run, "FEAT") {
        note_features(run, facts::FEATURES, &reply, clues);
    }
}

fn note_features(run: &mut Run, fact: Declaration, reply: &Reply, clues: &mut Clues) {
    if let Some(features) = Features::parse(reply) {
        clues.see(&features);
        run.note(fact, value::texts(features.names()));
    }
}

/// Which program it is, from all that was heard: what greets without a name has habits.
fn recognise(run: &mut Run, clues: &Clues) {
    if let Some(recognised) = clues.recognise() {
        run.note_product(&recognised);
    }
}
