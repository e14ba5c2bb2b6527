//! The control connection: command lines in, replies out.

mod reply;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{sleep, timeout},
};

pub(crate) use reply::{Reply, Style};

use crate::{
    Event,
    journal::{Journal, presentable},
    stream::Stream,
};

/// The longest command line.
const LONGEST_LINE: usize = 8 << 10;
/// As much as a client may send ahead.
const LONGEST_INBOX: usize = 64 << 10;
/// The pause between bytes that are to travel alone.
const BETWEEN_PIECES: Duration = Duration::from_millis(1);

/// One control connection and its part of the log.
#[derive(Debug)]
pub(crate) struct Control {
    pub(crate) stream: Stream,
    /// What came in and is not a command yet.
    inbox: Vec<u8>,
    pub(crate) style: Style,
    /// The last password that was tried, which the log must not show.
    pub(crate) secret: String,
    /// What replies say in place of their own words.
    pub(crate) reworded: Option<String>,
    /// Whether each byte of a reply travels alone.
    pub(crate) in_pieces: bool,
    /// The last reply, as it was sent.
    last: Vec<u8>,
    patience: Duration,
    journal: Arc<Journal>,
    pub(crate) number: usize,
    pub(crate) peer: SocketAddr,
}

impl Control {
    pub(crate) fn new(
        stream: Stream,
        journal: Arc<Journal>,
        number: usize,
        peer: SocketAddr,
        style: Style,
        patience: Duration,
    ) -> Self {
        Self {
            stream,
            inbox: Vec::new(),
            style,
            secret: String::new(),
            reworded: None,
            in_pieces: false,
            last: Vec::new(),
            patience,
            journal,
            number,
            peer,
        }
    }

    pub(crate) fn note(&self, event: Event) {
        self.journal.write(self.number, self.peer, event);
    }

    /// The next command, or nothing if the client is gone. Nothing is lost if this is dropped before it is done.
    pub(crate) async fn command(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(end) = self.inbox.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.inbox.drain(..=end).collect();
                let line = text(&line);
                self.note(Event::Received(presentable(&masked(&line), "")));
                return Ok(Some(line));
            }
            if self.inbox.len() > LONGEST_LINE {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if !self.fill().await? {
                return Ok(None);
            }
        }
    }

    /// The first byte that the client sends, without taking it.
    pub(crate) async fn first_byte(&mut self) -> io::Result<Option<u8>> {
        while self.inbox.is_empty() {
            if !self.fill().await? {
                return Ok(None);
            }
        }
        Ok(self.inbox.first().copied())
    }

    /// Waits until the client is gone. What it still sends is kept, as far as there is room.
    pub(crate) async fn gone(&mut self) {
        while self.inbox.len() < LONGEST_INBOX {
            if !matches!(self.fill().await, Ok(true)) {
                return;
            }
        }
        std::future::pending().await
    }

    /// Reads once; false at the end.
    async fn fill(&mut self) -> io::Result<bool> {
        Ok(self.stream.read_buf(&mut self.inbox).await? > 0)
    }

    /// What the client sent too early, to be read as something else than commands.
    pub(crate) fn take_inbox(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.inbox)
    }

    pub(crate) async fn reply(&mut self, reply: Reply) -> io::Result<()> {
        let reply = match &self.reworded {
            Some(text) => Reply::new(reply.code(), text.as_str()),
            None => reply,
        };
        if self.in_pieces {
            return self.reply_in_pieces(reply).await;
        }
        self.note_reply(&reply);
        let bytes = reply.encode(self.style);
        self.write(&bytes).await?;
        self.last = bytes;
        Ok(())
    }

    /// The last reply once more.
    pub(crate) async fn repeat(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.last);
        self.write(&bytes).await
    }

    /// Replies that travel together.
    pub(crate) async fn replies(&mut self, replies: &[Reply]) -> io::Result<()> {
        let mut bytes = Vec::new();
        for reply in replies {
            self.note_reply(reply);
            bytes.extend(reply.encode(self.style));
        }
        self.write(&bytes).await
    }

    /// A reply of which each byte travels alone.
    pub(crate) async fn reply_in_pieces(&mut self, reply: Reply) -> io::Result<()> {
        self.note_reply(&reply);
        for byte in reply.encode(self.style) {
            self.write(&[byte]).await?;
            sleep(BETWEEN_PIECES).await;
        }
        Ok(())
    }

    fn note_reply(&self, reply: &Reply) {
        for line in reply.lines() {
            self.note(Event::Sent(presentable(&line, &self.secret)));
        }
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let sent = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        timeout(self.patience, sent).await?
    }

    /// Words in clear, whatever the state of the connection.
    pub(crate) async fn write_in_clear(&mut self, reply: Reply) -> io::Result<()> {
        self.note_reply(&reply);
        let bytes = reply.encode(self.style);
        match self.stream.raw() {
            Some(stream) => timeout(self.patience, stream.write_all(&bytes)).await?,
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

/// A line without its end and without the Telnet signals that some clients put in front of `ABOR`.
fn text(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let start = line
        .iter()
        .position(|byte| !matches!(byte, 0xf2 | 0xf4 | 0xff))
        .unwrap_or(line.len());
    String::from_utf8_lossy(&line[start..]).into_owned()
}

/// A command as the log may show it.
fn masked(line: &str) -> String {
    let verb = line.split(' ').next().unwrap_or_default();
    if ["PASS", "ACCT"]
        .iter()
        .any(|secret| verb.eq_ignore_ascii_case(secret))
    {
        format!("{verb} ****")
    } else {
        line.to_owned()
    }
}
