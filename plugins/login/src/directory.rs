//! Where the login lands, and whether the remote path is there, seen from there (F-S04).

use probe_sdk::ftp::{Reply, is_safe_argument, parse_257};
use probe_sdk::{ENTERED, Finding, Run, named, value};

use crate::session::Session;
use crate::{PATH, PATH_NOT_FOUND, PATH_REPEATS};

/// What `PWD` says.
pub(crate) fn home(run: &mut Run, session: &mut Session) -> Option<Reply> {
    session.ask(run, "PWD")
}

/// Notes the directory of the login, and enters the path.
pub(crate) fn look(run: &mut Run, session: &mut Session, home: Option<&Reply>) {
    let home = home.and_then(|reply| parse_257(reply).ok());
    if let Some(home) = &home {
        run.note("login.directory", value::text(home));
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
    let refused = match session.ask(run, &format!("CWD {path}")) {
        Some(reply) if reply.is_positive() => return run.note(ENTERED, value::text(path)),
        Some(reply) => reply,
        None => return run.behind_fault("the remote path", PATH, "the server did not answer CWD"),
    };
    let home = home.unwrap_or_else(|| "unknown".into());
    let shorter = without(&path, &home).filter(|shorter| enters(run, session, shorter));
    let finding = match shorter {
        Some(shorter) => {
            run.note(ENTERED, value::text(&shorter));
            let shorter = if shorter.is_empty() { "." } else { &shorter };
            let detail = format!(
                "The login already lands in {}, and the remote path says so again: seen from there, {} does not exist.",
                named(&home),
                named(&path)
            );
            Finding::new(PATH_REPEATS, detail)
                .evidence("works as", shorter)
                .cured_by(&[("remote_path", shorter)])
        }
        None => {
            let detail = format!(
                "Seen from the login directory {}, the remote path {} does not exist.",
                named(&home),
                named(&path)
            );
            Finding::new(PATH_NOT_FOUND, detail)
        }
    };
    run.found(
        finding
            .evidence("path", path)
            .evidence("login directory", home)
            .evidence("reply", refused),
    );
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
    fn a_repeated_login_directory_is_taken_off() {
        assert_eq!(without("home/jo/in", "/home/jo"), Some("in".into()));
        assert_eq!(without("/home/jo", "/home/jo"), Some(String::new()));
        assert_eq!(without("home/john", "/home/jo"), None);
        assert_eq!(without("in", "/"), None);
    }
}
