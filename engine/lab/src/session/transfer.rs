//! Transfers: from the command to the final reply.

use std::{io, sync::Arc, time::Duration};

use tokio::io::AsyncWriteExt;
use tokio::time::{error::Elapsed, sleep, timeout};

use super::{
    Flow, Session, Step,
    aside::{Ended, beside},
    data::{self, Ending, Received},
    passive::{Absent, Incoming},
    secure::{self, Failure},
};
use crate::{
    Channel, Event, Fault, Loss, SessionReuse, Software,
    control::Reply,
    socket,
    stream::{Rewound, Stream},
    tls,
    wording::Occasion,
};

/// What is transferred.
#[derive(Debug)]
pub(super) enum Load {
    /// A listing, to the client.
    Listing(Vec<u8>),
    /// A file, to the client.
    Download(Vec<u8>),
    /// A file, from the client. It replaces the file from the offset on.
    Upload { path: String, offset: usize },
}

/// When 150 is said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    /// Before there is a data connection.
    Unconnected,
    /// As soon as there is one.
    Connected,
    /// Once it is secured.
    Secured,
}

/// Why a transfer is over before its end.
pub(super) enum Stop {
    /// The client was told.
    Told(Flow),
    /// The client is gone.
    Gone(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Gone(error)
    }
}

impl Session {
    pub(super) async fn retrieve(&mut self, argument: &str) -> Step {
        let offset = std::mem::take(&mut self.restart);
        let path = self.absolute(argument);
        let offset = match offset {
            0 => 0,
            offset if self.has(&Fault::RestWrong) => offset + 7,
            offset => offset,
        };
        let rest = |all: &[u8]| all.get(offset..).unwrap_or_default().to_vec();
        match self.server.files(|tree| tree.read(&path).map(rest)) {
            Some(content) => self.transfer(Load::Download(content)).await,
            None => self.reply(550, "No such file").await,
        }
    }

    /// Takes an upload, to the end of the file or to where `REST` said.
    pub(super) async fn store(&mut self, argument: &str, append: bool) -> Step {
        let restart = std::mem::take(&mut self.restart);
        if self.has(&Fault::WriteDenied) {
            return self.say(Occasion::WriteDenied).await;
        }
        let path = self.absolute(argument);
        if self.refuses_name(&path) {
            return self.reply(553, "Prohibited file name").await;
        }
        let exists = self.server.files(|tree| tree.entry(&path)).is_some();
        if exists && self.has(&Fault::OverwriteDenied) {
            return self.reply(550, "File exists").await;
        }
        // Like most products, this one makes the file before there is any data, so a failed upload leaves it behind.
        let prepared = self.server.files(|tree| {
            let mut kept = tree.read(&path).map(<[u8]>::to_vec).unwrap_or_default();
            let offset = if append {
                kept.len()
            } else {
                restart.min(kept.len())
            };
            kept.truncate(offset);
            tree.store(&path, kept).map(|()| offset)
        });
        match prepared {
            Ok(offset) => self.transfer(Load::Upload { path, offset }).await,
            Err(refusal) => self.refuse(refusal).await,
        }
    }

    fn refuses_name(&self, path: &str) -> bool {
        let refused = |fault: &Fault| match fault {
            Fault::NamesRefused { ending } => path.ends_with(ending.as_str()).then_some(()),
            _ => None,
        };
        self.value(refused).is_some()
    }

    pub(super) async fn transfer(&mut self, load: Load) -> Step {
        match self.try_transfer(load).await {
            Ok(flow) | Err(Stop::Told(flow)) => Ok(flow),
            Err(Stop::Gone(error)) => Err(error),
        }
    }

    async fn try_transfer(&mut self, load: Load) -> Result<Flow, Stop> {
        if self.has(&Fault::ProtRequired) && !self.private {
            self.passive = None;
            return Ok(self.say(Occasion::ProtectionRequired).await?);
        }
        let start = self.start();
        if start == Start::Unconnected {
            self.begin().await?;
        }
        let Incoming { stream, live, .. } = self.connected().await?;
        let stream = Rewound::new(Vec::new(), stream);
        if start == Start::Connected {
            self.begin().await?;
        }
        let stream = self.unless_dropped(stream).await?;
        let mut stream = self.secured_data(stream).await?;
        if self.has(&Fault::DataGarbled)
            && let Some(raw) = stream.raw()
        {
            raw.write_all(&[0x55; 64]).await.map_err(Stop::Gone)?;
            drop((stream, live));
            return self.finish().await;
        }
        if self.has(&Fault::DataUnused) {
            let waiting = sleep(self.server.behaviour.limits.data_wait());
            let waited = beside(&mut self.control, &mut self.queued, waiting).await?;
            self.unless_aborted(waited).await?;
            return Err(self
                .told(Reply::new(421, "No transfer within the time: closing"))
                .await);
        }
        if start == Start::Secured {
            self.begin().await?;
        }
        let bytes = match load {
            Load::Listing(content) => {
                self.send_data(&mut stream, &content, self.has(&Fault::EndlessListing))
                    .await?
            }
            Load::Download(content) => self.send_data(&mut stream, &content, false).await?,
            Load::Upload { path, offset } => {
                let received = self.receive_data(&mut stream).await?;
                drop((stream, live));
                return self.keep(&path, offset, received).await;
            }
        };
        // The client may open the next connection as soon as it sees the reply.
        if self.has(&Fault::DataNotClosed) {
            self.left_open.push(stream);
            drop(live);
        } else {
            drop((stream, live));
        }
        self.control.note(Event::DataClosed { bytes });
        self.finish().await
    }

    /// Loses the data connection, where its turn has come.
    async fn unless_dropped(&mut self, stream: Rewound) -> Result<Rewound, Stop> {
        let nth = self.server.counters.transfer();
        let loss = self.value(|fault| match fault {
            Fault::DataDropped { nth: only } => (nth == *only).then_some((Loss::Reset, None)),
            Fault::DataDroppedInTurn { every, how, text } => nth
                .is_multiple_of((*every).max(1))
                .then(|| (*how, text.clone())),
            _ => None,
        });
        let Some((loss, text)) = loss else {
            return Ok(stream);
        };
        let reply = match loss {
            Loss::Reset => {
                socket::reset(stream.into_tcp());
                Reply::new(426, "Data connection lost")
            }
            Loss::Elsewhere => Reply::new(425, "Can't open data connection"),
            Loss::Empty => Reply::new(226, "Transfer complete"),
            Loss::Stall => {
                let waiting = sleep(self.server.behaviour.limits.data_wait());
                let waited = beside(&mut self.control, &mut self.queued, waiting).await?;
                self.unless_aborted(waited).await?;
                Reply::new(425, "No data connection")
            }
        };
        let reply = match text {
            Some(text) => Reply::new(reply.code(), text),
            None => reply,
        };
        Err(self.told(reply).await)
    }

    /// The data connection, once it is there.
    async fn connected(&mut self) -> Result<Incoming, Stop> {
        let Some(passive) = self.passive.take() else {
            return Err(self.told(Reply::new(425, "Use PASV or EPSV first")).await);
        };
        let waiting = timeout(
            self.server.behaviour.limits.data_wait(),
            passive.connection(),
        );
        let waited = beside(&mut self.control, &mut self.queued, waiting).await?;
        let incoming = match self.unless_aborted(waited).await? {
            Ok((address, Ok(incoming))) => {
                self.control.note(Event::DataConnected {
                    port: address.port(),
                    peer: incoming.peer,
                });
                incoming
            }
            Ok((_, Err(Absent::Foreign))) => {
                return Err(self.told(self.words(Occasion::ForeignPeer)).await);
            }
            Ok((_, Err(Absent::Left))) | Err(_) => {
                return Err(self.told(self.words(Occasion::NoDataConnection)).await);
            }
        };
        if self.has(&Fault::PeerAddressIgnored) {
            drop(incoming);
            return Err(match self.fall_silent().await {
                Ok(flow) => Stop::Told(flow),
                Err(error) => Stop::Gone(error),
            });
        }
        if self.has(&Fault::PeerAddressRejected) {
            drop(incoming);
            return Err(self.told(self.words(Occasion::ForeignPeer)).await);
        }
        Ok(incoming)
    }

    fn start(&self) -> Start {
        let late = self.has(&Fault::StartsAfterHandshake)
            || self.server.behaviour.software.starts_after_handshake();
        if self.has(&Fault::DataUnused) {
            Start::Secured
        } else if self.has(&Fault::StartsUnconnected) {
            Start::Unconnected
        } else if late && !self.has(&Fault::StartsBefore) {
            Start::Secured
        } else {
            Start::Connected
        }
    }

    async fn begin(&mut self) -> Step {
        match self.server.behaviour.software {
            Software::Iis | Software::Pyftpdlib => {
                self.reply(125, "Data connection already open").await
            }
            _ => self.reply(150, "Data connection accepted").await,
        }
    }

    /// The data connection, secured if `PROT P` is in force.
    async fn secured_data(&mut self, mut stream: Rewound) -> Result<Stream, Stop> {
        if self.has(&Fault::DataIgnored) {
            let ignoring = timeout(
                self.server.behaviour.limits.data_wait(),
                tls::ignore(&mut stream),
            );
            let ignored = beside(&mut self.control, &mut self.queued, ignoring).await?;
            let _ = self.unless_aborted(ignored).await?;
            return Err(self.told(self.data_tls_failed()).await);
        }
        if !self.private {
            return Ok(Stream::Plain(stream));
        }
        let server = Arc::clone(&self.server);
        let securing = secure::secure(&server, stream, self.live.number);
        let secured = beside(&mut self.control, &mut self.queued, securing).await?;
        match self.unless_aborted(secured).await? {
            Ok((stream, event)) => {
                self.control.note(event);
                Ok(stream)
            }
            Err(Failure::Tls(reason)) => {
                self.control.note(Event::NotSecured {
                    channel: Channel::Data,
                    reason,
                });
                Err(self.told(self.data_tls_failed()).await)
            }
            Err(Failure::Reuse(event)) => {
                self.control.note(event);
                Err(self.told(self.words(Occasion::ReuseRequired)).await)
            }
        }
    }

    /// What is said of a failed handshake. vsftpd blames reuse for every failure as long as it demands it.
    fn data_tls_failed(&self) -> Reply {
        let behaviour = &self.server.behaviour;
        let demanded = behaviour.session_reuse == SessionReuse::Required;
        if demanded && behaviour.software == Software::Vsftpd {
            return self.words(Occasion::ReuseRequired);
        }
        self.words(Occasion::DataTlsFailed)
    }

    async fn send_data(
        &mut self,
        stream: &mut Stream,
        content: &[u8],
        endless: bool,
    ) -> Result<usize, Stop> {
        let late = self.value(|fault| match fault {
            Fault::DataDelayed { ms } => Some(Duration::from_millis(*ms)),
            _ => None,
        });
        if let Some(time) = late {
            let waited = beside(&mut self.control, &mut self.queued, sleep(time)).await?;
            self.unless_aborted(waited).await?;
        }
        let ending = if endless {
            Ending::Endless
        } else {
            self.ending()
        };
        let sending = timeout(
            self.server.behaviour.limits.transfer(),
            data::send(stream, content, ending),
        );
        let sent = beside(&mut self.control, &mut self.queued, sending).await?;
        self.passed(sent).await
    }

    /// How downloads end here.
    fn ending(&self) -> Ending {
        let ending = self.value(|fault| match fault {
            Fault::DataNoCloseNotify => Some(Ending::Unannounced),
            Fault::DataResetAtEnd => Some(Ending::ResetAtEnd),
            Fault::DataCutShort => Some(Ending::Short),
            Fault::DataReset => Some(Ending::Reset),
            Fault::DataStalls { after } => Some(Ending::Stalled(*after)),
            Fault::DataNotClosed => Some(Ending::Left),
            _ => None,
        });
        ending.unwrap_or(Ending::Proper)
    }

    async fn receive_data(&mut self, stream: &mut Stream) -> Result<Received, Stop> {
        if self.has(&Fault::UploadSwallowed) {
            let waiting = sleep(self.server.behaviour.limits.data_wait());
            let waited = beside(&mut self.control, &mut self.queued, waiting).await?;
            self.unless_aborted(waited).await?;
            return Err(self
                .told(Reply::new(421, "Data timeout. Reconnect. Sorry."))
                .await);
        }
        let limits = &self.server.behaviour.limits;
        let receiving = timeout(limits.transfer(), data::receive(stream, limits.file_bytes));
        let received = beside(&mut self.control, &mut self.queued, receiving).await?;
        self.passed(received).await
    }

    /// Keeps an upload, or as much of it as told.
    async fn keep(&mut self, path: &str, offset: usize, received: Received) -> Result<Flow, Stop> {
        let Received {
            mut content,
            ended_properly,
            too_long,
        } = received;
        self.control.note(Event::DataClosed {
            bytes: content.len(),
        });
        if self.has(&Fault::QuotaExceeded) || too_long {
            if !self.server.behaviour.software.keeps_what_is_too_long() {
                // There is nothing to remove if another session was quicker.
                let _ = self.server.files(|tree| tree.remove(path, false));
            }
            return Ok(self.say(Occasion::Quota).await?);
        }
        if self.has(&Fault::UploadEmpty) {
            content.clear();
        } else if self.has(&Fault::UploadTruncated) {
            content.truncate(content.len() / 2);
        } else if self.has(&Fault::UploadAsText) {
            content = as_text(&content);
        }
        let stored = self.server.files(|tree| {
            let mut whole = tree.read(path).map(<[u8]>::to_vec).unwrap_or_default();
            whole.truncate(offset);
            whole.append(&mut content);
            tree.store(path, whole)
        });
        if let Err(refusal) = stored {
            return Ok(self.refuse(refusal).await?);
        }
        if !ended_properly
            && !self
                .server
                .behaviour
                .software
                .forgives_missing_close_notify()
        {
            return Ok(self.reply(426, "Failure reading network stream.").await?);
        }
        if self.has(&Fault::UploadHangs) {
            return Ok(self.fall_silent().await?);
        }
        if self.has(&Fault::UploadVanishes) {
            let _ = self.server.files(|tree| tree.remove(path, false));
        }
        self.finish().await
    }

    async fn finish(&mut self) -> Result<Flow, Stop> {
        if self.has(&Fault::NoFinalReply) {
            return Ok(self.fall_silent().await?);
        }
        let remark = self.remark.take();
        let text = remark.unwrap_or_else(|| "Transfer complete".into());
        Ok(self.reply(226, text).await?)
    }

    /// What passed over the data connection, unless it broke or took too long.
    async fn passed<T>(&mut self, ended: Ended<Result<io::Result<T>, Elapsed>>) -> Result<T, Stop> {
        match self.unless_aborted(ended).await? {
            Ok(Ok(passed)) => Ok(passed),
            Ok(Err(_)) => Err(self
                .told(Reply::new(426, "Data connection broken, transfer aborted"))
                .await),
            Err(_) => Err(self.told(Reply::new(426, "Transfer took too long")).await),
        }
    }

    async fn unless_aborted<T>(&mut self, ended: Ended<T>) -> Result<T, Stop> {
        match ended {
            Ended::Done(result) => Ok(result),
            Ended::Gone => Err(Stop::Told(Flow::Close)),
            Ended::Aborted => {
                self.reply(426, "Transfer aborted").await?;
                Err(self.told(Reply::new(226, "Abort successful")).await)
            }
        }
    }

    /// Tells the client why the transfer is over.
    async fn told(&mut self, reply: Reply) -> Stop {
        match self.send(reply).await {
            Ok(flow) => Stop::Told(flow),
            Err(error) => Stop::Gone(error),
        }
    }
}

/// Every line feed with the carriage return that RFC 959 section 3.1.1.1 has before it.
fn as_text(content: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(content.len());
    for byte in content {
        if *byte == b'\n' {
            text.push(b'\r');
        }
        text.push(*byte);
    }
    text
}
