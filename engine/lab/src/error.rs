//! Why a server of the lab could not be started.

use std::{io, net::SocketAddr};

/// Why a server of the lab could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabError {
    /// The address cannot be listened on.
    #[error("listen on {at}: {source}")]
    Listen {
        /// The address that was asked for.
        at: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A certificate cannot be made from these names.
    #[error("make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The TLS library refuses the configuration.
    #[error("configure tls: {0}")]
    Tls(#[from] rustls::Error),
    /// Client certificates cannot be asked for.
    #[error("ask for client certificates: {0}")]
    ClientCertificates(#[from] rustls::server::VerifierBuilderError),
}
