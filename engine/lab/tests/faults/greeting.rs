//! Reaching the server, and its first words.

use std::{
    io::ErrorKind,
    time::{Duration, Instant},
};

use lab::{Fault, Lab};
use tokio::{
    io::AsyncReadExt,
    net::{TcpSocket, TcpStream},
};

use crate::{
    ELSEWHERE, HERE,
    client::{Client, faulty, nothing, soon},
};

async fn from_elsewhere(lab: &Lab) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket
        .bind((ELSEWHERE, 0).into())
        .expect("a source address");
    soon(socket.connect(lab.address()))
        .await
        .expect("a connection")
}

pub async fn reach(fault: Fault) {
    let lab = faulty(fault.clone()).await;
    match fault {
        Fault::ControlPortClosed => {
            let refused = soon(TcpStream::connect(lab.address()))
                .await
                .expect_err("refused");
            assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        }
        Fault::ControlPortFiltered => nothing(TcpStream::connect(lab.address())).await,
        Fault::SourceLoginRefused { .. } => {
            let mut client = Client::greeted(&lab).await;
            assert_eq!(client.send("USER demo").await.code, 331);
            assert_eq!(client.send("PASS correct horse").await.code, 530);
        }
        _ => {
            let first = Client::connect(&lab).await.rest().await.expect("an end");
            let expected: &[u8] = if fault == (Fault::SourceRefused { ip: HERE }) {
                b""
            } else {
                b"421 "
            };
            assert!(first.starts_with(expected) && first.is_empty() == expected.is_empty());
            let mut welcome = from_elsewhere(&lab).await;
            let mut code = [0; 3];
            soon(welcome.read_exact(&mut code))
                .await
                .expect("a greeting");
            assert_eq!(&code, b"220");
        }
    }
}

pub async fn greeting(fault: Fault) {
    let lab = faulty(fault.clone()).await;
    let started = Instant::now();
    let mut client = Client::connect(&lab).await;
    match fault {
        Fault::GreetingDelayed { ms } => {
            assert_eq!(client.reply().await.code, 220);
            assert!(started.elapsed() >= Duration::from_millis(ms));
        }
        Fault::GreetingNever => nothing(client.line()).await,
        Fault::CloseBeforeGreeting => {
            assert!(client.rest().await.is_ok_and(|rest| rest.is_empty()))
        }
        Fault::ResetBeforeGreeting => {
            assert_eq!(
                client.rest().await.expect_err("a reset").kind(),
                ErrorKind::ConnectionReset
            );
        }
        Fault::ResetAtReply { .. } => {
            assert_eq!(client.reply().await.code, 220);
            client.write(b"NOOP\r\n").await;
            let end = client.rest().await.expect_err("a reset");
            assert_eq!(end.kind(), ErrorKind::ConnectionReset);
        }
        Fault::GreetingInPieces => {
            let mut first = [0; 256];
            let count = soon(client.stream.read(&mut first)).await.expect("a byte");
            assert!(count < 20, "{count} bytes at once");
        }
        Fault::GreetingMultiline => {
            let reply = client.reply().await;
            assert_eq!((reply.code, reply.lines.len()), (220, 5));
            assert!(reply.lines[1].starts_with("530 "));
        }
        Fault::GreetingOfLines { lines } => {
            let reply = client.reply().await;
            assert_eq!((reply.code, reply.lines.len()), (220, lines));
        }
        Fault::GreetingNotYet { .. } => {
            assert_eq!(client.reply().await.code, 120);
            assert_eq!(client.reply().await.code, 220);
        }
        Fault::TooManyConnections { .. } => {
            assert_eq!(client.reply().await.code, 220);
            assert_eq!(Client::connect(&lab).await.reply().await.code, 421);
        }
        Fault::ServiceUnavailable => assert_eq!(client.reply().await.code, 421),
        Fault::EndlessGreeting => {
            for _ in 0..10_000 {
                assert!(
                    soon(client.line())
                        .await
                        .expect("a line")
                        .starts_with("220-")
                );
            }
        }
        Fault::HugeLines => assert!(soon(client.line()).await.expect("a line").len() > 1_000_000),
        Fault::Garbage => {
            let mut noise = [0; 600];
            soon(client.stream.read_exact(&mut noise))
                .await
                .expect("noise");
            assert!(std::str::from_utf8(&noise).is_err());
        }
        Fault::ControlCharacters => assert!(client.reply().await.lines[0].contains("\x1b[2J")),
        Fault::BareLineFeeds => {
            let mut greeting = Vec::new();
            while !greeting.ends_with(b"\n") {
                soon(client.stream.read_buf(&mut greeting))
                    .await
                    .expect("a line");
            }
            assert!(!greeting.contains(&b'\r'));
        }
        Fault::MultilineUnterminated => {
            assert_eq!(client.reply().await.code, 220);
            client.write(b"FEAT\r\n").await;
            while soon(client.line()).await.expect("a line") != "End" {}
        }
        _ => unreachable!(),
    }
}
