//! `PASV` and `EPSV`, and the data port they announce.

use std::{
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::{net::TcpStream, time::sleep};

use super::{Session, Step};
use crate::{
    Channel, Fault, Software,
    counters::{Counters, Live},
    socket::{self, Port},
    wording::Occasion,
};

/// As many ports as a client is expected to try; more are let go.
const MOST_HELD: usize = 64;
/// So many ports in a row are not free at both of two addresses where something is wrong with the machine.
const TRIES_AT_BOTH: usize = 64;

/// An announced data port, and what came in on it.
#[derive(Debug)]
pub(super) struct Passive {
    state: State,
    address: SocketAddr,
    /// Only the peer of the control connection is let in (RFC 2577).
    peer: IpAddr,
    counters: Arc<Counters>,
}

#[derive(Debug)]
enum State {
    Waiting(Port),
    Connected(Incoming),
    Foreign,
    Left,
}

/// A data connection.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) stream: TcpStream,
    pub(super) peer: SocketAddr,
    pub(super) live: Live,
}

/// Why there is no data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// Somebody else connected.
    Foreign,
    /// The client connected and left.
    Left,
}

impl Passive {
    /// Waits for what comes in first.
    async fn arrive(&mut self) {
        while let State::Waiting(port) = &self.state {
            let Port::Open(listener) = port else {
                return std::future::pending().await;
            };
            let Ok((stream, peer)) = listener.accept().await else {
                sleep(socket::SHORTAGE).await;
                continue;
            };
            self.state = if peer.ip() == self.peer {
                let _ = stream.set_nodelay(true);
                State::Connected(Incoming {
                    stream,
                    peer,
                    live: self.counters.open(Channel::Data),
                })
            } else {
                State::Foreign
            };
        }
    }

    /// Waits until the client leaves without having said anything.
    async fn left(&mut self) {
        if let State::Connected(incoming) = &self.state
            && !matches!(incoming.stream.peek(&mut [0]).await, Ok(1..))
        {
            self.state = State::Left;
            return;
        }
        std::future::pending().await
    }

    /// The data connection, once it is there.
    pub(super) async fn connection(mut self) -> (SocketAddr, Result<Incoming, Absent>) {
        self.arrive().await;
        let outcome = match self.state {
            State::Connected(incoming) => Ok(incoming),
            State::Foreign => Err(Absent::Foreign),
            State::Left | State::Waiting(_) => Err(Absent::Left),
        };
        (self.address, outcome)
    }
}

/// Looks after the data port while nobody needs it: connections are counted as long as they last.
pub(super) async fn watch(passive: &mut Option<Passive>) -> Infallible {
    if let Some(passive) = passive {
        passive.arrive().await;
        passive.left().await;
    }
    std::future::pending().await
}

/// The two commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    Pasv,
    Epsv,
}

impl Session {
    pub(super) async fn pasv(&mut self) -> Step {
        if self.extended_only {
            return self.reply(503, "EPSV ALL was sent").await;
        }
        let IpAddr::V4(own) = self.local.ip() else {
            return self.reply(425, "Use EPSV over IPv6").await;
        };
        let Some(port) = self.announce(Command::Pasv).await? else {
            return Ok(super::Flow::Continue);
        };
        let announced = self.value(|fault| match fault {
            Fault::PasvAddress { ip } | Fault::DataAt { ip } => Some(*ip),
            _ => None,
        });
        let [a, b, c, d] = announced.unwrap_or(own).octets();
        self.reply(
            227,
            format!(
                "Entering Passive Mode ({a},{b},{c},{d},{},{})",
                port >> 8,
                port & 0xff
            ),
        )
        .await
    }

    pub(super) async fn epsv(&mut self, argument: &str) -> Step {
        let own = if self.local.is_ipv4() { "1" } else { "2" };
        match argument.trim() {
            all if all.eq_ignore_ascii_case("ALL") => {
                self.extended_only = true;
                return self.reply(200, "EPSV only from now on").await;
            }
            "" => {}
            protocol if protocol == own => {}
            _ => {
                return self
                    .reply(522, format!("Network protocol not supported, use ({own})"))
                    .await;
            }
        }
        let Some(port) = self.announce(Command::Epsv).await? else {
            return Ok(super::Flow::Continue);
        };
        if self.has(&Fault::EpsvMalformed) {
            return self
                .reply(229, format!("Entering Extended Passive Mode ({port})"))
                .await;
        }
        self.reply(229, format!("Entering Extended Passive Mode (|||{port}|)"))
            .await
    }

    /// Opens the next data port, or tells the client why not.
    async fn announce(&mut self, command: Command) -> io::Result<Option<u16>> {
        let waits = self.passive.is_some();
        if let Some(State::Waiting(port @ Port::Filtered(..))) =
            self.passive.take().map(|it| it.state)
            && self.held.len() < MOST_HELD
        {
            self.held.push(port);
        }
        if waits && self.has(&Fault::PassiveOnce) {
            self.reply(200, "Already in passive mode").await?;
            return Ok(None);
        }
        if self.has(&Fault::PretRequired) && !std::mem::take(&mut self.preannounced) {
            self.reply(500, "Send PRET before passive mode").await?;
            return Ok(None);
        }
        if let Some((code, text)) = self.passive_refusal(command) {
            self.reply(code, text).await?;
            return Ok(None);
        }
        if self.has(&Fault::ProtRequired)
            && !self.private
            && self.server.behaviour.software == Software::Pyftpdlib
        {
            self.say(Occasion::ProtectionRequired).await?;
            return Ok(None);
        }
        self.announced += 1;
        let border = self.value(|fault| match fault {
            Fault::PortsClosedFrom { port } => Some(*port),
            _ => None,
        });
        let ip = self.value(|fault| match fault {
            Fault::DataAt { ip } => Some(IpAddr::V4(*ip)),
            _ => None,
        });
        let at = SocketAddr::new(ip.unwrap_or(self.local.ip()), 0);
        if let Some(port) = self.fixed_port() {
            return self.listen_there(SocketAddr::new(at.ip(), port)).await;
        }
        let port = match (border, self.reach(command)) {
            (Some(border), _) => beside(border, self.announced, at)?,
            (None, Reach::Open) if at.ip() != self.local.ip() => self.open_elsewhere(at)?,
            (None, Reach::Open) => Port::open(at)?,
            (None, Reach::Closed) => Port::closed(at)?,
            (None, Reach::Filtered) => Port::filtered(at).await?,
        };
        self.wait_at(port).map(Some)
    }

    /// A port at another address than the control connection's. There, the same port is held closed, or somebody else could
    /// answer a client that takes it for this server's.
    fn open_elsewhere(&mut self, at: SocketAddr) -> io::Result<Port> {
        let mut last = io::ErrorKind::AddrInUse.into();
        for _ in 0..TRIES_AT_BOTH {
            let port = Port::open(at)?;
            match Port::closed_to_all(SocketAddr::new(self.local.ip(), port.address()?.port())) {
                Ok(closed) => {
                    if self.held.len() < MOST_HELD {
                        self.held.push(closed);
                    }
                    return Ok(port);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// The port that is announced next, where this server has an order of its own.
    fn fixed_port(&self) -> Option<u16> {
        self.value(|fault| match fault {
            Fault::OnePort { port } => Some(*port),
            Fault::PortsInOrder { from } => {
                let nth = u16::try_from(self.announced % 64).unwrap_or_default();
                Some(from.saturating_add(nth))
            }
            _ => None,
        })
    }

    /// Another server of the lab may hold a fixed port for a moment.
    async fn listen_there(&mut self, at: SocketAddr) -> io::Result<Option<u16>> {
        const TRIES: usize = 40;
        const BETWEEN: Duration = Duration::from_millis(50);
        for _ in 0..TRIES {
            match self.listen_at(at) {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => sleep(BETWEEN).await,
                port => return port.map(Some),
            }
        }
        self.listen_at(at).map(Some)
    }

    fn listen_at(&mut self, at: SocketAddr) -> io::Result<u16> {
        self.wait_at(Port::open(at)?)
    }

    fn wait_at(&mut self, port: Port) -> io::Result<u16> {
        let address = port.address()?;
        self.passive = Some(Passive {
            state: State::Waiting(port),
            address,
            peer: self.peer.ip(),
            counters: Arc::clone(&self.server.counters),
        });
        Ok(address.port())
    }

    fn passive_refusal(&self, command: Command) -> Option<(u16, &'static str)> {
        let exhausted = self.value(|fault| match fault {
            Fault::PortsExhausted { after } => Some(*after),
            _ => None,
        });
        if exhausted.is_some_and(|after| self.announced >= after) {
            return Some((425, "All reserved TCP ports are busy"));
        }
        if self.has(&Fault::PassiveRefused) {
            return Some((550, "Permission denied"));
        }
        match command {
            Command::Epsv if self.has(&Fault::EpsvRefused) => {
                Some((501, "EPSV: Operation not permitted"))
            }
            Command::Pasv if self.has(&Fault::PasvRefused) => Some((502, "PASV not implemented")),
            _ => None,
        }
    }

    fn reach(&self, command: Command) -> Reach {
        let dead = match command {
            Command::Pasv => Fault::PasvPortDead,
            Command::Epsv => Fault::EpsvPortDead,
        };
        let nth = |every: usize| self.announced.is_multiple_of(every.max(1));
        let reach = self.value(|fault| match fault {
            Fault::PassivePortsFiltered => Some(Reach::Filtered),
            Fault::SomePortsFiltered { every } if nth(*every) => Some(Reach::Filtered),
            Fault::PassivePortsClosed => Some(Reach::Closed),
            Fault::SomePortsClosed { every } if nth(*every) => Some(Reach::Closed),
            fault if *fault == dead => Some(Reach::Closed),
            _ => None,
        });
        reach.unwrap_or(Reach::Open)
    }
}

/// How far the range reaches to either side of a border.
const REACH: usize = 32;

/// A port near the border: open below it, closed from it on. They come in no order, and the same way each time.
fn beside(border: u16, nth: usize, at: SocketAddr) -> io::Result<Port> {
    let places = (0..2 * REACH).map(|next| (37 * nth + 11 + next) % (2 * REACH));
    let mut last = io::ErrorKind::AddrInUse.into();
    for place in places {
        let port = usize::from(border) + place - REACH;
        let at = SocketAddr::new(at.ip(), u16::try_from(port).unwrap_or(border));
        let taken = if place < REACH {
            Port::open(at)
        } else {
            Port::closed(at)
        };
        match taken {
            Ok(port) => return Ok(port),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// What a client meets at an announced port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Open,
    Closed,
    Filtered,
}
