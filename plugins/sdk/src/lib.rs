//! Everything a probe of remote-doctor needs: a probe is a type that implements [`Probe`] and one call of [`export!`].
//!
//! The bindings made from `wit/probe.wit` are hidden behind a few types: [`Run`] is what the probe is told and what it
//! says, [`Connection`] is a TCP connection with or without TLS, [`Control`] is the FTP dialogue on one. A whole small
//! probe stands in `examples/minimal-probe`.
#![warn(missing_docs)]

mod code;
mod connection;
mod control;
mod decision;
mod deviations;
pub mod halt;
mod page;
mod patience;
mod product;
mod run;
pub mod session;
mod step;
mod vantage;

pub use code::{About, Code};
pub use connection::{
    Connection, Established, Resolved, TlsOptions, TlsSession, TlsVersion, aliases,
    expected_addresses, expected_names, most_connections, ready, resolve, version_name,
};
pub use control::{Control, DialogueError};
pub use decision::Decision;
pub use deviations::MALFORMED_REPLY;
pub use ftp;
/// A stranger's words within a sentence of the probe's own: every text of a server, a certificate or a zone that goes into a
/// `detail` or a reason passes through `quoted`, or through `named` where it is a name. Evidence needs no quotation marks.
pub use ftp::{named, quoted};
pub use patience::Patience;
pub use run::{Finding, Run, value};
pub use step::OUT_OF_STEP;

/// What a probe can ask for beyond the sandbox.
pub use bindings::remote_doctor::probe::types::Capability;
/// Why something failed: the operation and the kind of failure, out of a closed list.
pub use bindings::remote_doctor::probe::types::{
    Depth, Endpoint, Fact, FactValue, Failure, FailureKind, IpVersion, Operation, Owner,
    PassiveMode, Request, SslSetting,
};
/// Questions about certificates, answered by the host.
pub mod trust {
    pub use crate::imports::trust::{
        Question, Store, TrustFault, fetch_issuer, own_authorities, signed_by, verify,
    };
}
/// The password, which the host alone sends.
pub mod login {
    pub use crate::imports::login::{Credential, Refusal, offered};
}
/// What this run may make on the remote, and what it owes to remove.
pub mod writes {
    pub use crate::imports::writes::{name, not_removed, removed};

    /// The fact with the paths that an earlier instance of this probe left: where it is there, they are to be removed, and
    /// nothing else is to be done.
    pub const LEFT: &str = "writes.left";

    /// The fact with the reason why nothing may be made on the remote, where the user permits it and the host cannot write
    /// down first what is made.
    pub const WITHHELD: &str = "writes.withheld";
}
pub use imports::clock::{elapsed_us, pause};

/// The fact with the certificates that the server showed: DER in Base64, the leaf first, in the order sent. It goes from
/// probe to probe and not into the report.
pub const CHAIN: &str = "tls.chain";

/// The flag that another connection asks for the features, in clear text and before any login, so that the session that logs
/// in need not: that is one round trip less for everything behind it. It goes from probe to probe and not into the report.
pub const FEATURES_ASKED_BESIDE: &str = "server.features-asked-beside";

/// The fact with the time that the usual reply takes, in milliseconds.
pub const USUAL_REPLY_MS: &str = "server.reply-ms";

/// Replies that take longer than this, in milliseconds, are slow: a look at standard depth would need more time than a run
/// has, so that probes look as briefly as at depth quick.
pub const SLOW_REPLY_MS: i64 = 2_000;

/// The fact with the path that was entered from the login directory; empty where that is the directory itself.
pub const ENTERED: &str = "login.entered";

/// The states that the built-in probes reach for each other.
pub mod state {
    /// A TCP connection to the remote's port; nothing read or written.
    pub const CONNECTED: &str = "connected";
    /// It is known how the remote is secured; where TLS is spoken, the fact [`CHAIN`](super::CHAIN) has the certificates
    /// that were shown. It may be reached where no session came about.
    pub const IDENTIFIED: &str = "identified";
    /// A control connection whose greeting was read, secured as far as settings and server allow; not logged in.
    pub const SECURED: &str = "secured";
    /// The same, logged in.
    pub const LOGGED_IN: &str = "logged-in";
    /// A data connection of the session that is logged in works, in the protection that the settings ask for.
    pub const TRANSFERRING: &str = "transferring";
}

#[doc(hidden)]
#[allow(
    missing_docs,
    unsafe_code,
    reason = "generated from wit/probe.wit, which carries the documentation"
)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "probe",
        pub_export_macro: true,
        additional_derives: [PartialEq],
        export_macro_name: "export_component",
        default_bindings_module: "probe_sdk::bindings",
    });
}

/// The functions of the contract: a component's imports.
use bindings::remote_doctor::probe as imports;

/// One aspect of a remote that can be looked at.
pub trait Probe {
    /// What the host learns before the probe runs.
    const ABOUT: About;

    /// Looks, and says what it saw.
    ///
    /// # Errors
    /// Only where the probe could not look at all. A fault that was found is a success.
    fn run(run: &mut Run) -> Result<(), Failure>;
}

/// Makes the component's exports out of a type that implements [`Probe`]. Name and version are the package's.
#[macro_export]
macro_rules! export {
    ($probe:ty) => {
        #[doc(hidden)]
        pub struct Component;

        impl $crate::bindings::Guest for Component {
            fn describe() -> $crate::bindings::remote_doctor::probe::types::Description {
                <$probe as $crate::Probe>::ABOUT.describe(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
            }

            fn run(
                request: $crate::Request,
            ) -> Result<$crate::bindings::remote_doctor::probe::types::Outcome, $crate::Failure> {
                $crate::execute::<$probe>(request)
            }
        }

        #[cfg(target_arch = "wasm32")]
        $crate::bindings::export_component!(Component with_types_in $crate::bindings);
    };
}

#[doc(hidden)]
pub fn execute<P: Probe>(
    request: Request,
) -> Result<bindings::remote_doctor::probe::types::Outcome, Failure> {
    // A trap carries no text; the panic's own words must leave before it.
    #[cfg(target_arch = "wasm32")]
    std::panic::set_hook(Box::new(|panic| {
        use imports::log;
        log::write(log::Level::Warning, &panic.to_string())
    }));
    let mut run = Run::new(request);
    P::run(&mut run)?;
    if const { P::ABOUT.reports(MALFORMED_REPLY) }
        && let Some(finding) = deviations::finding()
    {
        run.found_after_all(finding);
    }
    if const { P::ABOUT.reports(halt::CLOSES_SESSION) } {
        halt::report(&mut run);
    }
    if const { P::ABOUT.reports(OUT_OF_STEP) } {
        step::report(&mut run);
    }
    Ok(run.into_outcome())
}
