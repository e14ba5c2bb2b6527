//! Asking for a port: EPSV (RFC 2428 section 3) and PASV (RFC 959 section 4.1.2).

use std::net::IpAddr;

use ftp::phase::passive::{self, PassiveAnswer};
use ftp::{Announced, Reply, parse_227, parse_229};

use super::Session;
use crate::DialogueError;

/// The two ways to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The reply names a port only.
    Epsv,
    /// The reply names an IPv4 address and a port.
    Pasv,
}

impl Method {
    /// The command.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Method::Epsv => "EPSV",
            Method::Pasv => "PASV",
        }
    }
}

/// Where a data connection goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataPort {
    /// The port.
    pub number: u16,
    /// An address that the server announced and the user granted; else it is the control connection's peer.
    pub at: Option<IpAddr>,
}

/// What the server offered.
#[derive(Clone, Debug)]
pub enum Offer {
    /// A port on the control connection's peer, or on the address that was announced.
    Port {
        /// The server's words.
        reply: Reply,
        /// The port.
        port: DataPort,
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

impl Session {
    /// Asks for a port for this transfer command.
    ///
    /// # Errors
    /// No reply came, or none that can be read.
    pub fn ask(&mut self, method: Method, transfer: &str) -> Result<Offer, DialogueError> {
        if let Some(refused) = self.announce(transfer)? {
            return Ok(Offer::Refused(refused));
        }
        let reply = self.control.command(method.name())?;
        Ok(self.offer(method, reply))
    }

    /// Asks, and leaves the reply to be read later; the refusal of what has to come before the question, where it is refused.
    ///
    /// # Errors
    /// As [`ask`](Session::ask).
    pub fn send_question(
        &mut self,
        method: Method,
        transfer: &str,
    ) -> Result<Option<Reply>, DialogueError> {
        let refused = self.announce(transfer)?;
        if refused.is_none() {
            self.control.send(method.name())?;
        }
        Ok(refused)
    }

    /// Names the transfer where the server wants that; its refusal.
    fn announce(&mut self, transfer: &str) -> Result<Option<Reply>, DialogueError> {
        if !self.pret {
            return Ok(None);
        }
        let reply = self.control.command(&format!("PRET {transfer}"))?;
        Ok(Some(reply).filter(|reply| !reply.is_positive()))
    }

    /// What a reply to the question offers.
    pub fn offer(&mut self, method: Method, reply: Reply) -> Offer {
        match passive::judge(&reply) {
            PassiveAnswer::Offered => self.read_offer(method, reply),
            PassiveAnswer::PortsBusy => Offer::Busy(reply),
            PassiveAnswer::ProtectionRequired => Offer::Unprotected(reply),
            PassiveAnswer::Closing => {
                self.usable = false;
                Offer::Refused(reply)
            }
            _ => Offer::Refused(reply),
        }
    }

    fn read_offer(&self, method: Method, reply: Reply) -> Offer {
        let offer = match method {
            Method::Epsv => parse_229(&reply).ok().map(|port| (port, None)),
            Method::Pasv => parse_227(&reply).ok().map(|address| {
                let ip = IpAddr::from(*address.ip());
                let peer: IpAddr = self.peer.parse().unwrap_or(ip);
                (address.port(), Some((ip, Announced::judge(ip, peer))))
            }),
        };
        match offer {
            Some((number, announced)) => Offer::Port {
                reply,
                port: DataPort {
                    number,
                    at: self.dialled(announced),
                },
                announced,
            },
            None => Offer::Refused(reply),
        }
    }
}
