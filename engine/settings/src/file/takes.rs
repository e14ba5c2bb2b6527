//! The keys of a settings file, and what each takes.

const PATH: &str = "a path in quotes";
const ADDRESSES: &str = "a list of IP addresses in quotes, such as [\"203.0.113.7\"]";
const SECONDS: &str = "a number of seconds between 0.1 and 86400";

/// All keys, each with what it takes.
pub(super) const KEYS: &[(&str, &str)] = &[
    (
        "host",
        "a name or an address in quotes, without scheme, user, port or path",
    ),
    ("port", "a number from 1 to 65535"),
    (
        "ssl",
        "\"if-available\", \"require-explicit\", \"require-implicit\" or \"never\"",
    ),
    ("certificate-check", "\"full\" or \"off\""),
    ("user", "a user name in quotes, in one line"),
    ("password-file", PATH),
    (
        "password-env",
        "the name of an environment variable in quotes, such as \"FTP_PASSWORD\"",
    ),
    ("password-stdin", "true or false"),
    ("remote-path", "a path on the remote in quotes, in one line"),
    ("use", "\"push\", \"pull\", \"two-way-sync\" or \"mount\""),
    ("max-connections", "a number from 1 up"),
    ("passive-mode", "\"epsv\" or \"pasv\""),
    ("ip-version", "\"4\" or \"6\""),
    ("highest-tls-version", "\"1.2\" or \"1.3\""),
    ("sources", ADDRESSES),
    ("dedicated", ADDRESSES),
    ("expect-addresses", ADDRESSES),
    (
        "expect-names",
        "host names, each with a list of IP addresses, such as \"ftp.example.com\" = [\"203.0.113.7\"]",
    ),
    ("allow-data-addresses", ADDRESSES),
    ("ca-files", "a list of paths in quotes"),
    ("client-cert", PATH),
    ("client-key", PATH),
    ("depth", "\"quick\", \"standard\" or \"full\""),
    ("connect-timeout", SECONDS),
    ("reply-timeout", SECONDS),
    ("timeout", SECONDS),
];

/// What a key takes.
pub(super) fn takes(key: &str) -> &'static str {
    let found = KEYS.iter().find(|(known, _)| *known == key);
    found.map_or("something else", |(_, takes)| takes)
}

/// What to say of a key that is none.
pub(super) fn not_known(key: &str) -> String {
    const ALIKE: f64 = 0.6;
    const AGREED: [&str; 3] = [
        "allow-writes",
        "allow-cleartext-login",
        "allow-unverified-login",
    ];
    if AGREED.contains(&key) {
        return format!("not in a file: agree to it for a run, with --{key}");
    }
    let spelt = key.to_ascii_lowercase().replace('_', "-");
    let near = KEYS
        .iter()
        .map(|(known, _)| {
            let likeness = strsim::normalized_damerau_levenshtein(known, &spelt);
            (likeness, *known)
        })
        .filter(|near| near.0 > ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((_, known)) => format!("no setting of a remote; did you mean {known}?"),
        None => {
            let all: Vec<&str> = KEYS.iter().map(|(known, _)| *known).collect();
            format!("no setting of a remote; there are {}", all.join(", "))
        }
    }
}
