//! The data channel: its ports, its protection, its bytes.

use std::{
    io::ErrorKind,
    net::{IpAddr, SocketAddr},
};

use lab::{Behaviour, Fault};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

use crate::{
    ELSEWHERE,
    client::{Client, Tls, faulty, leaf, nothing, soon, start},
};

async fn is_refused(port: SocketAddr) -> bool {
    matches!(soon(TcpStream::connect(port)).await, Err(error) if error.kind() == ErrorKind::ConnectionRefused)
}

pub async fn passive(fault: Fault) {
    let lab = faulty(fault.clone()).await;
    let mut client = Client::plain(&lab).await;
    match fault {
        Fault::PassiveRefused => {
            assert_eq!(client.send("EPSV").await.code, 550);
            assert_eq!(client.send("PASV").await.code, 550);
        }
        Fault::EpsvRefused => {
            assert_eq!(client.send("EPSV").await.code, 501);
            client.pasv().await;
        }
        Fault::PasvRefused => {
            assert_eq!(client.send("PASV").await.code, 502);
            client.epsv().await;
        }
        Fault::EpsvMalformed => assert!(!client.send("EPSV").await.lines[0].contains('|')),
        Fault::PasvAddress { ip } => assert_eq!(client.pasv().await.ip(), IpAddr::V4(ip)),
        Fault::EpsvPortDead => {
            assert!(is_refused(client.epsv().await).await);
            assert!(!is_refused(client.pasv().await).await);
        }
        Fault::PasvPortDead => {
            assert!(is_refused(client.pasv().await).await);
            assert!(!is_refused(client.epsv().await).await);
        }
        Fault::PassivePortsClosed => {
            assert!(is_refused(client.pasv().await).await);
            assert!(is_refused(client.epsv().await).await);
        }
        Fault::PassivePortsFiltered => {
            let port = client.pasv().await;
            nothing(TcpStream::connect(port)).await;
        }
        Fault::SomePortsClosed { .. } => {
            for refused in [false, true, false, true] {
                assert_eq!(is_refused(client.epsv().await).await, refused);
            }
        }
        Fault::SomePortsFiltered { .. } => {
            assert!(!is_refused(client.epsv().await).await);
            let port = client.epsv().await;
            nothing(TcpStream::connect(port)).await;
            assert!(!is_refused(client.epsv().await).await);
        }
        Fault::PortsExhausted { .. } => {
            client.epsv().await;
            assert_eq!(client.send("EPSV").await.code, 425);
        }
        Fault::PeerAddressRejected => {
            let _data = client.begin("LIST").await;
            assert_eq!(client.reply().await.code, 425);
        }
        Fault::PeerAddressIgnored => {
            let mut data = client.begin("LIST").await;
            assert_eq!(soon(data.read(&mut [0])).await.ok(), Some(0));
            nothing(client.line()).await;
        }
        Fault::PortsClosedFrom { port: border } => {
            let mut refused = [0, 0];
            for _ in 0..6 {
                let port = client.epsv().await;
                let closed = port.port() >= border;
                assert_eq!(is_refused(port).await, closed, "{port}");
                refused[usize::from(closed)] += 1;
            }
            assert!(!refused.contains(&0), "{refused:?}");
        }
        _ => unreachable!(),
    }
}

pub async fn protection(fault: Fault) {
    let lab = faulty(fault.clone()).await;
    let tls = Tls::both(&lab);
    let mut client = Client::secured(&lab, &tls).await;
    client.login().await;
    assert_eq!(client.send("PBSZ 0").await.code, 200);
    match fault {
        Fault::ProtRefused => return assert_eq!(client.send("PROT P").await.code, 534),
        Fault::ProtRequired => assert_eq!(client.download("LIST").await.1.code, 522),
        _ => {}
    }
    client.protect(&tls).await;
    if fault == Fault::ProtRequired {
        return assert_eq!(client.download("LIST").await.1.code, 226);
    }
    if fault == Fault::StartsUnconnected {
        client.epsv().await;
        return assert_eq!(client.send("LIST").await.code, 150);
    }
    let mut data = client.begin("LIST").await;
    if fault == Fault::StartsAfterHandshake {
        nothing(client.line()).await;
    } else {
        assert_eq!(client.reply().await.code, 150);
    }
    match fault {
        Fault::DataIgnored => {
            data.write_all(b"anything").await.expect("a listener");
            nothing(data.read(&mut [0])).await;
        }
        Fault::DataPlain => {
            let error = client.data(data).await.err().expect("no tls").to_string();
            assert!(error.contains("corrupt message"), "{error}");
            assert_eq!(client.reply().await.code, 425);
        }
        Fault::DataTlsAlert => {
            let error = client.data(data).await.err().expect("no tls").to_string();
            assert!(error.contains("HandshakeFailure"), "{error}");
            assert_eq!(client.reply().await.code, 425);
        }
        Fault::DataCertificateDiffers => {
            let data = soon(tls.connect(data)).await.expect("a handshake");
            assert!(leaf(&data).is_some() && leaf(&data) != client.certificate);
        }
        Fault::StartsBefore | Fault::StartsAfterHandshake => {
            let mut data = client.data(data).await.expect("a handshake");
            soon(data.read_to_end(&mut Vec::new()))
                .await
                .expect("an end");
            let code = client.reply().await.code;
            assert_eq!(
                code,
                if fault == Fault::StartsBefore {
                    226
                } else {
                    150
                }
            );
        }
        _ => unreachable!(),
    }
}

pub async fn data(fault: Fault) {
    let lab = faulty(fault.clone()).await;
    let tls = Tls::both(&lab);
    let mut client = Client::private(&lab, &tls).await;
    let upload = [1; 1000];
    match fault {
        Fault::UploadEmpty | Fault::UploadTruncated => {
            assert_eq!(client.upload("STOR f", &upload).await.code, 226);
            let kept = if fault == Fault::UploadEmpty {
                "213 0"
            } else {
                "213 500"
            };
            return assert_eq!(client.send("SIZE f").await.lines, [kept]);
        }
        Fault::UploadAsText => {
            assert_eq!(client.upload("STOR f", b"a\nb\n").await.code, 226);
            return assert_eq!(client.send("SIZE f").await.lines, ["213 6"]);
        }
        Fault::UploadHangs => {
            let data = client.begin("STOR f").await;
            assert_eq!(client.reply().await.code, 150);
            let mut data = client.data(data).await.expect("a handshake");
            soon(data.write_all(&upload)).await.expect("room");
            soon(data.shutdown()).await.expect("an end");
            return nothing(client.line()).await;
        }
        _ => {}
    }
    let command = if fault == Fault::EndlessListing {
        "LIST"
    } else {
        "RETR pub/data.bin"
    };
    let data = client.begin(command).await;
    assert_eq!(client.reply().await.code, 150);
    let mut data = client.data(data).await.expect("a handshake");
    let mut content = Vec::new();
    let whole = 64 << 10;
    match fault {
        Fault::DataNoCloseNotify => {
            let error = soon(data.read_to_end(&mut content))
                .await
                .expect_err("no close_notify");
            assert_eq!(
                (error.kind(), content.len()),
                (ErrorKind::UnexpectedEof, whole)
            );
            assert_eq!(client.reply().await.code, 226);
        }
        Fault::DataResetAtEnd => {
            content.resize(whole, 0);
            soon(data.read_exact(&mut content))
                .await
                .expect("all of it");
            assert!(soon(data.read(&mut [0])).await.is_err(), "a reset");
            assert_eq!(client.reply().await.code, 226);
        }
        Fault::DataCutShort => {
            soon(data.read_to_end(&mut content)).await.expect("an end");
            assert_eq!((content.len(), client.reply().await.code), (whole / 2, 226));
        }
        Fault::DataReset => {
            soon(data.read_to_end(&mut content))
                .await
                .expect_err("a reset");
            assert_eq!(client.reply().await.code, 426);
        }
        Fault::DataStalls { after } => {
            content.resize(after, 0);
            soon(data.read_exact(&mut content)).await.expect("a start");
            nothing(data.read(&mut [0])).await;
        }
        Fault::EndlessListing => {
            content.resize(1 << 20, 0);
            soon(data.read_exact(&mut content)).await.expect("a lot");
        }
        Fault::NoFinalReply => {
            soon(data.read_to_end(&mut content)).await.expect("an end");
            assert_eq!(content.len(), whole);
            nothing(client.line()).await;
        }
        _ => unreachable!(),
    }
}

#[tokio::test]
async fn a_data_connection_from_elsewhere_is_refused() {
    let lab = start(Behaviour::default()).await;
    let mut client = Client::plain(&lab).await;
    let port = client.epsv().await;
    let socket = TcpSocket::new_v4().expect("a socket");
    socket
        .bind((ELSEWHERE, 0).into())
        .expect("a source address");
    let _data = soon(socket.connect(port)).await.expect("a data connection");
    assert_eq!(client.send("LIST").await.code, 425);
}
