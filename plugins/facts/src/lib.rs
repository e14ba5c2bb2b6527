//! Words that one side says and another reads: names of facts, of states, and labels of evidence. A fact that only its own
//! probe knows by name is declared in that probe's folder and is not here; what a fact is like is always declared there.
#![warn(missing_docs)]

/// Names of facts that the program itself or another probe reads.
pub mod name {
    /// The certificates that the server sends, as rows with `subject`, `issuer`, `not-after` and `key`; the leaf first.
    pub const CERTIFICATE_CHAIN: &str = "certificate.chain";
    /// Who vouches for the certificate.
    pub const CERTIFICATE_TRUSTED_BY: &str = "certificate.trusted-by";
    /// The largest TCP segment that lets the control connection work, in bytes, where that had to be found out.
    pub const CONTROL_MAX_SEGMENT: &str = "control.max-segment";
    /// How the control connection is secured: `explicit`, `implicit` or `clear`.
    pub const CONTROL_MODE: &str = "control.mode";
    /// The port of the control connection.
    pub const CONTROL_PORT: &str = "control.port";
    /// The replies before the control connection was secured, as `COMMAND CODE`.
    pub const CONTROL_REPLIES: &str = "control.replies";
    /// The security of the control connection in words.
    pub const CONTROL_SECURITY: &str = "control.security";
    /// How EPSV goes: see [`value`](super::value).
    pub const DATA_EPSV: &str = "data.epsv";
    /// The addresses beside the remote's own that the user lets data connections go to. The host alone says it.
    pub const DATA_GRANTED_ADDRESSES: &str = "data.granted-addresses";
    /// Whether the lines of listings end in a line feed alone.
    pub const DATA_BARE_LINE_FEEDS: &str = "data.bare-line-feeds";
    /// What `LIST -a` brings, where no listing for machines is offered: see [`value`](super::value).
    pub const DATA_LIST_ALL: &str = "data.list-all";
    /// The flag that listings are refused in any other type than ASCII (RFC 959 section 3.1.1.1).
    pub const DATA_LISTS_IN_ASCII_ALONE: &str = "data.lists-in-ascii-alone";
    /// Whether a listing arrives.
    pub const DATA_LISTED: &str = "data.listed";
    /// The encoding of the names in listings: see [`value`](super::value).
    pub const DATA_NAMES: &str = "data.names";
    /// How PASV goes: see [`value`](super::value).
    pub const DATA_PASV: &str = "data.pasv";
    /// The address that PASV announces, where it is not the server's own.
    pub const DATA_PASV_ADDRESS: &str = "data.pasv-address";
    /// What PASV announces: see [`value`](super::value).
    pub const DATA_PASV_ANNOUNCES: &str = "data.pasv-announces";
    /// The way to ask for data ports that works, `EPSV` or `PASV`, where one of the two was found not to.
    pub const DATA_METHOD: &str = "data.method";
    /// The data ports that were tried, as rows with `port` and `result` among others.
    pub const DATA_PASSIVE_MAP: &str = "data.passive-map";
    /// The lowest and the highest data port that was named, with a hyphen between them.
    pub const DATA_PASSIVE_RANGE: &str = "data.passive-range";
    /// What the sample of data ports excludes, in words.
    pub const DATA_PASSIVE_SAMPLE: &str = "data.passive-sample";
    /// The flag that this server gives ports only after `PRET`.
    pub const DATA_PRET: &str = "data.pret";
    /// The replies on the session that lists, as `COMMAND CODE`; see [`value::WITHOUT_WORDS`](super::value::WITHOUT_WORDS) and
    /// [`value::UNANSWERED`](super::value::UNANSWERED).
    pub const DATA_REPLIES: &str = "data.replies";
    /// Whether data connections must resume the TLS session of the control connection.
    pub const DATA_REUSE_REQUIRED: &str = "data.reuse-required";
    /// When the server begins TLS on data connections: see [`value`](super::value).
    pub const DATA_TLS_START: &str = "data.tls-start";
    /// The addresses that the remote's name leads to.
    pub const DNS_ADDRESSES: &str = "dns.addresses";
    /// Whether the server accepts the login.
    pub const LOGIN_ACCEPTED: &str = "login.accepted";
    /// What a second try showed.
    pub const TRIED_AGAIN: &str = "tried again";
    /// Where the login lands.
    pub const LOGIN_DIRECTORY: &str = "login.directory";
    /// The path that was entered from the login directory; empty where that is the directory itself.
    pub const LOGIN_ENTERED: &str = "login.entered";
    /// The address of the server that was connected to.
    pub const SERVER_ADDRESS: &str = "server.address";
    /// The replies on the session that logs in, as `COMMAND CODE`; see [`value::WITHOUT_WORDS`](super::value::WITHOUT_WORDS).
    pub const LOGIN_REPLIES: &str = "login.replies";
    /// The time to connect, in microseconds.
    pub const REACH_CONNECT_US: &str = "reach.connect-us";
    /// The option for which this run waits no longer than its time-outs say, so that what is late is not told from what never
    /// comes, as `--fast`. The host alone says it.
    pub const RUN_PATIENCE_LIMITED_BY: &str = "run.patience-limited-by";
    /// How many seconds the whole run has. The host alone says it.
    pub const RUN_SECONDS: &str = "run.seconds";
    /// What the server offers to FEAT after the login.
    pub const SERVER_FEATURES: &str = "server.features";
    /// The flag that another connection asks for the features, in clear text and before any login, so that the session that
    /// logs in need not: that is one round trip less for everything behind it. It goes from probe to probe and not into the
    /// report.
    pub const SERVER_FEATURES_ASKED_BESIDE: &str = "server.features-asked-beside";
    /// What the server offers to FEAT before the login.
    pub const SERVER_FEATURES_BEFORE_LOGIN: &str = "server.features-before-login";
    /// The whole greeting.
    pub const SERVER_GREETING: &str = "server.greeting";
    /// The flag that a 120 announced the greeting (RFC 959 section 5.4).
    pub const SERVER_GREETING_ANNOUNCED: &str = "server.greeting-announced";
    /// The time to the greeting, in milliseconds.
    pub const SERVER_GREETING_MS: &str = "server.greeting-ms";
    /// The product that the server was recognised as.
    pub const SERVER_PRODUCT: &str = "server.product";
    /// How sure it is that it is this product: `likely` or `certain`.
    pub const SERVER_PRODUCT_CONFIDENCE: &str = "server.product.confidence";
    /// The time that the usual reply takes, in milliseconds.
    pub const SERVER_REPLY_MS: &str = "server.reply-ms";
    /// Whether the server requires TLS.
    pub const SERVER_REQUIRES_TLS: &str = "server.requires-tls";
    /// The address that connections leave from.
    pub const SOURCE_ADDRESS: &str = "source.address";
    /// The address that the remote says it sees.
    pub const SOURCE_SEEN_AS: &str = "source.seen-as";
    /// The certificates that the server showed: DER in Base64, the leaf first, in the order sent. It goes from probe to probe
    /// and not into the report.
    pub const TLS_CHAIN: &str = "tls.chain";
    /// Whether the server refuses the server name (RFC 6066 section 3).
    pub const TLS_SERVER_NAME_REFUSED: &str = "tls.server-name-refused";
    /// The version of TLS of the control connection.
    pub const TLS_VERSION: &str = "tls.version";
    /// Whether the remote can be mounted.
    pub const USE_MOUNT: &str = "use.mount";
    /// Whether the remote can be pulled from.
    pub const USE_PULL: &str = "use.pull";
    /// Whether the remote can be pushed to.
    pub const USE_PUSH: &str = "use.push";
    /// Whether the remote can be kept in step both ways.
    pub const USE_TWO_WAY_SYNC: &str = "use.two-way-sync";
    /// The paths that an earlier instance of this probe left: where it is there, they are to be removed, and nothing else is
    /// to be done. The host alone says it.
    pub const WRITES_LEFT: &str = "writes.left";
    /// Why nothing may be made on the remote, where the user permits it and the host cannot write down first what is made.
    /// The host alone says it.
    pub const WRITES_WITHHELD: &str = "writes.withheld";
}

/// The states that the built-in probes provide for each other.
pub mod state {
    /// A TCP connection to the remote's port; nothing read or written.
    pub const CONNECTED: &str = "connected";
    /// It is known how the remote is secured; where TLS is spoken, the fact [`TLS_CHAIN`](super::name::TLS_CHAIN) has the
    /// certificates that were shown. It may be reached where no session came about.
    pub const IDENTIFIED: &str = "identified";
    /// A control connection whose greeting was read, secured as far as settings and server allow; not logged in.
    pub const SECURED: &str = "secured";
    /// The same, logged in.
    pub const LOGGED_IN: &str = "logged-in";
    /// A data connection of the session that is logged in works, in the protection that the settings ask for.
    pub const TRANSFERRING: &str = "transferring";
}

/// Words for how a fault showed that the program itself reads.
pub mod how {
    /// This machine has no way to the remote: that is our own, and nobody's who turns an address away.
    pub const NO_ROUTE: &str = "no route";
}

/// Labels of evidence that the program itself reads.
pub mod label {
    /// How a fault showed, in a word or two: `dropped`, `reset`, `closed`.
    pub const HOW: &str = "how";
    /// A reply of the server, with its code (RFC 959 section 4.2).
    pub const REPLY: &str = "reply";
    /// An address that the server announced for a data connection.
    pub const ANNOUNCED: &str = "announced";
    /// A path on the remote.
    pub const PATH: &str = "path";
    /// What a second try showed.
    pub const TRIED_AGAIN: &str = "tried again";
    /// Where the login lands.
    pub const LOGIN_DIRECTORY: &str = "login directory";
}

/// Values of facts that the program itself reads.
pub mod value {
    /// Of a second try, over a fresh session: how its evidence begins.
    pub const SILENT_AGAIN: &str = "no answer again, in a separate session";
    /// A way to ask for data ports led to a data connection.
    pub const WORKS: &str = "works";
    /// The server refuses the command.
    pub const REFUSED: &str = "refused";
    /// The server does not answer the command, or ends the session.
    pub const UNANSWERED: &str = "no answer";
    /// Nothing came, where the same in another form brings something.
    pub const EMPTY: &str = "empty";
    /// The port that the server names does not open.
    pub const NOWHERE: &str = "leads nowhere";
    /// The server says 150 once the TLS handshake of the data connection is done.
    pub const BEFORE_150: &str = "before 150";
    /// The server begins the TLS handshake of the data connection once it has said 150.
    pub const AFTER_150: &str = "after 150";
    /// PASV announces the server's own address.
    pub const OWN_ADDRESS: &str = "the server's own address";
    /// PASV announces an address that only the server's own network reaches.
    pub const PRIVATE_ADDRESS: &str = "an address of another network";
    /// PASV announces another host.
    pub const FOREIGN_ADDRESS: &str = "another host";
    /// PASV announces 0.0.0.0.
    pub const NO_ADDRESS: &str = "no address";
    /// What stands behind the code of a reply that says nothing but its code.
    pub const WITHOUT_WORDS: &str = " without words";
    /// Every name of a listing is ASCII.
    pub const ASCII: &str = "ASCII";
    /// The names of a listing are UTF-8.
    pub const UTF_8: &str = "UTF-8";
    /// Some name of a listing is not UTF-8.
    pub const NOT_UTF_8: &str = "not UTF-8";
}
