use super::*;
use crate::Agreement;
use model::remote::Use;

/// What somebody writes, and what is said of it.
const BAD: &[(&str, &str)] = &[
    // Secrets.
    (
        "host = \"h\"\n  password = \"s3cret\"\n",
        "f:2:3: password: a secret in this file could be read by others: write password-file = \"FILE\", \
         password-env = \"NAME\" or password-stdin = true instead",
    ),
    ("password = s3cret", "f:1:1: password: a secret in this"),
    ("port = \nPassword = \"s3cret", "f:2:1: Password: a secret"),
    (
        "[password]\nvalue = \"s3cret\"",
        "f:1:2: password: a secret",
    ),
    ("passwrod = \"s3cret\"", "f:1:1: passwrod: unknown setting"),
    (
        "password-stdin = \"s3cret\"",
        "f:1:18: password-stdin: takes true or false",
    ),
    (
        "password-env = \"s3cret!\"",
        "f:1:16: password-env: takes the name of",
    ),
    (
        "password-env = [\"s3cret\"]",
        "f:1:16: password-env: takes the name of",
    ),
    (
        "password-file = { s3cret = 1 }",
        "f:1:17: password-file: takes a path",
    ),
    (
        "host = \"ftp://u:s3cret@h\"",
        "f:1:8: host: takes a name or an address",
    ),
    ("s3cret", "f:1:7: not TOML: "),
    ("\"u:s3cret\" = 1", "f:1:1: this key is not a setting"),
    // Keys.
    (
        "\n\nprot = 21",
        "f:3:1: prot: unknown setting; did you mean port?",
    ),
    (
        "max_connections = 3",
        "f:1:1: max_connections: unknown setting; did you mean max-connections?",
    ),
    (
        "source = []",
        "f:1:1: source: unknown setting; did you mean sources?",
    ),
    (
        "zebra = 1\nyak = 2",
        "f:1:1: zebra: unknown setting; there are allow-data-addresses, ",
    ),
    (
        "allow-writes = true",
        "f:1:1: allow-writes: not allowed in a file: agree to it for one run, with --allow-writes",
    ),
    ("port = 21\nport = 22", "f:2:1: not TOML: duplicate key"),
    // Types and values.
    ("port = 0", "f:1:8: port: takes a number from 1 to 65535"),
    ("port = 70000", "f:1:8: port: takes"),
    ("port = -1", "f:1:8: port: takes"),
    (
        "port = \"21\"",
        "f:1:8: port: takes a number from 1 to 65535",
    ),
    ("host = 7", "f:1:8: host: takes"),
    ("host = \"\"", "f:1:8: host: takes"),
    ("host = \"a b\"", "f:1:8: host: takes"),
    ("host = \"h:21\"", "f:1:8: host: takes"),
    ("user = \"\"", "f:1:8: user: takes"),
    (
        "user = \"a\\r\\nQUIT\"",
        "f:1:8: user: takes a user name in quotes, in one line",
    ),
    ("remote-path = \"a\\nb\"", "f:1:15: remote-path: takes"),
    (
        "ssl = \"require-explict\"",
        "f:1:7: ssl: takes \"if-available\", \"require-explicit\",",
    ),
    (
        "certificate-check = false",
        "f:1:21: certificate-check: takes \"full\" or \"off\"",
    ),
    (
        "use = \"sync\"",
        "f:1:7: use: takes \"push\", \"pull\", \"two-way-sync\" or \"mount\"",
    ),
    ("depth = 3", "f:1:9: depth: takes"),
    (
        "max-connections = 0",
        "f:1:19: max-connections: takes a number from 1 up",
    ),
    ("sources = \"203.0.113.7\"", "f:1:11: sources: takes a list"),
    (
        "# ä\nsources = [\n  \"203.0.113.7\",\n  \"203.0.113\",\n]",
        "f:4:3: sources: takes a list of IP addresses",
    ),
    ("ä = 1", "f:1:1: not TOML"),
    ("user = \"ä\" \"", "f:1:12: not TOML"),
    (
        "ca-files = [\"a\", 1]",
        "f:1:18: ca-files: takes a list of paths",
    ),
    (
        "reply-timeout = 0",
        "f:1:17: reply-timeout: takes a number of seconds",
    ),
    (
        "timeout = nan",
        "f:1:11: timeout: takes a number of seconds",
    ),
    (
        "connect-timeout = \"10s\"",
        "f:1:19: connect-timeout: takes a number of seconds",
    ),
    ("expect-names = 1", "f:1:16: expect-names: takes"),
    (
        "[expect-names]\n\"203.0.113.7\" = [\"203.0.113.8\"]",
        "f:2:1: expect-names: takes host names",
    ),
    (
        "[expect-names]\na = [\"203.0.113.8\"]\nb = []",
        "f:3:1: expect-names: takes host names",
    ),
    (
        "[expect-names]\na = [\"b\"]",
        "f:2:6: expect-names: takes host names",
    ),
    // Contradictions.
    (
        "sources = [\"203.0.113.7\"]\ndedicated = [\"203.0.113.7\", \"203.0.113.8\"]",
        "f:2:29: dedicated: this address is not among the sources",
    ),
    (
        "password-file = \"p\"\npassword-env = \"P\"",
        "f:2:16: password-env: the password comes from password-file already; keep one of them",
    ),
    (
        "password-stdin = true\npassword-file = \"p\"",
        "f:2:17: password-file: the password comes from password-stdin already",
    ),
    (
        "client-key = \"k\"",
        "f:1:14: client-key: needs client-cert, too",
    ),
    // What was cut off.
    ("host = \"h\"\nsources = [", "f:2:12: not TOML"),
    ("host = \"h", "f:1:10: not TOML"),
    ("host", "f:1:5: not TOML"),
    (
        "host = ftp.example.com",
        "f:1:8: host: put text in quotes, as in host = \"…\" (TOML)",
    ),
    ("port = 21\nuser = jo", "f:2:8: user: put text in quotes"),
    (
        "host: ftp.example.com\nport: 21",
        "f:1:7: host: this looks like YAML, but a settings file is TOML: write host = …",
    ),
    (
        "{\"host\": \"ftp.example.com\"}",
        "f:1:1: this is JSON, but a settings file is TOML",
    ),
    ("\0\u{1}\u{2}", "f:1:4: not TOML"),
];

#[test]
fn a_mistake_is_told_with_its_line_column_and_key_and_without_a_secret() {
    let mut wrong = Vec::new();
    for (text, said) in BAD {
        let error = RemoteFile::read("f", text.as_bytes()).unwrap_err();
        let error = error.to_string();
        if !error.starts_with(said) || error.contains("s3cret") || error.contains('\n') {
            wrong.push(format!("{text:?}\n  expected {said}\n  said     {error}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_no_text_is_told_with_its_line() {
    let error = RemoteFile::read("f", b"host = \"h\"\nuser = \"\xff\"").unwrap_err();
    assert_eq!(error.to_string(), "f:2: not UTF-8: not a settings file");
}

#[test]
fn every_key_says_what_it_takes() {
    assert!(takes::keys().len() > 20);
    for (key, takes) in takes::keys() {
        assert!(!takes.is_empty(), "{key}");
    }
}

/// Whoever copies it changes the host, and nothing else in it may be held against their server.
#[test]
fn the_example_sets_the_host_alone() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/remote.toml");
    let expected = RemoteFile {
        settings: RemoteSettings {
            host: Some("ftp.example.com".into()),
            ..RemoteSettings::default()
        },
        ..RemoteFile::default()
    };
    assert_eq!(RemoteFile::load(&example).unwrap(), expected);
}

#[test]
fn the_example_shows_every_key_and_its_paths_count_from_it() {
    let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/remote.toml");
    let text = std::fs::read_to_string(original).unwrap();
    for (key, _) in takes::keys() {
        assert!(text.contains(key), "{key}");
    }
    // What stands right behind a mark is a setting; behind a blank it is prose.
    let set = |line: &str| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with(' ') => setting.to_owned(),
        Some(_) | None => line.to_owned(),
    };
    let lines: Vec<String> = text.lines().map(set).collect();
    let folder = tempfile::tempdir().unwrap();
    let example = folder.path().join("remote.toml");
    std::fs::write(&example, lines.join("\n")).unwrap();
    let settings = RemoteFile::load(&example).unwrap();
    let remote = settings.settings.remote().unwrap();
    assert_eq!(remote.place(), "ftp.example.com:21");
    assert_eq!(remote.dedicated, remote.sources);
    assert_eq!(remote.intended_use, Some(Use::TwoWaySync));
    let password = settings.authority.password_file.unwrap();
    assert!(
        password
            .place()
            .ends_with("remote.toml:15:17: password-file")
    );
    assert_eq!(
        password.agreed(&Agreement::Flag),
        example.parent().unwrap().join("password.txt")
    );
}

#[test]
fn an_empty_file_sets_nothing() {
    let settings = RemoteFile::read("f", b"# nothing\n").unwrap();
    assert_eq!(settings, RemoteFile::default());
    assert_eq!(settings.settings.remote(), Err(crate::Unfit::NoHost));
}

#[test]
fn what_cannot_be_read_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let long = folder.path().join("long.toml");
    std::fs::write(&long, "#".repeat(2 * 1024 * 1024)).unwrap();
    let said = |path: &Path| RemoteFile::load(path).unwrap_err().to_string();
    assert!(said(&long).ends_with("longer than 1 MiB: not a settings file"));
    assert!(said(folder.path()).contains("directory"));
    assert!(said(&folder.path().join("none.toml")).contains("No such file"));
}
