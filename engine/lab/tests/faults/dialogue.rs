//! The dialogue: commands that are not answered as they should be, and rules of a server's own.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use lab::Fault;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::client::{Client, Tls, faulty, nothing, soon};

pub async fn before_login(fault: Fault) {
    let lab = faulty(fault.clone()).await;
    match fault {
        Fault::GreetingCode { code, .. } => {
            let line = soon(Client::connect(&lab).await.line()).await;
            assert!(line.expect("a line").starts_with(&code));
        }
        Fault::UselessLogin { .. } => {
            let mut client = Client::greeted(&lab).await;
            assert_eq!(client.send("USER demo").await.code, 331);
            assert_eq!(client.send("PASS correct horse").await.code, 230);
            assert_eq!(client.send("PWD").await.code, 530);
        }
        Fault::AlteredInTransit { .. } | Fault::HandshakeAnsweredInWords { .. } => {
            let mut client = Client::greeted(&lab).await;
            assert_eq!(client.send("AUTH TLS").await.code, 234);
            assert!(client.handshake(&Tls::both(&lab)).await.is_err());
        }
        _ => unreachable!(),
    }
}

pub async fn commands(fault: Fault) {
    let lab = faulty(fault.clone()).await;
    let mut client = Client::plain(&lab).await;
    match fault {
        Fault::Disturbed { at, .. } => {
            client.write(format!("{at}\r\n").as_bytes()).await;
            nothing(client.line()).await;
        }
        Fault::Swallowed { command } => {
            client.write(format!("{command}\r\n").as_bytes()).await;
            nothing(client.line()).await;
            assert_eq!(client.send("NOOP").await.code, 200);
        }
        Fault::Answered { command, code, .. } => {
            assert_eq!(client.send(&command).await.code, code);
        }
        Fault::NamesOfParts { code, longest, .. } => {
            let long = "n".repeat(longest + 1);
            assert_eq!(client.send(&format!("MKD {long}")).await.code, code);
            assert_eq!(client.send("MKD short").await.code, 257);
        }
        Fault::NamesIn { .. } => {
            let (listing, _) = client.download("LIST").await;
            assert!(String::from_utf8(listing).is_err());
        }
        _ => unreachable!(),
    }
}

pub async fn ports(fault: Fault) {
    let lab = faulty(fault.clone()).await;
    let mut client = Client::plain(&lab).await;
    match fault {
        Fault::PretRequired => {
            assert_eq!(client.send("EPSV").await.code, 500);
            assert_eq!(client.send("PRET LIST").await.code, 200);
            client.epsv().await;
        }
        Fault::PassiveOnce => {
            client.epsv().await;
            assert_eq!(client.send("EPSV").await.code, 200);
        }
        Fault::DataAt { ip } => {
            let at = client.pasv().await;
            assert_eq!(at.ip(), ip);
            // Here the port is closed, and nobody else can have it.
            let here = SocketAddr::new(lab.address().ip(), at.port());
            let refused = TcpStream::connect(here).await.map(|_| ());
            assert_eq!(
                refused.map_err(|error| error.kind()),
                Err(ErrorKind::ConnectionRefused)
            );
            let taken = TcpListener::bind(here).await.map(|_| ());
            assert_eq!(
                taken.map_err(|error| error.kind()),
                Err(ErrorKind::AddrInUse)
            );
        }
        Fault::OnePort { port } => {
            for _ in 0..2 {
                assert_eq!(client.epsv().await.port(), port);
            }
        }
        Fault::PortsInOrder { .. } => {
            let first = client.epsv().await.port();
            assert_eq!(client.epsv().await.port(), first + 1);
        }
        _ => unreachable!(),
    }
}

pub async fn transfers(fault: Fault) {
    let lab = faulty(fault.clone()).await;
    let mut client = Client::plain(&lab).await;
    match fault {
        Fault::DataDropped { .. } => {
            assert_eq!(client.download("LIST").await.1.code, 426);
            assert_eq!(client.download("LIST").await.1.code, 226);
        }
        Fault::DataDroppedInTurn { .. } => {
            assert_eq!(client.download("LIST").await.1.code, 226);
            assert_eq!(client.download("LIST").await.1.code, 426);
        }
        Fault::DataDelayed { ms } => {
            let began = Instant::now();
            assert_eq!(client.download("LIST").await.1.code, 226);
            assert!(began.elapsed() >= Duration::from_millis(ms));
        }
        Fault::DataNotClosed => {
            let mut data = client.begin("LIST").await;
            assert_eq!(client.reply().await.code, 150);
            assert_eq!(client.reply().await.code, 226);
            nothing(data.read_to_end(&mut Vec::new())).await;
        }
        Fault::DataGarbled => {
            let (listing, _) = client.download("LIST").await;
            assert_eq!(listing, [0x55; 64]);
        }
        Fault::DataUnused => {
            let _data = client.begin("LIST").await;
            nothing(client.line()).await;
        }
        Fault::UploadSwallowed => {
            let mut data = client.begin("STOR new").await;
            assert_eq!(client.reply().await.code, 150);
            soon(data.write_all(b"bytes")).await.expect("a listener");
            soon(data.shutdown()).await.expect("a listener");
            nothing(client.line()).await;
        }
        _ => unreachable!(),
    }
}
