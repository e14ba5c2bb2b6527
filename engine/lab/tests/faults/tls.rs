//! `AUTH`, the handshake, and sessions that are to be resumed.

use std::time::{Duration, Instant};

use lab::{Behaviour, CertificateKind, Channel, Event, Fault, Lab, SessionReuse, TlsVersions};
use rustls::version::{TLS12, TLS13};
use tokio::io::AsyncWriteExt;

use crate::client::{Client, Tls, faulty, logged, nothing, start};

pub async fn auth(fault: Fault) {
    let lab = faulty(fault.clone()).await;
    let tls = Tls::both(&lab);
    let mut client = Client::greeted(&lab).await;
    let code = client.send("AUTH TLS").await.code;
    match fault {
        Fault::AuthRefused { code: refusal } => assert_eq!(code, refusal),
        Fault::AuthTlsOnlySsl => {
            assert_eq!(code, 504);
            assert_eq!(client.send("AUTH SSL").await.code, 234);
            assert!(client.handshake(&tls).await.is_ok());
        }
        Fault::AuthOddCode { code: odd } => {
            assert_eq!(code, odd);
            assert!(client.handshake(&tls).await.is_ok());
        }
        Fault::AuthInjected => assert_eq!((code, client.reply().await.code), (234, 220)),
        Fault::AuthNotReady { ms } => {
            assert!(client.handshake(&tls).await.is_err());
            let mut patient = Client::greeted(&lab).await;
            assert_eq!(patient.send("AUTH TLS").await.code, 234);
            tokio::time::sleep(Duration::from_millis(2 * ms)).await;
            assert!(patient.handshake(&tls).await.is_ok());
        }
        Fault::AuthThenSilence => nothing(client.handshake(&tls)).await,
        Fault::HandshakeDelayed { ms } => {
            let begun = Instant::now();
            assert!(client.handshake(&tls).await.is_ok());
            assert!(begun.elapsed() >= Duration::from_millis(ms));
        }
        Fault::AuthThenClearText => {
            client.write(&[22, 3, 1, 0, 1, 1]).await;
            assert_eq!(client.reply().await.code, 421);
        }
        Fault::HangsAfterAuth => {
            let mut client = client.handshake(&tls).await.expect("a handshake");
            client.write(b"NOOP\r\n").await;
            nothing(client.line()).await;
        }
        _ => unreachable!(),
    }
}

/// A ClientHello made by hand: a version without the extension that lists versions, and one cipher suite.
fn old_hello(version: u16, cipher: u16) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend([7; 32]);
    body.extend([0, 0, 2]);
    body.extend(cipher.to_be_bytes());
    body.extend([1, 0]);
    let length = u8::try_from(body.len()).expect("a short hello");
    let mut hello = vec![22, 3, 1, 0, length + 4, 1, 0, 0, length];
    hello.extend(body);
    hello
}

/// What the server answers to an old ClientHello after `AUTH TLS`.
async fn old_answer(lab: &Lab, version: u16, cipher: u16) -> Vec<u8> {
    let mut client = Client::greeted(lab).await;
    assert_eq!(client.send("AUTH TLS").await.code, 234);
    client.write(&old_hello(version, cipher)).await;
    client.stream.shutdown().await.expect("a listener");
    client.rest().await.expect("an answer")
}

async fn refused_with(lab: &Lab, tls: &Tls) -> String {
    let mut client = Client::greeted(lab).await;
    assert_eq!(client.send("AUTH TLS").await.code, 234);
    client
        .handshake(tls)
        .await
        .err()
        .expect("no handshake")
        .to_string()
}

pub async fn handshake(fault: Fault) {
    let lab = faulty(fault.clone()).await;
    let tls = Tls::both(&lab);
    match fault {
        Fault::HandshakeAlert { .. } => assert!(
            refused_with(&lab, &tls)
                .await
                .contains("InsufficientSecurity")
        ),
        Fault::OldVersionsOnly => {
            assert!(refused_with(&lab, &tls).await.contains("ProtocolVersion"));
            assert_eq!(
                old_answer(&lab, 0x0301, 0x002f).await[..11],
                [22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1]
            );
        }
        Fault::OldVersionsToo => {
            Client::secured(&lab, &tls).await;
            assert_eq!(old_answer(&lab, 0x0302, 0x002f).await[9..11], [3, 2]);
        }
        Fault::OldCiphersOnly => {
            assert!(refused_with(&lab, &tls).await.contains("HandshakeFailure"));
            assert_eq!(old_answer(&lab, 0x0303, 0x003c).await[44..46], [0, 0x3c]);
        }
        Fault::NullCiphersOnly => {
            assert!(refused_with(&lab, &tls).await.contains("HandshakeFailure"));
            assert_eq!(old_answer(&lab, 0x0303, 0x003b).await[44..46], [0, 0x3b]);
        }
        Fault::HandshakeClosed => assert!(refused_with(&lab, &tls).await.contains("eof")),
        Fault::NewHellosRefused => {
            assert!(refused_with(&lab, &tls).await.contains("HandshakeFailure"));
            assert_eq!(old_answer(&lab, 0x0303, 0xc02f).await[44..46], [0xc0, 0x2f]);
        }
        Fault::OldHellosOnly => {
            assert!(refused_with(&lab, &tls).await.contains("eof"));
            assert_eq!(old_answer(&lab, 0x0301, 0x002f).await[9..11], [3, 1]);
        }
        Fault::Ssl3Only => {
            assert!(refused_with(&lab, &tls).await.contains("ProtocolVersion"));
            assert_eq!(old_answer(&lab, 0x0301, 0x000a).await[9..11], [3, 0]);
        }
        Fault::WeakDhOnly => {
            assert!(refused_with(&lab, &tls).await.contains("HandshakeFailure"));
            assert_eq!(old_answer(&lab, 0x0303, 0x009e).await[44..46], [0, 0x9e]);
        }
        Fault::SniRejected | Fault::SniDropped => {
            let refusal = refused_with(&lab, &tls.clone().named("localhost")).await;
            let words = match fault {
                Fault::SniRejected => "UnrecognisedName",
                _ => "eof",
            };
            assert!(refusal.contains(words), "{refusal}");
            Client::secured(&lab, &tls).await;
        }
        Fault::SniUnknown { .. } => {
            let refusal = refused_with(&lab, &tls.clone().named("localhost")).await;
            assert!(refusal.contains("UnrecognisedName"), "{refusal}");
            let refusal = refused_with(&lab, &tls.clone().named("files.example.com")).await;
            assert!(!refusal.contains("UnrecognisedName"), "{refusal}");
            Client::secured(&lab, &tls).await;
        }
        Fault::ClientCertificateRequired => {
            // At TLS 1.3 the client learns it with the first thing it reads.
            let mut client = Client::secured(&lab, &Tls::new(&lab, &[&TLS13])).await;
            let error = client.rest().await.expect_err("an alert").to_string();
            assert!(error.contains("CertificateRequired"), "{error}");
        }
        Fault::ClientCertificateRequested => Client::secured(&lab, &tls).await.login().await,
        _ => unreachable!(),
    }
}

pub async fn reuse(fault: Fault) {
    let session_reuse = match fault {
        Fault::ReuseBreaks => SessionReuse::Offered,
        _ => SessionReuse::Required,
    };
    let lab = start(Behaviour {
        session_reuse,
        ..Behaviour::faulty([fault.clone()])
    })
    .await;
    let tls = Tls::new(&lab, &[&TLS13]);
    let mut client = Client::private(&lab, &tls).await;
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(client.download("LIST").await.1.code);
    }
    match fault {
        Fault::TicketsRunOut { .. } => assert_eq!(codes, [226, 226, 522, 522]),
        _ => assert_eq!(codes, [522; 4]),
    }
    match fault {
        // At TLS 1.2 there are no tickets to run out of.
        Fault::NoTickets | Fault::TicketsRunOut { .. } => {
            let tls = Tls::new(&lab, &[&TLS12]);
            let mut client = Client::private(&lab, &tls).await;
            for _ in 0..4 {
                assert_eq!(client.download("LIST").await.1.code, 226);
            }
        }
        Fault::ReuseBreaks => {
            client.data_tls = Some(tls.forgetful());
            assert_eq!(client.download("LIST").await.1.code, 226);
        }
        _ => {}
    }
}

#[tokio::test]
async fn certificate_faults_combine_with_others() {
    let lab = start(Behaviour {
        certificate: CertificateKind::Expired,
        tls: TlsVersions::Tls12,
        ..Behaviour::faulty([Fault::GreetingMultiline])
    })
    .await;
    assert!(
        refused_with(&lab, &Tls::both(&lab))
            .await
            .contains("expired")
    );
    let failed = |event: &Event| {
        matches!(
            event,
            Event::NotSecured {
                channel: Channel::Control,
                ..
            }
        )
    };
    logged(&lab, |exchange| failed(&exchange.event)).await;
}
