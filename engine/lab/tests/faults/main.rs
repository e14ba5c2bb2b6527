//! Every fault shows the one thing on the wire that tells it from the others.

#[path = "../client/mod.rs"]
mod client;
mod data;
mod dialogue;
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

#[test]
fn no_fault_is_left_out() {
    let shown: BTreeSet<String> = Fault::samples().iter().map(variant).collect();
    assert_eq!(shown, variants::<Fault>());
    let named = Fault::NAMES.iter().map(ToString::to_string);
    assert_eq!(named.collect::<BTreeSet<String>>(), shown);
}

#[tokio::test]
async fn every_fault_shows() {
    for fault in Fault::samples() {
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
        | AuthNotReady { .. }
        | AuthThenSilence
        | HandshakeDelayed { .. }
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
        | NullCiphersOnly
        | WeakDhOnly
        | SniRejected
        | SniDropped
        | SniUnknown { .. }
        | ClientCertificateRequired
        | ClientCertificateRequested => tls::handshake(fault).await,
        NoTickets | TicketsRunOut { .. } | ReuseRefused | ReuseBreaks => tls::reuse(fault).await,
        LoginRejected
        | LoginSlow { .. }
        | PasswordAnswered { .. }
        | UserAnswered { .. }
        | UserRefused
        | AccountRestricted
        | TooManyAtPass
        | HomeUnavailable
        | HomeUnavailableInClear
        | AccountWanted
        | OneTimePassword
        | NoPasswordNeeded
        | UserAnsweredTwice { .. }
        | Welcome { .. }
        | PasswordEchoed
        | ClosesAfterLogin
        | FeatRefused
        | FeatHangsUpInClear
        | NamesNotUtf8 => rights::login(fault).await,
        PathMissing
        | ListDenied
        | ListDeniedInData
        | ListsInAsciiOnly { .. }
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
        GreetingCode { .. }
        | UselessLogin { .. }
        | AlteredInTransit { .. }
        | HandshakeAnsweredInWords { .. } => dialogue::before_login(fault).await,
        Disturbed { .. }
        | Swallowed { .. }
        | Answered { .. }
        | NamesOfParts { .. }
        | NamesIn { .. } => dialogue::commands(fault).await,
        PretRequired | PassiveOnce | DataAt { .. } | OnePort { .. } | PortsInOrder { .. } => {
            dialogue::ports(fault).await;
        }
        DataDropped { .. }
        | DataDroppedInTurn { .. }
        | DataDelayed { .. }
        | DataNotClosed
        | DataGarbled
        | DataUnused
        | UploadSwallowed => dialogue::transfers(fault).await,
        _ => panic!("a fault without a test"),
    }
}
