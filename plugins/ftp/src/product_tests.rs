use super::*;
use crate::ReplyReader;

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

fn recognised(heard: &[(Clue, &str)], listed: &str) -> Option<(Product, Confidence)> {
    let mut clues = Clues::default();
    for (clue, text) in heard {
        clues.hear(*clue, text);
    }
    clues.see(&features(listed));
    let it = clues.recognise()?;
    assert!(!it.by.is_empty());
    Some((it.product, it.confidence))
}

#[test]
fn a_product_that_names_itself_is_certain() {
    let table = [
        ((Greeting, "(vsFTPd 3.0.3)"), Product::Vsftpd),
        (
            (Greeting, "ProFTPD Server (lab) [192.0.2.1]"),
            Product::ProFtpd,
        ),
        (
            (
                Greeting,
                "---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\nYou are user number 1 of 50 allowed.",
            ),
            Product::PureFtpd,
        ),
        (
            (
                Greeting,
                "FileZilla Server 1.8.2\nPlease visit https://filezilla-project.org/",
            ),
            Product::FileZilla,
        ),
        ((Greeting, "Microsoft FTP Service"), Product::Iis),
        (
            (Greeting, "Serv-U FTP Server v15.4 ready..."),
            Product::ServU,
        ),
        ((Greeting, "pyftpdlib 2.2.0 ready."), Product::Pyftpdlib),
        (
            (Greeting, "AWS Transfer for FTPS ready"),
            Product::AwsTransfer,
        ),
        ((System, "UNIX emulated by FileZilla"), Product::FileZilla),
        (
            (System, "UNIX Type: Apache FtpServer"),
            Product::ApacheFtpServer,
        ),
        (
            (
                Status,
                "FTP server status:\n     vsFTPd 3.0.3 - secure, fast, stable\nEnd of status",
            ),
            Product::Vsftpd,
        ),
        (
            (
                Greeting,
                "FTPD1 IBM FTP CS V2R5 at HOST, 12:00:00 on 2024-05-01.",
            ),
            Product::Zos,
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
    let table: [(&str, &[(Clue, &str)], &str, Product); 8] = [
        (
            "vsftpd",
            &[(User, "Please specify the password.")],
            VSFTPD,
            Product::Vsftpd,
        ),
        (
            "ProFTPD",
            &[
                (User, "Password required for jo"),
                (Pass, "User jo logged in"),
            ],
            PROFTPD,
            Product::ProFtpd,
        ),
        (
            "Pure-FTPd",
            &[(User, "User jo OK. Password required")],
            PURE_FTPD,
            Product::PureFtpd,
        ),
        (
            "Pure-FTPd, no list",
            &[(Pass, "OK. Current directory is /")],
            "",
            Product::PureFtpd,
        ),
        (
            "pyftpdlib",
            &[(User, "Username ok, send password.")],
            PYFTPDLIB,
            Product::Pyftpdlib,
        ),
        (
            "FileZilla Server",
            &[(User, "Please, specify the password.")],
            "",
            Product::FileZilla,
        ),
        (
            "IIS",
            &[(User, "Password required"), (Pass, "User logged in.")],
            IIS,
            Product::Iis,
        ),
        (
            "Apache",
            &[(User, "User name okay, need password for jo.")],
            " MMD5\r\n",
            Product::ApacheFtpServer,
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
            Product::Vsftpd,
        ),
        (
            "There are too many connections from your internet address.",
            Product::Vsftpd,
        ),
        (
            "50 users (the maximum) are already logged in, sorry",
            Product::PureFtpd,
        ),
        (
            "Too many connections. Service temporarily unavailable.",
            Product::Pyftpdlib,
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
    assert_eq!(recognised(&heard, ""), Some((Product::Iis, Likely)));
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

#[test]
fn a_product_is_found_by_its_name_and_one_has_the_same_ports_everywhere() {
    for product in Product::ALL {
        assert_eq!(Product::named(product.name()), Some(product));
    }
    assert_eq!(Product::named("AWS"), None);
    let fixed: Vec<_> = Product::ALL
        .into_iter()
        .filter_map(|it| Some((it, it.passive_ports()?)))
        .collect();
    assert_eq!(fixed, [(Product::AwsTransfer, (8192, 8200))]);
}
