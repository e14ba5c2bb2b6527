//! The healthy server is a correct one.

mod client;

use std::net::Ipv6Addr;

use client::{Client, Tls, logged, soon, start};
use lab::{Behaviour, Channel, Event, Lab, Mode, SessionReuse, TlsVersions};
use rustls::version::{TLS12, TLS13};
use tokio::net::TcpStream;

fn required(mode: Mode) -> Behaviour {
    Behaviour {
        mode,
        session_reuse: SessionReuse::Required,
        ..Behaviour::default()
    }
}

/// Lists, uploads and downloads, and sees that each data connection resumed.
async fn transfers(mut client: Client, lab: &Lab, version: &str) {
    let (listing, reply) = client.download("MLSD").await;
    assert_eq!(reply.code, 226);
    assert_eq!(String::from_utf8(listing).expect("text").lines().count(), 3);
    let content: Vec<u8> = (0..=u8::MAX).cycle().take(100_000).collect();
    assert_eq!(client.upload("STOR outbox/new", &content).await.code, 226);
    assert_eq!(client.send("SIZE outbox/new").await.lines, ["213 100000"]);
    let (again, reply) = client.download("RETR outbox/new").await;
    assert_eq!((again == content, reply.code), (true, 226));
    assert_eq!(client.send("QUIT").await.code, 221);
    let handshakes: Vec<_> = lab
        .log()
        .into_iter()
        .filter_map(|exchange| match exchange.event {
            Event::Secured {
                channel,
                version,
                resumed,
            } => Some((channel, version, resumed)),
            _ => None,
        })
        .collect();
    let seen = |channel, resumed| (channel, version.to_owned(), resumed);
    let data = seen(Channel::Data, true);
    assert_eq!(
        handshakes,
        [
            seen(Channel::Control, false),
            data.clone(),
            data.clone(),
            data
        ]
    );
}

#[tokio::test]
async fn explicit_tls_resumes_on_data_at_1_3() {
    let lab = start(required(Mode::Explicit)).await;
    let client = Client::private(&lab, &Tls::new(&lab, &[&TLS13])).await;
    transfers(client, &lab, "TLSv1_3").await;
}

#[tokio::test]
async fn explicit_tls_resumes_on_data_at_1_2() {
    let lab = start(Behaviour {
        tls: TlsVersions::Tls12,
        ..required(Mode::Explicit)
    })
    .await;
    let client = Client::private(&lab, &Tls::both(&lab)).await;
    transfers(client, &lab, "TLSv1_2").await;
}

#[tokio::test]
async fn implicit_tls_resumes_on_data() {
    for (version, name) in [(&TLS13, "TLSv1_3"), (&TLS12, "TLSv1_2")] {
        let lab = start(required(Mode::Implicit)).await;
        let tls = Tls::new(&lab, &[version]);
        let mut client = Client::connect(&lab)
            .await
            .handshake(&tls)
            .await
            .expect("a handshake");
        assert_eq!(client.reply().await.code, 220);
        client.login().await;
        client.protect(&tls).await;
        transfers(client, &lab, name).await;
    }
}

#[tokio::test]
async fn reuse_is_demanded_and_foreign_sessions_do_not_count() {
    let lab = start(required(Mode::Explicit)).await;
    let tls = Tls::new(&lab, &[&TLS13]);
    let mut client = Client::private(&lab, &tls).await;
    client.data_tls = Some(tls.forgetful());
    assert_eq!(client.download("LIST").await.1.code, 522);

    let stranger = Tls::new(&lab, &[&TLS13]);
    let mut other = Client::secured(&lab, &stranger).await;
    // Tickets come with the first bytes that are read.
    assert_eq!(other.send("NOOP").await.code, 200);
    client.data_tls = Some(stranger);
    assert_eq!(client.download("LIST").await.1.code, 522);
}

#[tokio::test]
async fn reuse_is_ignored_when_told_so() {
    let lab = start(Behaviour {
        session_reuse: SessionReuse::Ignored,
        ..Behaviour::default()
    })
    .await;
    let mut client = Client::private(&lab, &Tls::both(&lab)).await;
    assert_eq!(client.download("LIST").await.1.code, 226);
    let data = |event: &Event| {
        matches!(
            event,
            Event::Secured {
                channel: Channel::Data,
                resumed: false,
                ..
            }
        )
    };
    logged(&lab, |exchange| data(&exchange.event)).await;
}

#[tokio::test]
async fn ipv6_has_epsv_and_no_pasv() {
    let lab = Lab::start_on(Behaviour::default(), (Ipv6Addr::LOCALHOST, 0).into())
        .await
        .expect("a lab");
    let mut client = Client::private(&lab, &Tls::both(&lab)).await;
    assert_eq!(client.send("PASV").await.code, 425);
    assert_eq!(client.send("EPSV 1").await.code, 522);
    let (listing, reply) = client.download("NLST pub").await;
    assert_eq!(
        (listing.as_slice(), reply.code),
        (&b"data.bin\r\nreadme.txt\r\n"[..], 226)
    );
}

#[tokio::test]
async fn commands_without_data_do_what_they_should() {
    let lab = start(Behaviour::default()).await;
    let mut client = Client::greeted(&lab).await;
    for (command, code) in [
        ("FEAT", 211),
        ("PWD", 530),
        ("PROT P", 503),
        ("PBSZ 0", 503),
        ("PASS first", 503),
        ("FROB", 500),
        ("AUTH KERBEROS", 504),
        ("USER demo", 331),
        ("PASS wrong", 530),
        ("user demo", 331),
        ("PASS correct horse", 230),
        ("SYST", 215),
        ("PWD", 257),
        ("CWD inbox", 250),
        ("CDUP", 250),
        ("CWD nowhere", 550),
        ("TYPE I", 200),
        ("TYPE X", 504),
        ("MODE S", 200),
        ("STRU F", 200),
        ("SIZE pub/data.bin", 213),
        ("MDTM pub/readme.txt", 213),
        ("MLST pub", 250),
        ("STAT", 211),
        ("STAT /", 213),
        ("MKD outbox/a", 257),
        ("MKD outbox/a", 550),
        ("RNFR outbox/a", 350),
        ("RNTO outbox/b", 250),
        ("RNTO outbox/c", 503),
        ("RMD outbox/b", 250),
        ("MFMT 20240102030405 pub/readme.txt", 213),
        ("DELE pub/none", 550),
        ("REST 10", 350),
        ("OPTS UTF8 ON", 200),
        ("NOOP", 200),
        ("ABOR", 226),
        ("LIST", 425),
        ("PORT 127,0,0,1,4,1", 502),
        ("FROB", 500),
        ("EPSV ALL", 200),
        ("PASV", 503),
        ("QUIT", 221),
    ] {
        let reply = client.send(command).await;
        assert_eq!(reply.code, code, "{command}: {reply:?}");
    }
    assert_eq!(lab.password_attempts(), 3);
    let passwords = |exchange: &lab::Exchange| exchange.to_string().contains("correct horse");
    assert!(!lab.log().iter().any(passwords));
}

#[tokio::test]
async fn pipelined_commands_are_answered_in_order() {
    let lab = start(Behaviour::default()).await;
    let mut client = Client::plain(&lab).await;
    client.write(b"NOOP\r\nPWD\r\nSYST\r\nQUIT\r\n").await;
    for code in [200, 257, 215, 221] {
        assert_eq!(client.reply().await.code, code);
    }
}

#[tokio::test]
async fn rest_resumes_both_ways_and_times_are_kept() {
    let lab = start(Behaviour::default()).await;
    let mut client = Client::plain(&lab).await;
    assert_eq!(client.upload("STOR f", b"0123456789").await.code, 226);
    assert_eq!(client.send("REST 8").await.code, 350);
    assert_eq!(client.download("RETR f").await.0, b"89");
    assert_eq!(client.send("REST 5").await.code, 350);
    assert_eq!(client.upload("STOR f", b"abc").await.code, 226);
    assert_eq!(client.upload("APPE f", b"d").await.code, 226);
    assert_eq!(client.download("RETR f").await.0, b"01234abcd");
    assert_eq!(client.send("MFMT 20240102030405 f").await.code, 213);
    assert_eq!(client.send("MDTM f").await.lines, ["213 20240102030405"]);
}

#[tokio::test]
async fn connections_are_counted_while_they_last() {
    let lab = start(Behaviour::default()).await;
    let mut client = Client::plain(&lab).await;
    for _ in 0..3 {
        let port = client.epsv().await;
        drop(
            soon(TcpStream::connect(port))
                .await
                .expect("a data connection"),
        );
        assert_eq!(client.send("NOOP").await.code, 200);
    }
    assert_eq!(client.download("LIST").await.1.code, 226);
    assert_eq!(lab.peak_connections(), 2);
    assert_eq!(lab.connections().control, 1);
    assert!((1..=4).contains(&lab.connections().data));
}

#[tokio::test]
async fn a_transfer_can_be_aborted() {
    let lab = start(Behaviour::faulty([lab::Fault::EndlessListing])).await;
    let mut client = Client::plain(&lab).await;
    let _data = client.begin("LIST").await;
    assert_eq!(client.reply().await.code, 150);
    assert_eq!(client.send("ABOR").await.code, 426);
    assert_eq!(client.reply().await.code, 226);
    assert_eq!(client.send("NOOP").await.code, 200);
}

#[tokio::test]
async fn dropping_the_lab_ends_its_connections() {
    let lab = start(Behaviour::default()).await;
    let address = lab.address();
    let mut client = Client::greeted(&lab).await;
    drop(lab);
    assert!(client.rest().await.is_ok_and(|rest| rest.is_empty()));
    assert!(TcpStream::connect(address).await.is_err());
}
