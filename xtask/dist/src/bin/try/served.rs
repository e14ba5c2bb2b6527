//! A name server and an endpoint, on loopback.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, UdpSocket};
use std::thread;

use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::{RData, Record, RecordType, rdata};

/// Where names are asked for: a system names its name server by its address alone, so the port is the usual one, and the
/// address is one of loopback that nobody else listens on.
pub const NAME_SERVER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(127, 0, 0, 77), 53);
/// The names of this zone lead to loopback, and others are not there.
pub const ZONE: &str = "example.test";

/// Answers on names for as long as this program runs.
pub fn names() -> io::Result<()> {
    let socket = UdpSocket::bind(NAME_SERVER)?;
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer) {
            if let Some(answer) = answer(&buffer[..length]) {
                // Who does not wait any more asks again.
                let _ = socket.send_to(&answer, peer);
            }
        }
    });
    Ok(())
}

fn answer(query: &[u8]) -> Option<Vec<u8>> {
    let query = Message::from_vec(query).ok()?;
    let question = query.queries.first()?.clone();
    let mut message = Message::new(
        query.metadata.id,
        MessageType::Response,
        query.metadata.op_code,
    );
    message.metadata.recursion_desired = query.metadata.recursion_desired;
    message.metadata.recursion_available = true;
    let name = question.name().clone();
    match name.to_ascii().trim_end_matches('.').ends_with(ZONE) {
        false => message.metadata.response_code = ResponseCode::NXDomain,
        true if question.query_type() == RecordType::A => {
            let loopback = RData::A(rdata::A(Ipv4Addr::LOCALHOST));
            message.answers = vec![Record::from_rdata(name, 60, loopback)];
        }
        true => {}
    }
    message.add_query(question);
    message.to_vec().ok()
}

/// Answers every question over HTTP with this, for as long as this program runs.
pub fn endpoint(json: &'static str) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().filter_map(Result::ok) {
            let mut lines = BufReader::new(&stream).lines();
            while lines
                .next()
                .is_some_and(|line| line.is_ok_and(|it| !it.is_empty()))
            {}
            let length = json.len();
            // Who asked may have gone.
            let _ = write!(
                &stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{json}"
            );
        }
    });
    Ok(address)
}
