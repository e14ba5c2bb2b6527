//! A resolver that knows only the names of one scenario, over UDP and TCP.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::{RData, Record, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;

use crate::scenario::{Answer, Without};

type Names = BTreeMap<String, Answer>;

/// A running resolver; it ends with this.
#[derive(Debug)]
pub struct Dns {
    pub address: SocketAddr,
    _serving: JoinSet<()>,
}

impl Dns {
    /// Starts it on a free port of loopback that is free for both protocols.
    pub async fn start(names: Names) -> io::Result<Dns> {
        let (udp, tcp) = loop {
            let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            match TcpListener::bind(udp.local_addr()?).await {
                Ok(tcp) => break (udp, tcp),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(error) => return Err(error),
            }
        };
        let address = udp.local_addr()?;
        let names = Arc::new(names);
        let mut serving = JoinSet::new();
        serving.spawn(datagrams(udp, Arc::clone(&names)));
        serving.spawn(streams(tcp, names));
        Ok(Dns {
            address,
            _serving: serving,
        })
    }
}

async fn datagrams(socket: UdpSocket, names: Arc<Names>) {
    let mut buffer = [0; 4096];
    while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
        if let Some(answer) = answer(&names, &buffer[..length]) {
            // Nobody waits for it any more, or asks again.
            let _ = socket.send_to(&answer, peer).await;
        }
    }
}

async fn streams(listener: TcpListener, names: Arc<Names>) {
    let mut open = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let names = Arc::clone(&names);
        open.spawn(async move { queries(stream, &names).await });
    }
}

/// Each message has its length before it (RFC 1035 section 4.2.2).
async fn queries(mut stream: TcpStream, names: &Names) -> io::Result<()> {
    loop {
        let mut query = vec![0; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut query).await?;
        if let Some(answer) = answer(names, &query) {
            stream
                .write_u16(u16::try_from(answer.len()).unwrap_or(u16::MAX))
                .await?;
            stream.write_all(&answer).await?;
        }
    }
}

/// The answer to a query; none where silence is the answer. Names nobody wrote down do not exist.
fn answer(names: &Names, query: &[u8]) -> Option<Vec<u8>> {
    let query = Message::from_vec(query).ok()?;
    let question = query.queries.first()?.clone();
    let name = question.name().to_ascii().to_ascii_lowercase();
    let known = names.get(name.trim_end_matches('.'));

    let mut message = Message::new(
        query.metadata.id,
        MessageType::Response,
        query.metadata.op_code,
    );
    message.metadata.recursion_desired = query.metadata.recursion_desired;
    message.metadata.recursion_available = true;
    message.metadata.response_code = match known {
        None | Some(Answer::Without(Without::Nxdomain)) => ResponseCode::NXDomain,
        Some(Answer::Without(Without::Servfail)) => ResponseCode::ServFail,
        Some(Answer::Without(Without::Silent)) => return None,
        Some(Answer::Without(Without::NoAddress) | Answer::Addresses(_)) => ResponseCode::NoError,
    };
    if let Some(Answer::Addresses(addresses)) = known {
        let records = addresses
            .iter()
            .filter_map(|address| match (address, question.query_type()) {
                (IpAddr::V4(ip), RecordType::A) => Some(RData::A((*ip).into())),
                (IpAddr::V6(ip), RecordType::AAAA) => Some(RData::AAAA((*ip).into())),
                _ => None,
            })
            .map(|data| Record::from_rdata(question.name().clone(), 60, data));
        message.answers = records.collect();
    }
    message.add_query(question);
    message.to_vec().ok()
}
