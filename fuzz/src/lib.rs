//! What is fuzzed: a function for each parser of hostile input and for each seam between guest and engine. It takes bytes
//! that anybody may have made, and panics where a promise is broken.
//!
//! `cargo xtask fuzz` runs each with libFuzzer; `tests/corpus.rs` runs all of them over the corpus and what is near it, in
//! every run of the tests.
#![warn(missing_docs)]

mod dialogue;
mod files;
mod guest;
mod input;
mod names;
mod outgoing;
mod probes;
mod report;
mod settings;
mod signature;
mod text;
mod tls;

pub use dialogue::{addresses, features, listing, replies};
pub use files::{published, recording, state};
pub use guest::{component, description, outcome};
pub use names::dns;
pub use outgoing::commands;
pub use probes::probes;
pub use report::report;
pub use settings::{settings, url};
pub use signature::signature;
pub use text::{cleaner, mask, template};
pub use tls::{certificates, first_flight};

/// Something that is fuzzed.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name of its binary and of its folder in the corpus.
    pub name: &'static str,
    /// What is run with each input.
    pub run: fn(&[u8]),
    /// How many inputs near the corpus a run of the tests makes: fewer where one of them takes long.
    pub tries: u32,
}

/// All of them, by name.
pub const TARGETS: &[Target] = &[
    Target {
        name: "certificates",
        run: certificates,
        tries: 600,
    },
    Target {
        name: "cleaner",
        run: cleaner,
        tries: 3000,
    },
    Target {
        name: "commands",
        run: commands,
        tries: 3000,
    },
    Target {
        name: "component",
        run: component,
        tries: 60,
    },
    Target {
        name: "description",
        run: description,
        tries: 3000,
    },
    Target {
        name: "dns",
        run: dns,
        tries: 3000,
    },
    Target {
        name: "ftp_addresses",
        run: addresses,
        tries: 3000,
    },
    Target {
        name: "ftp_features",
        run: features,
        tries: 3000,
    },
    Target {
        name: "ftp_listing",
        run: listing,
        tries: 3000,
    },
    Target {
        name: "ftp_replies",
        run: replies,
        tries: 3000,
    },
    Target {
        name: "mask",
        run: mask,
        tries: 3000,
    },
    Target {
        name: "outcome",
        run: outcome,
        tries: 3000,
    },
    Target {
        name: "probes",
        run: probes,
        tries: 600,
    },
    Target {
        name: "published",
        run: published,
        tries: 800,
    },
    Target {
        name: "recording",
        run: recording,
        tries: 600,
    },
    Target {
        name: "report",
        run: report,
        tries: 60,
    },
    Target {
        name: "settings",
        run: settings,
        tries: 3000,
    },
    Target {
        name: "settings_url",
        run: url,
        tries: 3000,
    },
    Target {
        name: "signature",
        run: signature,
        tries: 800,
    },
    Target {
        name: "state",
        run: state,
        tries: 800,
    },
    Target {
        name: "template",
        run: template,
        tries: 3000,
    },
    Target {
        name: "tls_first_flight",
        run: first_flight,
        tries: 3000,
    },
];
