use super::*;
use crate::{Features, ReplyReader};

use Clue::{Greeting, Pass, Status, System, User};
use Confidence::{Certain, Likely};

const VSFTPD: &str = " AUTH TLS\r\n EPRT\r\n EPSV\r\n MDTM\r\n PASV\r\n PBSZ\r\n PROT\r\n REST STREAM\r\n SIZE\r\n TVFS\r\n";
const PROFTPD: &str = " AUTH TLS\r\n CCC\r\n CLNT\r\n CSID\r\n EPRT\r\n EPSV\r\n HOST\r\n MDTM\r\n MFF modify;UNIX.group;UNIX.mode;\r\n MFMT\r\n \
                       MLST modify*;perm*;size*;type*;unique*;UNIX.group*;UNIX.groupname*;UNIX.mode*;UNIX.owner*;UNIX.ownername*;\r\n PBSZ\r\n \
                       PROT\r\n REST STREAM\r\n SIZE\r\n SSCN\r\n TVFS\r\n UTF8\r\n";
const PURE_FTPD: &str = " UTF8\r\n EPRT\r\n IDLE\r\n MDTM\r\n SIZE\r\n MFMT\r\n REST STREAM\r\n \
                         MLST type*;size*;sizd*;modify*;UNIX.mode*;UNIX.uid*;UNIX.gid*;unique*;\r\n MLSD\r\n PRET\r\n AUTH TLS\r\n PBSZ\r\n \
                         PROT\r\n TVFS\r\n ESTA\r\n PASV\r\n EPSV\r\n ESTP\r\n";
const PYFTPDLIB: &str = " AUTH TLS\r\n EPRT\r\n EPSV\r\n MDTM\r\n MFMT\r\n \
                         MLST type*;perm*;size*;modify*;unique*;unix.mode;unix.uid;unix.gid;\r\n PBSZ\r\n PROT\r\n REST STREAM\r\n SIZE\r\n \
                         TVFS\r\n UTF8\r\n";
const IIS: &str = " LANG EN*\r\n UTF8\r\n AUTH TLS;TLS-C;SSL;TLS-P;\r\n PBSZ\r\n PROT C;P;\r\n CCC\r\n HOST\r\n SIZE\r\n MDTM\r\n REST STREAM\r\n";

fn features(lines: &str) -> Features {
    let mut reader = ReplyReader::new();
    reader.push(format!("211-Features:\r\n{lines}211 End\r\n").as_bytes());
    let reply = reader.finish().expect("a reply").expect("all of it");
    Features::parse(&reply).expect("features")
}

fn recognised(heard: &[(Clue, &str)], listed: &str) -> Option<(&'static str, Confidence)> {
    let mut clues = Clues::default();
    for (clue, text) in heard {
        clues.hear(*clue, text);
    }
    clues.see(&features(listed));
    let it = clues.recognise()?;
    assert!(!it.by.is_empty());
    Some((it.product.name(), it.confidence))
}

#[test]
fn a_product_that_names_itself_is_certain() {
    let table = [
        ((Greeting, "(vsFTPd 3.0.3)"), "vsftpd"),
        ((Greeting, "ProFTPD Server (lab) [192.0.2.1]"), "ProFTPD"),
        (
            (
                Greeting,
                "---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\nYou are user number 1 of 50 allowed.",
            ),
            "Pure-FTPd",
        ),
        (
            (
                Greeting,
                "FileZilla Server 1.8.2\nPlease visit https://filezilla-project.org/",
            ),
            "FileZilla Server",
        ),
        ((Greeting, "Microsoft FTP Service"), "IIS"),
        ((Greeting, "Serv-U FTP Server v15.4 ready..."), "Serv-U"),
        ((Greeting, "pyftpdlib 2.2.0 ready."), "pyftpdlib"),
        (
            (Greeting, "AWS Transfer for FTPS ready"),
            "AWS Transfer Family",
        ),
        ((System, "UNIX emulated by FileZilla"), "FileZilla Server"),
        ((System, "UNIX Type: Apache FtpServer"), "Apache FtpServer"),
        (
            (
                Status,
                "FTP server status:\n     vsFTPd 3.0.3 - secure, fast, stable\nEnd of status",
            ),
            "vsftpd",
        ),
        (
            (
                Greeting,
                "FTPD1 IBM FTP CS V2R5 at HOST, 12:00:00 on 2024-05-01.",
            ),
            "z/OS",
        ),
    ];
    for (heard, product) in table {
        assert_eq!(
            recognised(&[heard], ""),
            Some((product, Certain)),
            "{heard:?}"
        );
    }
}

#[test]
fn a_hidden_one_is_known_by_its_habits() {
    let table: [(&str, &[(Clue, &str)], &str, &str); 8] = [
        (
            "vsftpd",
            &[(User, "Please specify the password.")],
            VSFTPD,
            "vsftpd",
        ),
        (
            "ProFTPD",
            &[
                (User, "Password required for jo"),
                (Pass, "User jo logged in"),
            ],
            PROFTPD,
            "ProFTPD",
        ),
        (
            "Pure-FTPd",
            &[(User, "User jo OK. Password required")],
            PURE_FTPD,
            "Pure-FTPd",
        ),
        (
            "Pure-FTPd, no list",
            &[(Pass, "OK. Current directory is /")],
            "",
            "Pure-FTPd",
        ),
        (
            "pyftpdlib",
            &[(User, "Username ok, send password.")],
            PYFTPDLIB,
            "pyftpdlib",
        ),
        (
            "FileZilla Server",
            &[(User, "Please, specify the password.")],
            "",
            "FileZilla Server",
        ),
        (
            "IIS",
            &[(User, "Password required"), (Pass, "User logged in.")],
            IIS,
            "IIS",
        ),
        (
            "Apache",
            &[(User, "User name okay, need password for jo.")],
            " MMD5\r\n",
            "Apache FtpServer",
        ),
    ];
    for (name, heard, listed, product) in table {
        let heard: Vec<_> = [(Greeting, "Welcome")]
            .into_iter()
            .chain(heard.iter().copied())
            .collect();
        assert_eq!(
            recognised(&heard, listed),
            Some((product, Likely)),
            "{name}"
        );
    }
}

#[test]
fn a_refusal_in_place_of_a_greeting_has_words_of_its_own() {
    for (said, product) in [
        (
            "There are too many connected users, please try later.",
            "vsftpd",
        ),
        (
            "There are too many connections from your internet address.",
            "vsftpd",
        ),
        (
            "50 users (the maximum) are already logged in, sorry",
            "Pure-FTPd",
        ),
        (
            "Too many connections. Service temporarily unavailable.",
            "pyftpdlib",
        ),
    ] {
        assert_eq!(
            recognised(&[(Greeting, said)], ""),
            Some((product, Likely)),
            "{said}"
        );
    }
    assert_eq!(recognised(&[(Greeting, "Too many connections")], ""), None);
}

#[test]
fn what_is_not_known_stays_unknown() {
    let usual = " AUTH TLS\r\n EPSV\r\n MDTM\r\n MLST type*;size*;modify*;\r\n PBSZ\r\n PROT\r\n REST STREAM\r\n SIZE\r\n UTF8\r\n";
    let table: [(&str, &[(Clue, &str)], &str); 5] = [
        ("nothing", &[], ""),
        (
            "usual words",
            &[
                (Greeting, "Welcome"),
                (User, "Password required for jo"),
                (Pass, "Login successful."),
            ],
            usual,
        ),
        (
            "two names",
            &[(Greeting, "vsftpd behind a proxy of ProFTPD")],
            "",
        ),
        (
            "two habits",
            &[
                (User, "Please specify the password."),
                (Pass, "OK. Current directory is /"),
            ],
            "",
        ),
        (
            "a name behind the login",
            &[(Pass, "Files about vsftpd are in /docs")],
            "",
        ),
    ];
    for (name, heard, listed) in table {
        assert_eq!(recognised(heard, listed), None, "{name}");
    }
}

#[test]
fn a_name_that_does_not_fit_is_only_likely() {
    let heard = [
        (Greeting, "Microsoft FTP Service"),
        (User, "Please specify the password."),
    ];
    assert_eq!(recognised(&heard, ""), Some(("IIS", Likely)));
}

#[test]
fn what_spoke_for_it_is_told() {
    let mut clues = Clues::default();
    clues.hear(Greeting, "Welcome");
    clues.hear(User, "User jo OK. Password required");
    clues.see(&features(PURE_FTPD));
    let by = clues.recognise().map(|it| it.by).unwrap_or_default();
    assert_eq!(
        by,
        [
            "reply to USER: user … ok. password required",
            "FEAT: MLST sizd*",
            "FEAT: ESTP"
        ]
    );
}

/// LightFTP asks for the password as Pure-FTPd does.
#[test]
fn a_habit_that_two_products_share_names_neither() {
    let shared = (User, "User jo OK. Password required");
    assert_eq!(recognised(&[(Greeting, "Welcome"), shared], ""), None);
    assert_eq!(
        recognised(&[shared, (Pass, "OK. Current directory is /")], ""),
        Some(("Pure-FTPd", Likely)),
        "what the other does not say decides"
    );
    let light = " PASV\r\n UTF8\r\n TVFS\r\n REST STREAM\r\n SIZE\r\n MLSD\r\n AUTH TLS\r\n PBSZ\r\n PROT\r\n EPSV\r\n";
    assert_eq!(recognised(&[shared], light), Some(("LightFTP", Likely)));
    assert_eq!(
        recognised(&[(Greeting, "LightFTP server ready"), shared], light),
        Some(("LightFTP", Certain))
    );
    assert_eq!(
        recognised(&[(Greeting, "(vsFTPd 3.0.3)"), shared], ""),
        Some(("vsftpd", Likely)),
        "a name that a shared habit does not fit"
    );
    assert_eq!(
        recognised(&[shared, (User, "Please specify the password.")], ""),
        None,
        "a habit of one, and a shared habit of others"
    );
}

#[test]
fn of_a_product_and_its_variant_the_variant_counts() {
    let qnap = "NASFTPD Turbo station 1.3.5a Server (ProFTPD) [192.0.2.1]";
    assert_eq!(
        recognised(&[(Greeting, qnap)], PROFTPD),
        Some(("QNAP", Certain))
    );
    assert_eq!(
        recognised(&[(Greeting, "Welcome")], PROFTPD),
        Some(("ProFTPD", Likely)),
        "what both do speaks for the product"
    );
    let named = |name| Product::named(name).expect("it is registered");
    assert!(named("QNAP").is_a(named("ProFTPD")) && !named("ProFTPD").is_a(named("QNAP")));
    assert!(named("cPanel").is_a(named("Pure-FTPd")) && named("cPanel").is_a(named("ProFTPD")));
    let variants: Vec<_> = named("IIS").variants().map(Product::name).collect();
    assert_eq!(variants, ["Azure App Service"]);
}

#[test]
fn a_part_of_a_word_is_no_name() {
    for masked in [
        "FTP server ready",
        "SSH Server",
        "You have left server one",
        "ebftpd, smbftpd and other names that end like one",
        "Welcome",
        "",
    ] {
        assert_eq!(recognised(&[(Greeting, masked)], ""), None, "{masked}");
    }
}

#[test]
fn a_product_tells_where_its_settings_are_and_how_users_are_named() {
    let iis = Product::named("iis").expect("case does not matter");
    assert_eq!(iis.name(), "IIS");
    assert!(!iis.settings().is_empty() && !iis.quirks().is_empty());
    let forms = iis.user_forms().iter().map(|it| it.form);
    assert_eq!(forms.collect::<Vec<_>>(), ["host|user", "DOMAIN\\user"]);
    assert_eq!(Product::named("nobody's server"), None);
}
