//! An upload was refused: a right that is missing, or a name that is not liked (F-S01, F-S03).

use probe_sdk::{Code, Finding, Run, value};

use crate::ability::{Abilities, Ability};
use crate::workspace::{Broken, Removal, Trouble, Workspace};
use crate::{CODES, QUOTA_EXCEEDED, WRITE_DENIED, content};

/// Tries another kind of name and a directory. Where another name goes through, its path; the rest goes on with it.
pub(crate) fn second_opinion(
    run: &mut Run,
    work: &mut Workspace,
    abilities: &mut Abilities,
    first: &Trouble,
) -> Result<Option<String>, Broken> {
    work.suffix = "";
    let path = work.file("");
    let second = match work.store("STOR", &path, &content::small()) {
        Ok(()) => {
            let rule = format!("a name that ends in .txt is refused: {}", first.words());
            run.note("writes.name-rule", value::text(rule));
            return Ok(Some(path));
        }
        Err(trouble) => trouble,
    };
    if work.session.usable && !work.exists(&path)? {
        work.is_gone(&path);
    }
    abilities.upload = Ability::fails(second.words());
    let directory = makes_directory(work)?;
    run.found(finding(first, &second, &directory));
    let rest: Vec<Code> = CODES
        .iter()
        .copied()
        .filter(|code| *code != WRITE_DENIED)
        .collect();
    run.behind_fault(
        "what needs a file on the remote",
        &rest,
        "ftp.write-denied stands in the way",
    );
    Ok(None)
}

/// Whether a directory can be made, as a third opinion; it is removed at once.
fn makes_directory(work: &mut Workspace) -> Result<String, Broken> {
    let path = work.directory();
    work.makes(&path);
    let reply = work.command(&format!("MKD {path}"))?;
    if !reply.is_positive() && !work.enters(&path)? {
        work.is_gone(&path);
    } else if let Removal::Refused(refusal) = work.remove("RMD", &path)? {
        return Ok(format!("{reply}, and to its removal {refusal}"));
    }
    Ok(reply.to_string())
}

fn finding(first: &Trouble, second: &Trouble, directory: &str) -> Finding {
    let late = matches!(first, Trouble::Refused(refusal) if refusal.started);
    let detail = if late {
        "The server begins to take an upload over a data connection that works, and refuses it then. A name of another \
         kind is refused as well."
    } else {
        "The server refuses an upload before it asks for any data, while listings come through: this is a right of the \
         account, and not the way of the data. A name of another kind is refused as well."
    };
    let mut finding = Finding::new(WRITE_DENIED, detail);
    if let Some(reply) = first.reply() {
        finding = finding.evidence("reply", reply);
    }
    finding = finding
        .evidence("to another name", second.words())
        .evidence("to making a directory", directory);
    if late {
        finding = finding.likely(
            QUOTA_EXCEEDED,
            "the server's log names a full disk or quota: its administrator can look",
        );
    }
    finding
}
