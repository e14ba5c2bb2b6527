//! The greeting in clear text: what comes first, how late, and what it means.

use probe_sdk::ftp::phase::greeting::{self, Greeting};
use probe_sdk::ftp::phase::wording;
use probe_sdk::ftp::{Reply, ReplyError, Service};
use probe_sdk::{
    Connection, Control, Decision, DialogueError, FailureKind, Finding, Owner, Run, elapsed_us,
    quoted, value,
};

use crate::facts;
use crate::failed::Failed;
use crate::secured::{self, Secured};
use crate::silence::{self, Broken};
use crate::{
    CLOSED, NO_BANNER, Place, SLOW_BANNER, SOURCE_BLOCKED, TOO_MANY, UNAVAILABLE, other_service,
};

/// A greeting that takes longer makes clients with short time-outs give up.
const SLOW_US: u64 = 5_000_000;

/// What answers on the port.
pub(crate) enum Heard {
    /// An FTP server, in clear text.
    Greeting(Control, Reply),
    /// An FTP server that greets inside TLS.
    Implicit(Box<Secured>),
    /// Something that speaks TLS from the first byte, with which the handshake fails.
    ImplicitFailed(Failed),
    /// Neither; what it is has been reported.
    Nothing,
}

/// Waits for the greeting on a fresh connection, and finds out what a silent port is.
pub(crate) fn hear(run: &mut Run, place: &Place, connection: Connection) -> Heard {
    let began = elapsed_us();
    let mut control = Control::new(connection, place.reply_ms);
    match silence::wait_for_greeting(place, &mut control) {
        silence::Outcome::Spoke(Ok(reply)) => {
            let after = elapsed_us() - began;
            run.note(facts::GREETING_MS, value::number(after / 1000));
            if after >= SLOW_US {
                slow(run, place, after);
            }
            judge(run, place, control, reply)
        }
        silence::Outcome::Spoke(Err(error)) => broken(run, place, &control, error),
        silence::Outcome::Implicit(secured) => Heard::Implicit(secured),
        silence::Outcome::TlsFailed(failed) => Heard::ImplicitFailed(*failed),
        silence::Outcome::OtherService(service, bytes) => {
            run.found(other_service::finding(service, &bytes));
            Heard::Nothing
        }
        silence::Outcome::TlsWithoutFtp(bytes) => {
            run.found(other_service::over_tls(&bytes));
            Heard::Nothing
        }
        silence::Outcome::SilentOnce => silent_once(run, place),
        silence::Outcome::Silent => {
            let waited = format!("{} s", (elapsed_us() - began) / 1_000_000);
            let detail = "The server accepts the connection, but sends nothing, neither a greeting in clear text \
            nor an answer to a TLS handshake.";
            run.found(
                Finding::new(NO_BANNER, detail)
                    .because(Decision::by_counter_test(
                        "a TLS handshake on a second connection",
                        "silence",
                    ))
                    .evidence("waited", waited),
            );
            Heard::Nothing
        }
    }
}

/// One more connection with its greeting, where the port has greeted before.
///
/// Gives what came in the place of the greeting where it does not greet this time.
pub(crate) fn again(place: &Place) -> Result<(Control, Reply), String> {
    on(place, place.connect().map_err(|failure| failure.detail)?)
}

/// The same over a connection that stands.
pub(crate) fn on(place: &Place, connection: Connection) -> Result<(Control, Reply), String> {
    let mut control = Control::new(connection, place.reply_ms);
    let reply = control
        .greeting_within(place.reply_ms)
        .map_err(|error| error.to_string())?;
    match greeting::judge(&reply) {
        Greeting::Ready => Ok((control, reply)),
        _ => Err(reply.to_string()),
    }
}

fn slow(run: &mut Run, place: &Place, after_us: u64) {
    let seconds = after_us as f64 / 1_000_000.0;
    let beyond = after_us / 1000 > u64::from(place.reply_ms);
    let detail = if beyond {
        format!(
            "The greeting came after {seconds:.1} s. That is longer than the configured time-out, so clients give \
            up before."
        )
    } else {
        format!("The greeting came after {seconds:.1} s. Many clients give up after 5 or 10 s.")
    };
    let finding =
        Finding::new(SLOW_BANNER, detail).evidence("greeting after", format!("{seconds:.1} s"));
    // Twice as long as seen leaves room for a day with more load.
    let enough = (2.0 * seconds).ceil().to_string();
    run.found(match beyond {
        true => finding.cured_by(&[("reply_timeout", &enough)]),
        false => finding,
    });
}

fn judge(run: &mut Run, place: &Place, mut control: Control, reply: Reply) -> Heard {
    match greeting::judge(&reply) {
        Greeting::Ready => match other_service::behind_a_220(&mut control, &reply) {
            Some(finding) => {
                run.found(finding);
                Heard::Nothing
            }
            None => Heard::Greeting(control, reply),
        },
        // RFC 959 section 5.4: 120 announces the 220.
        Greeting::Wait => announced(run, place, control, &reply),
        Greeting::TooMany => refused(run, place, control, TOO_MANY, &reply),
        Greeting::Unavailable => refused(run, place, control, UNAVAILABLE, &reply),
        Greeting::NotFtp => {
            let text = reply.to_string();
            run.found(other_service::finding(
                Service::recognise(text.as_bytes()),
                text.as_bytes(),
            ));
            Heard::Nothing
        }
    }
}

/// The greeting that a 120 announces, which is waited for as long as one that comes by itself.
fn announced(run: &mut Run, place: &Place, mut control: Control, announcement: &Reply) -> Heard {
    let began = elapsed_us();
    match control.reply_within(silence::longest_ms(place)) {
        Ok(next) if greeting::judge(&next) == Greeting::Ready => {
            run.note(facts::GREETING_ANNOUNCED, value::flag(true));
            let after = elapsed_us() - began;
            if after > u64::from(place.reply_ms) * 1000 {
                slow(run, place, after);
            }
            Heard::Greeting(control, next)
        }
        Ok(next) => refused(run, place, control, UNAVAILABLE, &next),
        Err(error) if error.kind() == Some(FailureKind::TimedOut) => {
            drop(control);
            never_greets(run, place, announcement)
        }
        Err(error) => broken(run, place, &control, error),
    }
}

/// A 120, and then nothing more. A second connection tells whether it is always so.
fn never_greets(run: &mut Run, place: &Place, announcement: &Reply) -> Heard {
    let why = match again(place) {
        Ok((control, reply)) => {
            once(run, "the server announced a greeting once, and none came");
            return Heard::Greeting(control, reply);
        }
        Err(why) => why,
    };
    let detail = "The server announces that it is ready in a moment, and then never greets.";
    run.found(
        Finding::new(NO_BANNER, detail)
            .because(Decision::by_counter_test("a second connection", why))
            .evidence("reply", announcement),
    );
    Heard::Nothing
}

/// A refusal in place of the greeting. One that came once only is no fault.
fn refused(
    run: &mut Run,
    place: &Place,
    control: Control,
    code: probe_sdk::Code,
    reply: &Reply,
) -> Heard {
    drop(control);
    if let Broken::Spoke(control, second) = silence::second_look(place)
        && greeting::judge(&second) == Greeting::Ready
    {
        once(
            run,
            &format!("the server greeted with {} once", quoted(reply)),
        );
        return Heard::Greeting(*control, second);
    }
    run.note_seen_as(&reply.text());
    secured::note_product(run, reply);
    refuses(run, code, reply);
    Heard::Nothing
}

/// Something that came once only: no fault, and not passed over in silence.
fn once(run: &mut Run, what: &str) {
    let reason = format!("{what}, but a second connection got a greeting");
    run.could_not_look("whether every connection gets a greeting", &[], &reason);
}

/// The first connection stays silent, and others are greeted.
fn silent_once(run: &mut Run, place: &Place) -> Heard {
    match again(place) {
        Ok((control, reply)) => {
            once(run, "one connection got no greeting");
            Heard::Greeting(control, reply)
        }
        Err(why) => {
            let detail = "The server greets some connections, but not others.";
            run.found(
                Finding::new(NO_BANNER, detail)
                    .evidence("another connection", why)
                    .likely(
                        TOO_MANY,
                        "the same with no other session open: the server may serve one at a time",
                    ),
            );
            Heard::Nothing
        }
    }
}

/// What a negative reply means where a greeting is due.
const REFUSES: &str = "a refusal in place of the greeting (RFC 959 section 5.4)";

/// Reports a greeting that is a refusal.
pub(crate) fn refuses(run: &mut Run, code: probe_sdk::Code, reply: &Reply) {
    if is_own_failure(code, reply) {
        run.note(facts::REFUSED_FOR, value::text("an error of its own"));
    }
    run.found(refusal(code, reply));
}

/// Whether the server blames itself.
fn is_own_failure(code: probe_sdk::Code, reply: &Reply) -> bool {
    code == UNAVAILABLE && wording::names_own_failure(reply)
}

/// The finding for a greeting that is a refusal.
fn refusal(code: probe_sdk::Code, reply: &Reply) -> Finding {
    let finding = if code == TOO_MANY {
        too_many(reply).because(Decision::by_rule(reply, REFUSES))
    } else if wording::refuses_source(reply) {
        let decides = "a connection from another source address gets a greeting";
        let detail =
            "The server greets with a refusal, and its reply points to our source address.";
        // TCP was let through, so it is the server's own list.
        Finding::new(SOURCE_BLOCKED, detail)
            .owner(Owner::ServerAdmin)
            .likely(UNAVAILABLE, decides)
    } else if is_own_failure(code, reply) {
        let detail = "The server greets with an error of its own: by its words its configuration is at fault, or something \
                      that it needs to begin.";
        Finding::new(code, detail).because(Decision::by_rule(reply, REFUSES))
    } else {
        Finding::new(code, "The server greets with a refusal.")
            .because(Decision::by_rule(reply, REFUSES))
    };
    finding.evidence("reply", reply)
}

/// With one connection of ours, only a limit on one address or one account is for the settings to keep to.
fn too_many(reply: &Reply) -> Finding {
    if wording::counts_one_client(reply) {
        let detail = "The server greets with a refusal: this source address, or the account, has reached the \
        server's connection limit.";
        return Finding::new(TOO_MANY, detail);
    }
    let detail = "The server greets with a refusal: it has reached its connection limit, although this check had \
    only one connection open.";
    Finding::new(TOO_MANY, detail).owner(Owner::ServerAdmin)
}

/// The connection ended, or what came is no reply.
fn broken(run: &mut Run, place: &Place, control: &Control, error: DialogueError) -> Heard {
    match error {
        DialogueError::Reply(ReplyError::NotFtp { first }) => {
            // No service that anybody knows: perhaps a moment's trouble.
            if Service::recognise(&first) == Service::Unknown
                && let Broken::Spoke(control, reply) = silence::second_look(place)
                && greeting::judge(&reply) == Greeting::Ready
            {
                once(
                    run,
                    "one connection began with something that is not an FTP reply",
                );
                return Heard::Greeting(*control, reply);
            }
            run.found(other_service::finding(Service::recognise(&first), &first));
        }
        DialogueError::Reply(endless) => {
            run.found(other_service::endless(&endless.to_string()));
        }
        DialogueError::Failure(failure)
            if matches!(failure.kind, FailureKind::Closed | FailureKind::Reset) =>
        {
            if control.partial().is_empty() {
                return closed(run, place, failure.kind);
            }
            run.found(other_service::finding(
                Service::recognise(control.partial()),
                control.partial(),
            ));
        }
        DialogueError::Failure(failure) => {
            run.could_not_look("the greeting", crate::CODES, &failure.detail)
        }
    }
    Heard::Nothing
}

/// Accepted and closed without a byte (F-G10). A second connection after a pause tells a moment from a rule.
fn closed(run: &mut Run, place: &Place, kind: FailureKind) -> Heard {
    let how = if kind == FailureKind::Reset {
        "reset"
    } else {
        "closed"
    };
    let detail = format!(
        "The server accepts the connection and then {} it before it sends anything. Servers do so for source \
        addresses that they do not allow, or when they cannot load their certificate. Load balancers do so when \
        no healthy server is behind them.",
        if how == "reset" { "resets" } else { "closes" }
    );
    let finding = Finding::new(CLOSED, detail).evidence("how", how);
    let open = |finding: Finding, why: &str| {
        finding.evidence("second connection", why).likely(
            UNAVAILABLE,
            "a connection a few minutes later gets a greeting: the problem was temporary",
        )
    };
    let finding = match silence::second_look(place) {
        Broken::Same => finding
            .because(Decision::by_counter_test(
                "a second connection, after a pause",
                "the same",
            ))
            .evidence("second connection", "the same"),
        Broken::Different => open(finding, "silent"),
        Broken::Unknown => open(finding, "not possible"),
        Broken::Spoke(control, reply) if greeting::judge(&reply) == Greeting::Ready => {
            let ended = if how == "reset" { "reset" } else { "closed" };
            once(
                run,
                &format!("one connection was {ended} before a greeting"),
            );
            return Heard::Greeting(*control, reply);
        }
        Broken::Spoke(_, reply) => open(finding, &reply.to_string()),
    };
    run.found(finding);
    Heard::Nothing
}
