//! What hostile bytes meet first, for the fuzz targets of `fuzz/`. No part of the public interface. It is always there: as a
//! feature it would have the engine compiled a second time for the tests.

use std::collections::BTreeSet;
use std::sync::Arc;

use hickory_resolver::lookup::Lookup;
use hickory_resolver::proto::op::Message;
use strum::VariantArray;

use super::commands::{Commands, OwnWords};
use super::holder::Holder;
use super::resolver;
use super::verbs::{Command, Origin};
use super::writes::Writes;
use model::capability::{Capability, Powers};
use model::cleaner;

/// The filter of one control connection of a probe that logged in there and has every power but to write and to read files.
#[derive(Debug)]
pub struct Filter {
    commands: Commands,
    words: OwnWords,
    holder: Holder,
    writes: Writes,
}

impl Filter {
    /// The user name that may be sent.
    pub const USER: &str = "jo";

    /// Nothing was said yet.
    pub fn new() -> Filter {
        let mut powers: BTreeSet<Capability> = Capability::VARIANTS.iter().copied().collect();
        powers.remove(&Capability::Write);
        powers.remove(&Capability::Read);
        let powers = Powers::new(&powers, &BTreeSet::new());
        Filter {
            commands: Commands::default(),
            words: OwnWords {
                user: Filter::USER.into(),
                host: "ftp.example.com".into(),
            },
            holder: Holder::new(Arc::new(powers), Origin::Opened),
            writes: Writes::forbidden(),
        }
    }

    /// What may leave now; none where the probe is stopped.
    pub fn pass(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let permit = |command: &Command<'_>| self.holder.permits("fuzzed", command, &self.writes);
        self.commands.pass(bytes, &self.words, permit).ok()
    }
}

impl Default for Filter {
    fn default() -> Filter {
        Filter::new()
    }
}

/// A control connection on which every command is permitted, and the powers are noted that commands took.
#[derive(Debug)]
pub struct Witness {
    commands: Commands,
    origin: Origin,
    /// What they took so far.
    pub powers: BTreeSet<Capability>,
}

impl Witness {
    /// Nothing was said yet.
    pub fn new(origin: Origin) -> Witness {
        Witness {
            commands: Commands::default(),
            origin,
            powers: BTreeSet::new(),
        }
    }

    /// TLS begins: what was said before is no part of what follows.
    pub fn forget(&mut self) {
        self.commands.forget();
    }

    /// What leaves of these bytes; none where they are no commands of the list.
    pub fn pass(&mut self, bytes: &[u8], words: &OwnWords) -> Option<Vec<u8>> {
        let powers = &mut self.powers;
        let permit = |command: &Command<'_>| {
            powers.extend(command.needs.powers(self.origin));
            Ok(())
        };
        self.commands.pass(bytes, words, permit).ok()
    }
}

/// What is left of a stream once the secret is masked in it, read in these pieces.
pub fn masked<'a>(secret: &str, pieces: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut mask = model::mask::Mask::new(secret).stream();
    mask.expect_echo();
    let mut out: Vec<u8> = pieces.flat_map(|piece| mask.pass(piece)).collect();
    out.extend(mask.finish());
    out
}

/// The cleaner of strangers' text.
pub fn cleaned(text: &str, most: usize) -> String {
    cleaner::line(text, most)
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
