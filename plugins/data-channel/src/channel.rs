//! The data connections of one session, one after another, within the number that one run may open.

use probe_sdk::ftp::phase::transfer::TransferAnswer;
use probe_sdk::ftp::{Class, Reply};
use probe_sdk::session::{
    Answer, DataPort, Early, Method, Offer, Opening, Payload, Refusal, Session,
};
use probe_sdk::{DialogueError, Failure, FailureKind, THREE_LOST_MS, elapsed_us, quoted};

use crate::again::STANDSTILL_MS;
use crate::clients::Questions;
use crate::lost::Lost;
use crate::question::Asked;
use crate::sample::{Outcome, Sample};
use crate::silence::SilentBeside;

/// Ports after the first that did not answer are not given as long, in milliseconds: two lost packets fit in.
const SHORTER_MS: u32 = 2_000;
/// The first packet of a connection and its repetition after a second (RFC 6298 section 2.1) have been lost by then.
pub(crate) const TWO_LOST_MS: u32 = 1_250;
/// One of them that is tried once more, to be sure, in milliseconds: three lost packets nearly fit in.
pub(crate) const AGAIN_MS: u32 = 3_000;
/// A listing longer than this says nothing more about the channel, in bytes.
pub(crate) const MAX_LISTING: usize = 1024 * 1024;

/// Fresh sessions that one look may open to see a failure again.
pub(crate) const FRESH: usize = 3;
/// A session with the data connections it has had.
pub(crate) struct Channel {
    pub(crate) session: Session,
    pub(crate) samples: Vec<Sample>,
    /// Data connections that may still be opened.
    left: usize,
    /// Fresh sessions that may still be opened.
    pub(crate) fresh: usize,
    /// What was found of a question beside another one that was left without an answer.
    pub(crate) silent_beside: Option<SilentBeside>,
    /// Whether the session ended over a question, so that the next one is to be asked in a fresh one.
    pub(crate) reopen: bool,
    /// The command that lists: another one where the server does not know LIST.
    pub(crate) lister: &'static str,
    /// Whether a port that was asked for and not used keeps this server from giving another one.
    pub(crate) spoilt_by_sampling: bool,
    /// Whether the server lists `PRET` among its features.
    pub(crate) lists_pret: bool,
    /// Whether it lists `MLST` among them, and so the listing for machines (RFC 3659 section 7.8).
    pub(crate) lists_machine_readable: bool,
    /// How a question for a port was refused that `PRET` cured.
    pub(crate) pret_refusal: Option<(Method, Reply)>,
    /// Whether what ended suddenly was repeated already.
    pub(crate) repeated: bool,
    /// Data connections that ended suddenly, and did not when they were repeated.
    pub(crate) sudden: usize,
    /// Sessions that broke off over a transfer or a question for a port, and did not when it was repeated.
    pub(crate) lost: Vec<Lost>,
    /// Data connections that fell silent, and did not when they were repeated.
    pub(crate) stalled: usize,
    /// Whether transfers of this server stand still for longer than others', and are complete all the same.
    pub(crate) is_patient: bool,
    /// Whether nothing is waited for beyond the time-outs of the settings.
    pub(crate) waits_no_longer: bool,
    /// What failed once and worked when it was repeated, in words.
    pub(crate) once: Vec<String>,
    /// The shortest time from a question for a port to its answer, in milliseconds.
    pub(crate) round_trip_ms: u32,
    /// What is still to be asked of what clients differ over.
    pub(crate) questions: Questions,
}

/// Whether a server says 150 before there is a data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StartReply {
    Before,
    After,
}

/// Why a transfer whose command goes out first did not come about.
#[derive(Debug)]
pub(crate) enum NotBegun {
    /// The server said no.
    Refused(Reply),
    /// The session broke, or said nothing.
    Ended,
    /// What came is no reply, which is said by itself.
    Unreadable,
    /// There was no port for it.
    NoPort,
}

impl Channel {
    /// At most `most` data connections.
    pub(crate) fn new(session: Session, most: usize, waits_no_longer: bool) -> Channel {
        let round_trip_ms = session.connect_ms;
        let mut channel = Channel {
            session,
            samples: Vec::new(),
            left: most,
            fresh: FRESH,
            silent_beside: None,
            reopen: false,
            lister: "LIST",
            spoilt_by_sampling: false,
            lists_pret: false,
            lists_machine_readable: false,
            pret_refusal: None,
            repeated: false,
            sudden: 0,
            lost: Vec::new(),
            stalled: 0,
            is_patient: false,
            waits_no_longer,
            once: Vec::new(),
            round_trip_ms,
            questions: Questions::default(),
        };
        channel.adjust();
        channel
    }

    /// Gives a new session the patience that this server has shown to need.
    pub(crate) fn adjust(&mut self) {
        self.session.standstill_ms = self.standstill_ms();
        self.session.end_ms = self.session.standstill_ms;
        self.adjust_to_path();
    }

    /// The same for the time of a connection.
    pub(crate) fn adjust_to_path(&mut self) {
        // Beyond some round trips.
        let dropped_ms = THREE_LOST_MS.saturating_add(self.round_trip_ms.saturating_mul(2));
        self.session.connect_ms = self.session.connect_ms.min(dropped_ms);
    }

    /// How long a transfer may stand still before it is looked at once more.
    pub(crate) fn standstill_ms(&self) -> u32 {
        let reply_ms = self.session.control.reply_ms();
        match self.is_patient {
            true => reply_ms,
            false if self.waits_no_longer => (reply_ms / 2).min(STANDSTILL_MS),
            false => reply_ms.min(STANDSTILL_MS.max(self.session.control.first_look_ms())),
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
        let replaced = self.session.replace(change);
        self.adjust();
        replaced
    }

    /// Takes the place of one data connection.
    pub(crate) fn begin(&mut self, port: DataPort) -> Result<probe_sdk::Connection, Failure> {
        self.left = self.left.saturating_sub(1);
        self.session.begin(port)
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
        let connected = self.connect(port, Channel::ask_meanwhile);
        let took_ms = u64::from(since_ms(begun));
        if self.go_on_afresh() {
            return;
        }
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

    /// One transfer whose command goes out before its data connection is made.
    pub(crate) fn transfer_early(&mut self, verb: &'static str) -> Result<StartReply, NotBegun> {
        let method = self.method_that_works();
        let (offer, port) = self.port(method, verb, verb).ok_or(NotBegun::NoPort)?;
        // One that answers without a data connection answers within a round trip.
        let wait_ms = self.round_trip_ms + self.round_trip_ms / 4 + 30;
        let started = match self.session.send_early(verb, wait_ms) {
            Ok(Early::Started) => true,
            Ok(Early::Nothing) => false,
            Ok(Early::Final(reply)) => return Err(NotBegun::Refused(reply)),
            Err(error) => {
                self.session.usable = false;
                return Err(match error {
                    DialogueError::Failure(_) => NotBegun::Ended,
                    DialogueError::Reply(_) => NotBegun::Unreadable,
                });
            }
        };
        let begun = elapsed_us();
        // The transfer is under way.
        let connected = self.connect(port, |_| ());
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
            (Some(reply), _) => Err(NotBegun::Refused(reply)),
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

    /// Connects, and does something else until the TCP handshake is over.
    fn connect(
        &mut self,
        port: DataPort,
        meanwhile: impl FnOnce(&mut Channel),
    ) -> Result<probe_sdk::Connection, Failure> {
        let connected = self.begin(port).and_then(|data| {
            meanwhile(self);
            data.established(self.session.connect_ms)?;
            Ok(data)
        });
        match connected.as_ref().map_err(|failure| failure.kind) {
            Err(FailureKind::TimedOut) => {
                let shorter_ms = self.shorter_ms();
                self.session.connect_ms = self.session.connect_ms.min(shorter_ms);
            }
            Err(FailureKind::Closed | FailureKind::InvalidArgument) => self.session.usable = false,
            _ => {}
        }
        connected
    }

    /// How long a port is given where others were silent: where several were, two lost packets are enough, beyond a round trip.
    pub(crate) fn shorter_ms(&self) -> u32 {
        const SEVERAL: usize = 3;
        match self.samples.iter().filter(|it| it.silent()).count() {
            SEVERAL.. => TWO_LOST_MS.saturating_add(self.round_trip_ms.saturating_mul(2)),
            _ => SHORTER_MS,
        }
        .min(SHORTER_MS)
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
