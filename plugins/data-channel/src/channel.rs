//! The data connections of one session, one after another, within the number that one run may open.

use probe_sdk::ftp::phase::transfer::TransferAnswer;
use probe_sdk::ftp::{Class, Reply};
use probe_sdk::session::{
    Answer, DataPort, Early, Method, Offer, Opening, Payload, Refusal, Session,
};
use probe_sdk::{Failure, FailureKind, elapsed_us, quoted};

use crate::ending::{Ending, How};
use crate::pret;
use crate::sample::{Outcome, Sample};

/// Ports after the first that did not answer are not given as long, in milliseconds: two lost packets fit in.
pub(crate) const SHORTER_MS: u32 = 3_000;
/// A listing longer than this says nothing more about the channel, in bytes.
pub(crate) const MAX_LISTING: usize = 1024 * 1024;

/// Fresh sessions that one look may open to see a failure again.
const FRESH: usize = 3;
/// How long an answer is waited for the second time that none comes, in milliseconds.
const SECOND_WAIT_MS: u32 = 10_000;

/// A session with the data connections it has had.
pub(crate) struct Channel {
    pub(crate) session: Session,
    pub(crate) samples: Vec<Sample>,
    /// Data connections that may still be opened.
    left: usize,
    /// Fresh sessions that may still be opened.
    fresh: usize,
    /// Whether the session ended over a question, so that the next one is to be asked in a fresh one.
    reopen: bool,
    /// The command that lists: another one where the server does not know LIST.
    pub(crate) lister: &'static str,
    /// Whether a port that was asked for and not used keeps this server from giving another one.
    pub(crate) spoilt_by_sampling: bool,
    /// Whether the server lists `PRET` among its features.
    pub(crate) lists_pret: bool,
    /// How a question for a port was refused that `PRET` cured.
    pub(crate) pret_refusal: Option<(Method, Reply)>,
    /// Whether what ended suddenly was repeated already.
    pub(crate) repeated: bool,
    /// Data connections that ended suddenly, and did not when they were repeated.
    pub(crate) sudden: usize,
    /// Sessions that broke off over a transfer, and did not when it was repeated.
    pub(crate) lost: usize,
    /// What failed once and worked when it was repeated, in words.
    pub(crate) once: Vec<String>,
    /// The shortest time from a question for a port to its answer, in milliseconds.
    pub(crate) round_trip_ms: u32,
}

/// What came of a question for a port.
pub(crate) enum Asked {
    Offer(Offer),
    /// The session ended over it, or nothing came, in two sessions.
    Ended(Ending),
    /// The dialogue broke for another reason, or could not be had once more.
    Broke(String),
}

/// Whether a server says 150 before there is a data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StartReply {
    Before,
    After,
}

impl Channel {
    /// At most `most` data connections.
    pub(crate) fn new(session: Session, most: usize) -> Channel {
        let round_trip_ms = session.connect_ms;
        Channel {
            session,
            samples: Vec::new(),
            left: most,
            fresh: FRESH,
            reopen: false,
            lister: "LIST",
            spoilt_by_sampling: false,
            lists_pret: false,
            pret_refusal: None,
            repeated: false,
            sudden: 0,
            lost: 0,
            once: Vec::new(),
            round_trip_ms,
        }
    }

    /// Whether one more data connection may be opened.
    pub(crate) fn has_room(&self) -> bool {
        (self.session.usable || self.reopen && self.fresh > 0) && self.left > 0
    }

    /// Goes on in a fresh session; false where there is none to be had.
    pub(crate) fn afresh(&mut self, change: impl FnOnce(&mut Opening)) -> bool {
        if self.fresh == 0 {
            return false;
        }
        self.fresh -= 1;
        self.reopen = false;
        self.session.replace(change)
    }

    /// Takes the place of one data connection.
    pub(crate) fn begin(&mut self, port: DataPort) -> Result<probe_sdk::Connection, Failure> {
        self.left = self.left.saturating_sub(1);
        self.session.begin(port)
    }

    /// Asks for a port for this transfer command. An end of the session, or silence, is seen once more before it counts.
    pub(crate) fn ask(&mut self, method: Method, command: &str) -> Asked {
        if !self.session.usable && self.reopen && !self.afresh(|_| ()) {
            return Asked::Broke("there is no fresh session to ask in".into());
        }
        let asked = elapsed_us();
        let error = match self.session.ask(method, command) {
            Ok(offer) => {
                self.round_trip_ms = self.round_trip_ms.min(since_ms(asked));
                let offer = if self.session.usable {
                    let offer = self.busy_again(method, command, offer);
                    pret::tried(self, method, command, offer)
                } else {
                    self.closed_over(method, command, offer)
                };
                return Asked::Offer(offer);
            }
            Err(error) => error,
        };
        self.session.usable = false;
        let Some(first) = Ending::of(&error, &self.session) else {
            return Asked::Broke(error.to_string());
        };
        let silent = first.how == How::Silence;
        let shorter = |opening: &mut Opening| {
            if silent {
                opening.reply_ms = opening.reply_ms.min(SECOND_WAIT_MS);
            }
        };
        if !self.afresh(shorter) {
            return Asked::Broke(error.to_string());
        }
        match self.session.ask(method, command) {
            Ok(offer) => {
                let name = method.name();
                self.once.push(format!("{name}: {}", first.words()));
                Asked::Offer(offer)
            }
            Err(error) => {
                self.session.usable = false;
                let again = Ending::of(&error, &self.session);
                // What follows goes on in a session that nobody asked this of.
                self.reopen = true;
                match again {
                    Some(again) if again.how == first.how => Asked::Ended(first),
                    _ => Asked::Broke(error.to_string()),
                }
            }
        }
    }

    /// No port is free: it is asked for once more, since one may have become free.
    fn busy_again(&mut self, method: Method, command: &str, offer: Offer) -> Offer {
        if !matches!(offer, Offer::Busy(_)) {
            return offer;
        }
        match self.session.ask(method, command) {
            Ok(again @ Offer::Port { .. }) => {
                let name = method.name();
                self.once.push(format!("{name}: no port was free"));
                again
            }
            Ok(_) => offer,
            Err(_) => {
                self.session.usable = false;
                self.reopen = true;
                offer
            }
        }
    }

    /// 421 in place of a port, which ends the session: asked for once more in a fresh one, and the rest goes on in one that
    /// nobody asked this of.
    fn closed_over(&mut self, method: Method, command: &str, offer: Offer) -> Offer {
        if !self.afresh(|_| ()) {
            return offer;
        }
        match self.session.ask(method, command) {
            Ok(again @ Offer::Port { .. }) => {
                self.once
                    .push(format!("{}: the session ended", method.name()));
                again
            }
            Ok(_) | Err(_) => {
                self.session.usable = false;
                self.reopen = true;
                offer
            }
        }
    }

    /// One whole transfer; `command` is `verb` with its argument.
    pub(crate) fn transfer(
        &mut self,
        method: Method,
        verb: &'static str,
        command: &str,
        most: usize,
    ) {
        let Some((offer, port)) = self.port(method, verb, command) else {
            return;
        };
        let begun = elapsed_us();
        let connected = self.connect(port);
        let took_ms = u64::from(since_ms(begun));
        let result = connected.map_or_else(Outcome::unconnected, |data| {
            let payload = Payload::Receive { most };
            match self.session.transfer(data, command, payload) {
                Ok(transferred) => Outcome::Done(transferred),
                Err(refusal) => Outcome::Refused(refusal),
            }
        });
        self.samples.push(Sample {
            method,
            offer: Some(offer),
            verb: Some(verb),
            took_ms: Some(took_ms),
            result,
        });
    }

    pub(crate) fn list(&mut self, method: Method) {
        self.transfer(method, self.lister, self.lister, MAX_LISTING);
    }

    /// One transfer whose command goes out before its data connection is made. The reply where that was the end of it.
    pub(crate) fn transfer_early(
        &mut self,
        verb: &'static str,
    ) -> Result<StartReply, Option<Reply>> {
        let method = self.method_that_works();
        let (offer, port) = self.port(method, verb, verb).ok_or(None)?;
        // One that answers without a data connection answers within a round trip.
        let wait_ms = self.round_trip_ms + self.round_trip_ms / 4 + 30;
        let started = match self.session.send_early(verb, wait_ms) {
            Ok(Early::Started) => true,
            Ok(Early::Nothing) => false,
            Ok(Early::Final(reply)) => return Err(Some(reply)),
            Err(_) => {
                self.session.usable = false;
                return Err(None);
            }
        };
        let begun = elapsed_us();
        let connected = self.connect(port);
        let took_ms = u64::from(since_ms(begun));
        let mut late = None;
        let result = match connected {
            Ok(data) => {
                let payload = Payload::Receive { most: MAX_LISTING };
                match self.session.transfer_begun(data, started, payload) {
                    Ok(transferred) => Outcome::Done(transferred),
                    Err(refusal) => match not_known(&refusal) {
                        Some(reply) => {
                            late = Some(reply.clone());
                            Outcome::Opened
                        }
                        None => Outcome::Refused(refusal),
                    },
                }
            }
            Err(failure) => {
                // The server goes on waiting for a connection that never comes.
                self.session.usable = false;
                Outcome::unconnected(failure)
            }
        };
        self.samples.push(Sample {
            method,
            offer: Some(offer),
            verb: Some(verb),
            took_ms: Some(took_ms),
            result,
        });
        match (late, started) {
            (Some(reply), _) => Err(Some(reply)),
            (None, true) => Ok(StartReply::Before),
            (None, false) => Ok(StartReply::After),
        }
    }

    /// A port to transfer over; where there is none, that is a sample, too.
    fn port(
        &mut self,
        method: Method,
        verb: &'static str,
        command: &str,
    ) -> Option<(Offer, DataPort)> {
        let (offer, result) = match self.ask(method, command) {
            Asked::Offer(offer) => match offer {
                Offer::Port { port, .. } => return Some((offer, port)),
                // Left over from a transfer: pyftpdlib refuses a data connection with 425 and says 150 all the same.
                Offer::Refused(reply) if reply.class() == Class::Preliminary => {
                    self.session.usable = false;
                    (
                        None,
                        Outcome::NotLooked(format!("out of step: {}", quoted(&reply))),
                    )
                }
                _ => (Some(offer), Outcome::NoPort),
            },
            Asked::Ended(ending) => (None, Outcome::Ended(ending)),
            Asked::Broke(why) => (None, Outcome::NotLooked(why)),
        };
        self.samples.push(Sample {
            method,
            offer,
            verb: Some(verb),
            took_ms: None,
            result,
        });
        None
    }

    fn connect(&mut self, port: DataPort) -> Result<probe_sdk::Connection, Failure> {
        let connected = self.begin(port).and_then(|data| {
            data.established(self.session.connect_ms)?;
            Ok(data)
        });
        match connected.as_ref().map_err(|failure| failure.kind) {
            Err(FailureKind::TimedOut) => {
                self.session.connect_ms = self.session.connect_ms.min(SHORTER_MS);
            }
            Err(FailureKind::Closed | FailureKind::InvalidArgument) => self.session.usable = false,
            _ => {}
        }
        connected
    }

    /// The method to ask for the next port with. Both come equally often, and in no rhythm (the sequence of Thue and
    /// Morse): where every second port of a server fails, a strict turn would blame one of the methods.
    pub(crate) fn next_method(&self) -> Method {
        let turn = self.samples.len().count_ones().is_multiple_of(2);
        match (self.gives(Method::Epsv), self.gives(Method::Pasv)) {
            (true, true) if !turn => Method::Pasv,
            (false, true) => Method::Pasv,
            _ => self.first_method(),
        }
    }

    /// EPSV, unless the settings allow PASV only.
    pub(crate) fn first_method(&self) -> Method {
        self.session.only_method().unwrap_or(Method::Epsv)
    }

    /// As [`next_method`](Channel::next_method), without a method whose ports all failed where the other's did not.
    pub(crate) fn method_that_works(&self) -> Method {
        match (self.is_dead(Method::Epsv), self.is_dead(Method::Pasv)) {
            (true, false) if self.gives(Method::Pasv) => Method::Pasv,
            (false, true) if self.gives(Method::Epsv) => Method::Epsv,
            _ => self.next_method(),
        }
    }

    /// The method that leads to data connections, where the other one does not.
    pub(crate) fn only_working_method(&self) -> Option<Method> {
        let works = |method: Method| {
            let mut samples = self.samples.iter();
            samples.any(|it| it.method == method && it.port_opened())
        };
        let fails = |method: Method| self.is_dead(method) || !self.gives(method);
        [Method::Epsv, Method::Pasv]
            .into_iter()
            .zip([Method::Pasv, Method::Epsv])
            .find(|(method, other)| works(*method) && fails(*other))
            .map(|(method, _)| method)
    }

    fn is_dead(&self, method: Method) -> bool {
        let of = || self.samples.iter().filter(|it| it.method == method);
        // Wherever it was dialled: it leads nowhere from here.
        let leads_nowhere = |it: &Sample| matches!(it.result, Outcome::PortFailed(_));
        of().any(leads_nowhere) && !of().any(Sample::port_opened)
    }

    /// Whether a method is allowed here and has not been refused.
    pub(crate) fn gives(&self, method: Method) -> bool {
        let refused = |sample: &Sample| {
            sample.method == method && sample.was_answered() && sample.port().is_none()
        };
        self.session.allows(method) && !self.samples.iter().any(refused)
    }

    /// Whether every transfer so far succeeded, and at least one did.
    pub(crate) fn transfers_well(&self) -> bool {
        self.session.usable
            && self.samples.iter().any(|sample| sample.done().is_some())
            && self.samples.iter().all(|sample| sample.refusal().is_none())
    }
}

/// Whether a server says that it does not know a command (RFC 959 section 4.2.1).
pub(crate) fn says_not_known(reply: &Reply) -> bool {
    matches!(reply.code, 500 | 501 | 502 | 504)
}

/// The reply of a server that does not know a command and took its time to say so.
fn not_known(refusal: &Refusal) -> Option<&Reply> {
    use TransferAnswer::{NoDataConnection, PeerAddressRejected, ProtectionRequired, TlsRefused};
    let about_the_connection = matches!(
        refusal.answer,
        Answer::Reply(TlsRefused | ProtectionRequired | PeerAddressRejected | NoDataConnection)
    );
    let reply = refusal.reply.as_ref()?;
    (says_not_known(reply) && !refusal.started && !about_the_connection).then_some(reply)
}

/// The time since a moment of the run's clock, in milliseconds, rounded up.
pub(crate) fn since_ms(moment_us: u64) -> u32 {
    let passed = elapsed_us().saturating_sub(moment_us).div_ceil(1000);
    u32::try_from(passed).unwrap_or(u32::MAX)
}
