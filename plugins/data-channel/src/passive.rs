//! Asking for a port: EPSV (RFC 2428 section 3) and PASV (RFC 959 section 4.1.2).

use std::net::IpAddr;

use probe_sdk::DialogueError;
use probe_sdk::ftp::phase::passive::{self, PassiveAnswer};
use probe_sdk::ftp::{Announced, Reply, parse_227, parse_229};

use crate::Channel;

/// The two ways to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Epsv,
    Pasv,
}

impl Method {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Method::Epsv => "EPSV",
            Method::Pasv => "PASV",
        }
    }
}

/// What the server offered.
#[derive(Clone, Debug)]
pub(crate) enum Offer {
    /// A port on the control connection's peer, or on the address that was announced.
    Port {
        reply: Reply,
        port: u16,
        /// For PASV: the address, and how it lies to the control connection's peer.
        announced: Option<(IpAddr, Announced)>,
    },
    /// No port is free.
    Busy(Reply),
    /// Refused, since data in clear text is (F-P03).
    Unprotected(Reply),
    /// Refused, or an answer that cannot be read.
    Refused(Reply),
}

/// Asks for a port.
pub(crate) fn ask(channel: &mut Channel, method: Method) -> Result<Offer, DialogueError> {
    let reply = channel.control.command(method.name())?;
    Ok(match passive::judge(&reply) {
        PassiveAnswer::Offered => read(channel, method, reply),
        PassiveAnswer::PortsBusy => Offer::Busy(reply),
        PassiveAnswer::ProtectionRequired => Offer::Unprotected(reply),
        PassiveAnswer::Closing => {
            channel.usable = false;
            Offer::Refused(reply)
        }
        _ => Offer::Refused(reply),
    })
}

fn read(channel: &Channel, method: Method, reply: Reply) -> Offer {
    let offer = match method {
        Method::Epsv => parse_229(&reply).ok().map(|port| (port, None)),
        Method::Pasv => parse_227(&reply).ok().map(|address| {
            let ip = IpAddr::from(*address.ip());
            let peer: IpAddr = channel.peer.parse().unwrap_or(ip);
            (address.port(), Some((ip, Announced::judge(ip, peer))))
        }),
    };
    match offer {
        Some((port, announced)) => Offer::Port {
            reply,
            port,
            announced,
        },
        None => Offer::Refused(reply),
    }
}
