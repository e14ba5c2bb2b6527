//! `AUTH`, `PBSZ`, `PROT` (RFC 4217), the handshake of the control connection, and what `FEAT` says.

use std::io;
use std::time::Duration;

use super::{Flow, Session, Step};
use crate::{
    Channel, Event, Fault, Mode, Software,
    control::Reply,
    stream::{Rewound, Stream},
    tls::{self, Secured},
    wording::{Occasion, SetTime},
};

impl Session {
    pub(super) async fn auth(&mut self, mechanism: &str) -> Step {
        if let Some(code) = self.value(|fault| match fault {
            Fault::AuthRefused { code } => Some(*code),
            _ => None,
        }) {
            let reply = self.words(Occasion::AuthRefused).with_code(code);
            return self.send(reply).await;
        }
        if self.server.behaviour.mode == Mode::Plain {
            return self.say(Occasion::AuthRefused).await;
        }
        if self.secured {
            return self.reply(503, "This connection is secured already").await;
        }
        if !self.knows(&mechanism.to_ascii_uppercase()) {
            return self.reply(504, "Security mechanism not understood").await;
        }
        let code = self.value(|fault| match fault {
            Fault::AuthOddCode { code } => Some(*code),
            _ => None,
        });
        let accepted = Reply::new(code.unwrap_or(234), "Ready for the TLS handshake");
        if self.has(&Fault::AuthInjected) {
            let injected = [accepted, Reply::new(220, "Injected before the handshake")];
            let bytes: Vec<u8> = injected
                .iter()
                .flat_map(|reply| reply.encode(self.control.style))
                .collect();
            self.control.write(&bytes).await?;
        } else {
            self.send(accepted).await?;
        }
        self.secure().await
    }

    fn knows(&self, mechanism: &str) -> bool {
        match mechanism {
            "TLS" | "TLS-C" => !self.has(&Fault::AuthTlsOnlySsl),
            "SSL" => !matches!(
                self.server.behaviour.software,
                Software::PureFtpd | Software::FtpSrv | Software::Libunftp
            ),
            _ => false,
        }
    }

    /// Makes the handshake of the control connection, or fails to as told.
    pub(super) async fn secure(&mut self) -> Step {
        let delay = self.value(|fault| match fault {
            Fault::HandshakeDelayed { ms } => Some(Duration::from_millis(*ms)),
            _ => None,
        });
        if let Some(delay) = delay {
            self.pause(delay).await;
        }
        let limit = self.server.behaviour.limits.handshake();
        // Whatever the client sent ahead is part of its handshake, never a command of the secured session.
        let ahead = self.control.take_inbox();
        let Some(mut stream) = self.control.stream.take() else {
            return Ok(Flow::Close);
        };
        stream.unread(ahead);
        let not_ready = self.value(|fault| match fault {
            Fault::AuthNotReady { ms } => Some(Duration::from_millis(*ms)),
            _ => None,
        });
        if let Some(wait) = not_ready
            && tls::ignore_hello(&mut stream, wait).await.is_ok()
        {
            self.control.stream = Stream::Plain(stream);
            return self.reply(502, "Command not allowed").await;
        }
        if self.has(&Fault::AuthThenSilence) {
            return self.never_answer(stream).await;
        }
        if self.has(&Fault::AuthThenClearText) {
            tls::ignore_hello(&mut stream, limit).await?;
            self.control.stream = Stream::Plain(stream);
            return self
                .reply(421, "TLS handshake failed: no suitable parameters")
                .await;
        }
        let words = self.value(|fault| match fault {
            Fault::HandshakeAnsweredInWords { line } => Some(line.clone()),
            _ => None,
        });
        if let Some(line) = words {
            tls::ignore_hello(&mut stream, limit).await?;
            self.control.stream = Stream::Plain(stream);
            self.control.write(format!("{line}\r\n").as_bytes()).await?;
            return Ok(Flow::Close);
        }
        let filter = self.value(|fault| match fault {
            Fault::AlteredInTransit { by } => Some(*by),
            _ => None,
        });
        if let Some(filter) = filter {
            stream.filter(filter);
        }
        let server = &self.server;
        let spoiled = server.tls.spoiled(&server.behaviour, &mut stream, limit);
        if spoiled.await? {
            self.control.stream = Stream::Plain(stream);
            return Ok(Flow::Close);
        }
        match self
            .server
            .tls
            .secure(Channel::Control, stream, self.live.number, limit)
            .await
        {
            Ok(secured) => self.secured_with(secured).await,
            Err(failure) => {
                self.control.note(Event::NotSecured {
                    channel: Channel::Control,
                    reason: failure.to_string(),
                });
                Err(failure)
            }
        }
    }

    async fn secured_with(&mut self, secured: Secured) -> Step {
        let Secured {
            stream,
            version,
            reuse,
        } = secured;
        self.control.note(Event::Secured {
            channel: Channel::Control,
            version,
            resumed: reuse.resumed(),
        });
        self.control.stream = Stream::Secure(Box::new(stream));
        self.secured = true;
        if self.has(&Fault::HangsAfterAuth) {
            return self.fall_silent().await;
        }
        // What was agreed in clear text is forgotten (RFC 4217 section 4.2).
        self.login = Default::default();
        self.sized = false;
        self.private = false;
        self.passive = None;
        Ok(Flow::Continue)
    }

    async fn never_answer(&mut self, mut stream: Rewound) -> Step {
        let idle = self.server.behaviour.limits.idle();
        // It ends with the client or with our patience; both are fine.
        let _ = tokio::time::timeout(idle, tls::ignore(&mut stream)).await;
        Err(io::ErrorKind::TimedOut.into())
    }

    pub(super) async fn pbsz(&mut self, size: &str) -> Step {
        if !self.secured {
            return self.reply(503, "PBSZ is for secured connections").await;
        }
        if size.trim().parse::<u32>().is_err() {
            return self.reply(501, "Size not understood").await;
        }
        self.sized = true;
        self.reply(200, "PBSZ=0").await
    }

    pub(super) async fn prot(&mut self, level: &str) -> Step {
        if !self.sized {
            return self.reply(503, "PBSZ comes first").await;
        }
        match level.trim().to_ascii_uppercase().as_str() {
            "P" if self.has(&Fault::ProtRefused) => self.say(Occasion::ProtectionRefused).await,
            "P" => {
                self.private = true;
                self.reply(200, "Data connections will be secured").await
            }
            "C" if self.refuses_clear_at_prot() => self.say(Occasion::ProtectionRequired).await,
            "C" => {
                self.private = false;
                self.reply(200, "Data connections will be in clear text")
                    .await
            }
            "S" | "E" => self.reply(536, "Protection level not supported").await,
            _ => self.reply(504, "Protection level not understood").await,
        }
    }

    /// Most products take `PROT C` and refuse the transfer.
    fn refuses_clear_at_prot(&self) -> bool {
        match self.server.behaviour.software {
            Software::FtpSrv => true,
            Software::PureFtpd | Software::FilezillaServer => self.has(&Fault::ProtRequired),
            _ => false,
        }
    }

    pub(super) fn features(&self) -> Vec<&'static str> {
        let mut features = Vec::new();
        let refused = |fault: &Fault| matches!(fault, Fault::AuthRefused { .. });
        let no_tls = self.server.behaviour.mode == Mode::Plain
            || self.value(|f| refused(f).then_some(())).is_some();
        if !no_tls {
            features.push(if self.has(&Fault::AuthTlsOnlySsl) {
                "AUTH SSL"
            } else {
                "AUTH TLS"
            });
            features.extend(["PBSZ", "PROT"]);
        }
        if !self.has(&Fault::EpsvRefused) && !self.has(&Fault::PassiveRefused) {
            features.push("EPSV");
        }
        features.push("MDTM");
        if self.sets_times_by(SetTime::Mfmt) {
            features.push("MFMT");
        }
        if !self.has(&Fault::NoMachineListing) {
            features.push("MLST type*;size*;modify*;perm*;");
        }
        if !self.has(&Fault::PasvRefused) && !self.has(&Fault::PassiveRefused) {
            features.push("PASV");
        }
        if !self.has(&Fault::RestRefused) {
            features.push("REST STREAM");
        }
        features.extend(["SIZE", "TVFS"]);
        if !self.has(&Fault::NamesNotUtf8) {
            features.push("UTF8");
        }
        features
    }
}
