//! One FTP session: the dialogue on a control connection.

mod answers;
mod aside;
mod data;
mod dispatch;
mod disturbed;
mod files;
mod greeting;
mod listing;
mod login;
mod navigate;
mod passive;
mod secure;
mod security;
mod transfer;

use std::{collections::VecDeque, io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{
    Event, Fault,
    control::{Control, Reply, Style},
    counters::Live,
    lab::Server,
    socket::{self, Port},
    stream::{Rewound, Stream},
    tree,
    wording::Occasion,
};
use login::Login;
use passive::Passive;

/// Whether the dialogue goes on after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Continue,
    Close,
}

/// One step of the dialogue. An error means that the client is gone or does not listen.
type Step = io::Result<Flow>;

/// One FTP session.
pub(crate) struct Session {
    server: Arc<Server>,
    control: Control,
    live: Live,
    local: SocketAddr,
    peer: SocketAddr,
    /// Commands that came while data was on its way.
    queued: VecDeque<String>,
    login: Login,
    /// Whether the control connection is under TLS.
    secured: bool,
    /// Whether `PBSZ` was sent.
    sized: bool,
    /// Whether `PROT P` is in force.
    private: bool,
    binary: bool,
    directory: String,
    /// Where the next transfer begins. `PASV` may come in between, though RFC 3659 section 5 wants `REST` last.
    restart: usize,
    rename_from: Option<String>,
    passive: Option<Passive>,
    /// Ports that do not answer, or refuse: kept to the end, so that nobody else answers there.
    held: Vec<Port>,
    /// Data connections that are never closed.
    left_open: Vec<Stream>,
    /// What the final reply of the transfer says in place of the usual.
    remark: Option<String>,
    /// How many data ports were announced.
    announced: usize,
    /// How many replies were sent.
    replied: usize,
    /// Whether `PRET` came since the last data port was announced.
    preannounced: bool,
    /// Whether the client renounced `PASV` with `EPSV ALL`.
    extended_only: bool,
}

impl Session {
    pub(crate) fn new(
        server: Arc<Server>,
        stream: TcpStream,
        live: Live,
        local: SocketAddr,
        peer: SocketAddr,
    ) -> Self {
        let behaviour = &server.behaviour;
        let style = Style {
            bare_line_feeds: behaviour.has(&Fault::BareLineFeeds),
            unterminated: behaviour.has(&Fault::MultilineUnterminated),
            encoding: behaviour.legacy(),
        };
        let control = Control::new(
            Stream::Plain(Rewound::new(Vec::new(), stream)),
            Arc::clone(&server.journal),
            live.number,
            peer,
            style,
            behaviour.limits.idle(),
        );
        let directory = tree::resolve("/", &behaviour.login_directory);
        let binary = behaviour.lists_in_ascii_only();
        Self {
            server,
            control,
            live,
            local: canonical(local),
            peer: canonical(peer),
            queued: VecDeque::new(),
            login: Login::default(),
            secured: false,
            sized: false,
            private: false,
            binary,
            directory,
            restart: 0,
            rename_from: None,
            passive: None,
            held: Vec::new(),
            left_open: Vec::new(),
            remark: None,
            announced: 0,
            replied: 0,
            preannounced: false,
            extended_only: false,
        }
    }

    /// Talks until one side has enough.
    pub(crate) async fn run(mut self) {
        self.control.note(Event::Connected);
        // An error means that nobody listens any more, so there is nobody to tell.
        let _ = self.dialogue().await;
        let Self {
            mut control,
            live,
            passive,
            ..
        } = self;
        // The last word is said; what follows is only care for its arrival.
        drop((live, passive));
        socket::close(&mut control.stream).await;
        control.note(Event::Closed);
    }

    async fn dialogue(&mut self) -> io::Result<()> {
        if self.greet().await? == Flow::Close {
            return Ok(());
        }
        while let Some(line) = self.next_command().await? {
            if self.obey(&line).await? == Flow::Close {
                break;
            }
        }
        Ok(())
    }

    /// The next command. Meanwhile the data port is looked after.
    async fn next_command(&mut self) -> io::Result<Option<String>> {
        if let Some(line) = self.queued.pop_front() {
            return Ok(Some(line));
        }
        let idle = self.server.behaviour.limits.idle();
        let command = async {
            tokio::select! {
                command = self.control.command() => command,
                never = passive::watch(&mut self.passive) => match never {},
            }
        };
        match timeout(idle, command).await {
            Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                self.control.reply(Reply::new(500, "Line too long")).await?;
                Ok(None)
            }
            Ok(command) => command,
            Err(_) => {
                self.control
                    .reply(Reply::new(421, "Timeout: closing control connection"))
                    .await?;
                Ok(None)
            }
        }
    }

    fn has(&self, fault: &Fault) -> bool {
        self.server.behaviour.has(fault)
    }

    fn value<T>(&self, pick: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        self.server.behaviour.value(pick)
    }

    /// What the software says on an occasion.
    fn words(&self, occasion: Occasion) -> Reply {
        self.server.behaviour.software.say(occasion)
    }

    async fn reply(&mut self, code: u16, text: impl Into<String>) -> Step {
        self.send(Reply::new(code, text)).await
    }

    async fn say(&mut self, occasion: Occasion) -> Step {
        self.send(self.words(occasion)).await
    }

    /// Sends a reply; 421 is always the last one (RFC 959 section 5.4).
    async fn send(&mut self, reply: Reply) -> Step {
        let flow = if reply.code() == 421 {
            Flow::Close
        } else {
            Flow::Continue
        };
        self.replied += 1;
        if self.has(&Fault::ResetAtReply { nth: self.replied }) {
            self.reset();
            return Ok(Flow::Close);
        }
        self.control.reply(reply).await?;
        Ok(flow)
    }

    /// Ends the control connection with a reset.
    fn reset(&mut self) {
        if let Some(stream) = self.control.stream.take() {
            socket::reset(stream.into_tcp());
        }
    }

    /// Waits; closes if the client leaves meanwhile.
    async fn pause(&mut self, time: Duration) -> Flow {
        tokio::select! {
            () = sleep(time) => Flow::Continue,
            () = self.control.gone() => Flow::Close,
        }
    }

    /// Says nothing until the client leaves or the time is up.
    async fn fall_silent(&mut self) -> Step {
        let idle = self.server.behaviour.limits.idle();
        self.pause(idle).await;
        Ok(Flow::Close)
    }
}

/// An address without its disguise as IPv6, which a server that listens for both gives to IPv4.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
