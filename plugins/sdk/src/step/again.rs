//! Which command is answered twice: a fresh session is asked one after another, each with a `NOOP` behind it.

use std::cell::RefCell;

use ftp::{Asked, Reply};

use super::{OUT_OF_STEP, Slip, follows};
use crate::decision::Decision;
use crate::session::Opening;
use crate::{Control, DialogueError, Finding, Run, name};

thread_local! {
    static NOTED: RefCell<Vec<Slip>> = const { RefCell::new(Vec::new()) };
}

/// What is asked before a transfer, where the probe's own commands do not tell; the last is a question of ours alone, which an
/// earlier probe may have asked.
const USUAL: &[&str] = &["PWD", "FEAT", "TYPE I", "STAT"];
/// More is not asked of a fresh session.
const MOST: usize = 12;

/// More of them say nothing new.
const KEPT: usize = 8;

/// Keeps a slip of the main session.
pub(crate) fn note(slip: Slip) {
    NOTED.with_borrow_mut(|noted| {
        if noted.len() < KEPT {
            noted.push(slip);
        }
    });
}

/// Whether a reply was out of step so far.
pub(crate) fn is_noted() -> bool {
    NOTED.with_borrow(|noted| !noted.is_empty())
}

/// Finds the command over a fresh session, and reports it. One that only a diagnosis asks is no fault: it is left alone.
pub(crate) fn report(run: &mut Run) {
    let slips = NOTED.take();
    let Some(slip) = slips.first().filter(|_| !run.has_found(OUT_OF_STEP)) else {
        return;
    };
    match which(run, slip) {
        Ok(Some(twice)) if Asked::by(&twice.command).is_ours_alone() => {}
        Ok(Some(twice)) => run.found_after_all(finding(slip, &twice)),
        Ok(None) if let Some(twice) = transfer(&slips) => {
            run.found_after_all(finding(slip, &twice));
        }
        Ok(None) if slip.commands.iter().any(|it| Asked::by(it).is_ours_alone()) => {}
        // Some servers refuse a transfer before they have said that it begins.
        Ok(None) if slip.is_behind_a_refused_transfer() => {}
        Ok(None) => run.could_not_look("the order of the replies", &[], &once(slip)),
        Err(why) => run.could_not_look(
            "the order of the replies",
            &[],
            &format!("{}; a fresh session was not possible: {why}", once(slip)),
        ),
    }
}

/// A transfer is not made again to see it: two of one kind in one run, each with a reply too many behind it, show the same.
fn transfer(slips: &[Slip]) -> Option<Twice> {
    let verb = |slip: &Slip| {
        let (command, _) = slip.previous.as_ref()?;
        let verb = command.split(' ').next()?.to_string();
        (Asked::by(command) == Asked::Transfer).then_some(verb)
    };
    let command = verb(slips.first()?)?;
    let replies: Vec<String> = slips
        .iter()
        .filter(|slip| verb(slip).as_ref() == Some(&command))
        .map(|slip| format!("{} behind its last reply", slip.odd))
        .collect();
    (replies.len() > 1).then_some(Twice { command, replies })
}

fn once(slip: &Slip) -> String {
    format!(
        "{} was answered with {} once, and then with {}",
        slip.noticed_at,
        ftp::quoted(&slip.odd),
        ftp::quoted(&slip.answer)
    )
}

/// A command with both of its replies.
struct Twice {
    command: String,
    replies: Vec<String>,
}

fn which(run: &Run, slip: &Slip) -> Result<Option<Twice>, String> {
    let opening = Opening::like_the_first(run);
    if slip.commands.is_empty() && slip.odd.starts_with("220") {
        return greeting(run, &opening);
    }
    let mut control = if run.credential().is_some() {
        opening.logged_in(run).map_err(|error| error.to_string())?
    } else {
        opening.control(run).map_err(|error| error.to_string())?.0
    };
    let mut failed = |error: DialogueError| error.to_string();
    // The login itself, or what came with it.
    let noop = control.command("NOOP").map_err(&mut failed)?;
    let mut replies = vec![noop];
    while replies.len() < 4 && follows(&control) {
        replies.push(control.reply().map_err(&mut failed)?);
    }
    if replies.len() > 1 {
        let replies = replies.iter().map(ToString::to_string).collect();
        let command = "the login".to_string();
        return Ok(Some(Twice { command, replies }));
    }
    let noop = replies.remove(0);
    for command in commands(slip) {
        if let Some(twice) = asked_alone(&mut control, &command, &noop).map_err(&mut failed)? {
            return Ok(Some(twice));
        }
    }
    control.quit();
    Ok(None)
}

/// The first words of a fresh connection; within TLS they are not looked at again.
fn greeting(run: &Run, opening: &Opening) -> Result<Option<Twice>, String> {
    if run.text(name::CONTROL_MODE) == Some("implicit") {
        return Ok(None);
    }
    let mut control = opening.connected(run).map_err(|error| error.to_string())?;
    let failed = |error: DialogueError| error.to_string();
    let mut replies = vec![control.reply().map_err(failed)?.to_string()];
    if follows(&control) {
        replies.push(control.reply().map_err(failed)?.to_string());
    }
    control.quit();
    let command = "the connection".to_string();
    Ok((replies.len() > 1).then_some(Twice { command, replies }))
}

/// Those of the session, the latest first, and the usual ones; no transfers, nothing that changes a file.
fn commands(slip: &Slip) -> Vec<String> {
    let own = slip.commands.iter().rev().filter(|command| {
        matches!(
            Asked::by(command),
            Asked::Protection
                | Asked::Features
                | Asked::System
                | Asked::Status
                | Asked::Directory
                | Asked::Change
                | Asked::Plain
                | Asked::FileFact
                | Asked::Epsv
                | Asked::Pasv
        )
    });
    let usual = USUAL.iter().map(ToString::to_string);
    let mut all: Vec<String> = Vec::new();
    for command in own.cloned().chain(usual).filter(|it| it != "NOOP") {
        if !all.contains(&command) && all.len() < MOST {
            all.push(command);
        }
    }
    all
}

/// One command with a `NOOP` behind it: three replies are one too many.
fn asked_alone(
    control: &mut Control,
    command: &str,
    noop: &Reply,
) -> Result<Option<Twice>, DialogueError> {
    control.send(command)?;
    let mut replies = vec![control.reply()?];
    control.send("NOOP")?;
    replies.push(control.reply()?);
    let is_noop = |reply: &Reply| reply.code == noop.code && reply.lines == noop.lines;
    while !replies.last().is_some_and(is_noop) && replies.len() < 4 && follows(control) {
        replies.push(control.reply()?);
    }
    replies.pop();
    Ok((replies.len() > 1).then(|| Twice {
        command: command.to_string(),
        replies: replies.iter().map(ToString::to_string).collect(),
    }))
}

fn finding(slip: &Slip, twice: &Twice) -> Finding {
    let detail = format!(
        "The server answers {} with more than one reply. From then on, a client that reads one reply for each \
        command mistakes the answer to one command for the answer to the next.",
        twice.command
    );
    let decision = Decision::repeated(format!(
        "{}: {}",
        twice.command,
        twice.replies.join(", then ")
    ));
    let finding = Finding::new(OUT_OF_STEP, detail)
        .because(decision)
        .evidence("command", &twice.command)
        .evidence("noticed at", format!("{}: {}", slip.noticed_at, slip.odd));
    match &slip.previous {
        Some((command, reply)) => finding.evidence("before it", format!("{command}: {reply}")),
        None => finding,
    }
}
