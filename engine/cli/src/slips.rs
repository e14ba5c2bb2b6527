//! What people type first, and what they mean by it: the tips that the library behind the arguments cannot know.

use std::ffi::OsString;
use std::path::Path;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Error, FromArgMatches};

use super::args::{Args, help};
use model::remote::{Location, LocationError, without_userinfo};

/// The arguments of the process; where they make no sense, that is told, and the process ends.
pub(super) fn parsed() -> Args {
    read(std::env::args_os()).unwrap_or_else(|error| with_a_tip(error).exit())
}

fn read(words: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Result<Args, Error> {
    let mut command = help::command();
    let matches = command.try_get_matches_from_mut(words)?;
    Args::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// The error with the tip for a common slip.
fn with_a_tip(mut error: Error) -> Error {
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let typed = word(&error, ContextKind::InvalidSubcommand);
            if let Some(typed) = typed.filter(|it| is_remote(it)) {
                // It may hold a password, and standard error may be a log.
                let shown = without_userinfo(&typed);
                error.remove(ContextKind::SuggestedSubcommand);
                tip(
                    &mut error,
                    format!("to diagnose a remote, write 'remote-doctor check {shown}'"),
                );
                let shown = ContextValue::String(shown);
                error.insert(ContextKind::InvalidSubcommand, shown);
            }
        }
        ErrorKind::UnknownArgument => {
            let typed = word(&error, ContextKind::InvalidArg).unwrap_or_default();
            let flag = typed.split([' ', '=']).next().unwrap_or_default();
            if matches!(flag, "--password" | "--pass" | "-p") {
                error.remove(ContextKind::SuggestedArg);
                tip(&mut error, for_password(flag));
                let flag = ContextValue::String(flag.into());
                error.insert(ContextKind::InvalidArg, flag);
            } else if !flag.starts_with('-') {
                tip(&mut error, for_one_more(&typed));
                let shown = ContextValue::String(without_userinfo(&typed));
                error.insert(ContextKind::InvalidArg, shown);
            }
        }
        ErrorKind::InvalidValue => {
            let flag = word(&error, ContextKind::InvalidArg).unwrap_or_default();
            let flag = flag.split(' ').next().unwrap_or_default();
            let value = word(&error, ContextKind::InvalidValue).unwrap_or_default();
            if let Some(text) = for_value(flag, &value.to_ascii_lowercase()) {
                error.remove(ContextKind::SuggestedValue);
                tip(&mut error, text.into());
            }
        }
        _ => {}
    }
    error
}

fn for_password(flag: &str) -> String {
    let why = "other users of this machine can read arguments, so a password is never one: give it with \
    --password-file, --password-stdin or --password-env, or wait until you are asked on a terminal";
    match flag {
        "-p" => format!("{why}; a port is given by --port"),
        _ => why.into(),
    }
}

/// A word where all words have been taken.
fn for_one_more(typed: &str) -> String {
    match typed.parse::<u16>() {
        Ok(port) => format!("if {port} is the port, write --port {port}, or HOST:{port}"),
        Err(_) => "a command takes one remote; options begin with --, and a value with a space needs quotes".into(),
    }
}

/// What other programs call it.
fn for_value(flag: &str, value: &str) -> Option<&'static str> {
    match (flag, value) {
        ("--ssl", "explicit" | "ftpes" | "auth-tls" | "starttls") => {
            Some("explicit TLS is require-explicit")
        }
        ("--ssl", "implicit" | "ftps") => Some("implicit TLS is require-implicit"),
        ("--ssl", "none" | "off" | "no" | "false" | "plain" | "disabled") => {
            Some("no TLS is never")
        }
        ("--ssl", "tls" | "ssl" | "yes" | "on" | "true" | "auto") => {
            Some("TLS is require-explicit (port 21) or require-implicit (port 990)")
        }
        ("--format", "xml") => Some("XML is junit"),
        ("--format", "pdf") => {
            Some("a browser makes a PDF of the HTML report, which is laid out for paper, too")
        }
        ("--format", "md") => Some("Markdown is markdown"),
        ("--format", "txt" | "plain" | "terminal") => Some("plain text is text"),
        _ => None,
    }
}

fn word(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.clone()),
        _ => None,
    }
}

fn tip(error: &mut Error, text: String) {
    let tip = ContextValue::StyledStrs(vec![StyledStr::from(text)]);
    error.insert(ContextKind::Suggested, tip);
}

/// Whether somebody may have meant a remote where a command is wanted. Any word could be the name of a host: what has a dot,
/// a colon or a user in it is one, or a file that is there.
fn is_remote(word: &str) -> bool {
    let reads = match word.parse::<Location>() {
        Ok(_) | Err(LocationError::Password) => true,
        Err(_) => word.contains("://"),
    };
    let has_marks = word.contains(['.', ':', '@']) || word == "localhost";
    reads && has_marks || Path::new(word).is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(args: &[&str]) -> String {
        let args = ["remote-doctor"].iter().chain(args);
        with_a_tip(read(args).unwrap_err()).to_string()
    }

    #[test]
    fn a_remote_without_a_command_is_offered_to_check() {
        for remote in [
            "ftp.example.com",
            "ftp.example.com:2121",
            "ftpes://ftp.example.com",
            "sftp://ftp.example.com",
            "2001:db8::1",
            "localhost",
            "remote.toml",
        ] {
            let said = said(&[remote]);
            let tip = format!("'remote-doctor check {remote}'");
            assert!(said.contains(&tip), "{said}");
        }
        let said = said(&["chekc"]);
        assert!(said.contains("'check'") && !said.contains("diagnose a remote"));
    }

    #[test]
    fn what_other_programs_call_it_is_understood() {
        for (args, says) in [
            (
                &["check", "h", "--ssl", "explicit"][..],
                "explicit TLS is require-explicit",
            ),
            (
                &["check", "h", "--ssl", "Implicit"],
                "implicit TLS is require-implicit",
            ),
            (&["check", "h", "--format", "xml"], "XML is junit"),
            (&["check", "h", "2121"], "write --port 2121, or HOST:2121"),
            (&["check", "a", "b"], "a command takes one remote"),
            (&["check", "h", "-p", "21"], "a port is given by --port"),
        ] {
            let said = said(args);
            assert!(said.contains(says), "{said}");
        }
    }

    #[test]
    fn a_password_that_was_typed_is_not_repeated() {
        for args in [
            &["ftp://jo:hunter22@h"][..],
            &["jo:hunter22@h"],
            &["check", "h", "--password=hunter22"],
            &["check", "h", "--password", "hunter22"],
            &["check", "h", "ftp://jo:hunter22@h"],
        ] {
            let said = said(args);
            assert!(!said.contains("hunter22"), "{said}");
        }
        let said = said(&["check", "h", "--password", "hunter22"]);
        assert!(
            said.contains("other users of this machine can read"),
            "{said}"
        );
    }
}
