//! An upload was refused: a right that is missing, a name that is not liked, or something else (F-S01, F-S03). Names of ours
//! are suspects before the server is: other kinds of them are tried, and a directory beside.

use probe_sdk::ftp::phase::refusal::{self, Reason};
use probe_sdk::{Code, Decision, Finding, Run, quoted, value};

use crate::ability::{Abilities, Ability};
use crate::facts;
use crate::workspace::{Broken, NameKind, Part, Removal, Trouble, Workspace};
use crate::{CODES, NAME_RULES, QUOTA_EXCEEDED, WRITE_DENIED, content};

/// Tries other kinds of names and a directory. Where another name goes through, its path; the rest goes on with it.
pub(crate) fn second_opinion(
    run: &mut Run,
    work: &mut Workspace,
    abilities: &mut Abilities,
    first: &Trouble,
) -> Result<Option<String>, Broken> {
    let reason = first.refusal().unwrap_or(Reason::Unclassified);
    if reason == Reason::UnknownCommand {
        abilities.upload = Ability::fails(first.words());
        let why = format!("the server does not support uploads: {}", first.words());
        run.not_applicable("uploads", CODES, &why);
        return Ok(None);
    }
    let mut refused = Vec::new();
    for kind in [NameKind::Plain, NameKind::Short] {
        work.kind = kind;
        match another(work)? {
            Ok(path) => {
                run.found(rules(kind, first));
                let rule = format!("{}: {}", taken(kind), first.words());
                run.note(facts::NAME_RULE, value::text(rule));
                return Ok(Some(path));
            }
            Err(trouble) => refused.push(trouble),
        }
        // Words of a right, twice: one more name would be one more nuisance.
        let rights = [Some(first), refused.last()].into_iter().flatten();
        let said = rights.filter(|trouble| trouble.refusal() == Some(Reason::NoRight));
        if !work.session.usable || said.count() > 1 {
            break;
        }
    }
    work.kind = NameKind::Text;
    let about_names = |trouble: &Trouble| trouble.refusal() == Some(Reason::Name);
    let last = refused.last().map_or_else(|| first.words(), Trouble::words);
    abilities.upload = Ability::fails(&last);
    if about_names(first) || refused.last().is_some_and(about_names) {
        run.found(rules_unknown(first, &last));
        let why = "the server refuses our file names, so nothing is known about uploads under other names";
        run.not_applicable("uploads", CODES, why);
        return Ok(None);
    }
    let directory = makes_directory(work)?;
    run.found(finding(first, &refused, &directory));
    let rest: Vec<Code> = CODES
        .iter()
        .copied()
        .filter(|code| *code != WRITE_DENIED)
        .collect();
    run.behind_fault(
        "what needs a file on the remote",
        &rest,
        "blocked by ftp.write-denied",
    );
    Ok(None)
}

/// The same file under a name of the kind that is set now.
fn another(work: &mut Workspace) -> Result<Result<String, Trouble>, Broken> {
    let path = work.file(Part::First);
    // A short name tells runs apart less surely than a long one: nothing of anybody else's is written over.
    if work.kind == NameKind::Short && work.exists(&path)? {
        let why = "a file of that name is there".to_string();
        return Ok(Err(Trouble::NoConnection(why)));
    }
    let stored = work.store("STOR", &path, &content::small());
    let trouble = match stored {
        Ok(()) => return Ok(Ok(path)),
        Err(trouble) => trouble,
    };
    if work.session.usable && !work.exists(&path)? {
        work.is_gone(&path);
    }
    Ok(Err(trouble))
}

fn taken(kind: NameKind) -> &'static str {
    match kind {
        NameKind::Text | NameKind::Plain => "a name that ends in .txt is refused",
        NameKind::Short => {
            "only short names are accepted: eight letters and digits, and an ending of three"
        }
    }
}

fn rules(kind: NameKind, first: &Trouble) -> Finding {
    let detail = format!(
        "The server accepts only certain file names: {}. Uploads under other names fail, whatever the rights of \
        the account are.",
        taken(kind)
    );
    told(Finding::new(NAME_RULES, detail), first)
}

fn rules_unknown(first: &Trouble, last: &str) -> Finding {
    let detail = "The server accepts only certain file names, and refuses those that this check may use. Whether \
    uploads under other names work is not known.";
    told(Finding::new(NAME_RULES, detail), first).evidence("to the last name", last)
}

fn told(finding: Finding, first: &Trouble) -> Finding {
    match first.reply() {
        Some(reply) => finding.evidence("reply", reply),
        None => finding,
    }
}

/// What became of a directory, as another opinion; it is removed at once.
struct Directory {
    words: String,
    /// Whether making one was refused, for a reason that may be a right.
    refused: bool,
}

fn makes_directory(work: &mut Workspace) -> Result<Directory, Broken> {
    let path = work.directory();
    work.makes(&path);
    let reply = work.command(&format!("MKD {path}"))?;
    if !reply.is_positive() && !work.enters(&path)? {
        work.is_gone(&path);
        let right = matches!(
            refusal::reason(&reply),
            Reason::NoRight | Reason::Unclassified | Reason::NotLoggedIn | Reason::Missing
        );
        return Ok(Directory {
            words: reply.to_string(),
            refused: right,
        });
    }
    let words = match work.remove("RMD", &path)? {
        Removal::Refused(refusal) => format!("{reply}, and to its removal {refusal}"),
        Removal::Done | Removal::Gone => reply.to_string(),
    };
    Ok(Directory {
        words,
        refused: false,
    })
}

fn finding(first: &Trouble, refused: &[Trouble], directory: &Directory) -> Finding {
    let late = matches!(first, Trouble::Refused(refusal) if refusal.started);
    let detail = if late {
        "The server begins to accept an upload over a working data connection, but then refuses it. It refuses a \
        name of another kind as well."
    } else {
        "The server refuses an upload before any data is transferred, while listings work. This is an account \
        permission, not a network problem. It refuses a name of another kind as well."
    };
    let mut finding = told(Finding::new(WRITE_DENIED, detail), first);
    for trouble in refused.iter().take(1) {
        finding = finding.evidence("to another name", trouble.words());
    }
    finding = finding.evidence("to making a directory", &directory.words);
    let mut reasons = [first]
        .into_iter()
        .chain(refused)
        .filter_map(Trouble::refusal);
    let in_words = reasons.any(|reason| reason == Reason::NoRight);
    if late {
        let log =
            "the server's log mentions a full disk or quota; its administrator can look it up";
        finding.likely(QUOTA_EXCEEDED, log)
    } else if in_words || directory.refused {
        finding.because(Decision::by_counter_test(
            "another name, and a directory",
            "refused, too",
        ))
    } else {
        let test = format!(
            "an upload under a name that the server is known to accept, because it answered the creation of a \
            directory with {}",
            quoted(&directory.words)
        );
        finding.likely(NAME_RULES, &test)
    }
}
