//! A resolver that knows only the names of one scenario, over UDP and TCP.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::{Name, RData, Record, RecordType, rdata};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;

use crate::scenario::{Answer, Records, Without};

/// How long an answer holds, in seconds.
const TTL: u32 = 60;

type Names = BTreeMap<String, Answer>;

/// What a resolver knows, and what it was asked about.
#[derive(Debug)]
struct Zone {
    names: Names,
    /// As they were spelt, without the dot at the end.
    asked: Mutex<BTreeSet<String>>,
}

/// A running resolver; it ends with this.
#[derive(Debug)]
pub struct Dns {
    pub address: SocketAddr,
    zone: Arc<Zone>,
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
        let zone = Arc::new(Zone {
            names,
            asked: Mutex::default(),
        });
        let mut serving = JoinSet::new();
        serving.spawn(datagrams(udp, Arc::clone(&zone)));
        serving.spawn(streams(tcp, Arc::clone(&zone)));
        Ok(Dns {
            address,
            zone,
            _serving: serving,
        })
    }

    /// The names it was asked about.
    pub fn asked(&self) -> BTreeSet<String> {
        let asked = self.zone.asked.lock();
        asked.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn datagrams(socket: UdpSocket, zone: Arc<Zone>) {
    let mut buffer = [0; 4096];
    while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
        if let Some(answer) = answer(&zone, &buffer[..length]) {
            // Nobody waits for it any more, or asks again.
            let _ = socket.send_to(&answer, peer).await;
        }
    }
}

async fn streams(listener: TcpListener, zone: Arc<Zone>) {
    let mut open = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let zone = Arc::clone(&zone);
        open.spawn(async move { queries(stream, &zone).await });
    }
}

/// Each message has its length before it (RFC 1035 section 4.2.2).
async fn queries(mut stream: TcpStream, zone: &Zone) -> io::Result<()> {
    loop {
        let mut query = vec![0; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut query).await?;
        if let Some(answer) = answer(zone, &query) {
            stream
                .write_u16(u16::try_from(answer.len()).unwrap_or(u16::MAX))
                .await?;
            stream.write_all(&answer).await?;
        }
    }
}

/// The answer to a query; none where silence is the answer. Names nobody wrote down do not exist.
fn answer(zone: &Zone, query: &[u8]) -> Option<Vec<u8>> {
    let query = Message::from_vec(query).ok()?;
    let question = query.queries.first()?.clone();
    let spelt = question.name().to_ascii();
    let bare = spelt.strip_suffix('.').unwrap_or(&spelt).to_owned();
    zone.asked.lock().ok()?.insert(bare);
    let mut message = Message::new(
        query.metadata.id,
        MessageType::Response,
        query.metadata.op_code,
    );
    message.metadata.recursion_desired = query.metadata.recursion_desired;
    message.metadata.recursion_available = true;
    let (code, answers) = follow(&zone.names, question.name(), question.query_type())?;
    message.metadata.response_code = code;
    message.answers = answers;
    message.add_query(question);
    message.to_vec().ok()
}

/// The records of a name, and of what it is an alias of, in one answer, as a resolver gives them.
fn follow(names: &Names, name: &Name, kind: RecordType) -> Option<(ResponseCode, Vec<Record>)> {
    let (mut at, mut answers) = (name.clone(), Vec::new());
    loop {
        let key = at.to_ascii().to_ascii_lowercase();
        let code = match names.get(key.trim_end_matches('.')) {
            None | Some(Answer::Without(Without::Nxdomain)) => ResponseCode::NXDomain,
            Some(Answer::Without(Without::Servfail)) => ResponseCode::ServFail,
            Some(Answer::Without(Without::Silent)) => return None,
            Some(Answer::Without(Without::NoAddress)) => ResponseCode::NoError,
            Some(Answer::Addresses(addresses)) => {
                let records = Records {
                    addresses: addresses.clone(),
                    ..Records::default()
                };
                answers.extend(own(&records, &at, kind));
                ResponseCode::NoError
            }
            Some(Answer::Records(records)) if records.unanswered.contains(&kind.to_string()) => {
                return None;
            }
            Some(Answer::Records(records)) => {
                answers.extend(own(records, &at, kind));
                if let Some(target) = &records.cname {
                    let target = Name::from_ascii(format!("{target}.")).ok()?;
                    let alias = RData::CNAME(rdata::CNAME(target.clone()));
                    answers.push(Record::from_rdata(at, TTL, alias));
                    at = target;
                    continue;
                }
                ResponseCode::NoError
            }
        };
        return Some((code, answers));
    }
}

/// The records of one kind that a name has itself.
fn own(records: &Records, name: &Name, kind: RecordType) -> Vec<Record> {
    let addresses = records.addresses.iter().filter_map(|ip| match (ip, kind) {
        (IpAddr::V4(ip), RecordType::A) => Some(RData::A((*ip).into())),
        (IpAddr::V6(ip), RecordType::AAAA) => Some(RData::AAAA((*ip).into())),
        _ => None,
    });
    let names = records.ptr.iter().filter(|_| kind == RecordType::PTR);
    let names = names
        .filter_map(|name| Name::from_ascii(format!("{name}.")).ok())
        .map(|name| RData::PTR(rdata::PTR(name)));
    let texts = records.txt.iter().filter(|_| kind == RecordType::TXT);
    let texts = texts.map(|text| RData::TXT(rdata::TXT::new(vec![text.clone()])));
    addresses
        .chain(names)
        .chain(texts)
        .map(|data| Record::from_rdata(name.clone(), TTL, data))
        .collect()
}
