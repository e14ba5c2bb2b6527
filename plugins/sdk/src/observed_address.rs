//! What the remote says of the address we come from.

use std::net::IpAddr;

use crate::{Run, name, shared, value};

impl Run {
    /// Notes the source address that these words of the server name, if they do: the fact `source.seen-as`.
    pub fn note_seen_as(&mut self, words: &str) {
        if let Some(seen) = self.seen_as(words) {
            self.note(shared::SEEN_AS, value::text(seen.to_string()));
        }
    }

    /// The source address that these words of the server name.
    #[must_use]
    pub fn seen_as(&self, words: &str) -> Option<IpAddr> {
        let address = |fact: &str| self.text(fact)?.parse().ok();
        let (local, peer) = (
            address(name::SOURCE_ADDRESS)?,
            address(name::SERVER_ADDRESS)?,
        );
        ftp::seen_as(words, local, peer)
    }
}
