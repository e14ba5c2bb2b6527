//! Every fault shows the one thing on the wire that tells it from the others.

#[path = "../client/mod.rs"]
mod client;
mod data;
mod greeting;
mod rights;
mod tls;

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr},
};

use client::{variant, variants};
use lab::Fault;

/// Where the tests come from.
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const AWAY: Ipv4Addr = Ipv4Addr::new(10, 1, 2, 3);

/// One of each.
fn samples() -> Vec<Fault> {
    use Fault::*;
    vec![
        ControlPortClosed,
        ControlPortFiltered,
        SourceRefused { ip: HERE },
        SourceUnwelcome { ip: HERE },
        SourceLoginRefused { ip: HERE },
        SourceTranslatedAnew,
        GreetingDelayed { ms: 200 },
        GreetingNever,
        CloseBeforeGreeting,
        ResetBeforeGreeting,
        GreetingInPieces,
        GreetingMultiline,
        GreetingOfLines { lines: 12 },
        GreetingNotYet { ms: 10 },
        TooManyConnections { from: 2 },
        ServiceUnavailable,
        EndlessGreeting,
        HugeLines,
        Garbage,
        ControlCharacters,
        BareLineFeeds,
        MultilineUnterminated,
        ResetAtReply { nth: 2 },
        AuthRefused { code: 431 },
        AuthTlsOnlySsl,
        AuthOddCode { code: 334 },
        AuthInjected,
        AuthThenSilence,
        AuthThenClearText,
        HandshakeAlert { description: 71 },
        HandshakeClosed,
        NewHellosRefused,
        OldVersionsOnly,
        OldVersionsToo,
        OldHellosOnly,
        Ssl3Only,
        OldCiphersOnly,
        WeakDhOnly,
        SniRejected,
        SniDropped,
        ClientCertificateRequired,
        ClientCertificateRequested,
        NoTickets,
        TicketsRunOut { after: 2 },
        ReuseRefused,
        ReuseBreaks,
        HangsAfterAuth,
        LoginRejected,
        LoginSlow { ms: 200 },
        UserRefused,
        AccountRestricted,
        TooManyAtPass,
        HomeUnavailable,
        HomeUnavailableInClear,
        AccountWanted,
        OneTimePassword,
        NoPasswordNeeded,
        PasswordEchoed,
        ClosesAfterLogin,
        FeatRefused,
        PathMissing,
        ListDenied,
        WriteDenied,
        QuotaExceeded,
        DeleteDenied,
        RenameDenied,
        MakeDirectoryDenied,
        TimesNotSettable,
        ClockOffset { minutes: 120 },
        NoMachineListing,
        ListingTruncated { at: 1 },
        ListTruncated { at: 1 },
        RestRefused,
        RestIgnored,
        RestWrong,
        UploadVanishes,
        OverwriteDenied,
        NamesRefused {
            ending: ".txt".into(),
        },
        RemoveDirectoryDenied,
        TimesKept,
        PassiveRefused,
        EpsvRefused,
        PasvRefused,
        EpsvMalformed,
        PasvAddress { ip: AWAY },
        EpsvPortDead,
        PasvPortDead,
        PassivePortsClosed,
        PassivePortsFiltered,
        SomePortsClosed { every: 2 },
        SomePortsFiltered { every: 2 },
        PortsExhausted { after: 1 },
        PeerAddressRejected,
        PeerAddressIgnored,
        PortsClosedFrom { port: 40_000 },
        ProtRefused,
        ProtRequired,
        DataIgnored,
        DataPlain,
        DataTlsAlert,
        DataCertificateDiffers,
        StartsBefore,
        StartsUnconnected,
        StartsAfterHandshake,
        DataNoCloseNotify,
        DataResetAtEnd,
        DataCutShort,
        DataReset,
        DataStalls { after: 1000 },
        EndlessListing,
        UploadEmpty,
        UploadTruncated,
        UploadAsText,
        UploadHangs,
        NoFinalReply,
    ]
}

#[test]
fn no_fault_is_left_out() {
    let shown: BTreeSet<String> = samples().iter().map(variant).collect();
    assert_eq!(shown, variants::<Fault>());
}

#[tokio::test]
async fn every_fault_shows() {
    for fault in samples() {
        let name = variant(&fault);
        let shown = tokio::spawn(show(fault)).await;
        assert!(shown.is_ok(), "{name} does not show");
    }
}

async fn show(fault: Fault) {
    use Fault::*;
    match fault {
        ControlPortClosed
        | ControlPortFiltered
        | SourceRefused { .. }
        | SourceUnwelcome { .. }
        | SourceLoginRefused { .. } => greeting::reach(fault).await,
        GreetingDelayed { .. }
        | GreetingNever
        | CloseBeforeGreeting
        | ResetBeforeGreeting
        | GreetingInPieces
        | GreetingMultiline
        | GreetingOfLines { .. }
        | GreetingNotYet { .. }
        | TooManyConnections { .. }
        | ServiceUnavailable
        | EndlessGreeting
        | HugeLines
        | Garbage
        | ControlCharacters
        | BareLineFeeds
        | MultilineUnterminated
        | ResetAtReply { .. } => {
            greeting::greeting(fault).await;
        }
        AuthRefused { .. }
        | AuthTlsOnlySsl
        | AuthOddCode { .. }
        | AuthInjected
        | AuthThenSilence
        | AuthThenClearText
        | HangsAfterAuth => tls::auth(fault).await,
        HandshakeAlert { .. }
        | HandshakeClosed
        | NewHellosRefused
        | OldVersionsOnly
        | OldVersionsToo
        | OldHellosOnly
        | Ssl3Only
        | OldCiphersOnly
        | WeakDhOnly
        | SniRejected
        | SniDropped
        | ClientCertificateRequired
        | ClientCertificateRequested => tls::handshake(fault).await,
        NoTickets | TicketsRunOut { .. } | ReuseRefused | ReuseBreaks => tls::reuse(fault).await,
        LoginRejected
        | LoginSlow { .. }
        | UserRefused
        | AccountRestricted
        | TooManyAtPass
        | HomeUnavailable
        | HomeUnavailableInClear
        | AccountWanted
        | OneTimePassword
        | NoPasswordNeeded
        | PasswordEchoed
        | ClosesAfterLogin
        | FeatRefused => rights::login(fault).await,
        PathMissing
        | ListDenied
        | WriteDenied
        | QuotaExceeded
        | DeleteDenied
        | RenameDenied
        | MakeDirectoryDenied
        | TimesNotSettable
        | ClockOffset { .. }
        | NoMachineListing
        | ListingTruncated { .. }
        | ListTruncated { .. }
        | RestRefused
        | RestIgnored
        | RestWrong
        | UploadVanishes
        | OverwriteDenied
        | NamesRefused { .. }
        | RemoveDirectoryDenied
        | TimesKept => rights::rights(fault).await,
        SourceTranslatedAnew => rights::status(fault).await,
        PassiveRefused
        | EpsvRefused
        | PasvRefused
        | EpsvMalformed
        | PasvAddress { .. }
        | EpsvPortDead
        | PasvPortDead
        | PassivePortsClosed
        | PassivePortsFiltered
        | SomePortsClosed { .. }
        | SomePortsFiltered { .. }
        | PortsExhausted { .. }
        | PeerAddressRejected
        | PeerAddressIgnored
        | PortsClosedFrom { .. } => data::passive(fault).await,
        ProtRefused
        | ProtRequired
        | DataIgnored
        | DataPlain
        | DataTlsAlert
        | DataCertificateDiffers
        | StartsBefore
        | StartsUnconnected
        | StartsAfterHandshake => data::protection(fault).await,
        DataNoCloseNotify
        | DataResetAtEnd
        | DataCutShort
        | DataReset
        | DataStalls { .. }
        | EndlessListing
        | UploadEmpty
        | UploadTruncated
        | UploadAsText
        | UploadHangs
        | NoFinalReply => data::data(fault).await,
        _ => panic!("a fault without a test"),
    }
}
