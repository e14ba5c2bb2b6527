//! A running server.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
    time::sleep,
};

use crate::{
    Behaviour, Channel, Connections, Exchange, Fault, LabError, Mode, behaviour,
    certificate::Identity,
    counters::Counters,
    issuers::Shelf,
    journal::Journal,
    service,
    session::Session,
    socket::{self, Port},
    tls::Tls,
    tree::Tree,
};

/// As long as the end of a connection may take to be noticed.
const A_MOMENT: Duration = Duration::from_millis(5);

/// A running server. Dropping it ends the server and all its connections.
#[derive(Debug)]
pub struct Lab {
    address: SocketAddr,
    authority_pem: String,
    server: Arc<Server>,
    accepting: JoinHandle<()>,
    publishing: Option<JoinHandle<()>>,
}

/// What all connections of one server share.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) behaviour: Behaviour,
    pub(crate) tls: Tls,
    tree: Mutex<Tree>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) counters: Arc<Counters>,
}

impl Server {
    /// The files, for as long as the closure runs.
    pub(crate) fn files<T>(&self, work: impl FnOnce(&mut Tree) -> T) -> T {
        work(&mut self.tree.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Lab {
    /// Starts a server on a free port of 127.0.0.1. Must be called within a Tokio runtime.
    ///
    /// # Errors
    ///
    /// If no port is free, or no certificate can be made from the names.
    pub async fn start(behaviour: Behaviour) -> Result<Self, LabError> {
        Self::start_on(behaviour, (Ipv4Addr::LOCALHOST, 0).into()).await
    }

    /// Starts a server on this address; port 0 stands for a free one. Must be called within a Tokio runtime.
    ///
    /// # Errors
    ///
    /// If the address cannot be listened on, or no certificate can be made from the names.
    pub async fn start_on(mut behaviour: Behaviour, at: SocketAddr) -> Result<Self, LabError> {
        let own_name = at.ip().to_string();
        if behaviour.names == behaviour::default_names() && !behaviour.names.contains(&own_name) {
            behaviour.names.push(own_name);
        }
        let failed = |source| LabError::Listen { at, source };
        let shelf = match behaviour.issuers {
            None => None,
            Some(kind) => Some(Shelf::new(kind, at.ip()).await.map_err(failed)?),
        };
        let identity = Identity::new(&behaviour, shelf.as_ref().map(Shelf::base))?;
        let tls = Tls::new(&behaviour, &identity)?;
        let listening = async {
            let port = control_port(&behaviour, at).await?;
            port.address().map(|address| (port, address))
        };
        let (port, address) = listening.await.map_err(failed)?;
        let server = Arc::new(Server {
            tree: Mutex::new(Tree::new(&behaviour)),
            behaviour,
            tls,
            journal: Arc::new(Journal::new()),
            counters: Arc::default(),
        });
        let accepting = tokio::spawn(serve(port, Arc::clone(&server)));
        let publishing = shelf.map(|shelf| tokio::spawn(shelf.serve(identity.issuers)));
        Ok(Self {
            address,
            authority_pem: identity.authority_pem,
            server,
            accepting,
            publishing,
        })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The lab's own root as PEM, for a client that is told to trust it. A chain of
    /// [`PrivateCa`](crate::CertificateKind::PrivateCa), [`Inspected`](crate::CertificateKind::Inspected) or
    /// [`SelfSigned`](crate::CertificateKind::SelfSigned) does not lead there.
    pub fn authority_pem(&self) -> &str {
        &self.authority_pem
    }

    /// How it was told to behave.
    pub fn behaviour(&self) -> &Behaviour {
        &self.server.behaviour
    }

    /// What happened so far, oldest first. Only the last ten thousand entries are kept.
    pub fn log(&self) -> Vec<Exchange> {
        self.server.journal.from(0).0
    }

    /// Waits for more than the first `seen` entries of the log, and returns those beyond and how many there are now.
    pub async fn follow(&self, seen: usize) -> (Vec<Exchange>, usize) {
        self.server.journal.beyond(seen).await;
        self.server.journal.from(seen)
    }

    /// The most connections there were at one time, control and data together.
    pub fn peak_connections(&self) -> usize {
        self.server.counters.peak()
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> Connections {
        self.server.counters.connections()
    }

    /// The paths of all files and directories, in order.
    pub fn paths(&self) -> Vec<String> {
        self.server.files(|tree| tree.paths())
    }

    /// How often a password was sent.
    pub fn password_attempts(&self) -> usize {
        self.server.counters.passwords()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.accepting.abort();
        if let Some(publishing) = &self.publishing {
            publishing.abort();
        }
    }
}

async fn control_port(behaviour: &Behaviour, at: SocketAddr) -> std::io::Result<Port> {
    if behaviour.has(&Fault::ControlPortClosed) {
        Port::closed(at)
    } else if behaviour.has(&Fault::ControlPortFiltered) {
        Port::filtered(at).await
    } else {
        Port::open(at)
    }
}

async fn serve(port: Port, server: Arc<Server>) {
    match &port {
        Port::Open(listener) => accept(listener, &server).await,
        // Nothing ever comes in, but the port must stay taken.
        Port::Closed(..) | Port::Filtered(..) => std::future::pending().await,
    }
}

async fn accept(listener: &TcpListener, server: &Arc<Server>) {
    // All sessions end with this set, and the set with this task.
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            incoming = listener.accept() => match incoming {
                Ok((stream, peer)) => {
                    sessions.spawn(attend(stream, peer, Arc::clone(server)));
                }
                // A client that left before it was accepted, or a shortage that passes.
                Err(_) => tokio::time::sleep(socket::SHORTAGE).await,
            },
            Some(_) = sessions.join_next() => {}
        }
    }
}

async fn attend(stream: TcpStream, peer: SocketAddr, server: Arc<Server>) {
    // A client that closes one connection and opens the next does both at once, and the end of the first is seen a moment
    // later.
    if server.counters.is_busy() {
        sleep(A_MOMENT).await;
    }
    let live = server.counters.open(Channel::Control);
    // Replies are short and must not wait for each other.
    let _ = stream.set_nodelay(true);
    match server.behaviour.mode {
        Mode::NotFtp(service) => service::serve(service, stream, peer, &server, &live).await,
        _ => {
            if let Ok(local) = stream.local_addr() {
                Session::new(server, stream, live, local, peer).run().await;
            }
        }
    }
}
