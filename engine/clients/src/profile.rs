//! What a client needs and does, as a file says it. Each line names its source; what no line says is not known, and nothing
//! is concluded from it.

use std::collections::BTreeMap;

use serde::Deserialize;
use strum::{AsRefStr, Display};

/// A client, a library or a service that speaks FTP.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Profile {
    /// The name that it is asked for by.
    pub name: String,
    /// The name that people give it.
    pub title: String,
    /// The version that this is true of.
    pub version: String,
    /// Where the lines come from, by the word that they name it by.
    pub sources: BTreeMap<String, String>,
    /// Modes of encryption.
    #[serde(default)]
    pub encryption: Encryption,
    /// TLS of the control connection.
    #[serde(default)]
    pub tls: Tls,
    /// Certificates.
    #[serde(default)]
    pub certificate: Certificate,
    /// Data connections.
    #[serde(default)]
    pub data: Data,
    /// Commands and replies.
    #[serde(default)]
    pub dialogue: Dialogue,
    /// Files.
    #[serde(default)]
    pub files: Files,
    /// What its own dialogue, option or function is called that changes a behaviour.
    #[serde(default)]
    pub settings: BTreeMap<Setting, Known<String>>,
    /// What it says itself when something fails, by the name of the trouble.
    #[serde(default)]
    pub words: BTreeMap<String, Known<String>>,
}

/// Something that is known, and by which source.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known<T> {
    /// What is so.
    pub is: T,
    /// The source, by its word.
    pub by: String,
}

/// How a connection is secured (RFC 4217).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Mode {
    /// Not at all.
    Plain,
    /// By `AUTH TLS`.
    Explicit,
    /// From the first byte.
    Implicit,
}

/// Modes of encryption.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Encryption {
    /// Those it has.
    pub modes: Option<Known<Vec<Mode>>>,
    /// Whether `AUTH SSL` is asked where `AUTH TLS` is refused, or before it.
    pub auth_ssl: Option<Known<bool>>,
    /// Whether 334 to `AUTH` is taken for an agreement (RFC 2228 section 5.3 has it for other mechanisms).
    pub auth_334: Option<Known<bool>>,
    /// Whether `PROT P` is sent over implicit TLS, too.
    pub protects_implicit: Option<Known<bool>>,
    /// What a refused `PROT P` comes to.
    pub protection_refused: Option<Known<Unprotected>>,
}

/// What a client does where the server refuses to encrypt data connections (RFC 4217 section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unprotected {
    /// Files go in clear text, without a word.
    GoesOnInClear,
    /// It ends while it connects.
    EndsSession,
    /// It goes on with TLS on data connections, which the server does not speak.
    FailsToTransfer,
}

/// TLS of the control connection.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Tls {
    /// The lowest version that works in the end, such as `1.2`.
    pub lowest: Option<Known<String>>,
    /// Whether suites without forward secrecy are offered (RSA key exchange, RFC 5246).
    pub static_rsa: Option<Known<bool>>,
    /// The smallest prime of a finite field that is accepted, in bits; 0 where there is no such suite.
    pub smallest_dh: Option<Known<u32>>,
    /// Whether the server name is sent (RFC 6066 section 3).
    pub server_name: Option<Known<bool>>,
}

/// What a client does with a fault of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Care {
    /// It ends the connection.
    Refuses,
    /// It asks its user, who accepts.
    Asks,
    /// It goes on without a word.
    Ignores,
}

/// Certificates.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Certificate {
    /// One that no known authority vouches for.
    pub trust: Option<Known<Care>>,
    /// One that is not valid today.
    pub dates: Option<Known<Care>>,
    /// One for another name.
    pub host_name: Option<Known<Care>>,
    /// One with the host in its common name alone (RFC 9525 section 2).
    pub common_name: Option<Known<Care>>,
    /// One that is not for servers.
    pub purpose: Option<Known<Care>>,
    /// One of an authority that signs others (RFC 5280 section 4.2.1.9).
    pub authority: Option<Known<Care>>,
    /// One that breaks the rules of its form; without this line as one that nobody vouches for.
    pub malformed: Option<Known<Care>>,
    /// One that is signed by SHA-1.
    pub signature: Option<Known<Care>>,
    /// One with RSA of 1024 bits.
    pub key: Option<Known<Care>>,
}

/// A way to get a data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "UPPERCASE")]
pub enum Way {
    /// RFC 2428 section 3.
    Epsv,
    /// RFC 959 section 4.1.2.
    Pasv,
    /// The server connects to the client.
    Port,
}

/// What a client does with an address that PASV announces and that is not the server's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Belief {
    /// It connects there.
    Believes,
    /// It connects to the server's own address.
    Replaces,
    /// It refuses to transfer.
    Refuses,
    /// It connects there, and then to the server's own address.
    TriesBoth,
}

/// Whether data connections resume the TLS session of the control connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resumes {
    /// They offer to.
    Yes,
    /// Never.
    No,
    /// They offer to, and a server that does not resume is refused.
    Insists,
}

/// When the handshake of a data connection begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Starts {
    /// With the command.
    AtOnce,
    /// Once the server has said 150 or 125 (RFC 959 section 5.4).
    AfterReply,
    /// Before the command that it is for.
    BeforeCommand,
}

/// When a client asks by PASV after EPSV named a port that does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeavesEpsv {
    /// Never.
    Never,
    /// Where the port refuses connections, and not where nothing answers.
    ClosedPorts,
    /// Where the port does not open, for whatever reason.
    DeadPorts,
}

/// What a client does with an address of a name that does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeadAddress {
    /// It goes on with the next one soon.
    TriesNext,
    /// It goes on soon with an address of the other version of IP (RFC 8305), and waits for one of the same.
    TriesOtherVersion,
    /// It waits until its user gives up.
    Waits,
}

/// Data connections.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Data {
    /// The ways it has on IPv4, in this order: the next one where a server refuses one.
    pub ways: Option<Known<Vec<Way>>>,
    /// When PASV follows EPSV whose port does not open; for those that ask by EPSV first.
    pub leaves_epsv: Option<Known<LeavesEpsv>>,
    /// Whether PASV follows an answer to EPSV that cannot be read.
    pub leaves_unreadable_epsv: Option<Known<bool>>,
    /// An announced address that only the server's own network can reach.
    pub private_address: Option<Known<Belief>>,
    /// An announced address of another host.
    pub foreign_address: Option<Known<Belief>>,
    /// The announced address 0.0.0.0.
    pub unspecified_address: Option<Known<Belief>>,
    /// Whether TLS sessions are resumed.
    pub resumes: Option<Known<Resumes>>,
    /// Whether up to TLS 1.2 it takes a session ticket to resume (RFC 5077).
    pub needs_tickets: Option<Known<bool>>,
    /// When the handshake begins.
    pub starts: Option<Known<Starts>>,
    /// The same for files, where they differ from listings.
    pub starts_files: Option<Known<Starts>>,
    /// Products that begin TLS as soon as a data connection is there, where it begins before the command.
    pub begins_early_with: Option<Known<Vec<String>>>,
    /// Whether the end of what is received has to be marked by close_notify (RFC 8446 section 6.1).
    pub needs_close_notify: Option<Known<bool>>,
    /// A dead address of the server's name.
    pub dead_address: Option<Known<DeadAddress>>,
}

/// A step of using a remote.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Deserialize,
    Display,
    AsRefStr,
    strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Step {
    /// Up to the end of the login.
    Connect,
    /// The listing of the remote path.
    List,
    /// A file from there.
    Download,
    /// A file to there.
    Upload,
}

/// A command that has to succeed.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Need {
    /// The command, with its argument where that counts.
    pub command: String,
    /// The steps that fail otherwise; all where it is a part of connecting.
    pub steps: Vec<Step>,
    /// The replies that break it; without this line every refusal does.
    #[serde(default)]
    pub codes: Vec<u16>,
    /// The replies that it takes, where not every reply of success is one.
    #[serde(default)]
    pub wants: Vec<u16>,
    /// It is sent only where FEAT lists this.
    #[serde(default)]
    pub if_feature: Option<String>,
    /// The source, by its word.
    pub by: String,
}

impl Need {
    /// Whether the client cannot go on after a reply with this code. What is said of connections and of the service (RFC 959
    /// section 4.2.1) is no word about the command.
    #[must_use]
    pub fn is_broken_by(&self, code: u16) -> bool {
        if !self.codes.is_empty() {
            return self.codes.contains(&code);
        }
        let is_refused = code >= 400 && !matches!(code, 421 | 425 | 426);
        is_refused || code < 400 && !self.wants.is_empty() && !self.wants.contains(&code)
    }
}

/// What a client takes the bytes of a name for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Charset {
    /// UTF-8, and what is none ends the listing.
    StrictUtf8,
    /// Anything that comes.
    Any,
}

/// The type that a client lists in (RFC 959 section 3.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListsIn {
    /// `TYPE A`.
    Ascii,
    /// `TYPE I`.
    Image,
}

/// Commands and replies.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Dialogue {
    /// What it sends up to its first transfer of every kind.
    pub sends: Option<Known<Vec<String>>>,
    /// What it asks of a file that it downloads, and can do without.
    pub asks_of_files: Option<Known<Vec<String>>>,
    /// What it cannot do without.
    pub needs: Vec<Need>,
    /// Whether a greeting of 120 is waited through (RFC 959 section 5.4).
    pub waits_through_120: Option<Known<bool>>,
    /// Whether a multi-line greeting is read to its end, whatever codes its lines begin with (RFC 959 section 4.2).
    pub inner_codes: Option<Known<bool>>,
    /// Whether replies are read that end in a line feed alone.
    pub bare_replies: Option<Known<bool>>,
    /// The type of its listings.
    pub lists_in: Option<Known<ListsIn>>,
    /// How long a greeting or a reply is waited for, in seconds; 0 where there is no end.
    pub patience: Option<Known<u32>>,
    /// The bytes of names in listings.
    pub charset: Option<Known<Charset>>,
    /// Whether a reply is read that says nothing but its code.
    pub wordless: Option<Known<bool>>,
    /// Whether every form of LIST is read that servers of Unix have; without it, MLSD is needed.
    pub reads_list: Option<Known<bool>>,
    /// Whether lines that end in a line feed alone are read.
    pub bare_line_feeds: Option<Known<bool>>,
    /// Whether `LIST -a` is asked for where FEAT does not list MLST, and what it brings is taken for all there is.
    pub lists_all: Option<Known<bool>>,
}

/// When a client lists the folder of a file that it moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListsFirst {
    /// Each time.
    Always,
    /// Where the server has no MLST, which tells of one file alone (RFC 3659 section 7).
    WithoutMlst,
}

/// Files.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Files {
    /// Whether an upload makes the folder that is not there.
    pub makes_folder: Option<Known<bool>>,
    /// Whether the folder is listed before files move; without this line it is not.
    pub lists_first: Option<Known<ListsFirst>>,
    /// Whether it notices by SIZE or a listing that a file is short.
    pub compares_sizes: Option<Known<bool>>,
    /// Products from whose uploads the end is lost with TLS 1.3 at a distance, since the connection is closed with unread
    /// session tickets (RFC 8446 section 4.6.1).
    pub uploads_cut_by: Option<Known<Vec<String>>>,
    /// Products with which an upload fails over TLS at any distance.
    pub uploads_fail_with: Option<Known<Vec<String>>>,
    /// Whether an upload over TLS 1.3 is closed before anything that the server sends is read, so that its end may be lost.
    pub closes_unread: Option<Known<bool>>,
    /// How many connections it opens for files that move beside each other, if it is not told otherwise; without this line one
    /// or two.
    pub connections: Option<Known<i64>>,
    /// What it can do with files; without this line both.
    pub only: Option<Known<Vec<Step>>>,
}

/// What somebody can change in a client.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Display, strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Setting {
    /// The mode of encryption.
    Encryption,
    /// The address of data connections: the server's own in place of the announced one.
    UseServerAddress,
    /// The same the other way round.
    BelieveAddress,
    /// PASV in place of EPSV.
    WithoutEpsv,
    /// Passive in place of active mode.
    Passive,
    /// Active in place of passive mode.
    Active,
    /// Resume TLS sessions.
    Resume,
    /// Begin TLS without waiting for 150.
    StartAtOnce,
    /// Trust an authority, or accept a certificate.
    Trust,
    /// The server name of TLS.
    ServerName,
    /// The highest version of TLS.
    HighestTls,
    /// The lowest version of TLS.
    LowestTls,
    /// The encoding of names.
    Charset,
    /// How long is waited.
    TimeOut,
    /// How many connections there are at a time.
    Connections,
    /// The folder.
    Folder,
}

/// Why a file is no profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// It cannot be read.
    #[error("{place}: {reason}")]
    Unreadable {
        /// The file.
        place: String,
        /// What is wrong, in the words of the parser.
        reason: String,
    },
    /// A line names a source that is not among the sources.
    #[error("{place}: a line names the source `{source_name}`, which is not in [sources]")]
    NoSuchSource {
        /// The file.
        place: String,
        /// The word.
        source_name: String,
    },
    /// A name with odd characters.
    #[error("{place}: `{name}` is no name: lower-case letters, digits and hyphens are")]
    Name {
        /// The file.
        place: String,
        /// The name.
        name: String,
    },
}

impl Profile {
    /// Reads a profile; `place` is what errors call the file.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(place: &str, text: &str) -> Result<Profile, ProfileError> {
        let unreadable = |error: toml::de::Error| ProfileError::Unreadable {
            place: place.into(),
            reason: error.to_string(),
        };
        let profile: Profile = toml::from_str(text).map_err(unreadable)?;
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if profile.name.is_empty() || !profile.name.chars().all(is_plain) {
            return Err(ProfileError::Name {
                place: place.into(),
                name: profile.name,
            });
        }
        let whole: toml::Value = toml::from_str(text).map_err(unreadable)?;
        let mut named = Vec::new();
        sources_in(&whole, &mut named);
        match named
            .into_iter()
            .find(|it| !profile.sources.contains_key(it))
        {
            Some(source_name) => Err(ProfileError::NoSuchSource {
                place: place.into(),
                source_name,
            }),
            None => Ok(profile),
        }
    }

    /// Its word for a setting.
    #[must_use]
    pub fn setting(&self, setting: Setting) -> Option<&str> {
        self.settings.get(&setting).map(|it| it.is.as_str())
    }

    /// Whether it sends a command before its first transfer; not where the profile does not say.
    #[must_use]
    pub fn sends(&self, command: &str) -> bool {
        let sends = self.dialogue.sends.iter().flat_map(|it| &it.is);
        let verb = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
        sends.into_iter().any(|it| verb(it) == verb(command))
    }
}

/// Every `by` of a file.
fn sources_in(value: &toml::Value, named: &mut Vec<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                match (key.as_str(), value) {
                    ("by", toml::Value::String(word)) => named.push(word.clone()),
                    _ => sources_in(value, named),
                }
            }
        }
        toml::Value::Array(values) => values.iter().for_each(|it| sources_in(it, named)),
        toml::Value::String(_)
        | toml::Value::Integer(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_)
        | toml::Value::Datetime(_) => {}
    }
}
