//! Everything a probe of remote-doctor needs: a probe is a type that implements [`Probe`] and one call of [`export!`].
//!
//! The bindings made from `wit/v0_1/probe.wit` are hidden behind a few types: [`Run`] is what the probe is told and what it
//! says, [`Connection`] is a TCP connection with or without TLS, [`Control`] is the FTP dialogue on one. A whole small
//! probe stands in `examples/minimal-probe`.
#![warn(missing_docs)]

mod code;
mod connection;
mod control;
mod decision;
mod declaration;
mod deviations;
pub mod halt;
mod observed_address;
mod page;
mod patience;
mod product;
mod run;
pub mod session;
pub mod shared;
mod step;

pub use code::{About, Code};
pub use connection::{
    Connection, Established, Resolved, TlsOptions, TlsSession, TlsVersion, aliases,
    expected_addresses, expected_names, most_connections, plan_data_ports, ready, resolve,
    version_name,
};
pub use control::{Control, DialogueError};
pub use decision::Decision;
pub use declaration::{Declaration, declaring};
pub use deviations::MALFORMED_REPLY;
pub use ftp;
/// A stranger's words within a sentence of the probe's own: every text of a server, a certificate or a zone that goes into a
/// `detail` or a reason passes through `quoted`, or through `named` where it is a name. Evidence needs no quotation marks.
pub use ftp::{named, quoted};
pub use patience::{
    AT_HAND_MS, FIRST_LOOK_MS, Pace, Patience, THREE_LOST_MS, beyond_ms, first_look_of,
    second_look_of, since_ms, whole_check_s,
};
pub use run::{Finding, Run, value};
pub use step::OUT_OF_STEP;

/// What a probe can ask for beyond the sandbox.
pub use bindings::remote_doctor::probe::types::Capability;
/// What a declaration says of a fact.
pub use bindings::remote_doctor::probe::types::{Comparison, Dependency, FactKind, Privacy};
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

    pub use facts::name::{WRITES_LEFT as LEFT, WRITES_WITHHELD as WITHHELD};
}
pub use imports::clock::{elapsed_us, pause};

pub use facts::name::{
    LOGIN_ENTERED as ENTERED, SERVER_FEATURES_ASKED_BESIDE as FEATURES_ASKED_BESIDE,
    TLS_CHAIN as CHAIN,
};
/// Words that others read: names of facts, states that the built-in probes provide for each other, labels of evidence.
pub use facts::value as words;
pub use facts::{how, label, name, state};

/// Replies that take longer than this, in milliseconds, are slow: a look at standard depth would need more time than a run
/// has, so that probes look as briefly as at depth quick.
pub const SLOW_REPLY_MS: i64 = 2_000;

#[doc(hidden)]
#[allow(
    missing_docs,
    unsafe_code,
    reason = "generated from wit/v0_1/probe.wit, which carries the documentation"
)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit/v0_1",
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
                $crate::describe::<$probe>(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
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
pub fn describe<P: Probe>(
    name: &str,
    version: &str,
) -> bindings::remote_doctor::probe::types::Description {
    // What is wrong then is a page of the author's, which the words name; where the kit noticed it is nobody's business.
    have_last_words(|panic| panic.payload_as_str().unwrap_or_default().to_owned());
    P::ABOUT.describe(name, version)
}

/// A trap carries no text; the panic's own words must leave before it.
fn have_last_words(words: fn(&std::panic::PanicHookInfo<'_>) -> String) {
    #[cfg(target_arch = "wasm32")]
    std::panic::set_hook(Box::new(move |panic| {
        use imports::log;
        log::write(log::Level::Warning, &words(panic))
    }));
    #[cfg(not(target_arch = "wasm32"))]
    let _ = words;
}

#[doc(hidden)]
pub fn execute<P: Probe>(
    request: Request,
) -> Result<bindings::remote_doctor::probe::types::Outcome, Failure> {
    have_last_words(|panic| panic.to_string());
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
