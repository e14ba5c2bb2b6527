//! What the text of a reply speaks of.
//!
//! Texts differ between servers and versions and are translated (RFC 2640 section 4), so none of
//! these decides against a code that is clear. They look for whole words of a theme, never for one
//! server's sentence.

mod vocabulary;

use vocabulary::*;

use crate::reply::Reply;

/// The words of a reply in lower case, in order.
struct Text(Vec<String>);

impl Text {
    fn of(reply: &Reply) -> Text {
        Text::in_words(&reply.text())
    }

    fn in_words(text: &str) -> Text {
        let lower = text.to_lowercase();
        let prose = lower.split_whitespace().filter(|word| !is_name(word));
        let words =
            prose.flat_map(|word| word.split(|character: char| !character.is_alphanumeric()));
        Text(
            words
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
        )
    }

    fn any(&self, words: &[&str]) -> bool {
        self.0.iter().any(|word| words.contains(&word.as_str()))
    }

    /// Whether `second` follows `first` at once.
    fn pair(&self, first: &str, second: &str) -> bool {
        self.0
            .windows(2)
            .any(|pair| pair[0] == first && pair[1] == second)
    }
}

/// Paths, file names, host names and addresses: a file `ssl.txt` says nothing about TLS.
fn is_name(word: &str) -> bool {
    let word = word.trim_matches(|character: char| {
        matches!(character, '"' | '\'' | '(' | ')' | ',' | ':' | '.')
    });
    let suffixed = word.rsplit_once('.').is_some_and(|(stem, suffix)| {
        !stem.is_empty()
            && (1..=4).contains(&suffix.len())
            && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    suffixed || word.starts_with(['/', '\\', '~'])
}

/// A limit on connections, sessions or users is reached (F-G08). A limit on tries or on storage is
/// another matter.
pub fn states_limit(reply: &Reply) -> bool {
    let text = Text::of(reply);
    let counted = text.any(CONNECTIONS) || text.any(CLIENTS) && !text.any(OTHER_LIMITS);
    // Max alone may be the user's name.
    let max = text.0.windows(2).any(|pair| {
        let counts = [CONNECTIONS, CLIENTS]
            .iter()
            .any(|words| words.contains(&pair[1].as_str()));
        pair[0] == "max" && (counts || pair[1].bytes().all(|byte| byte.is_ascii_digit()))
    });
    let only = text.any(&["only"])
        && text
            .0
            .iter()
            .any(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    let again = text.pair("logged", "in") && text.any(&["times"]);
    let so_many = text.any(ALREADY)
        && text.0.windows(2).any(|pair| {
            let counts = [CONNECTIONS, CLIENTS]
                .iter()
                .any(|words| words.contains(&pair[1].as_str()));
            counts && pair[0].bytes().all(|byte| byte.is_ascii_digit())
        });
    let reached = so_many || max || only || again || text.pair("no", "more") || text.any(QUANTITY);
    (text.any(CONNECTION_LIMIT) || text.pair("login", "limit") || counted && reached)
        && !text.any(TRIES_AND_TIMES)
}

/// A limit counts the connections of one address or of one account, and not everybody's (F-G08, F-L14).
pub fn counts_one_client(reply: &Reply) -> bool {
    let text = Text::of(reply);
    let one = text.0.windows(2).any(|pair| {
        let second = pair[1].as_str();
        ONE_OF_SEVERAL.contains(&pair[0].as_str())
            && (ACCOUNT.contains(&second) || PLACE.contains(&second))
    });
    let again = text.pair("logged", "in") && text.any(&["times"]);
    one || again || text.any(ADDRESS)
}

/// Encryption of the connection is spoken of (F-L04).
pub fn names_encryption(reply: &Reply) -> bool {
    let text = Text::of(reply);
    let secure = text.any(&["secure"]) && text.any(SECURABLE);
    let auth_first = text.any(&["auth"]) && text.any(&["first", "before"]);
    text.any(ENCRYPTION)
        || secure
        || auth_first
        || text.pair("clear", "text")
        || text.pair("plain", "text")
}

/// Encryption of the connection is demanded (F-L04).
pub fn demands_encryption(reply: &Reply) -> bool {
    Text::of(reply).any(DEMAND) && names_encryption(reply)
}

/// The set-up of TLS or its session is spoken of, not the demand for it (F-D17).
pub fn names_tls_setup(reply: &Reply) -> bool {
    let text = Text::of(reply);
    let tls = text.any(ENCRYPTION) && (text.any(TLS_SETUP) || text.any(RESUMPTION));
    // Files can be resumed as well (REST), sessions only here.
    let session = text.any(&["session"]) && text.any(RESUMPTION);
    tls || session || text.any(&["handshake"])
}

/// Protection of the data channel is demanded (F-P03). Files can be write-protected, which is
/// another matter.
pub fn demands_protection(reply: &Reply) -> bool {
    let text = Text::of(reply);
    let protection = text.any(PROTECTION) && !text.any(&["write", "password"]);
    text.any(DEMAND) && (protection || names_encryption(reply))
}

/// The home directory is spoken of (F-L06). A directory service is none.
pub fn names_home(reply: &Reply) -> bool {
    let text = Text::of(reply);
    let service = text.pair("active", "directory")
        || text.pair("directory", "service")
        || text.pair("directory", "server");
    text.any(DIRECTORY) && !service
}

/// The client's address or place is refused (F-N05, F-L07).
pub fn refuses_source(reply: &Reply) -> bool {
    let text = Text::of(reply);
    // "Use your e-mail address as password" is about another address.
    let address = text.any(ADDRESS) && !text.any(&["mail", "email"]);
    let address = address || names_an_address(reply) && text.any(OWN);
    let place = text.any(PLACE) && text.any(OWN) && !text.any(&["account", "user"]);
    (address || place) && text.any(REFUSAL)
}

/// An IP address stands in the text, as that of the client does in words about it.
fn names_an_address(reply: &Reply) -> bool {
    let text = reply.text();
    let edge = |character: char| !character.is_ascii_alphanumeric();
    let mut words = text.split_whitespace().map(|word| word.trim_matches(edge));
    words.any(|word| word.parse::<std::net::IpAddr>().is_ok())
}

/// The account may not log in, whatever the password (F-L03, F-L05, F-L08). Text that calls the
/// credentials wrong says otherwise.
pub fn restricts_account(reply: &Reply) -> bool {
    let text = Text::of(reply);
    let not_allowed = text.any(&["not", "nicht", "cannot"]) && text.any(ALLOWED);
    // "User cannot log in" alone is what IIS says to every wrong name or password.
    (text.any(ACCOUNT_STATE) || not_allowed) && !text.any(WRONG)
}

/// The password is over its time, or has to be changed. One that is called wrong is another matter.
pub fn names_expiry(reply: &Reply) -> bool {
    let text = Text::of(reply);
    text.any(PASSWORD)
        && (text.any(EXPIRED) || text.any(DEMAND) && text.any(CHANGE))
        && !text.any(WRONG)
}

/// The name of a host or site is asked for (RFC 7151 section 3).
pub fn asks_for_host(reply: &Reply) -> bool {
    let text = Text::of(reply);
    let host = text.any(&["hostname"]) || text.pair("host", "name") || text.pair("host", "command");
    let raw = reply.text().to_lowercase();
    // A form to fill in, such as user@host. An address of somebody's mail looks like one.
    let mut forms = raw
        .split_whitespace()
        .filter_map(|word| word.split_once('@'));
    let form = forms.any(|(name, _)| {
        let name = name.trim_start_matches(|it: char| !it.is_alphanumeric());
        ACCOUNT.contains(&name)
    });
    form && !text.any(&["mail", "email", "password"])
        || host
            && (text.any(DEMAND) || text.any(&["expected", "valid", "specify", "missing"]))
            && !text.any(&["resolve", "lookup", "reverse"])
}

/// The credentials are called wrong.
pub fn calls_wrong(reply: &Reply) -> bool {
    Text::of(reply).any(WRONG)
}

/// Cipher suites are spoken of, as where TLS found none in common.
pub fn names_ciphers(reply_text: &str) -> bool {
    let text = Text::of(&Reply::single(421, reply_text));
    text.any(&["cipher", "ciphers", "ciphersuite", "ciphersuites"]) && text.any(REFUSAL)
}

/// User name and password are spoken of, or called wrong (F-L01).
pub fn names_credentials(reply: &Reply) -> bool {
    let text = Text::of(reply);
    text.any(WRONG) || text.any(CREDENTIALS)
}

/// A certificate is spoken of (F-A11).
pub fn names_certificate(reply: &Reply) -> bool {
    Text::of(reply).any(CERTIFICATE)
}

/// A password for one use, a challenge or a second factor is asked for (F-L09; RFC 2289).
pub fn asks_one_time(reply: &Reply) -> bool {
    let text = Text::of(reply);
    text.any(ONE_TIME)
        || text.pair("s", "key")
        || text.pair("one", "time")
        || text.pair("verification", "code")
}

/// The server is going away or waited too long.
pub fn goes_away(reply: &Reply) -> bool {
    Text::of(reply).any(GOING_AWAY)
}

/// In place of the greeting, the server speaks of a failure of its own: its configuration, or what it is made of. Before any
/// command a code of the syntax group (x0z, RFC 959 section 4.2.1) is about nothing that a client did.
pub fn names_own_failure(reply: &Reply) -> bool {
    let text = Text::of(reply);
    let goes = text.any(GOING_AWAY) || text.pair("shut", "down");
    let turns_away = text.any(ACCESS) || text.any(ALLOWED) || text.any(TURNED_AWAY);
    let of_its_own = text.any(CONFIGURATION) || text.any(FAILED) && text.any(MADE_OF);
    let blames_nobody = (500..=504).contains(&reply.code) && !turns_away;
    let speaks = !text.0.is_empty() && (of_its_own || blames_nobody);
    speaks && !goes && !refuses_source(reply) && !states_limit(reply)
}

/// A store is full or a quota used up (F-S02).
pub fn names_full_store(reply: &Reply) -> bool {
    let text = Text::of(reply);
    text.any(QUOTA) || text.any(STORE) && text.any(FULL)
}

/// There is nothing to show: no files, no data sets, no members, or an empty directory.
pub fn names_nothing_there(reply: &Reply) -> bool {
    let text = Text::of(reply);
    let counted = text.0.iter().enumerate().any(|(at, word)| {
        // "No such file" is about one that was named, and "no right to list files" about none of them.
        let after = text.0[at + 1..].iter().take(2);
        NONE.contains(&word.as_str())
            && after
                .take_while(|word| {
                    !matches!(word.as_str(), "such" | "right" | "rights" | "permission")
                })
                .any(|word| LISTED.contains(&word.as_str()))
    });
    counted && !text.any(STORE) || text.any(EMPTY) && !text.any(&["not"])
}

/// The command itself is not known, or not implemented, whatever the code.
pub fn names_unknown_command(reply: &Reply) -> bool {
    let text = Text::of(reply);
    let command = text.any(COMMAND) && !text.any(&["denied", "disabled", "permission"]);
    matches!(reply.code, 500..=504)
        && (text.any(UNKNOWN)
            || text.any(&["not"]) && text.any(UNDERSTOOD) && !text.any(LISTED)
            || command && text.any(&["invalid", "illegal", "unsupported"]))
}

/// A right is missing, say the words.
pub fn denies_right(reply: &Reply) -> bool {
    denies(&Text::of(reply))
}

/// The same of a line that is no reply, such as one that came in place of a listing.
pub fn line_denies_right(line: &str) -> bool {
    denies(&Text::in_words(line))
}

fn denies(text: &Text) -> bool {
    let missing = text.any(RIGHT) && text.any(REFUSAL)
        || text.any(RIGHT)
            && text.any(&["insufficient", "sufficient", "enough", "required", "have"]);
    let not_allowed = text.any(&["not", "nicht"]) && text.any(ALLOWED);
    let read_only = text.pair("read", "only") || text.any(&["readonly", "schreibgeschützt"]);
    let denied = text.any(ACCESS) && text.any(REFUSAL);
    (missing || not_allowed || denied || read_only || text.any(&["eacces", "eperm", "forbidden"]))
        && !text.any(NAMING)
}

/// A name breaks a rule: too long, with characters that are not taken, or not after the conventions of a system (F-S03).
pub fn names_rule_of_names(reply: &Reply) -> bool {
    let text = Text::of(reply);
    let long = text.any(&["long", "length", "lang"]) && !text.any(&["no", "take", "takes"]);
    let broken = long || text.any(UNWANTED) || text.any(REFUSAL) || text.any(&["allowed"]);
    text.any(CONVENTION) || text.any(NAMING) && broken
}

/// There is no such thing.
pub fn names_missing(reply: &Reply) -> bool {
    let text = Text::of(reply);
    let negated = text.any(&[
        "not", "no", "nicht", "cannot", "can", "doesn", "isn", "non", "ne", "n", "pas", "não",
        "niet",
    ]);
    text.pair("no", "such")
        || negated && text.any(FOUND)
        || text.any(&[
            "nonexistent",
            "missing",
            "enoent",
            "introuvable",
            "inexistant",
        ])
}

/// There is such a thing already.
pub fn names_existing(reply: &Reply) -> bool {
    let text = Text::of(reply);
    let exists = text.any(&[
        "exists",
        "exist",
        "existiert",
        "existe",
        "existing",
        "eexist",
    ]);
    exists && !text.any(&["not", "nicht", "doesn", "no"]) || text.pair("already", "there")
}

/// The representation type is spoken of (RFC 959 section 3.1.1).
pub fn names_type(reply: &Reply) -> bool {
    let text = Text::of(reply);
    let of_transfers = text.any(&["ascii", "binary", "image", "a", "i", "transfer", "mode"]);
    text.any(&["type"]) && of_transfers || text.any(&["ascii"]) && text.any(DEMAND)
}

/// The server failed to read or write.
pub fn names_failed_store(reply: &Reply) -> bool {
    let text = Text::of(reply);
    let failed = text.any(&["error", "failed", "failure", "fehler", "erreur"]);
    text.pair("input", "output")
        || text.pair("i", "o")
        || text.any(&["eio"])
        || text.pair("local", "error")
        || failed && text.any(&["read", "reading", "disk", "lesen"]) && !text.any(ADDRESS)
}

/// Somebody else uses the file (F-S20).
pub fn names_use(reply: &Reply) -> bool {
    Text::of(reply).any(IN_USE)
}

/// A data connection broke.
pub fn names_loss(reply: &Reply) -> bool {
    Text::of(reply).any(LOST)
}

/// A data connection could not be made.
pub fn names_unreached(reply: &Reply) -> bool {
    Text::of(reply).any(UNREACHED)
}

/// The data connection came from another address than the control connection (F-N07). Trouble with
/// the server's own sockets has similar words.
pub fn names_peer_mismatch(reply: &Reply) -> bool {
    let text = Text::of(reply);
    let address = text.any(ADDRESS) && (text.any(MISMATCH) || text.any(UNWANTED));
    let mismatch = address || text.any(PLACE) && text.any(MISMATCH);
    mismatch && !text.any(OWN_SOCKET)
}

/// EPSV is recommended instead (F-D09).
pub fn recommends_extended(reply: &Reply) -> bool {
    Text::of(reply).any(&["epsv", "extended", "ipv6"])
}

#[cfg(test)]
#[path = "wording_tests.rs"]
mod tests;
