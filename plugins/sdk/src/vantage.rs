//! What the remote says of the address we come from.

use std::net::IpAddr;

use crate::{Run, value};

impl Run {
    /// Notes the source address that these words of the server name, if they do: the fact `source.seen-as`.
    pub fn note_seen_as(&mut self, words: &str) {
        if let Some(seen) = self.seen_as(words) {
            self.note("source.seen-as", value::text(seen.to_string()));
        }
    }

    /// The source address that these words of the server name.
    #[must_use]
    pub fn seen_as(&self, words: &str) -> Option<IpAddr> {
        let address = |fact: &str| self.text(fact)?.parse().ok();
        let (local, peer) = (address("source.address")?, address("server.address")?);
        ftp::seen_as(words, local, peer)
    }
}
