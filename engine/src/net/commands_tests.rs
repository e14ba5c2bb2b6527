use std::collections::BTreeSet;
use std::sync::Arc;

use clap::ValueEnum;
use proptest::prelude::*;

use super::super::client_hello::NotAHello;
use super::super::holder::Holder;
use super::super::verbs::Origin;
use super::super::writes::Writes;
use super::*;
use crate::capability::Powers;

const ORIGINS: [Origin; 2] = [Origin::Opened, Origin::TakenOver];

/// A control connection and whoever holds it.
struct Scene {
    commands: Commands,
    holder: Holder,
    writes: Writes,
}

impl Scene {
    fn new(powers: impl IntoIterator<Item = Capability>, origin: Origin) -> Scene {
        let powers = Powers::new(&powers.into_iter().collect(), &BTreeSet::new());
        Scene {
            commands: Commands::default(),
            holder: Holder::new(Arc::new(powers), origin),
            writes: Writes::permitted(),
        }
    }

    fn with_all() -> Scene {
        Scene::new(all(), Origin::TakenOver)
    }

    fn say(&mut self, bytes: &[u8]) -> Result<Vec<u8>, NotSaid> {
        let words = OwnWords {
            user: "jo".into(),
            host: "ftp.example.com".into(),
        };
        let (holder, writes) = (&self.holder, &self.writes);
        let permit = |command: &Command<'_>| holder.permits("p", command, writes);
        self.commands.pass(bytes, &words, permit)
    }

    /// The line with its end, in one piece and byte by byte: both are judged alike.
    fn judge(mut self, line: &[u8]) -> Result<(), Forbidden> {
        let mut pieces = Scene {
            commands: Commands::default(),
            holder: self.holder.clone(),
            writes: Writes::permitted(),
        };
        pieces.writes = std::mem::replace(&mut self.writes, Writes::forbidden());
        let piecemeal: Result<Vec<_>, _> = line.chunks(1).map(|piece| pieces.say(piece)).collect();
        self.writes = pieces.writes;
        let whole = self.say(line);
        assert_eq!(
            whole.clone().err(),
            piecemeal.clone().err(),
            "{:?}",
            String::from_utf8_lossy(line)
        );
        match whole {
            Ok(left) => {
                assert_eq!(left, line);
                assert_eq!(piecemeal.map(|left| left.concat()), Ok(left));
                Ok(())
            }
            Err(NotSaid::Forbidden(rule)) => Err(rule),
            Err(NotSaid::Denied(denied)) => panic!("nothing is denied, and {denied} is"),
        }
    }
}

fn all() -> BTreeSet<Capability> {
    Capability::value_variants().iter().copied().collect()
}

fn without(capability: Capability) -> BTreeSet<Capability> {
    all().into_iter().filter(|it| *it != capability).collect()
}

/// Nothing of these is ever sent, whatever a probe asks for.
const NEVER: &[&str] = &[
    // Passwords, accounts, and whose session it is.
    "PASS secret",
    "pass x",
    "ACCT sales",
    "REIN",
    "SMNT /",
    "USER admin",
    "USER root",
    "USER",
    "PSWD a b b",
    // The server connects to somebody.
    "PORT 10,0,0,1,0,25",
    "port 127,0,0,1,31,144",
    "EPRT |1|10.0.0.5|25|",
    "EPRT |2|::1|25|",
    "LPRT 4,4,127,0,0,1,2,0,25",
    "SPSV",
    "LPSV",
    "CPSV",
    // Commands of one product.
    "RCMD DLTLIB CUSTOMERS",
    "DLTL CUSTOMERS",
    "DLTF LIB/FILE",
    "CRTL LIB",
    "CRTP LIB/F",
    "ADDM M",
    "RMDA /home",
    "QUOTE RCMD id",
    "EXEC id",
    "XEXEC id",
    "SHELL id",
    "SYSTEM id",
    "JOB x",
    "XCUP",
    "XCWD /",
    "XRCP a b",
    "CPFR a",
    "CPTO b",
    "COPY a b",
    "MOVE a b",
    "REN a b",
    "SYMLINK a b",
    "MFF UNIX.mode=777; x",
    "CHMOD 777 x",
    "CHOWN r x",
    "UTIME 20240102030405 x",
    "THMB JPG 9 9 x",
    "SRVR x",
    "REPR x",
    "PATCH x",
    "MACB ENABLE",
    "XSEM x",
    "XSEN x",
    // Changes by other names, mail and archives.
    "STOU",
    "STOU x",
    "COMB a b",
    "ALLO 999999999",
    "MAIL jo",
    "MLFL jo",
    "MSND jo",
    "MSOM jo",
    "MSAM jo",
    "MRSQ",
    "MRCP x",
    "DEL x",
    "RM x",
    "ERASE x",
    "XDEL x",
    "RDIR x",
    "UNLINK x",
    "PUT x",
    "GET x",
    "MGET *",
    "MPUT *",
    "TRUNC x",
    "TAR x",
    // Work for the server.
    "XMD5 a",
    "XSHA256 a",
    "XCRC a",
    "MD5 a",
    "MMD5 a, b",
    "HASH a",
    "RANG 1 2",
    "DSIZ /",
    "AVBL /",
    "CSID Name=x;",
    "NLST -R",
    "LIST -R /",
    "STAT -R /",
    "LIST /*/../*/../*",
    // The way of the data, and the encryption.
    "CCC",
    "HOST other.example",
    "EPSV ALL",
    "PROT S",
    "PROT E",
    "ADAT x",
    "MIC x",
    "CONF x",
    "ENC REVMRSBmDQo=",
    "AUTH GSSAPI",
    // SITE, and two in one.
    "SITE",
    "SITE HELP",
    "SITE CHMOD 777 x",
    "SITE EXEC id",
    "SITE  UTIME 20240102030405 x",
    "SITE CPFR x",
    "SITE PSWD a b",
    "SITE INDEX x",
    "SITE ZONE",
    "NOOP & DELE x",
    "NOOP;DELE x",
    "NOOP|DELE x",
    "PWD && RETR x",
    // Spelt so that somebody may not see it.
    " NOOP",
    "  DELE x",
    "\tDELE x",
    "DELE\tx",
    "DELE",
    "DELE ",
    "\"DELE\" x",
    "'DELE' x",
    "DELE%20x",
    "D E L E x",
    "DELE\u{a0}x",
    "\u{a0}DELE x",
    "\u{2028}DELE x",
    "\u{85}DELE x",
    "CWD a\u{2028}DELE x",
    "CWD a\u{85}DELE x",
    "CWD a\u{b}DELE x",
    "CWD a\u{0}DELE x",
    "CWD a\u{1c}DELE x",
    "ＤＥＬＥ x",
    "ﬁND x",
    "dele\u{200b} x",
    "\u{feff}NOOP",
    "",
    " ",
    "FOO",
    "A",
    "0",
    "-",
    "GET / HTTP/1.1",
    "HEAD / HTTP/1.1",
    "EHLO x",
    "SSH-2.0-x",
];

/// Each of these is sent with its power, and stops a probe that has every other.
const BY_POWER: &[(&str, Capability)] = &[
    ("USER jo", Capability::Login),
    ("user jo", Capability::Login),
    ("PWD", Capability::Speak),
    ("CWD /", Capability::Speak),
    ("cdup", Capability::Speak),
    ("TYPE I", Capability::Speak),
    ("EPSV", Capability::Speak),
    ("PASV", Capability::Speak),
    ("LIST", Capability::Speak),
    ("LIST -a", Capability::Speak),
    ("NLST in", Capability::Speak),
    ("MLSD", Capability::Speak),
    ("MLST ../..", Capability::Speak),
    ("STAT /etc", Capability::Speak),
    ("SIZE a", Capability::Speak),
    ("MDTM a", Capability::Speak),
    ("REST 100", Capability::Speak),
    ("ABOR", Capability::Speak),
    ("RETR a", Capability::Read),
    ("RETR ../../etc/passwd", Capability::Read),
    ("retr |id", Capability::Read),
    ("STOR {}", Capability::Write),
    ("APPE {}", Capability::Write),
    ("MKD {}", Capability::Write),
    ("DELE {}", Capability::Write),
    ("dele in/{}", Capability::Write),
    ("RMD {}", Capability::Write),
    ("RNFR {}", Capability::Write),
    ("RNTO {}-2", Capability::Write),
    ("MFMT 20240102030405 {}", Capability::Write),
    ("MDTM 20240102030405 {}", Capability::Write),
    ("MDTM  +2024 {}", Capability::Write),
    ("SITE UTIME 20240102030405 {}", Capability::Write),
];

#[test]
fn what_is_not_in_the_list_is_never_sent() {
    assert!(NEVER.len() > 92, "{}", NEVER.len());
    for line in NEVER {
        for origin in ORIGINS {
            let judged = Scene::new(all(), origin).judge(format!("{line}\r\n").as_bytes());
            assert!(judged.is_err(), "{line:?}");
        }
    }
}

#[test]
fn what_is_in_the_list_takes_its_power() {
    for (line, needed) in BY_POWER {
        let scene = Scene::with_all();
        let named = |scene: &Scene| {
            let name = scene.writes.name().unwrap();
            format!("{}\r\n", line.replace("{}", name))
        };
        let said = named(&scene);
        assert_eq!(scene.judge(said.as_bytes()), Ok(()), "{line}");
        let scene = Scene::new(without(*needed), Origin::TakenOver);
        let said = named(&scene);
        match scene.judge(said.as_bytes()) {
            Err(Forbidden::NotGranted { what, capability }) => {
                assert_eq!(capability, *needed, "{line}");
                assert!(what.contains(line.split(' ').next().unwrap()), "{what}");
            }
            other => panic!("{line}: {other:?}"),
        }
    }
}

/// The attack was 1,200 passwords in less than a second, over connections of its own.
#[test]
fn who_may_only_connect_guesses_nothing() {
    let may_connect = [Capability::Connect, Capability::Data, Capability::Names];
    let judge = |line: &str| {
        let scene = Scene::new(may_connect, Origin::Opened);
        scene.judge(format!("{line}\r\n").as_bytes())
    };
    for line in [
        "USER jo",
        "USER admin",
        "PASS x",
        "ACCT x",
        "PWD",
        "CWD /",
        "LIST",
        "RETR a",
        "EPSV",
    ] {
        assert!(judge(line).is_err(), "{line}");
    }
    for line in [
        "AUTH TLS", "PBSZ 0", "PROT P", "FEAT", "SYST", "NOOP", "STAT", "QUIT",
    ] {
        assert_eq!(judge(line), Ok(()), "{line}");
    }
}

#[test]
fn who_may_log_in_names_one_user_and_once() {
    let mut scene = Scene::new([Capability::Login], Origin::Opened);
    for other in [
        "USER jo2\r\n",
        "USER  jo\r\n",
        "USER jo \r\n",
        "USER Jo\r\n",
        "USER anonymous\r\n",
    ] {
        assert_eq!(
            scene.say(other.as_bytes()),
            Err(Forbidden::OtherUser.into())
        );
    }
    assert!(scene.say(b"USER jo\r\n").is_ok());
    assert_eq!(scene.say(b"USER jo\r\n"), Err(Forbidden::UserAgain.into()));
    // Nor does whoever goes on with the session.
    scene.holder = Holder::new(
        Arc::new(Powers::new(&all(), &BTreeSet::new())),
        Origin::TakenOver,
    );
    assert_eq!(scene.say(b"USER jo\r\n"), Err(Forbidden::UserAgain.into()));
    let session = ["PBSZ 0", "PROT P", "PWD", "CWD in", "EPSV", "LIST"];
    for line in session {
        assert!(
            scene.say(format!("{line}\r\n").as_bytes()).is_ok(),
            "{line}"
        );
    }
}

#[test]
fn what_the_user_denies_is_told_from_what_was_not_asked_for() {
    let denied = BTreeSet::from([Capability::Read]);
    let mut scene = Scene::with_all();
    scene.holder = Holder::new(Arc::new(Powers::new(&all(), &denied)), Origin::TakenOver);
    let refused = scene.say(b"TYPE I\r\nRETR a\r\n");
    assert_eq!(refused, Err(NotSaid::Denied(Capability::Read)));
    assert_eq!(
        scene.say(b"TYPE I\r\n"),
        Ok(b"TYPE I\r\n".to_vec()),
        "it goes on"
    );
}

#[test]
fn a_line_waits_until_it_is_whole() {
    let mut scene = Scene::with_all();
    let mut left = Vec::new();
    for piece in ["C", "WD a", "b\r", "\nNOOP\r\nPW", "", "D\r\n", "QU"] {
        left.push(scene.say(piece.as_bytes()).unwrap());
    }
    let left: Vec<_> = left.iter().map(|it| String::from_utf8_lossy(it)).collect();
    assert_eq!(left, ["", "", "", "CWD ab\r\nNOOP\r\n", "", "PWD\r\n", ""]);
    scene.commands.forget();
    assert_eq!(scene.say(b"NOOP\r\n"), Ok(b"NOOP\r\n".to_vec()));
}

#[test]
fn nothing_of_a_write_leaves_that_has_a_forbidden_line_in_it() {
    let mut scene = Scene::with_all();
    assert!(scene.say(b"NOOP\r\nPWD\r\nRCMD x\r\n").is_err());
    assert!(scene.say(b"USER jo\r\nPASS x\r\n").is_err());
    assert!(scene.say(b"USER jo\r\n").is_ok(), "the name had not left");
}

#[test]
fn a_command_is_read_as_the_most_lenient_server_would() {
    let long = format!("CWD {}\r\n", "a".repeat(600));
    let cut = format!("CWD {}DELE x\r\n", "a".repeat(500));
    let spellings: &[&[u8]] = &[
        b"NOOP\n",
        b"NOOP\r",
        b"NOOP\r\r\n",
        b"\nNOOP\r\n",
        b"\r\nNOOP\r\n",
        b"NOOP\rDELE x\r\n",
        b"NOOP\0DELE x\r\n",
        b"NO\0OP\r\n",
        b"D\x01ELE x\r\n",
        b"NOOP\x0bDELE x\r\n",
        b"\x08NOOP\r\n",
        b"NOOP\x1b[A\r\n",
        b"NOOP\x7f\r\n",
        b"CWD a\x85DELE x\r\n",
        b"DE\xff\xf1LE x\r\n",
        b"\xff\xfb\x18NOOP\r\n",
        b"\xff\xf4\xff\xf2ABOR\r\n",
        b"CWD a\xff\xffb\r\n",
        b"CWD a\xffb\r\n",
        long.as_bytes(),
        cut.as_bytes(),
    ];
    for spelling in spellings {
        let mut scene = Scene::with_all();
        let mut left = Vec::new();
        let stopped = spelling.chunks(1).any(|byte| match scene.say(byte) {
            Ok(bytes) => {
                left.extend(bytes);
                false
            }
            Err(_) => true,
        });
        let text = String::from_utf8_lossy(spelling);
        assert!(stopped || left.is_empty(), "{text}: {left:?}");
    }
}

#[test]
fn names_in_other_encodings_are_asked_for_and_not_written_under() {
    let judge = |line: &[u8]| Scene::with_all().judge(line);
    assert_eq!(judge(b"CWD gr\xf6\xdfe\r\n"), Ok(()), "Latin-1");
    assert_eq!(judge("CWD größe\r\n".as_bytes()), Ok(()));
    let scene = Scene::with_all();
    let mut line = b"MKD gr\xf6\xdfe/".to_vec();
    line.extend(scene.writes.name().unwrap().bytes());
    line.extend(b"\r\n");
    assert!(matches!(scene.judge(&line), Err(Forbidden::Unreadable(_))));
    let told = judge(b"CWD a\xffb\r\n").unwrap_err().to_string();
    assert!(told.contains("255") && told.contains("path"), "{told}");
}

#[test]
fn paths_of_this_run_alone_are_written() {
    for line in [
        "DELE order.csv",
        "STOR x",
        "RNTO y",
        "MFMT 20240102030405 x",
        "MDTM 20240102030405 order.csv",
    ] {
        let judged = Scene::with_all().judge(format!("{line}\r\n").as_bytes());
        assert!(matches!(judged, Err(Forbidden::ForeignName(_))), "{line}");
    }
}

#[test]
fn another_protocol_ends_what_is_said() {
    let request = b"HEAD / HTTP/1.0\r\n\r\n";
    let mut scene = Scene::new([Capability::Connect], Origin::Opened);
    assert_eq!(scene.say(request).as_deref(), Ok(&request[..]));
    assert_eq!(scene.say(b"NOOP\r\n"), Err(Forbidden::AfterForeign.into()));
    let mut scene = Scene::new([Capability::Connect], Origin::Opened);
    assert!(scene.say(b"HEAD / HTTP/1.0\r\n").is_ok());
    assert!(scene.say(b"Host: x\r\n").is_err() && scene.say(b"NOOP\r\n").is_err());
    let mut scene = Scene::with_all();
    assert!(scene.say(b"USER jo\r\n").is_ok());
    let in_session = Err(Forbidden::ForeignInSession.into());
    assert_eq!(scene.say(request), in_session);
    assert_eq!(scene.say(b"\x16"), in_session);
}

fn hello() -> Vec<u8> {
    let hello = hello::ClientHello {
        highest: hello::Version::Tls12,
        suites: hello::Suite::WIDE,
        extensions: None,
    };
    hello.to_bytes()
}

#[test]
fn a_handshake_of_its_own_ends_what_a_probe_may_say() {
    let hello = hello();
    for pieces in [hello.len(), 7, 1] {
        let mut scene = Scene::new([Capability::Connect], Origin::Opened);
        assert!(scene.say(b"AUTH TLS\r\n").is_ok());
        let left: Result<Vec<_>, _> = hello.chunks(pieces).map(|it| scene.say(it)).collect();
        let left = left.unwrap();
        assert!(
            left[..left.len() - 1].concat().is_empty(),
            "it waits until it is whole"
        );
        assert_eq!(left.concat(), hello);
        assert_eq!(scene.say(b"x"), Err(Forbidden::AfterForeign.into()));
    }
    let mut more = hello.clone();
    more.extend(b"\r\nNOOP\r\n");
    let said = Scene::with_all().say(&more);
    assert_eq!(said, Err(Forbidden::AfterForeign.into()));
    let said = Scene::with_all().say(b"\x16\x03\x01\x00\nDELE fi\r\nX");
    let rule = Forbidden::Binary(NotAHello::Message);
    assert_eq!(said, Err(rule.into()));
    for binary in [
        &b"\x80\x2e\x01\x03\x01"[..],
        b"\x15\x03\x01\x00\x02",
        b"\x00",
        b"\x05\x01\x00",
    ] {
        let said = Scene::with_all().say(&[binary, b"\r\n"].concat());
        assert!(said.is_err(), "{binary:?}");
    }
}

/// The verbs that each power opens, written down once more.
fn is_allowed(line: &str, powers: &BTreeSet<Capability>, origin: Origin) -> bool {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let session = match origin {
        Origin::Opened => powers.contains(&Capability::Login),
        Origin::TakenOver => powers.contains(&Capability::Speak),
    };
    let writes = session && powers.contains(&Capability::Write) && rest.contains("remote-doctor-");
    match verb.to_ascii_uppercase().as_str() {
        "AUTH" | "PBSZ" | "PROT" | "FEAT" | "SYST" | "HELP" | "NOOP" | "OPTS" | "LANG" | "CLNT"
        | "QUIT" => true,
        "STAT" => rest.is_empty() || session,
        "HEAD" => rest == "/ HTTP/1.0",
        "" => rest.is_empty(),
        "USER" => rest == "jo" && powers.contains(&Capability::Login),
        "PWD" | "XPWD" | "CWD" | "CDUP" | "SIZE" | "MLST" | "MLSD" | "LIST" | "NLST" | "TYPE"
        | "MODE" | "STRU" | "EPSV" | "PASV" | "REST" | "ABOR" => session,
        "RETR" => session && powers.contains(&Capability::Read),
        "STOR" | "APPE" | "MKD" | "XMKD" | "DELE" | "RMD" | "XRMD" | "RNFR" | "RNTO" | "MFMT"
        | "MFCT" | "SITE" => writes,
        "MDTM" => {
            writes
                || (session
                    && !rest
                        .trim_start_matches([' ', '+', '-'])
                        .starts_with(|c: char| c.is_ascii_digit() && rest.contains(' ')))
        }
        _ => false,
    }
}

/// What has left is whole lines of the list, and at most one thing of another protocol at the end.
fn holds(left: &[u8], powers: &BTreeSet<Capability>, origin: Origin) -> bool {
    let mut rest = left;
    let mut names = 0;
    while !rest.is_empty() {
        if rest[0] == HANDSHAKE {
            return client_hello::is_whole(rest, "ftp.example.com") == Ok(true)
                && rest.len() == 5 + usize::from(rest[3]) * 256 + usize::from(rest[4]);
        }
        let Some(end) = rest.windows(2).position(|it| it == b"\r\n") else {
            return false;
        };
        let line = &rest[..end];
        let plain = |byte: &u8| (b' '..=b'~').contains(byte) || (128..=254).contains(byte);
        let text = String::from_utf8_lossy(line);
        names += usize::from(text.to_ascii_uppercase().starts_with("USER"));
        if line.len() > 500
            || names > 1
            || !line.iter().all(plain)
            || !is_allowed(&text, powers, origin)
        {
            return false;
        }
        rest = &rest[end + 2..];
    }
    true
}

/// The bytes, with the name of this run where the placeholder stands.
fn under_its_name(bytes: &[u8], name: &str) -> Vec<u8> {
    const PLACEHOLDER: &[u8] = b"remote-doctor-0";
    let mut out = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        match rest.strip_prefix(PLACEHOLDER) {
            Some(after) => {
                out.extend(name.bytes());
                rest = after;
            }
            None => {
                out.push(rest[0]);
                rest = &rest[1..];
            }
        }
    }
    out
}

/// What an attacker might write: lines that are in the list and lines that are not, with bytes changed, added and cut.
fn writings() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let lines: Vec<Vec<u8>> = BY_POWER
        .iter()
        .map(|(line, _)| format!("{}\r\n", line.replace("{}", "remote-doctor-0")).into_bytes())
        .chain(NEVER.iter().map(|line| format!("{line}\r\n").into_bytes()))
        .chain(
            [
                "NOOP\r\n",
                "AUTH TLS\r\n",
                "FEAT\r\n",
                "HEAD / HTTP/1.0\r\n\r\n",
                "QUIT\n",
                "SYST\r",
            ]
            .map(Into::into),
        )
        .chain([hello()])
        .collect();
    let odd: &[u8] = b"\0\t\n\r\x0b\x16 -*:;|USERDLPAOTuser\xff\xf1\xfb\x85\xa0\xc2\xe2\x80\xa8";
    let line = prop_oneof![
        4 => proptest::sample::select(lines.clone()),
        2 => (proptest::sample::select(lines), any::<prop::sample::Index>(), proptest::sample::select(odd.to_vec()))
            .prop_map(|(mut line, at, byte)| {
                line.insert(at.index(line.len()), byte);
                line
            }),
        1 => proptest::collection::vec(proptest::sample::select(odd.to_vec()), 0..12),
        1 => proptest::collection::vec(any::<u8>(), 0..40),
    ];
    proptest::collection::vec(line, 1..5)
}

fn powers() -> impl Strategy<Value = BTreeSet<Capability>> {
    let every: Vec<_> = all().into_iter().collect();
    let most = every.len();
    proptest::sample::subsequence(every, 0..=most).prop_map(|it| it.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn only_lines_of_the_list_leave_and_none_before_it_was_judged(
        writings in writings(),
        cuts in proptest::collection::vec(1..9usize, 1..40),
        powers in powers(),
        own in any::<bool>(),
    ) {
        let origin = if own { Origin::Opened } else { Origin::TakenOver };
        let mut scene = Scene::new(powers.clone(), origin);
        let bytes = under_its_name(&writings.concat(), scene.writes.name().unwrap());
        let (mut left, mut rest, mut cuts) = (Vec::new(), &bytes[..], cuts.into_iter().cycle());
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(cuts.next().unwrap().min(rest.len()));
            rest = after;
            let Ok(now) = scene.say(piece) else {
                // A probe that was stopped says nothing more.
                break;
            };
            prop_assert!(now.is_empty() || now.ends_with(b"\r\n") || now.contains(&HANDSHAKE));
            left.extend(now);
        }
        prop_assert!(bytes.starts_with(&left), "what left is what was written, in its order");
        prop_assert!(holds(&left, &powers, origin), "{:?}", String::from_utf8_lossy(&left));
    }

    #[test]
    fn the_cut_makes_no_difference(writings in writings(), powers in powers()) {
        let bytes = writings.concat();
        let whole = Scene::new(powers.clone(), Origin::TakenOver).say(&bytes).is_ok();
        let mut scene = Scene::new(powers, Origin::TakenOver);
        let piecemeal = bytes.chunks(1).all(|byte| scene.say(byte).is_ok());
        prop_assert_eq!(whole, piecemeal);
    }
}
