use super::*;

fn needs(line: &str) -> Option<Needs> {
    read(line).ok().map(|command| command.needs)
}

fn changes(line: &str) -> Option<RemoteChange> {
    match read(line).ok()?.act {
        Act::Change(change) => Some(change),
        Act::Ask | Act::Name(_) | Act::Request => None,
    }
}

#[test]
fn each_verb_is_in_the_row_of_the_least_power() {
    let table: &[(Needs, &[&str])] = &[
        (
            Needs::Connection,
            &[
                "AUTH TLS",
                "auth ssl",
                "PBSZ 0",
                "PROT P",
                "PROT C",
                "FEAT",
                "SYST",
                "HELP",
                "HELP SITE",
                "NOOP",
                "noop",
                "STAT",
                "OPTS UTF8 ON",
                "LANG de",
                "CLNT a client 1.0",
                "HEAD / HTTP/1.0",
                "QUIT",
            ],
        ),
        (Needs::Login, &["USER jo", "USER  jo ", "user jo"]),
        (
            Needs::Session,
            &[
                "PWD",
                "XPWD",
                "CWD in",
                "CWD  two words ",
                "CWD größe",
                "CDUP",
                "TYPE I",
                "TYPE A N",
                "MODE S",
                "STRU F",
                "EPSV",
                "EPSV 1",
                "PASV",
                "PRET LIST",
                "PRET RETR a b",
                "REST 100",
                "ABOR",
                "SIZE a.txt",
                "MDTM a.txt",
                "MDTM two words",
                "MDTM 20240102030405",
                "MLST",
                "MLST a",
                "MLSD",
                "MLSD a",
                "LIST",
                "LIST -a",
                "LIST -la in",
                "LIST in - out",
                "NLST in",
                "STAT in",
            ],
        ),
        (Needs::Read, &["RETR a.txt", "RETR a -R *"]),
        (
            Needs::Write,
            &[
                "STOR x",
                "APPE x",
                "MKD x",
                "XMKD x",
                "DELE x",
                "RMD x",
                "XRMD x",
                "RNFR x",
                "RNTO x",
                "MFMT 20240102030405 x",
                "MFCT 20240102030405.123 x",
                "SITE UTIME 20240102030405 x",
            ],
        ),
    ];
    for (row, lines) in table {
        for line in *lines {
            assert_eq!(needs(line), Some(*row), "{line}");
        }
    }
}

#[test]
fn a_verb_has_only_the_arguments_of_its_rows() {
    let odd = [
        "FEAT x",
        "PASV ",
        "PWD /",
        "NOOP & DELE x",
        "AUTH",
        "AUTH KERBEROS_V4",
        "PROT S",
        "PBSZ",
        "PBSZ -1",
        "USER",
        "USER ",
        "CWD",
        "CWD ",
        "EPSV ALL",
        "EPSV 3",
        "TYPE E",
        "TYPE L 36",
        "MODE Q",
        "STRU X",
        "REST x",
        "REST 99999999999999999999",
        "LIST -R",
        "LIST -aR /",
        "LIST -a -R",
        "LIST in -R",
        "LIST -",
        "NLST */../*",
        "LIST {a,b}",
        "STAT -R /",
        "SITE",
        "SITE HELP",
        "SITE CHMOD 777 x",
        "SITE EXEC id",
        "SITE UTIME x y",
        "SITE UTIMES 20240102030405 x",
        "MFMT x",
        "MFMT 2024 x",
        "MDTM",
        "HEAD /",
        "HEAD http://x/ HTTP/1.0",
        "HEAD / HTTP/1.1",
        "OPTS \u{e4}",
        "STOR",
        "RETR ",
    ];
    for line in odd {
        assert_eq!(
            read(line),
            Err(Forbidden::OddArgument(shown(line))),
            "{line}"
        );
    }
}

#[test]
fn a_verb_of_no_row_is_named() {
    for line in [
        "PORT 10,0,0,1,0,25",
        " NOOP",
        "NOOP;DELE x",
        "ＤＥＬＥ f",
        "",
    ] {
        let read = read(line);
        assert_eq!(read, Err(Forbidden::Unknown(shown(line))), "{line}");
        let told = read.unwrap_err().to_string();
        assert!(told.contains(&format!("`{}`", line.trim())), "{told}");
    }
}

#[test]
fn the_path_is_where_the_command_has_it() {
    let table = [
        ("MKD a b", RemoteChange::Make("a b".into())),
        ("RNTO x", RemoteChange::Make("x".into())),
        ("RNFR x", RemoteChange::Alter("x".into())),
        ("MFMT 20240102030405 d/x", RemoteChange::Alter("d/x".into())),
        ("MDTM 20240102030405 x", RemoteChange::Alter("x".into())),
        (
            "SITE UTIME 20240102030405 x",
            RemoteChange::Alter("x".into()),
        ),
        (
            "SITE utime x 20240102030405 20240102030405 20240102030405 UTC",
            RemoteChange::Alter("x".into()),
        ),
        ("RMD x", RemoteChange::Remove("x".into())),
    ];
    for (line, change) in table {
        assert_eq!(changes(line), Some(change), "{line}");
    }
}

/// Servers take more for a time than the RFC does: whatever begins like one is held to the rules of writing.
#[test]
fn a_question_about_a_time_sets_none() {
    for line in [
        "MDTM 20240102030405 x",
        "MDTM  20240102030405 x",
        "MDTM +20240102030405 x",
        "MDTM 20240102030405+060 x",
        "MDTM 2024010 x",
        "MDTM 1 x",
    ] {
        assert_eq!(needs(line), Some(Needs::Write), "{line}");
        assert_eq!(
            changes(line),
            Some(RemoteChange::Alter("x".into())),
            "{line}"
        );
    }
}

/// A connection of one's own is not logged in without the power to log in; another's session is spoken on.
#[test]
fn a_session_takes_the_power_that_made_it_one_s_own() {
    let powers = |needs: Needs, origin| needs.powers(origin).collect::<Vec<_>>();
    let (read, write) = (Capability::Read, Capability::Write);
    let (login, speak) = (Capability::Login, Capability::Speak);
    for (origin, session) in [(Origin::Opened, login), (Origin::TakenOver, speak)] {
        assert_eq!(powers(Needs::Connection, origin), []);
        assert_eq!(powers(Needs::Login, origin), [login]);
        assert_eq!(powers(Needs::Session, origin), [session]);
        assert_eq!(powers(Needs::Read, origin), [read, session]);
        assert_eq!(powers(Needs::Write, origin), [write, session]);
    }
}
