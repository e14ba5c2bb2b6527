//! What questions, answers and facts take of memory.

use std::collections::BTreeMap;

use crate::bytes::Bytes;
use crate::call::{Answer, Call};
use crate::ledger::Weigh;
use model::finding::{Fact, FactValue};

/// A map with something in it takes room for some more.
const ROW: usize = 600;

impl Weigh for Bytes {
    fn weight(&self) -> usize {
        self.0.len() + size_of::<Bytes>()
    }
}

fn all<T: Weigh>(list: &[T]) -> usize {
    list.iter().map(Weigh::weight).sum()
}

fn texts(list: &[String]) -> usize {
    list.iter().map(|text| text.weight()).sum()
}

fn rows(list: &[BTreeMap<String, String>]) -> usize {
    let cells = list.iter().flatten();
    let cells: usize = cells
        .map(|(name, value)| name.weight() + value.weight())
        .sum();
    cells + list.len() * ROW
}

impl Weigh for Fact {
    fn weight(&self) -> usize {
        let value = match &self.value {
            FactValue::Flag(_) | FactValue::Integer(_) => 0,
            FactValue::Text(text) => text.weight(),
            FactValue::Texts(list) => texts(list),
            FactValue::Rows(list) => rows(list),
        };
        self.name.weight() + size_of::<Fact>() + value
    }
}

impl Weigh for Call {
    fn weight(&self) -> usize {
        match self {
            Call::Aliases { name } | Call::Resolve { name } => name.weight(),
            Call::Ready { connections, .. } => size_of_val(&connections[..]),
            Call::Unread { bytes, .. } | Call::Write { bytes, .. } => bytes.weight(),
            Call::StartTls { options, .. } => {
                options.server_name.as_deref().map_or(0, Weigh::weight)
            }
            Call::Verify {
                chain,
                name,
                anchors,
                ..
            } => all(chain) + all(anchors) + name.as_deref().map_or(0, Weigh::weight),
            Call::FetchIssuer { url } => url.weight(),
            Call::SignedBy {
                certificate,
                issuer,
            } => certificate.weight() + issuer.weight(),
            Call::Provide { state, facts, .. } => state.weight() + all(facts),
            Call::Removed { path } => path.weight(),
            Call::NotRemoved { path, refusal } => path.weight() + refusal.weight(),
            Call::ExpectedAddresses
            | Call::ExpectedNames
            | Call::MostConnections
            | Call::Connect { .. }
            | Call::ConnectData { .. }
            | Call::Established { .. }
            | Call::Read { .. }
            | Call::Secured { .. }
            | Call::Unparsed { .. }
            | Call::Finish { .. }
            | Call::OwnAuthorities
            | Call::Offered
            | Call::SendPassword { .. }
            | Call::Take
            | Call::WritesName
            | Call::Elapsed
            | Call::Pause { .. } => 0,
        }
    }
}

impl Weigh for Answer {
    fn weight(&self) -> usize {
        match self {
            Answer::Text(text) => text.as_deref().map_or(0, Weigh::weight),
            Answer::Texts(list) | Answer::Aliases(Ok(list)) => texts(list),
            Answer::Addresses(list) => size_of_val(&list[..]),
            Answer::Names(list) => list
                .iter()
                .map(|it| it.name.weight() + size_of_val(&it.addresses[..]))
                .sum(),
            Answer::Ready(list) => size_of_val(&list[..]),
            Answer::Bytes(bytes) | Answer::Received(Ok(bytes)) => bytes.weight(),
            Answer::Resolved(Ok(list)) => size_of_val(&list[..]),
            Answer::Secured(Ok(session)) => {
                let chain = session.chain.iter().map(|der| der.len());
                chain.sum::<usize>() + session.cipher.weight()
            }
            // A failure is a sentence of ours, and a server's words in it are cut.
            Answer::Aliases(Err(failure))
            | Answer::Resolved(Err(failure))
            | Answer::Opened(Err(failure))
            | Answer::Established(Err(failure))
            | Answer::Received(Err(failure))
            | Answer::Sent(Err(failure))
            | Answer::Secured(Err(failure)) => failure.detail.weight(),
            Answer::Done(())
            | Answer::Flag(_)
            | Answer::Number(_)
            | Answer::Taken(_)
            | Answer::Opened(Ok(_))
            | Answer::Established(Ok(_))
            | Answer::Sent(Ok(()))
            | Answer::Verified(_)
            | Answer::Signed(_)
            | Answer::Login(_) => 0,
        }
    }
}
