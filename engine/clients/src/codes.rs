//! What stops every client, by code.

use serde::Deserialize;

const CODES: &str = include_str!("../codes.toml");

/// The codes, by the first step that fails.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Codes {
    pub(crate) connect: Vec<String>,
    /// Listing, download and upload alike.
    pub(crate) transfer: Vec<String>,
    pub(crate) list: Vec<String>,
    pub(crate) download: Vec<String>,
    pub(crate) upload: Vec<String>,
    /// By chance.
    pub(crate) chance: Vec<String>,
    /// From our own place, and not for others.
    pub(crate) somewhere: Vec<String>,
    /// The same of data connections.
    pub(crate) somewhere_transfer: Vec<String>,
}

impl Codes {
    pub(crate) fn built_in() -> Result<Codes, toml::de::Error> {
        toml::from_str(CODES)
    }
}
