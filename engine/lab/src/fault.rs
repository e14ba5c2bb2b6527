//! The list of what can be wrong with a server of the lab.

use std::net::{IpAddr, Ipv4Addr};

use serde::{Deserialize, Serialize};
use strum::{EnumMessage, IntoStaticStr, VariantNames};

use crate::Disturbance;

/// One thing that is wrong with a server. The number or code at the end of each line is what it shows.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, EnumMessage, IntoStaticStr, VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum Fault {
    // Reaching the server.
    /// Nothing listens on the port, connecting is refused: `net.connection-refused` (F-N10).
    ControlPortClosed,
    /// Connecting gets no answer at all: `net.connection-timeout` (F-N04). Needs Linux, where a full queue is silent.
    ControlPortFiltered,
    /// This source address is accepted and closed without one byte: `net.source-ip-blocked` (F-N05).
    SourceRefused {
        /// The unwelcome address.
        ip: IpAddr,
    },
    /// This source address gets 421 in place of a greeting: `net.source-ip-blocked` (F-N05).
    SourceUnwelcome {
        /// The unwelcome address.
        ip: IpAddr,
    },
    /// This source address gets 530 for the right password: `net.source-ip-blocked` (F-L07).
    SourceLoginRefused {
        /// The unwelcome address.
        ip: IpAddr,
    },

    /// STAT names another source address in each session, as behind a translation with several: `source.not-static`.
    SourceTranslatedAnew,

    // The greeting.
    /// The greeting takes its time: `service.slow-banner` (F-G01).
    GreetingDelayed {
        /// How long, in milliseconds.
        ms: u64,
    },
    /// Connected, and silence for ever: `service.no-banner`.
    GreetingNever,
    /// Accepted, then closed without one byte: `net.closed-without-banner` (F-G10).
    CloseBeforeGreeting,
    /// Accepted, then reset without one byte: `net.closed-without-banner` (F-N05).
    ResetBeforeGreeting,
    /// Each byte of the greeting in a segment of its own: healthy, but not for careless readers (F-G09).
    GreetingInPieces,
    /// A multi-line greeting whose inner lines begin with other codes: healthy (F-G09).
    GreetingMultiline,
    /// A greeting of so many lines: healthy, and too much for simple clients.
    GreetingOfLines {
        /// All of them, at least two.
        lines: usize,
    },
    /// 120 first, and 220 later: legal, and slow (F-G09).
    GreetingNotYet {
        /// The time between both, in milliseconds.
        ms: u64,
    },
    /// 421 for the number of connections, from the nth at one time on: `service.too-many-connections` (F-G08).
    TooManyConnections {
        /// The first connection that is refused; 1 refuses all.
        from: usize,
    },
    /// 421 in place of the greeting, for no stated limit: `service.unavailable`.
    ServiceUnavailable,
    /// A multi-line greeting without end: a client must bound what it reads.
    EndlessGreeting,
    /// A greeting of one line of a megabyte: a client must bound what it reads.
    HugeLines,
    /// Binary noise in place of a greeting: `service.not-ftp`.
    Garbage,
    /// Terminal control sequences in the greeting: they must not reach a screen.
    ControlCharacters,
    /// Replies end in a bare line feed: `service.malformed-reply` (F-G09).
    BareLineFeeds,
    /// The last line of a multi-line reply lacks its code: `service.malformed-reply`.
    MultilineUnterminated,

    /// The nth reply of each session is a reset instead: a client must stand a broken connection at any moment.
    ResetAtReply {
        /// 1 is the greeting.
        nth: usize,
    },

    /// A command that is not answered as it should be: `service.stops-answering`, `service.closes-session`,
    /// `service.replies-out-of-step`.
    Disturbed {
        /// Its verb, such as `PASV`.
        at: String,
        /// What comes in place of the answer, or beside it.
        how: Disturbance,
        /// Only the first time it comes to this server: never an error.
        #[serde(default)]
        once: bool,
    },
    /// Everything after the login is answered 530, in these words: `ftp.password-expired`.
    UselessLogin {
        /// Such as `Password expired`.
        text: String,
    },
    /// The greeting has a code of another length, and these words: `service.malformed-reply`.
    GreetingCode {
        /// Such as `22`.
        code: String,
        /// What follows it.
        text: String,
    },

    // AUTH and the control channel's TLS.
    /// What the server sends of TLS on the control connection is changed on the way: `tls.altered-in-transit`.
    AlteredInTransit {
        /// By what.
        by: crate::Filter,
    },
    /// `AUTH` is refused with this code: `ftps.not-supported` (F-A01, F-A03, F-A04).
    AuthRefused {
        /// The code, such as 431, 500, 502, 504, 530 or 534.
        code: u16,
    },
    /// `AUTH SSL` only; `AUTH TLS` gets 504 (F-A05).
    AuthTlsOnlySsl,
    /// `AUTH TLS` is accepted with another code than 234 (F-A06).
    AuthOddCode {
        /// The code, such as 334 or 200.
        code: u16,
    },
    /// Clear text follows the 234 in the same segment, before the handshake (F-A10).
    AuthInjected,
    /// A ClientHello that comes sooner than this after the 234 is read as a command, as ftp-srv and libunftp were seen to
    /// do on a fast way.
    AuthNotReady {
        /// How soon, in milliseconds.
        ms: u64,
    },
    /// 234, and then the handshake is never answered: `tls.handshake-failed` (F-A09, F-N11).
    AuthThenSilence,
    /// The control handshake is answered, and takes its time to begin: healthy, but not for the impatient.
    HandshakeDelayed {
        /// How long, in milliseconds.
        ms: u64,
    },
    /// 234, and then 421 in clear text in place of the handshake: `tls.handshake-failed` (F-A07).
    AuthThenClearText,
    /// The ClientHello is answered with this line in clear text, and the connection closed: `tls.cipher-mismatch` where its
    /// words say so.
    HandshakeAnsweredInWords {
        /// Such as `421 no shared cipher`.
        line: String,
    },
    /// The control handshake ends in this alert: `tls.handshake-failed`, and others by number.
    HandshakeAlert {
        /// The number, such as 40 (`handshake_failure`) or 70 (`protocol_version`).
        description: u8,
    },
    /// The control handshake ends with the connection, without an alert: `tls.handshake-failed` (F-A07).
    HandshakeClosed,
    /// A ClientHello that lists its versions gets alert 40, as from old load balancers; any other gets TLS 1.2, up to
    /// ServerHelloDone, with suites of today if there are no others: `tls.handshake-failed`.
    NewHellosRefused,
    /// Only TLS 1.0 and 1.1: `tls.version-unsupported` (F-A07). It answers a ClientHello that allows these up to its
    /// ServerHelloDone and goes no further; any other gets alert 70.
    OldVersionsOnly,
    /// TLS 1.0 and 1.1 beside good versions: `tls.legacy-versions`. An old ClientHello is answered up to
    /// ServerHelloDone, no more.
    OldVersionsToo,
    /// Only TLS 1.0, and the connection ends at a ClientHello with extensions: `tls.version-unsupported` (F-A07).
    OldHellosOnly,
    /// Only SSL 3.0: `tls.version-unsupported` (F-A07).
    Ssl3Only,
    /// Only RSA key exchange with CBC at TLS 1.2: `tls.cipher-mismatch` (F-A08). A ClientHello that allows it is
    /// answered up to ServerHelloDone, no more; any other gets alert 40.
    OldCiphersOnly,
    /// The same with suites that do not encrypt.
    NullCiphersOnly,
    /// The same with Diffie-Hellman over a prime of 1024 bits: `tls.cipher-mismatch` (F-A08).
    WeakDhOnly,
    /// Every server name is refused with alert 112; a handshake without one works: `tls.sni-rejected` (F-A12).
    SniRejected,
    /// The same with the end of the connection in place of the alert.
    SniDropped,
    /// Every server name but these is refused with alert 112: `tls.sni-rejected` (F-A12).
    SniUnknown {
        /// Such as `files.example.com`.
        known: Vec<String>,
    },
    /// A client certificate is demanded: `ftps.client-certificate-required` (F-A11).
    ClientCertificateRequired,
    /// A client certificate is asked for and not missed: healthy, as vsftpd by default.
    ClientCertificateRequested,
    /// No TLS 1.3 session ticket is sent: `ftps.session-reuse-required` where reuse is required (F-D17).
    NoTickets,
    /// So many TLS 1.3 tickets, on the control connection only: `ftps.session-reuse-broken` where reuse is required
    /// (F-D18).
    TicketsRunOut {
        /// How many data connections can resume.
        after: usize,
    },
    /// Data connections never find the session and are refused for it: `ftps.session-reuse-broken` (F-D19).
    ReuseRefused,
    /// A data connection that offers to resume is refused, a full handshake is taken: `ftps.session-reuse-broken`.
    ReuseBreaks,
    /// No reply comes any more once the control handshake is done.
    HangsAfterAuth,

    // Login.
    /// `530 Login incorrect` for the right password too: `ftp.login-rejected` (F-L01).
    LoginRejected,
    /// The reply to `PASS` takes its time.
    LoginSlow {
        /// How long, in milliseconds.
        ms: u64,
    },
    /// 530 to `USER`: `ftp.account-restricted` (F-L05).
    UserRefused,
    /// 530 to `PASS` with a text that says the account may not use FTP: `ftp.account-restricted` (F-L05).
    AccountRestricted,
    /// 530 to `PASS` with the text of a limit, as ProFTPD: `service.too-many-connections` (F-G08).
    TooManyAtPass,
    /// `500 OOPS` after `PASS`: `ftp.home-unavailable` (F-L06).
    HomeUnavailable,
    /// The same, but in clear text inside the TLS stream, as vsftpd does: `ftp.home-unavailable` (F-L06).
    HomeUnavailableInClear,
    /// 332 after `PASS`: `ftp.account-information-required` (F-L09).
    AccountWanted,
    /// 331 with a one-time-password challenge: `ftp.account-information-required` (F-L09).
    OneTimePassword,
    /// The reply to `PASS` is no answer to it. Nobody is logged in.
    PasswordAnswered {
        /// Its code.
        code: u16,
        /// A reply that comes with it, in one segment.
        #[serde(default)]
        then: Option<u16>,
    },
    /// The reply to `USER` is no answer to it.
    UserAnswered {
        /// Its code.
        code: u16,
        /// A reply that comes with it, in one segment.
        #[serde(default)]
        then: Option<u16>,
    },
    /// 230 to `USER`, no password is asked for (F-L11).
    NoPasswordNeeded,
    /// `USER` is answered 331 and, in the same segment, once more with this code: the dialogue is out of step from then on.
    UserAnsweredTwice {
        /// The code of the second reply, such as 220 (a second greeting), 150 or 331.
        code: u16,
    },
    /// The login succeeds with this code and in so many lines: healthy.
    Welcome {
        /// 230, 202 or 232.
        code: u16,
        /// All of them, at least one.
        lines: usize,
    },
    /// The reply to `PASS` repeats the password: it must be masked everywhere.
    PasswordEchoed,
    /// The connection is closed right after the 230.
    ClosesAfterLogin,
    /// `FEAT` is not understood (F-P06).
    FeatRefused,
    /// `FEAT` in clear text ends the connection without a word: healthy, and no answer to anything that comes after it.
    FeatHangsUpInClear,
    /// UTF8 is not listed and cannot be switched on: names are in an encoding that nobody states (F-P07, F-S18).
    NamesNotUtf8,

    // Paths and rights.
    /// No directory but `/` can be entered or listed: `ftp.path-not-found` (F-S04).
    PathMissing,
    /// 550 to every listing: `ftp.list-denied` (F-L15).
    ListDenied,
    /// 550 to every listing that is not asked for in `TYPE A`, and sessions begin in `TYPE I`: healthy.
    ListsInAsciiOnly {
        /// What the refusal says.
        text: String,
    },
    /// A listing of one line, which says that it may not be read: `ftp.list-denied`.
    ListDeniedInData,
    /// 550 or 553 to `STOR` before the data connection is looked at: `ftp.write-denied` (F-S01).
    WriteDenied,
    /// 552 once an upload is in: `ftp.quota-exceeded` (F-S02).
    QuotaExceeded,
    /// 550 to `DELE`: `ftp.delete-denied` (F-S08).
    DeleteDenied,
    /// 553 to `RNTO`: `ftp.rename-denied` (F-S07).
    RenameDenied,
    /// 550 to `MKD`: `ftp.directory-create-denied` (F-S09).
    MakeDirectoryDenied,
    /// No command sets a file's time: `ftp.times-not-settable` (F-S14).
    TimesNotSettable,
    /// Every time shown is off: `ftp.clock-offset` (F-S13).
    ClockOffset {
        /// By how many minutes.
        minutes: i32,
    },
    /// No `MLSD` and `MLST`: `ftp.no-machine-listing` (F-S12).
    NoMachineListing,
    /// Listings of all forms stop after so many entries, with 226; Pure-FTPd says so in it: `ftp.listing-truncated` (F-S11).
    ListingTruncated {
        /// How many entries are shown.
        at: usize,
    },
    /// `LIST` and `NLST` stop after so many entries and `MLSD` does not, as with ProFTPD's `maxfiles`:
    /// `ftp.listing-truncated` (F-S11).
    ListTruncated {
        /// How many entries are shown.
        at: usize,
    },
    /// `REST` is refused: `ftp.resume-broken` (F-S17).
    RestRefused,
    /// `REST` is accepted and forgotten: `ftp.resume-broken` (F-S17).
    RestIgnored,
    /// `REST` is accepted, and a download then begins a few bytes off: `ftp.resume-broken` (F-S17).
    RestWrong,
    /// An uploaded file is gone right after its 226 (F-S05).
    UploadVanishes,
    /// `STOR` over a file that is there is refused (F-S22): healthy, but not for every use.
    OverwriteDenied,
    /// `STOR` refuses names that end like this (F-S03): a rule about names, no missing right.
    NamesRefused {
        /// Such as `.txt`.
        ending: String,
    },
    /// 550 to `RMD`: `ftp.delete-denied` (F-S08).
    RemoveDirectoryDenied,
    /// A command that sets a file's time is accepted and does nothing: `ftp.times-not-settable` (F-S14).
    TimesKept,

    // The way to the data channel.
    /// `PASV` and `EPSV` are both refused: `data.passive-refused` (F-D14).
    PassiveRefused,
    /// `EPSV` is refused: `data.epsv-broken` (F-D08).
    EpsvRefused,
    /// `PASV` is refused: `data.pasv-broken`.
    PasvRefused,
    /// The 229 cannot be read: `data.epsv-broken` (F-D08).
    EpsvMalformed,
    /// `PASV` announces this address: `data.pasv-private-address`, `data.pasv-foreign-address` (F-D04, F-D05).
    PasvAddress {
        /// The address in the 227.
        ip: Ipv4Addr,
    },
    /// Nothing listens on the ports that `EPSV` announces: `data.epsv-broken` (F-D08).
    EpsvPortDead,
    /// Nothing listens on the ports that `PASV` announces: `data.pasv-broken`.
    PasvPortDead,
    /// Nothing listens on any announced port, connecting is refused: `data.all-ports-blocked` (F-D02).
    PassivePortsClosed,
    /// No announced port answers: `data.all-ports-blocked` (F-D01). Needs Linux, where a full queue is silent.
    PassivePortsFiltered,
    /// Each nth announced port is closed: `data.some-ports-blocked` (F-D03).
    SomePortsClosed {
        /// 2 closes every second one.
        every: usize,
    },
    /// Each nth announced port does not answer: `data.some-ports-blocked` (F-D03). Needs Linux.
    SomePortsFiltered {
        /// 2 filters every second one.
        every: usize,
    },
    /// The range reaches 32 ports to either side of this one, and those from it on are closed: `data.some-ports-blocked`
    /// (F-D03).
    PortsClosedFrom {
        /// The first port that is closed.
        port: u16,
    },
    /// 425 to `PASV` and `EPSV` once so many ports were given out: `data.ports-exhausted` (F-D10).
    PortsExhausted {
        /// How many work.
        after: usize,
    },
    /// 425 for the data connection's source address: `data.peer-address-rejected` (F-N07).
    PeerAddressRejected,
    /// The data connection is closed without a word, and so is the mouth: `data.peer-address-rejected` (F-N07, Pure-FTPd).
    PeerAddressIgnored,

    /// A port is given only after `PRET` has named the transfer: `data.pret-required`.
    PretRequired,
    /// A second port is refused while the first one was not used: healthy, but not for those who ask without using.
    PassiveOnce,
    /// Data ports are opened at this address, and `PASV` announces it: healthy where the user permits to dial it.
    DataAt {
        /// An address of this machine.
        ip: Ipv4Addr,
    },
    /// All transfers go over this one port: healthy, and no sample of a range.
    OnePort {
        /// The port.
        port: u16,
    },
    /// Ports are given out one after another: healthy, and no sample of the whole range.
    PortsInOrder {
        /// The port before the first one.
        from: u16,
    },

    // Any command.
    /// A command gets this reply and is not obeyed: what it shows depends on both.
    Answered {
        /// Its verb.
        command: String,
        /// Only with this argument.
        #[serde(default)]
        about: Option<String>,
        /// The code.
        code: u16,
        /// The text.
        text: String,
        /// The connection ends with it.
        #[serde(default)]
        closes: bool,
    },
    /// A command is never answered, as where a firewall takes it out; what comes after it is.
    Swallowed {
        /// Its verb.
        command: String,
    },
    /// Names are refused that have a longer part between dots than this: `ftp.name-rules`.
    NamesOfParts {
        /// In letters.
        longest: usize,
        /// The code of the refusal.
        code: u16,
        /// Its text.
        text: String,
    },
    /// Names and replies are in another encoding than UTF-8, and a directory has letters of its language in its name:
    /// `ftp.path-not-found` for whoever sends UTF-8.
    NamesIn {
        /// Which one.
        encoding: crate::Legacy,
    },

    // The data channel itself.
    /// Data connections are accepted and secured, and then nobody uses them: `data.affinity-lost`.
    DataUnused,
    /// The data connection of the nth transfer of the server ends suddenly, and no other: healthy.
    DataDropped {
        /// From 1.
        nth: usize,
    },
    /// The data connection of each nth transfer of the server ends suddenly: `data.affinity-lost`.
    DataDroppedInTurn {
        /// 2 drops every second one.
        every: usize,
        /// What becomes of it.
        #[serde(default)]
        how: crate::Loss,
        /// What the reply says of it in place of its usual words.
        #[serde(default)]
        text: Option<String>,
    },
    /// A download takes its time to begin, after 150: `settings.timeout-too-short`.
    DataDelayed {
        /// How long, in milliseconds.
        ms: u64,
    },
    /// All of a download, 226, and the data connection stays open: `data.not-closed`.
    DataNotClosed,
    /// 150, nothing of an upload ever arrives, and 421 after a while: `data.truncated`.
    UploadSwallowed,
    /// `PROT P` is refused: `ftps.data-protection-refused` (F-P02).
    ProtRefused,
    /// A transfer without `PROT P` is refused, in the software's own way: `ftps.data-protection-required` (F-P03).
    ProtRequired,
    /// The data connection is accepted and 150 sent, then no byte of data ever comes: `data.tls-stalls` (F-N14).
    DataIgnored,
    /// Clear text where TLS is due: `data.tls-failed`.
    DataPlain,
    /// The data handshake ends well, and what comes then is no TLS: `data.tls-failed`.
    DataGarbled,
    /// The data handshake ends in an alert: `data.tls-failed`.
    DataTlsAlert,
    /// Another certificate on data connections: `data.certificate-differs` (F-D20).
    DataCertificateDiffers,
    /// 150 as soon as the data connection is there, then the handshake: healthy, and the default.
    StartsBefore,
    /// 150 only once the data handshake is done, as ftp-srv: healthy.
    StartsAfterHandshake,
    /// 150 before there is a data connection, as Apache FtpServer: healthy (T16).
    StartsUnconnected,
    /// A download ends without `close_notify`: `data.closed-without-notify` (F-D21).
    DataNoCloseNotify,
    /// All of it, then a reset in place of an end, and 226: `data.closed-without-notify`.
    DataResetAtEnd,
    /// Half of what is due, then a proper end and 226: `data.truncated`.
    DataCutShort,
    /// Half of what is due, then a reset and 426: `data.truncated`.
    DataReset,
    /// So many bytes of a download, then nothing more, to any client: `data.truncated`. It looks like `net.mtu-blackhole`
    /// (F-D25), where small transfers pass.
    DataStalls {
        /// How many bytes pass.
        after: usize,
    },
    /// A listing without end: a client must bound what it reads.
    EndlessListing,
    /// 226, and the uploaded file is empty: `data.zero-byte-upload` (F-D22).
    UploadEmpty,
    /// 226, and half of the uploaded file is kept: `data.truncated` (F-D22).
    UploadTruncated,
    /// Uploads are kept as text, each line feed as CR LF, whatever was asked for: `data.truncated` (F-S16).
    UploadAsText,
    /// All of an upload is taken, and the control connection is silent from then on (F-D26).
    UploadHangs,
    /// All data passes, and the control connection is silent from then on (F-D26).
    NoFinalReply,
}
