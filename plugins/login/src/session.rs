//! The session that is logged in, as long as there is one: where a command stops it or ends it, that is said, and the look
//! goes on in a fresh one without that command.

use probe_sdk::ftp::exchange::{Class, classify};
use probe_sdk::ftp::phase::login::{self, LoginAnswer};
use probe_sdk::ftp::{Asked, Phase, Reply};
use probe_sdk::halt::{Again, Halt, ask_again};
use probe_sdk::session::Opening;
use probe_sdk::{Code, Control, Decision, Finding, OUT_OF_STEP, Run, name, value};

use crate::facts;
use crate::{
    CODES, HOME_UNAVAILABLE, PATH, REJECTED, RESTRICTED, SOURCE_BLOCKED, TIMEOUT_TOO_SHORT,
};

/// So many commands, each of which ends two sessions or is left without a reply in them, show that the next one will, too.
const ENOUGH: usize = 2;

/// A session that is logged in.
pub(crate) struct Session {
    /// None once it is over and no fresh one came about.
    control: Option<Control>,
    /// Commands that were left without a reply in two sessions.
    halts: usize,
}

impl Session {
    pub(crate) fn of(control: Control) -> Session {
        Session {
            control: Some(control),
            halts: 0,
        }
    }

    pub(crate) fn control(&self) -> Option<&Control> {
        self.control.as_ref()
    }

    pub(crate) fn into_control(self) -> Option<Control> {
        self.control
    }

    /// The reply to a command. None where there is none, which has been reported, or where no session is left.
    pub(crate) fn ask(&mut self, run: &mut Run, command: &str) -> Option<Reply> {
        let control = self.control.as_mut()?;
        let halt = match control.command(command) {
            Ok(reply) if classify(Asked::by(command), &reply) == Class::Goodbye => {
                Halt::farewell(control, &reply)
            }
            Ok(reply) => return Some(reply),
            Err(error) => match Halt::of(control, &error) {
                Some(halt) => halt,
                // No reply, and not for want of one: what is odd about it is reported by itself.
                None => {
                    self.control = fresh(run, &[]).ok();
                    return None;
                }
            },
        };
        self.halted(run, &halt)
    }

    /// Confirms it over a fresh session, and goes on.
    fn halted(&mut self, run: &mut Run, halt: &Halt) -> Option<Reply> {
        if halt.asked().is_ours_alone() {
            run.behind_fault(
                &format!("what the server says to {}", halt.at()),
                &[],
                &format!(
                    "{} in place of an answer; clients do not ask this, and it was left out",
                    halt.manner
                ),
            );
            self.control = fresh(run, &halt.before).ok();
            return None;
        }
        let again = {
            let run = &*run;
            ask_again(halt, self.control.take(), &mut || fresh(run, &[]))
        };
        if let Some(finding) = halt.finding(&again) {
            run.found(finding);
        }
        match again {
            Again::Answered { control, reply } => {
                halt.once(run);
                self.control = Some(control.into_main());
                Some(reply)
            }
            Again::Late {
                control,
                reply,
                after_ms,
            } => {
                run.found(too_short(halt, after_ms));
                self.control = Some(control);
                Some(reply)
            }
            Again::Same(_) | Again::NotAsked(_) => {
                self.halts += 1;
                if self.halts < ENOUGH {
                    self.control = fresh(run, &halt.before).ok();
                }
                None
            }
        }
    }
}

/// One more session, logged in, where the directory of the first one is entered again.
fn fresh(run: &Run, before: &[String]) -> Result<Control, String> {
    let opening = Opening::like_the_first(run);
    let mut control = opening.logged_in(run).map_err(|error| error.to_string())?;
    for command in before.iter().filter(|it| Asked::by(it) == Asked::Change) {
        control
            .command(command)
            .map_err(|error| error.to_string())?;
    }
    Ok(control.into_main())
}

/// A reply that comes, and later than the settings wait.
fn too_short(halt: &Halt, after_ms: u32) -> Finding {
    let seconds = f64::from(after_ms) / 1000.0;
    let detail = format!(
        "The server answers {}, and only after {seconds:.0} s: longer than the time-out in the settings, so that clients give \
         up before.",
        halt.at()
    );
    // Twice as long as seen leaves room for a day with more load.
    let enough = (2.0 * seconds).ceil().to_string();
    Finding::new(TIMEOUT_TOO_SHORT, detail)
        .because(Decision::by_counter_test("more patience", "a reply"))
        .evidence("command", halt.at())
        .evidence("given up after", format!("{} s", halt.waited_ms / 1000))
        .evidence("complete after", format!("{seconds:.0} s"))
        .cured_by(&[("reply_timeout", &enough)])
}

/// The login was left without a reply: says so, and gives the session where there is one after all.
pub(crate) fn halted(run: &mut Run, halt: &Halt, control: Control) -> Option<Session> {
    run.note(facts::HALTED_AT, value::text(halt.at()));
    if halt.asked() == Asked::Pass {
        return password_halted(run, halt, control);
    }
    let again = {
        let run = &*run;
        ask_again(halt, Some(control), &mut || {
            let opened = Opening::like_the_first(run).control(run);
            opened
                .map(|(control, _)| control)
                .map_err(|error| error.to_string())
        })
    };
    let finding = match &again {
        // Whoever did not hear it in time would have gone on all the same.
        Again::Late { after_ms, .. } => Some(too_short(halt, *after_ms)),
        again => halt.finding(again),
    };
    match finding {
        Some(finding) => stands_in_the_way(run, finding),
        None => {
            halt.once(run);
            run.could_not_look(
                "login",
                CODES,
                "the session broke once before the password was sent",
            );
        }
    }
    None
}

/// A password is never sent a second time to see what becomes of it: more patience is all there is.
fn password_halted(run: &mut Run, halt: &Halt, mut control: Control) -> Option<Session> {
    const PATIENCE_MS: u32 = 10_000;
    if halt.manner.ends_session() {
        let finding = halt
            .unconfirmed("the password is not sent twice")
            .likely(
                REJECTED,
                "some servers hang up on a wrong password: the server's log says whether it was one",
            )
            .likely(
                HOME_UNAVAILABLE,
                "the server's log says whether the session died when it opened the home directory",
            );
        stands_in_the_way(run, finding);
        return None;
    }
    let reply = match control.reply_within(PATIENCE_MS) {
        Ok(reply) => reply,
        Err(error) => {
            let ended = Halt::of(&control, &error).filter(|it| it.manner.ends_session());
            let finding = match ended {
                Some(ended) => ended.unconfirmed("the password is not sent twice"),
                None => halt.unconfirmed("the password is not sent twice"),
            };
            stands_in_the_way(run, finding);
            return None;
        }
    };
    run.found(too_short(halt, halt.waited_ms.saturating_add(PATIENCE_MS)));
    let in_clear = run.text(name::CONTROL_MODE) == Some("clear");
    match login::judge(Phase::Pass, &reply, in_clear) {
        (LoginAnswer::LoggedIn | LoginAnswer::NoPasswordNeeded, _) => Some(Session::of(control)),
        (answer, weight) => {
            let refused = crate::refused::finding(run, answer, weight, &reply, Phase::Pass);
            run.found(refused);
            run.rest_clear(CODES);
            None
        }
    }
}

/// The finding that ends the look at the login.
fn stands_in_the_way(run: &mut Run, finding: Finding) {
    run.found(finding);
    let reason = "the server does not get through the login";
    run.behind_fault("the remote path", PATH, reason);
    let open: &[Code] = &[REJECTED, RESTRICTED, HOME_UNAVAILABLE, SOURCE_BLOCKED];
    run.behind_fault("what the server makes of user and password", open, reason);
    run.rest_clear(CODES);
}

/// As long as a reply too many, or the end of a session, may take behind a reply.
const BEHIND_MS: u32 = 1_000;

/// Whether the session ends behind the last reply.
pub(crate) fn ends_now(control: &mut Control) -> bool {
    match control.reply_within(BEHIND_MS) {
        Ok(_) => false,
        Err(error) => Halt::of(control, &error).is_some_and(|halt| halt.manner.ends_session()),
    }
}

/// A reply that comes without a question.
pub(crate) fn one_more(control: &mut Control) -> Option<Reply> {
    control.reply_within(BEHIND_MS).ok()
}

/// A command of the login that has two replies.
pub(crate) fn twice(run: &Run, command: &str, first: &Reply, second: &Reply) -> Finding {
    let detail = format!(
        "The server answers {command} with two replies, so that nobody can tell which one counts: whether anybody is logged in \
         is not known."
    );
    let both = format!("{first}, then {second}");
    let finding = if Asked::by(command) == Asked::User {
        match user_again(run) {
            Some(replies) if replies.len() > 1 => {
                let decision = Decision::by_counter_test(
                    "the same over a fresh session",
                    replies.join(", then "),
                );
                Finding::new(OUT_OF_STEP, detail).because(decision)
            }
            Some(_) | None => undecided(detail),
        }
    } else {
        undecided(detail)
    };
    finding
        .evidence("command", command)
        .evidence("replies", both)
}

fn undecided(detail: String) -> Finding {
    Finding::new(OUT_OF_STEP, detail).likely(
        REJECTED,
        "the server's log says whether the login was accepted; the password is not sent twice to see it",
    )
}

/// The user name once more, where it was refused: the session goes on with the fresh one if that asks for the password.
pub(crate) fn user_in_a_fresh_one(run: &Run, user: &str) -> Option<(Control, Reply)> {
    let (mut control, _) = Opening::like_the_first(run).control(run).ok()?;
    let reply = control.command(&format!("USER {user}")).ok()?;
    let in_clear = run.text(name::CONTROL_MODE) == Some("clear");
    let (answer, _) = login::judge(Phase::User, &reply, in_clear);
    (answer == LoginAnswer::PasswordWanted).then(|| (control.into_main(), reply))
}

/// The replies to the user name over a fresh session.
fn user_again(run: &Run) -> Option<Vec<String>> {
    let user = run.remote().user.clone()?;
    let (mut control, _) = Opening::like_the_first(run).control(run).ok()?;
    let first = control.command(&format!("USER {user}")).ok()?;
    let more = one_more(&mut control);
    Some(
        std::iter::once(first)
            .chain(more)
            .map(|it| it.to_string())
            .collect(),
    )
}

/// The host saw more than one reply to the user name, and kept the password back.
pub(crate) fn asked_with_more(run: &mut Run) {
    let reason = "the replies of the server are out of step: it asks for a password with more than one of them";
    match user_again(run) {
        Some(replies) if replies.len() > 1 => {
            let detail = "The server answers the user name with two replies, so that the second is taken for the answer to the \
                          password: it was not sent.";
            let decision =
                Decision::by_counter_test("the same over a fresh session", replies.join(", then "));
            let finding = Finding::new(OUT_OF_STEP, detail)
                .because(decision)
                .evidence("command", "USER");
            stands_in_the_way(run, finding);
        }
        Some(_) | None => run.could_not_look("login", CODES, reason),
    }
}
