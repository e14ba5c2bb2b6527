//! Lines that are never sent, and lines that take a power, held against the list.

use super::*;

/// Nothing of these is ever sent, whatever a probe asks for.
pub(super) const NEVER: &[&str] = &[
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
pub(super) const BY_POWER: &[(&str, Capability)] = &[
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
