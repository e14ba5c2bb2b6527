#[path = "commands_lists.rs"]
mod lists;
#[path = "commands_properties.rs"]
mod properties;

use std::collections::BTreeSet;
use std::sync::Arc;

use strum::VariantArray;

use super::super::client_hello::NotAHello;
use super::super::holder::Holder;
use super::super::verbs::Origin;
use super::super::writes::Writes;
use super::*;
use model::capability::Powers;

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
            writes: Writes::of_a_test(),
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
            writes: Writes::of_a_test(),
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
    Capability::VARIANTS.iter().copied().collect()
}

fn without(capability: Capability) -> BTreeSet<Capability> {
    all().into_iter().filter(|it| *it != capability).collect()
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
