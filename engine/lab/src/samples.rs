//! One of everything, for those who want to see a client stand it all.

use std::net::{IpAddr, Ipv4Addr};

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error;
use strum::{VariantArray, VariantNames};

use crate::{CertificateKind, Disturbance, Fault, Filter, Software};

/// Where clients on loopback come from.
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const AWAY: Ipv4Addr = Ipv4Addr::new(10, 1, 2, 3);

impl Fault {
    /// The name of each kind, as a `scenario.toml` has it.
    pub const NAMES: &[&str] = <Fault as VariantNames>::VARIANTS;

    /// One of each kind, with values that show it to a client on loopback.
    pub fn samples() -> Vec<Fault> {
        let with_values = with_values();
        let sample = |name: &&str| {
            let given = with_values.iter().find(|it| <&str>::from(*it) == *name);
            // Any other is its name alone. A test finds one that would need values and has none here.
            let named = || Fault::deserialize(IntoDeserializer::<Error>::into_deserializer(*name));
            given.cloned().or_else(|| named().ok())
        };
        Fault::NAMES.iter().filter_map(sample).collect()
    }
}

/// Those that are nothing without a value.
fn with_values() -> Vec<Fault> {
    use Fault::*;
    vec![
        SourceRefused { ip: HERE },
        SourceUnwelcome { ip: HERE },
        SourceLoginRefused { ip: HERE },
        GreetingDelayed { ms: 200 },
        HandshakeDelayed { ms: 200 },
        SniUnknown {
            known: vec!["files.example.com".into()],
        },
        GreetingCode {
            code: "2200".into(),
            text: "Ready".into(),
        },
        AlteredInTransit {
            by: Filter::TelnetToLineFeeds,
        },
        HandshakeAnsweredInWords {
            line: "421 no shared cipher".into(),
        },
        Disturbed {
            at: "PWD".into(),
            how: Disturbance::Silence,
            once: false,
        },
        UselessLogin {
            text: "Password expired".into(),
        },
        GreetingOfLines { lines: 12 },
        GreetingNotYet { ms: 10 },
        TooManyConnections { from: 2 },
        ResetAtReply { nth: 2 },
        AuthRefused { code: 431 },
        AuthOddCode { code: 334 },
        AuthNotReady { ms: 500 },
        HandshakeAlert { description: 71 },
        TicketsRunOut { after: 2 },
        LoginSlow { ms: 200 },
        PasswordAnswered {
            code: 220,
            then: None,
        },
        UserAnswered {
            code: 200,
            then: None,
        },
        UserAnsweredTwice { code: 220 },
        Welcome {
            code: 230,
            lines: 3,
        },
        ClockOffset { minutes: 120 },
        ListingTruncated { at: 1 },
        ListTruncated { at: 1 },
        NamesRefused {
            ending: ".txt".into(),
        },
        PasvAddress { ip: AWAY },
        SomePortsClosed { every: 2 },
        SomePortsFiltered { every: 2 },
        PortsExhausted { after: 1 },
        PortsClosedFrom { port: 40_000 },
        DataStalls { after: 1000 },
        DataAt {
            ip: Ipv4Addr::new(127, 0, 0, 2),
        },
        OnePort { port: 40_100 },
        PortsInOrder { from: 40_200 },
        Answered {
            command: "LIST".into(),
            about: None,
            code: 450,
            text: "No files found".into(),
            closes: false,
        },
        Swallowed {
            command: "EPSV".into(),
        },
        ListsInAsciiOnly {
            text: "Use TYPE A".into(),
        },
        NamesIn {
            encoding: crate::Legacy::Gbk,
        },
        NamesOfParts {
            longest: 8,
            code: 501,
            text: "Name too long".into(),
        },
        DataDropped { nth: 1 },
        DataDroppedInTurn {
            every: 2,
            how: crate::Loss::Reset,
            text: None,
        },
        DataDelayed { ms: 200 },
    ]
}

impl CertificateKind {
    /// Every kind.
    pub const ALL: &[CertificateKind] = <CertificateKind as VariantArray>::VARIANTS;
}

impl Software {
    /// Every product.
    pub const ALL: &[Software] = <Software as VariantArray>::VARIANTS;
}
