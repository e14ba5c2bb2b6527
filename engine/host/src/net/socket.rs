//! Sockets that leave from the address they should.

use crate::net::failure;
use std::io;
use std::net::{IpAddr, SocketAddr};

use socket2::{Domain, Protocol, Socket, Type};

use model::failure::{Failure, FailureKind, Operation};

/// A socket bound to the source address before it connects, so that control and data leave from the same one.
pub(super) fn bound(
    source: Option<IpAddr>,
    to: SocketAddr,
    max_segment: Option<u16>,
) -> Result<Socket, Failure> {
    let bind = |error: io::Error| failure::from_io(Operation::Bind, &error);
    let socket =
        Socket::new(Domain::for_address(to), Type::STREAM, Some(Protocol::TCP)).map_err(bind)?;
    socket.set_nonblocking(true).map_err(bind)?;
    // A diagnosis is a dialogue of small messages: each must leave at once.
    socket.set_tcp_nodelay(true).map_err(bind)?;
    if let Some(bytes) = max_segment {
        limit_segments(&socket, bytes)?;
    }
    if let Some(source) = source {
        if source.is_ipv4() != to.is_ipv4() {
            let detail = format!("{source} cannot reach {}: not the same IP version", to.ip());
            return Err(Failure::new(
                Operation::Bind,
                FailureKind::Unreachable,
                detail,
            ));
        }
        socket
            .bind(&SocketAddr::new(source, 0).into())
            .map_err(|error| not_bound(source, bind(error)))?;
    }
    Ok(socket)
}

/// A source address that could not be bound: which it is, and which there are.
fn not_bound(source: IpAddr, failure: Failure) -> Failure {
    let detail = match failure.kind {
        FailureKind::AddressNotLocal => format!(
            "the source address {source} is not on this machine, which has {}",
            own_addresses(source)
        ),
        _ => format!("connections cannot leave from {source}: {}", failure.detail),
    };
    Failure { detail, ..failure }
}

/// The addresses of this machine that somebody may have meant: of the same IP version, none of loopback.
fn own_addresses(meant: IpAddr) -> String {
    const SHOWN: usize = 8;
    let interfaces = match if_addrs::get_if_addrs() {
        Ok(interfaces) => interfaces,
        Err(error) => return format!("addresses that cannot be listed: {error}"),
    };
    let mut own: Vec<IpAddr> = interfaces
        .iter()
        .map(if_addrs::Interface::ip)
        .filter(|ip| ip.is_ipv4() == meant.is_ipv4() && !ip.is_loopback())
        .collect();
    own.sort_unstable();
    own.dedup();
    let more = own.len().saturating_sub(SHOWN);
    let shown: Vec<String> = own.iter().take(SHOWN).map(ToString::to_string).collect();
    match (shown.as_slice(), more) {
        ([], _) if meant.is_ipv4() => "no IPv4 address beyond loopback".into(),
        ([], _) => "no IPv6 address beyond loopback".into(),
        (_, 0) => shown.join(", "),
        (_, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(unix)]
fn limit_segments(socket: &Socket, bytes: u16) -> Result<(), Failure> {
    socket
        .set_tcp_mss(u32::from(bytes))
        .map_err(|error| failure::from_io(Operation::Bind, &error))
}

#[cfg(not(unix))]
fn limit_segments(_: &Socket, bytes: u16) -> Result<(), Failure> {
    let detail = format!("segments cannot be limited to {bytes} bytes on this system");
    Err(Failure::new(
        Operation::Bind,
        FailureKind::InvalidArgument,
        detail,
    ))
}
