//! Modes, services that are not FTP, and the words of products.

mod client;

use client::{Client, Tls, logged, nothing, soon, start};
use lab::{Behaviour, Event, Fault, Limits, Mode, Service, Software};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn in_mode(mode: Mode) -> lab::Lab {
    start(Behaviour {
        mode,
        ..Behaviour::default()
    })
    .await
}

#[tokio::test]
async fn plain_servers_have_no_auth() {
    let lab = in_mode(Mode::Plain).await;
    let mut client = Client::plain(&lab).await;
    assert_eq!(client.send("AUTH TLS").await.code, 502);
    assert!(!client.send("FEAT").await.lines.join("\n").contains("AUTH"));
    assert_eq!(client.download("LIST").await.1.code, 226);
}

#[tokio::test]
async fn implicit_servers_are_silent_in_clear_and_answer_text_with_an_alert() {
    let lab = in_mode(Mode::Implicit).await;
    let mut client = Client::connect(&lab).await;
    nothing(client.line()).await;
    client.write(b"AUTH TLS\r\n").await;
    let mut alert = [0; 2];
    soon(client.stream.read_exact(&mut alert))
        .await
        .expect("an alert");
    assert_eq!(alert, [21, 3]);
}

#[tokio::test]
async fn a_clienthello_on_an_explicit_port_gets_the_greeting() {
    let lab = in_mode(Mode::Explicit).await;
    let error = Client::connect(&lab)
        .await
        .handshake(&Tls::both(&lab))
        .await
        .err()
        .expect("no tls");
    assert!(error.to_string().contains("corrupt message"), "{error}");
}

#[tokio::test]
async fn the_third_kind_greets_and_then_wants_tls() {
    let lab = in_mode(Mode::GreetingThenTls).await;
    let mut client = Client::greeted(&lab).await;
    assert_eq!(client.send("AUTH TLS").await.code, 503);
    assert_eq!(client.send("USER demo").await.code, 503);
    let tls = Tls::both(&lab);
    let mut client = Client::greeted(&lab)
        .await
        .handshake(&tls)
        .await
        .expect("a handshake");
    client.login().await;
    client.protect(&tls).await;
    assert_eq!(client.download("LIST").await.1.code, 226);
}

#[tokio::test]
async fn other_services_speak_their_own_way() {
    let lab = in_mode(Mode::NotFtp(Service::Ssh)).await;
    assert!(
        soon(Client::connect(&lab).await.line())
            .await
            .expect("a line")
            .starts_with("SSH-2.0-")
    );

    let lab = in_mode(Mode::NotFtp(Service::Smtp)).await;
    let mut client = Client::greeted(&lab).await;
    assert_eq!(client.send("AUTH TLS").await.code, 503);
    assert_eq!(client.send("NOOP").await.code, 250);
    assert_eq!(client.send("USER demo").await.code, 502);

    let lab = in_mode(Mode::NotFtp(Service::Http)).await;
    let mut client = Client::connect(&lab).await;
    nothing(client.line()).await;
    client.write(b"FEAT\r\n").await;
    assert!(
        client
            .rest()
            .await
            .expect("a page")
            .starts_with(b"HTTP/1.1 400")
    );

    let lab = in_mode(Mode::NotFtp(Service::Https)).await;
    let mut client = Client::connect(&lab)
        .await
        .handshake(&Tls::both(&lab))
        .await
        .expect("a handshake");
    nothing(client.line()).await;
    client
        .stream
        .write_all(b"FEAT\r\n")
        .await
        .expect("a listener");
    assert!(
        client
            .rest()
            .await
            .expect("a page")
            .starts_with(b"HTTP/1.1 400")
    );
}

#[tokio::test]
async fn products_demand_tls_in_their_own_words() {
    use Software::*;
    for (software, code) in [
        (Generic, 530),
        (Vsftpd, 530),
        (Proftpd, 550),
        (PureFtpd, 421),
        (FilezillaServer, 503),
        (Iis, 534),
        (Pyftpdlib, 550),
        (FtpSrv, 530),
        (Libunftp, 534),
    ] {
        let lab = start(Behaviour {
            mode: Mode::ExplicitRequired,
            software,
            ..Behaviour::default()
        })
        .await;
        assert_eq!(
            Client::greeted(&lab).await.send("USER demo").await.code,
            code,
            "{software:?}"
        );
        Client::secured(&lab, &Tls::both(&lab)).await.login().await;
    }
}

#[tokio::test]
async fn products_refuse_clear_data_in_their_own_words() {
    use Software::*;
    for (software, command, code) in [
        (Vsftpd, "LIST", 522),
        (Proftpd, "LIST", 522),
        (Iis, "LIST", 534),
        (PureFtpd, "PROT C", 521),
        (FilezillaServer, "PROT C", 534),
        (Pyftpdlib, "PASV", 550),
    ] {
        let lab = start(Behaviour {
            software,
            ..Behaviour::faulty([Fault::ProtRequired])
        })
        .await;
        let mut client = Client::secured(&lab, &Tls::both(&lab)).await;
        client.login().await;
        assert_eq!(client.send("PBSZ 0").await.code, 200);
        assert_eq!(client.send(command).await.code, code, "{software:?}");
    }
}

#[tokio::test]
async fn an_idle_client_and_one_too_many_are_told_so() {
    let limits = Limits {
        idle_ms: 100,
        connections: 1,
        ..Limits::default()
    };
    let lab = start(Behaviour {
        limits,
        ..Behaviour::default()
    })
    .await;
    let mut client = Client::greeted(&lab).await;
    assert_eq!(Client::connect(&lab).await.reply().await.code, 421);
    assert_eq!(client.reply().await.code, 421);
    logged(&lab, |exchange| exchange.event == Event::Closed).await;
}

#[tokio::test]
async fn a_failed_upload_leaves_an_empty_file() {
    let lab = start(Behaviour::faulty([Fault::PeerAddressRejected])).await;
    let mut client = Client::plain(&lab).await;
    assert_eq!(client.upload("STOR f", b"content").await.code, 425);
    assert_eq!(client.send("SIZE f").await.lines, ["213 0"]);
}

#[test]
fn behaviour_reads_as_scenarios_write_it() {
    let behaviour: Behaviour = serde_json::from_str(
        r#"{"mode": {"not-ftp": "ssh"}, "tls": "tls12", "session-reuse": "required", "certificate": "wrong-name",
            "software": "pure-ftpd", "limits": {"idle-ms": 5},
            "faults": ["greeting-never", {"pasv-address": {"ip": "10.0.0.1"}}, {"tickets-run-out": {"after": 2}}]}"#,
    )
    .expect("a behaviour");
    assert_eq!(behaviour.mode, Mode::NotFtp(Service::Ssh));
    assert_eq!(behaviour.faults.len(), 3);
    assert_eq!(behaviour.limits.connections, Limits::default().connections);
    assert!(serde_json::from_str::<Behaviour>(r#"{"mood": "bad"}"#).is_err());
}
