//! Where the login lands, and whether the remote path is there, seen from there (F-S04).

use probe_sdk::ftp::phase::refusal::{self, Reason};
use probe_sdk::ftp::{Class, Reply, is_safe_argument, parse_257};
use probe_sdk::{Decision, Finding, Run, named, pause, quoted, value};

use crate::facts;
use crate::parent::{self, Parent, Shows};
use crate::session::Session;
use crate::{PATH, PATH_NOT_FOUND, PATH_NOT_PERMITTED, PATH_REPEATS};

/// What is busy may be free after this long, in milliseconds.
const BUSY_MS: u32 = 1_000;

/// What `PWD` says.
pub(crate) fn home(run: &mut Run, session: &mut Session) -> Option<Reply> {
    session.ask(run, "PWD")
}

/// Notes the directory of the login, and enters the path.
pub(crate) fn look(run: &mut Run, session: &mut Session, home: Option<&Reply>) {
    let home = home.and_then(|reply| parse_257(reply).ok());
    if let Some(home) = &home {
        run.note(facts::DIRECTORY, value::text(home));
    }
    let Some(path) = run.remote().remote_path.clone() else {
        run.not_applicable("the remote path", PATH, "none is configured");
        return;
    };
    if !is_safe_argument(&path) {
        run.could_not_look(
            "the remote path",
            PATH,
            "the path is too long or holds a character that cannot be sent in a command",
        );
        return;
    }
    let refused = match enter(run, session, &path) {
        Some(reply) if reply.is_positive() => return run.note(facts::ENTERED, value::text(path)),
        Some(reply) => reply,
        None => return run.behind_fault("the remote path", PATH, "the server did not answer CWD"),
    };
    let home = home.unwrap_or_else(|| "unknown".into());
    let shorter = without(&path, &home).filter(|shorter| enters(run, session, shorter));
    if let Some(shorter) = shorter {
        run.note(facts::ENTERED, value::text(&shorter));
        let shorter = if shorter.is_empty() { "." } else { &shorter };
        let detail = format!(
            "The login already lands in {}, and the remote path repeats that directory. Seen from there, {} does \
            not exist.",
            named(&home),
            named(&path)
        );
        let finding = Finding::new(PATH_REPEATS, detail)
            .because(Decision::by_counter_test(
                "the path without the login directory",
                "it is entered",
            ))
            .evidence("works as", shorter)
            .cured_by(&[("remote_path", shorter)]);
        return run.found(told(finding, &path, &home, &refused));
    }
    let reason = refusal::reason(&refused);
    if let Reason::UnknownCommand | Reason::NotLoggedIn | Reason::Closing | Reason::TooMany = reason
    {
        let why = format!("the server {}: {}", reason.words(), quoted(&refused));
        return run.could_not_look("the remote path", PATH, &why);
    }
    let judged = match parent::look(run, &path) {
        Some(parent) => by_parent(&parent, reason, &path, &refused),
        None => by_words(reason, &path, &home, &refused),
    };
    run.found(told(judged, &path, &home, &refused));
}

/// Enters a directory; once more where the server is busy.
fn enter(run: &mut Run, session: &mut Session, path: &str) -> Option<Reply> {
    let command = format!("CWD {path}");
    let reply = session.ask(run, &command)?;
    if reply.code == 421 || reply.class() != Class::TransientNegative {
        return Some(reply);
    }
    pause(BUSY_MS);
    session.ask(run, &command)
}

fn told(finding: Finding, path: &str, home: &str, refused: &Reply) -> Finding {
    finding
        .evidence("path", path)
        .evidence("login directory", home)
        .evidence("reply", refused)
}

/// What the directory above shows decides.
fn by_parent(parent: &Parent, reason: Reason, path: &str, refused: &Reply) -> Finding {
    let Parent {
        entered,
        part,
        rest,
        shows,
        listing,
    } = parent;
    let place = match entered.as_str() {
        "" => "the login directory".to_string(),
        entered => named(entered),
    };
    let (code, detail) = match shows {
        Shows::Directory => (
            PATH_NOT_PERMITTED,
            format!(
                "{} shows the directory {}, but the account may not enter it.",
                capitalised(&place),
                named(part)
            ),
        ),
        Shows::File => (
            PATH_NOT_FOUND,
            format!(
                "In {place}, {} is a file and not a directory, so the remote path {} does not exist.",
                named(part),
                named(path)
            ),
        ),
        Shows::Spelt(other) => (
            PATH_NOT_FOUND,
            format!(
                "In {place} there is no {}, but {}. The remote path {} does not exist as it is written.",
                named(part),
                named(other),
                named(path)
            ),
        ),
        Shows::Encoded(encoding) => (
            PATH_NOT_FOUND,
            format!(
                "In {place}, {} exists in the encoding {encoding}. The settings send it in UTF-8, which is a \
                different name for this server.",
                named(part)
            ),
        ),
        Shows::Nothing => (
            PATH_NOT_FOUND,
            format!(
                "In {place} there is no {}, so the remote path {} does not exist.",
                named(part),
                named(path)
            ),
        ),
        Shows::Unknown => return by_words(reason, path, &place, refused),
    };
    let decision = Decision::by_counter_test("a listing of the parent directory", shows.words());
    let finding = Finding::new(code, detail)
        .because(decision)
        .evidence("not entered", part);
    let finding = match listing {
        Some(names) => finding.evidence("there instead", names),
        None => finding,
    };
    match shows {
        Shows::Spelt(other) => {
            let joined = [entered.as_str(), other.as_str(), rest.as_str()];
            finding.patch(&[("remote_path", &join(&joined))])
        }
        Shows::Encoded(encoding) => finding.evidence("encoding of the name", encoding),
        Shows::Directory | Shows::File | Shows::Nothing | Shows::Unknown => finding,
    }
}

/// Without a look at the directory above, words alone are left.
fn by_words(reason: Reason, path: &str, place: &str, refused: &Reply) -> Finding {
    let test = "a listing of the parent directory shows whether it exists";
    match reason {
        Reason::NoRight => {
            let detail = format!(
                "The server does not allow the account to enter the remote path {}, and mentions a missing right.",
                named(path)
            );
            Finding::new(PATH_NOT_PERMITTED, detail).likely(PATH_NOT_FOUND, test)
        }
        Reason::Missing
        | Reason::Exists
        | Reason::Empty
        | Reason::UnknownCommand
        | Reason::Full
        | Reason::Name
        | Reason::Type
        | Reason::InputOutput
        | Reason::TooMany
        | Reason::Busy
        | Reason::NotLoggedIn
        | Reason::Closing
        | Reason::Unclassified => {
            let detail = format!(
                "Seen from {}, the remote path {} does not exist.",
                named(place),
                named(path)
            );
            let finding = Finding::new(PATH_NOT_FOUND, detail);
            if reason == Reason::Missing {
                finding.because(Decision::by_rule(
                    refused,
                    "an answer to CWD that says that the directory does not exist",
                ))
            } else {
                finding.likely(PATH_NOT_PERMITTED, test)
            }
        }
    }
}

fn join(parts: &[&str]) -> String {
    let mut path = String::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        if !path.is_empty() && !path.ends_with('/') {
            path.push('/');
        }
        path.push_str(part);
    }
    path
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// The path without the login directory at its beginning.
fn without(path: &str, home: &str) -> Option<String> {
    let home = home.trim_matches('/');
    let rest = path
        .trim_start_matches('/')
        .strip_prefix(home)
        .filter(|_| !home.is_empty())?;
    (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_matches('/').to_string())
}

fn enters(run: &mut Run, session: &mut Session, path: &str) -> bool {
    // Already there: nothing to enter.
    path.is_empty()
        || session
            .ask(run, &format!("CWD {path}"))
            .is_some_and(|reply| reply.is_positive())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined() {
        assert_eq!(join(&["", "In", ""]), "In");
        assert_eq!(join(&["/", "In", "new"]), "/In/new");
        assert_eq!(join(&["a/b", "In", ""]), "a/b/In");
    }

    #[test]
    fn a_repeated_login_directory_is_taken_off() {
        assert_eq!(without("users/jo/in", "/users/jo"), Some("in".into()));
        assert_eq!(without("/users/jo", "/users/jo"), Some(String::new()));
        assert_eq!(without("users/john", "/users/jo"), None);
        assert_eq!(without("in", "/"), None);
    }
}
