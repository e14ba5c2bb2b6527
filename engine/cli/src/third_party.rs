//! Third-party probes: what has to be so before one is let in, and what is told of it before it runs.

use std::collections::BTreeSet;

use super::say;
use model::capability::{Capability, asks_to};
use model::cleaner;
use run::Probes;
use sandbox::{KeyError, Plugin, Signatures, TrustedKey};

/// As much of a digest as tells two files apart for people.
const DIGITS: usize = 12;

#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct SignatureArgs {
    /// Refuse third-party probes that no trusted key has signed; the signature is FILE.wasm.minisig next to the file,
    /// made by minisign
    #[arg(long, help_heading = "Signatures")]
    require_signed: bool,
    /// Trust this minisign public key (repeatable), in addition to each *.pub in the user's settings folder
    /// remote-doctor/trusted-keys
    #[arg(long, help_heading = "Signatures", value_name = "KEY|FILE.pub")]
    trusted_key: Vec<String>,
}

impl SignatureArgs {
    /// What is asked of the signatures of these files. Where there are none, no key is looked for.
    pub(super) fn signatures<T>(&self, files: &[T]) -> Result<Signatures, KeyError> {
        let given = self.trusted_key.iter().map(|key| TrustedKey::given(key));
        let mut trusted = given.collect::<Result<Vec<_>, _>>()?;
        if !files.is_empty() {
            trusted.extend(TrustedKey::of_user()?);
        }
        Ok(Signatures {
            trusted,
            required: self.require_signed,
        })
    }
}

/// Tells of each third-party probe what it is and what it asks for: before anything is asked of a remote.
pub(super) fn announce(probes: &Probes, denied: &BTreeSet<Capability>) {
    for plugin in probes.plugins.iter().filter(|it| it.is_third_party()) {
        say::message(announcement(plugin, denied));
    }
}

fn announcement(plugin: &Plugin, denied: &BTreeSet<Capability>) -> String {
    let about = &plugin.description;
    let algorithm = plugin.digest.find(':').map_or(0, |at| at + 1);
    let digest: String = plugin.digest.chars().take(algorithm + DIGITS).collect();
    let mut text = format!(
        "third-party probe {} {} ({digest}, {})\n{}",
        about.name,
        ftp::named(cleaner::line(&about.version, 40)),
        plugin.signer,
        asks_to(&about.capabilities),
    );
    let denied: Vec<_> = plugin
        .denied(denied)
        .iter()
        .map(ToString::to_string)
        .collect();
    if !denied.is_empty() {
        text.push_str(&format!("; denied: {}", denied.join(", ")));
    }
    text
}
