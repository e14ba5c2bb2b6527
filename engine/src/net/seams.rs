//! What hostile bytes meet first, for the fuzz targets of `fuzz/`. No part of the public interface. It is always there: as a
//! feature it would have the engine compiled a second time for the tests.

use hickory_resolver::lookup::Lookup;
use hickory_resolver::proto::op::Message;

use super::commands::Commands;
use super::resolver;
use super::writes::{Forbidden, Writes};

/// The filter of one control connection of a probe that may change nothing.
#[derive(Debug, Default)]
pub struct Filter(Commands);

impl Filter {
    /// What may leave now.
    ///
    /// # Errors
    /// The rule that stops the probe.
    pub fn pass(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Forbidden> {
        let writes = Writes::forbidden();
        self.0.pass(bytes, |change| writes.permit("fuzzed", change))
    }
}

/// What is left of a stream once the secret is masked in it, read in these pieces.
pub fn masked<'a>(secret: &str, pieces: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut mask = super::Mask::new(secret);
    let mut out: Vec<u8> = pieces.flat_map(|piece| mask.pass(piece)).collect();
    out.extend(mask.finish());
    out
}

/// The cleaner of strangers' text.
pub fn printable(text: &str, most: usize) -> String {
    super::printable(text, most)
}

/// What is taken from an answer.
#[derive(Debug, Default)]
pub struct Told {
    /// The names that the name asked for is an alias of.
    pub aliases: Vec<String>,
    /// The names of an address.
    pub names: Vec<String>,
    /// Texts.
    pub texts: Vec<String>,
}

/// An answer of a name server (RFC 1035 section 4.1); none where it is no message or asks nothing.
pub fn dns(bytes: &[u8]) -> Option<Told> {
    let message = Message::from_vec(bytes).ok()?;
    let query = message.queries.first()?.clone();
    let found = Lookup::new_with_max_ttl(query, message.answers.iter().cloned());
    Some(Told {
        aliases: resolver::chain(&found),
        names: resolver::pointers(&found),
        texts: resolver::readable(&found),
    })
}
