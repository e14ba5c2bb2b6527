//! Which probe it is.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::capability::Capability;
use crate::finding::Description;
use crate::signer::Signer;
use crate::standing::Standing;

/// A probe, as reports and recordings know it: without its code.
#[derive(Clone, Debug)]
pub struct ProbeIdentity {
    /// What it says of itself.
    pub description: Arc<Description>,
    /// SHA-256 of its file, in hexadecimal digits.
    pub digest: String,
    /// Who vouches for it.
    pub signer: Signer,
}

impl ProbeIdentity {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.description.name
    }

    /// Whether it is no part of this program.
    pub fn is_third_party(&self) -> bool {
        self.description.standing == Standing::ThirdParty
    }

    /// What of all that the user denies to third-party probes this one asks for.
    pub fn denied(&self, denied: &BTreeSet<Capability>) -> BTreeSet<Capability> {
        match self.is_third_party() {
            true => &self.description.capabilities & denied,
            false => BTreeSet::new(),
        }
    }
}
