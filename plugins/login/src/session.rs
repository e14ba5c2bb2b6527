//! The session that is logged in, as long as there is one: where a command stops it or ends it, that is said, and the look
//! goes on in a fresh one without that command.

use probe_sdk::ftp::exchange::{Class, classify};
use probe_sdk::ftp::phase::login::{self, LoginAnswer};
use probe_sdk::ftp::{Asked, Phase, Reply};
use probe_sdk::halt::{Again, Halt, ask_again, too_late};
use probe_sdk::session::Opening;
use probe_sdk::{
    Code, Control, Decision, Finding, OUT_OF_STEP, Run, beyond_ms, elapsed_us, name, since_ms,
    value,
};

use crate::facts;
use crate::{CODES, HOME_UNAVAILABLE, PATH, REJECTED, RESTRICTED, SOURCE_BLOCKED};

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
        let halt = match control.command_at_first(command) {
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
                    "{} in place of an answer; clients do not use this command, so the check left it out",
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
        let Some((control, reply)) = answered(run, halt, again) else {
            self.halts += 1;
            if self.halts < ENOUGH {
                self.control = fresh(run, &halt.before).ok();
            }
            return None;
        };
        self.control = Some(control);
        Some(reply)
    }
}

/// The answer to a second question, or a late one to the first, with the session that goes on; a time-out that is too short for
/// it is reported.
fn answered(run: &mut Run, halt: &Halt, again: Again) -> Option<(Control, Reply)> {
    match again {
        Again::Answered { control, reply } => {
            halt.once(run);
            Some((control.into_main(), reply))
        }
        Again::Late {
            control,
            reply,
            after_ms,
        } => {
            // Whoever did not hear it in time would have gone on all the same, or have given up.
            if after_ms > control.reply_ms() {
                run.found(too_late(halt.at(), control.reply_ms(), after_ms));
            }
            Some((control, reply))
        }
        Again::Same { .. } | Again::NotAsked { .. } => None,
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

/// The user name was left without a reply: says so, and gives the session in which there is one after all, with that.
pub(crate) fn user_halted(
    run: &mut Run,
    halt: &Halt,
    control: Control,
) -> Option<(Control, Reply)> {
    let again = {
        let run = &*run;
        ask_again(halt, Some(control), &mut || {
            let opened = Opening::like_the_first(run).control(run);
            opened
                .map(|(control, _)| control)
                .map_err(|error| error.to_string())
        })
    };
    if let Some(finding) = halt.finding(&again) {
        run.note(facts::HALTED_AT, value::text(halt.at()));
        stands_in_the_way(run, finding);
    }
    answered(run, halt, again)
}

/// A password is never sent a second time to see what becomes of it: more patience is all there is.
pub(crate) fn password_halted(run: &mut Run, halt: &Halt, mut control: Control) -> Option<Session> {
    run.note(facts::HALTED_AT, value::text(halt.at()));
    if halt.manner.ends_session() {
        let finding = halt
            .unconfirmed("the password is not sent twice")
            .likely(
                REJECTED,
                "some servers close the connection after a wrong password: the server's log says whether this was \
                the reason",
            )
            .likely(
                HOME_UNAVAILABLE,
                "the server's log says whether the session died when it opened the home directory",
            );
        stands_in_the_way(run, finding);
        return None;
    }
    let listening_us = elapsed_us();
    let reply = match control.reply_within(beyond_ms().max(1)) {
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
    let beyond_ms = since_ms(listening_us);
    let after_ms = halt.waited_ms.saturating_add(beyond_ms);
    run.found(too_late(halt.at(), control.reply_ms(), after_ms));
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
    let reason = "the server does not complete the login";
    run.behind_fault("the remote path", PATH, reason);
    let open: &[Code] = &[REJECTED, RESTRICTED, HOME_UNAVAILABLE, SOURCE_BLOCKED];
    run.behind_fault(
        "whether the server accepts the user name and the password",
        open,
        reason,
    );
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
        "The server answers {command} with two replies, and nobody can tell which one counts. So it is not known \
        whether the login succeeded."
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
        "the server's log says whether the login was accepted; the check does not send the password twice",
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
            let detail = "The server answers the user name with two replies. The second would be taken for the \
            answer to the password, so the check did not send it.";
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
