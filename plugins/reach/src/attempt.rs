//! TCP connections to several addresses, a few at a time.

use std::collections::VecDeque;

use probe_sdk::{
    Connection, Endpoint, Established, Failure, FailureKind, Patience, elapsed_us, ready,
};

/// More addresses than this say nothing new about a name.
const MAX_ADDRESSES: usize = 16;
/// How many connections may wait at a time: a third is left to the session that goes on.
const AT_A_TIME: usize = 2;
/// An address that has not answered by then gets company (RFC 8305 section 5 recommends 250 ms).
const HEAD_START_MS: u32 = 250;

/// One connection that was tried.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) ip: String,
    pub(crate) port: u16,
    pub(crate) result: Result<Established, Failure>,
}

impl Attempt {
    pub(crate) fn is_ipv6(&self) -> bool {
        self.ip.contains(':')
    }

    pub(crate) fn kind(&self) -> Option<FailureKind> {
        self.result.as_ref().err().map(|failure| failure.kind)
    }

    /// Who sent the ICMP message that ended it.
    pub(crate) fn told_by(&self) -> Option<&str> {
        self.result.as_ref().err()?.told_by.as_deref()
    }

    /// What happened, in two words.
    pub(crate) fn outcome(&self) -> String {
        match &self.result {
            Ok(established) => format!("open in {:.1} ms", established.took_us as f64 / 1000.0),
            Err(failure) => match failure.kind {
                FailureKind::Refused if failure.told_by.is_none() => "refused".into(),
                FailureKind::Reset => "open, then reset at once".into(),
                FailureKind::TimedOut => "no answer".into(),
                _ => failure.detail.clone(),
            },
        }
    }

    pub(crate) fn row(&self) -> Vec<(String, String)> {
        vec![
            ("address".into(), self.ip.clone()),
            ("port".into(), self.port.to_string()),
            ("result".into(), self.outcome()),
        ]
    }
}

/// The sentence for a refused port.
pub(crate) fn refusal(ip: &str, port: u16) -> String {
    format!("{ip} answers, but nothing listens on port {port}: it refuses the connection at once.")
}

/// The connections of one port to several addresses.
pub(crate) struct Attempts {
    port: u16,
    wait_ms: u32,
    waiting: VecDeque<String>,
    open: Vec<(String, Connection, u64)>,
    /// Addresses that were tried once more, since the connection to them was accepted and reset.
    again: Vec<String>,
    done: Vec<Attempt>,
}

impl Attempts {
    pub(crate) fn new(addresses: Vec<String>, port: u16, wait_ms: u32) -> Attempts {
        let waiting = addresses.into_iter().take(MAX_ADDRESSES).collect();
        Attempts {
            port,
            wait_ms,
            waiting,
            open: Vec::new(),
            again: Vec::new(),
            done: Vec::new(),
        }
    }

    /// The first connection that comes about within `wait_ms` milliseconds; the others go on in [`all`](Attempts::all).
    pub(crate) fn first_connected(&mut self, wait_ms: u32) -> Option<(Attempt, Connection)> {
        let mut patience = Patience::new(wait_ms);
        let mut left_ms = patience.left_ms();
        while self.begin() && left_ms > 0 {
            let next = self.next(left_ms);
            left_ms = patience.left_ms();
            if let Some((attempt, connection)) = next {
                self.done.push(attempt.clone());
                if attempt.result.is_ok() {
                    return Some((attempt, connection));
                }
            }
        }
        None
    }

    /// Every attempt, in the order it was decided.
    pub(crate) fn all(mut self) -> Vec<Attempt> {
        while self.begin() {
            if let Some((attempt, _)) = self.next(u32::MAX) {
                self.done.push(attempt);
            }
        }
        self.done
    }

    /// Does not wait any longer: what has not come about by now counts as silent.
    pub(crate) fn give_up(&mut self) {
        self.waiting.clear();
        for (ip, connection, _) in std::mem::take(&mut self.open) {
            self.done.push(Attempt {
                ip,
                port: self.port,
                result: connection.established(0),
            });
        }
    }

    /// An address from which nothing has come so far, be it that it is still waited for.
    pub(crate) fn silent(&self) -> Option<&str> {
        let waited_for = self.open.first().map(|(ip, _, _)| ip.as_str());
        let given_up = self.failed_with(FailureKind::TimedOut);
        waited_for.or(given_up.map(|attempt| attempt.ip.as_str()))
    }

    /// The first attempt that failed like this, of those that are decided.
    pub(crate) fn failed_with(&self, kind: FailureKind) -> Option<&Attempt> {
        self.done
            .iter()
            .find(|attempt| attempt.kind() == Some(kind))
    }

    /// The attempts that are decided.
    pub(crate) fn decided(&self) -> &[Attempt] {
        &self.done
    }

    /// Begins what may begin; false when nothing is left.
    fn begin(&mut self) -> bool {
        let slow = self
            .open
            .iter()
            .all(|(_, _, since)| elapsed_us() - since >= u64::from(HEAD_START_MS) * 1000);
        if self.open.len() < AT_A_TIME
            && slow
            && let Some(ip) = self.waiting.pop_front()
        {
            match Connection::open(&Endpoint {
                ip: ip.clone(),
                port: self.port,
            }) {
                Ok(connection) => self.open.push((ip, connection, elapsed_us())),
                Err(failure) => self.done.push(Attempt {
                    ip,
                    port: self.port,
                    result: Err(failure),
                }),
            }
            return true;
        }
        !self.open.is_empty() || !self.waiting.is_empty()
    }

    /// The next connection that is decided within `most_ms` milliseconds, if one is before it is time to begin another.
    fn next(&mut self, most_ms: u32) -> Option<(Attempt, Connection)> {
        let connections: Vec<&Connection> = self
            .open
            .iter()
            .map(|(_, connection, _)| connection)
            .collect();
        let wait = if self.waiting.is_empty() {
            self.wait_ms + 1000
        } else {
            HEAD_START_MS
        };
        let index = *ready(&connections, wait.min(most_ms)).first()?;
        let (ip, connection, _) = self.open.remove(index);
        let result = connection.established(0);
        let is_reset = matches!(&result, Err(failure) if failure.kind == FailureKind::Reset);
        if is_reset && !self.again.contains(&ip) {
            // Once only, it was a moment's trouble.
            self.again.push(ip.clone());
            self.waiting.push_front(ip);
            return None;
        }
        Some((
            Attempt {
                ip,
                port: self.port,
                result,
            },
            connection,
        ))
    }
}
