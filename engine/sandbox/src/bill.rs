//! What a run has to answer for at the seam: every question and its answer, and what the host keeps of them. It counts
//! ahead of network, recorder and replay alike, so a replay comes to the same end as the run that was recorded.

use std::collections::BTreeMap;

use super::budget::{CONVERSATION, FACTS, HOST_MEMORY, NAMES, Stop};
use super::check;
use host::call::{Answer, Call};
use host::ledger::{Charge, Full, Ledger, Weigh};
use model::finding::Fact;

/// A question and its answer in a recording, without what is in them.
const ENTRY: usize = 256;
/// What the host reads ahead, and what TLS and the dialogue hold of a connection.
const BUFFERS: usize = 128 * 1024;

/// The account of one run of one probe.
#[derive(Debug)]
pub(super) struct Bill {
    memory: Ledger,
    /// What may still be said and heard: it may be in a recording, and nothing of it is given back.
    conversation: usize,
    /// How many names may still be asked.
    names: u32,
    connections: BTreeMap<u32, Open>,
    /// What it hands on, by name: a fact that is replaced is not charged any more.
    facts: BTreeMap<String, Charge>,
    handed_on: Ledger,
}

/// A connection that the probe holds.
#[derive(Debug)]
struct Open {
    _buffers: Charge,
    /// What was read of it and not put back.
    read: usize,
    put_back: Charge,
}

/// What the host keeps of a question.
enum Keeps<'a> {
    /// Nothing, or what has a limit of its own: connections and what is owed for writing.
    Nothing,
    /// It is asked of somebody else, and the answer is remembered.
    Name,
    /// Until they are replaced.
    Facts(&'a [Fact], Option<u32>),
    /// Until they are read.
    PutBack(u32, usize),
}

/// A question that was charged for and is not answered yet.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asked {
    /// To read from this connection.
    Read(u32),
    /// To begin TLS on this connection, where nothing is left then of what came in clear text.
    Tls(u32),
    /// Something else.
    Other,
}

fn no_memory(_: Full) -> Stop {
    Stop::UsedUp("memory of the host (16 MiB)")
}

impl Bill {
    pub(super) fn new() -> Bill {
        Bill {
            memory: Ledger::new(HOST_MEMORY),
            conversation: CONVERSATION,
            names: NAMES,
            connections: BTreeMap::new(),
            facts: BTreeMap::new(),
            handed_on: Ledger::new(FACTS),
        }
    }

    /// Charges for a question before it is asked.
    ///
    /// # Errors
    /// It is more than a run may cause.
    pub(super) fn ask(&mut self, call: &Call) -> Result<Asked, Stop> {
        self.converse(ENTRY + call.weight())?;
        match keeps(call) {
            Keeps::Nothing => {}
            Keeps::Name => {
                let left = self.names.checked_sub(1);
                self.names = left.ok_or(Stop::UsedUp("names (256)"))?;
            }
            Keeps::Facts(facts, connection) => {
                self.hand_on(facts)?;
                // Whoever takes it pays for it.
                if let Some(number) = connection {
                    self.closed(number);
                }
            }
            Keeps::PutBack(connection, bytes) => self.put_back(connection, bytes)?,
        }
        Ok(match call {
            Call::Read { connection, .. } => Asked::Read(*connection),
            Call::StartTls { connection, .. } => Asked::Tls(*connection),
            _ => Asked::Other,
        })
    }

    /// Charges for an answer.
    ///
    /// # Errors
    /// As [`ask`](Bill::ask).
    pub(super) fn heard(&mut self, asked: Asked, answer: &Answer) -> Result<(), Stop> {
        self.converse(answer.weight())?;
        match (asked, answer) {
            (_, Answer::Opened(Ok(number)) | Answer::Taken(Some(number))) => {
                let open = Open {
                    _buffers: self.memory.charge(BUFFERS).map_err(no_memory)?,
                    read: 0,
                    put_back: self.memory.open(),
                };
                self.connections.insert(*number, open);
            }
            (Asked::Read(connection), Answer::Received(Ok(bytes))) => {
                if let Some(open) = self.connections.get_mut(&connection) {
                    open.read += bytes.0.len();
                    open.put_back.shrink(bytes.0.len());
                }
            }
            (Asked::Tls(connection), Answer::Sent(Ok(()))) => {
                if let Some(open) = self.connections.get_mut(&connection) {
                    open.read = 0;
                    open.put_back.shrink(usize::MAX);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A connection is not the probe's any more.
    pub(super) fn closed(&mut self, connection: u32) {
        self.connections.remove(&connection);
    }

    fn converse(&mut self, bytes: usize) -> Result<(), Stop> {
        let left = self.conversation.checked_sub(bytes);
        self.conversation = left.ok_or(Stop::UsedUp("questions and answers (32 MiB)"))?;
        Ok(())
    }

    fn hand_on(&mut self, facts: &[Fact]) -> Result<(), Stop> {
        for fact in facts {
            self.facts.remove(&fact.name);
            let charge = self.handed_on.charge(fact.weight());
            let charge = charge.map_err(|_| Stop::UsedUp("room for facts (1 MiB)"))?;
            self.facts.insert(fact.name.clone(), charge);
        }
        match self.facts.len() > check::MAX_ITEMS {
            true => Err(Stop::UsedUp("room for facts (200 names)")),
            false => Ok(()),
        }
    }

    /// Nobody puts words into a server's mouth: what is put back was read.
    fn put_back(&mut self, connection: u32, bytes: usize) -> Result<(), Stop> {
        let open = self.connections.get_mut(&connection);
        let more = || Stop::Denied("it put back more than it had read".into());
        let open = open.filter(|open| bytes <= open.read).ok_or_else(more)?;
        open.put_back.grow(bytes).map_err(no_memory)?;
        open.read -= bytes;
        Ok(())
    }
}

/// Every question is listed, so that whoever adds one has to say what is kept of it.
fn keeps(call: &Call) -> Keeps<'_> {
    match call {
        Call::Resolve { .. } | Call::Aliases { .. } | Call::FetchIssuer { .. } => Keeps::Name,
        Call::Provide {
            facts, connection, ..
        } => Keeps::Facts(facts, *connection),
        Call::Unread { connection, bytes } => Keeps::PutBack(*connection, bytes.0.len()),
        Call::ExpectedAddresses
        | Call::ExpectedNames
        | Call::MostConnections
        | Call::Connect { .. }
        | Call::ConnectData { .. }
        | Call::Ready { .. }
        | Call::Established { .. }
        | Call::Read { .. }
        | Call::Write { .. }
        | Call::StartTls { .. }
        | Call::Secured { .. }
        | Call::Unparsed { .. }
        | Call::Finish { .. }
        | Call::Verify { .. }
        | Call::OwnAuthorities
        | Call::SignedBy { .. }
        | Call::Offered
        | Call::SendPassword { .. }
        | Call::Take
        | Call::WritesName
        | Call::Removed { .. }
        | Call::NotRemoved { .. }
        | Call::Elapsed
        | Call::Pause { .. } => Keeps::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use host::bytes::Bytes;
    use host::net::TlsOptions;
    use model::finding::FactValue;

    fn fact(name: &str, size: usize) -> Fact {
        Fact {
            name: name.into(),
            value: FactValue::Text("x".repeat(size)),
        }
    }

    fn leave(facts: Vec<Fact>) -> Call {
        Call::Provide {
            state: "s".into(),
            connection: None,
            facts,
        }
    }

    fn used_up<T: std::fmt::Debug>(result: Result<T, Stop>) -> &'static str {
        match result {
            Err(Stop::UsedUp(what)) => what,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_fact_that_is_replaced_is_not_charged_any_more() {
        let mut bill = Bill::new();
        for _ in 0..40 {
            bill.ask(&leave(vec![fact("a.b", FACTS / 2)])).unwrap();
        }
        bill.ask(&leave(vec![fact("a.c", FACTS / 4)])).unwrap();
        let more = bill.ask(&leave(vec![fact("a.d", FACTS / 2)]));
        assert!(used_up(more).contains("facts"));
    }

    #[test]
    fn facts_are_counted_by_their_names() {
        let mut bill = Bill::new();
        let named = |n: usize| leave(vec![fact(&format!("a.f{n}"), 1)]);
        let left = (0..1_000).take_while(|n| bill.ask(&named(*n)).is_ok());
        assert_eq!(left.count(), check::MAX_ITEMS);
    }

    #[test]
    fn a_row_of_nothing_is_not_for_nothing() {
        let row = std::collections::BTreeMap::from([(String::new(), String::new())]);
        let rows = Fact {
            name: "a.b".into(),
            value: FactValue::Rows(vec![row; FACTS / 100]),
        };
        assert!(used_up(Bill::new().ask(&leave(vec![rows]))).contains("facts"));
    }

    #[test]
    fn what_is_put_back_was_read() {
        let mut bill = Bill::new();
        let read = Call::Read {
            connection: 7,
            max: 100,
            wait_ms: 1,
        };
        let unread = |bytes: usize| Call::Unread {
            connection: 7,
            bytes: Bytes(vec![0; bytes]),
        };
        assert!(
            matches!(bill.ask(&unread(1)), Err(Stop::Denied(_))),
            "not its own"
        );
        bill.heard(Asked::Other, &Answer::Opened(Ok(7))).unwrap();
        let hear = |bill: &mut Bill| {
            let asked = bill.ask(&read).unwrap();
            let answer = Answer::Received(Ok(Bytes(vec![0; 100])));
            bill.heard(asked, &answer).unwrap();
        };
        for _ in 0..1_000 {
            hear(&mut bill);
            bill.ask(&unread(40)).unwrap();
            bill.ask(&unread(60)).unwrap();
        }
        assert!(matches!(bill.ask(&unread(1)), Err(Stop::Denied(_))));
        hear(&mut bill);
        let tls = Call::StartTls {
            connection: 7,
            options: TlsOptions {
                server_name: None,
                resume: false,
                highest: None,
            },
        };
        let asked = bill.ask(&tls).unwrap();
        bill.heard(asked, &Answer::Sent(Ok(()))).unwrap();
        let clear = bill.ask(&unread(1));
        assert!(
            matches!(clear, Err(Stop::Denied(_))),
            "nothing goes into TLS"
        );
    }

    #[test]
    fn names_are_counted() {
        let mut bill = Bill::new();
        let name = Call::Resolve { name: "a".into() };
        let asked = (0..10_000).take_while(|_| bill.ask(&name).is_ok()).count();
        assert_eq!(asked, NAMES as usize);
        assert!(used_up(bill.ask(&name)).contains("names"));
    }

    #[test]
    fn all_that_is_said_and_heard_is_counted() {
        let mut bill = Bill::new();
        let long = Call::SignedBy {
            certificate: Bytes(vec![0; 1 << 20]),
            issuer: Bytes::default(),
        };
        let asked = (0..1_000).take_while(|_| bill.ask(&long).is_ok()).count();
        assert_eq!(asked, (CONVERSATION >> 20) - 1);
        let mut bill = Bill::new();
        let long = Answer::Bytes(Bytes(vec![0; 1 << 20]));
        let heard = (0..1_000).take_while(|_| bill.heard(Asked::Other, &long).is_ok());
        assert_eq!(heard.count(), (CONVERSATION >> 20) - 1);
    }

    #[test]
    fn connections_cost_what_they_buffer_until_they_are_closed() {
        let mut bill = Bill::new();
        for number in 0..10_000 {
            bill.heard(Asked::Other, &Answer::Opened(Ok(number)))
                .unwrap();
            bill.closed(number);
        }
        let open = |number| bill.heard(Asked::Other, &Answer::Taken(Some(number)));
        let opened = (0..1_000).map(open).take_while(Result::is_ok).count();
        assert_eq!(opened, HOST_MEMORY / BUFFERS);
    }
}
