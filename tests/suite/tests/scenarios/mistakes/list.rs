//! The mistakes, in the order of what somebody types: the remote, the password, options, other commands, files.

/// What is typed, how it has to end, and what has to be said of it.
pub(super) struct Mistake {
    pub(super) typed: &'static str,
    pub(super) exit: i32,
    pub(super) says: &'static [&'static str],
    pub(super) never: &'static [&'static str],
}

const fn usage(typed: &'static str, says: &'static [&'static str]) -> Mistake {
    Mistake {
        typed,
        exit: 2,
        says,
        never: &[],
    }
}

const fn runs(typed: &'static str, exit: i32, says: &'static [&'static str]) -> Mistake {
    Mistake {
        typed,
        exit,
        says,
        never: &[],
    }
}

/// `LAB` is a healthy server on loopback, `TLS21` one with explicit TLS on port 21 of an address where nothing listens on
/// 990, `DEAD` a port where nothing listens.
pub(super) const MISTAKES: &[Mistake] = &[
    usage("check", &["which remote? give a host such as"]),
    runs("check LAB --ca-file ca.pem --depth quick", 0, &["HEALTHY"]),
    usage(
        "check remotes.toml",
        &["no settings file remotes.toml", "Did you mean remote.toml?"],
    ),
    usage("check remote.tml", &["Did you mean remote.toml?"]),
    usage(
        "check acme.tml",
        &["there is no file acme.tml", "write --host acme.tml"],
    ),
    usage("check acme.yaml", &["settings files are TOML"]),
    usage(
        "check nosuch.toml",
        &["there is no settings file nosuch.toml"],
    ),
    usage(
        "check sftp://user@h",
        &["a different protocol, over SSH (port 22)", "does not check"],
    ),
    usage("check http://h", &["is for web servers", "ftp://"]),
    usage("check https://h", &["is for web servers"]),
    usage(
        "check ftpes://user:hunter22@h",
        &[
            "other users can read a password in the URL",
            "--password-file",
        ],
    ),
    usage(
        "check h --user jo --password hunter22",
        &[
            "other users of this machine can read arguments",
            "--password-stdin",
        ],
    ),
    usage("check h --pasword-file x", &["'--password-file'"]),
    usage(
        "check h --user jo",
        &["--password-file, --password-stdin or --password-env"],
    ),
    usage("check jo@h", &["a user needs a password"]),
    usage(
        "check h --user jo --password-file none",
        &["the password file none: No such file"],
    ),
    usage(
        "check h --user jo --password-file folder",
        &["the password file folder", "directory"],
    ),
    runs(
        "check USER@LAB --ca-file ca.pem --depth quick --password-file with-line-end",
        0,
        &["HEALTHY"],
    ),
    runs(
        "check USER@LAB --ca-file ca.pem --depth quick --password-file with-mark",
        0,
        &["HEALTHY", "byte-order mark, which is removed"],
    ),
    runs(
        "check USER@LAB --ca-file ca.pem --depth quick --password-file with-blank",
        1,
        &["ends with a space, which is sent", "ftp.login-rejected"],
    ),
    usage(
        "check h --user jo --password-file two-lines",
        &["more than one line"],
    ),
    usage(
        "check h --user jo --password-file empty",
        &["the password is empty"],
    ),
    usage(
        "check h --user jo --password-file utf-16",
        &["is UTF-16: save it as UTF-8"],
    ),
    usage(
        "check h --user jo --password-file latin-1",
        &["is not UTF-8", "--password-encoding"],
    ),
    usage(
        "check h --user jo --password-env NOSUCH",
        &["NOSUCH is not set"],
    ),
    usage("check ftp://h:99999", &["`99999` is not a port"]),
    usage("check h:99999", &["`99999` is not a port"]),
    usage("check h --port 70000", &["70000 is not in 1..=65535"]),
    usage("check h --port -1", &["-1 is not in 1..=65535"]),
    usage("check ftp://jo@h:0", &["`0` is not a port"]),
    usage("check h 2121", &["--port 2121", "HOST:2121"]),
    usage("check --host ftp://h", &["give only a name or an address"]),
    usage("check --host h:21", &["give only a name or an address"]),
    usage("check --host jo@h", &["give only a name or an address"]),
    usage("check --host h/in", &["give only a name or an address"]),
    runs("check --host [::1] --port 1 --quiet", 1, &["[::1]:1"]),
    runs("check --host ::1 --port 1 --quiet", 1, &["[::1]:1"]),
    usage(
        "check ftpes://2001:db8::1",
        &["write ftpes://[2001:db8::1]"],
    ),
    runs(
        "check ftpes://münchen.example --resolver DEAD --quiet",
        1,
        &["xn--mnchen-3ya.example"],
    ),
    runs(
        "check --host bücher.example --resolver DEAD --quiet",
        1,
        &["xn--bcher-kva.example"],
    ),
    usage(
        "check ftp..example.com",
        &["an empty part between two dots"],
    ),
    usage("check ftp.example,com", &["the character `,`"]),
    Mistake {
        typed: "check under_score.example --resolver DEAD --quiet",
        exit: 1,
        says: &["under_score.example:21"],
        never: &["no host name contains"],
    },
    runs("check ftp://127.1:1 --quiet", 1, &["127.0.0.1:1"]),
    usage(
        "check ftp://h/?x=1",
        &["`?` has no meaning in an FTP URL", "%3F"],
    ),
    usage(
        "check ftp://h/#frag",
        &["`#` has no meaning in an FTP URL", "%23"],
    ),
    runs(
        "check ftps://TLS21 --ca-file tls21.pem --quiet",
        1,
        &["explicit TLS", "ssl = require-explicit"],
    ),
    usage(
        "check h --ssl explicit",
        &["explicit TLS is require-explicit"],
    ),
    usage(
        "check h --ssl implicit",
        &["implicit TLS is require-implicit"],
    ),
    usage("check h --format xml", &["XML is junit", "sarif"]),
    usage(
        "check h --format pdf",
        &["a browser makes a PDF of the HTML report"],
    ),
    usage("check h --depth deep", &["quick, standard, full"]),
    runs(
        "check LAB --source 9.9.9.9 --quiet",
        1,
        &["net.source-address-unavailable"],
    ),
    usage(
        "check h --source eth0",
        &[
            "an IP address of this machine",
            "not the name of an interface",
        ],
    ),
    usage(
        "check h --connect-to eth0",
        &["write an IP address, such as"],
    ),
    usage(
        "check h --timeout 0",
        &["a number of seconds between 0.1 and 86400"],
    ),
    usage(
        "check h --timeout -1",
        &["a number of seconds between 0.1 and 86400"],
    ),
    runs(
        "check 127.0.0.1:1 --timeout 5s --quiet",
        1,
        &["net.connection-refused"],
    ),
    usage(
        "check h --only login2",
        &["no probe called `login2`", "data-channel"],
    ),
    Mistake {
        typed: "check LAB --only reach --skip reach --quiet",
        exit: 3,
        says: &["INCOMPLETE", "No connection was seen"],
        never: &["HEALTHY"],
    },
    Mistake {
        typed: "check LAB --skip reach --quiet",
        exit: 3,
        says: &["INCOMPLETE"],
        never: &["HEALTHY"],
    },
    Mistake {
        typed: "check LAB --ca-file ca.pem --only login --quiet",
        exit: 0,
        says: &[
            "login and transfers were not tested",
            "because no user was given",
        ],
        never: &["login and a listing succeeded"],
    },
    runs(
        "check 127.0.0.1:1 --quiet -o nosuch/x",
        1,
        &[
            "there is no folder nosuch",
            "standard output has it instead",
            "net.connection-refused",
        ],
    ),
    usage(
        "check h -o folder",
        &["folder: this is a folder, not a file"],
    ),
    usage("check h --format github -o a.html", &["a.html", "add -o -"]),
    usage("check h --client-cert ca.pem", &["--client-key <PEM>"]),
    usage(
        "check h --ca-file empty",
        &["it contains no certificate; --ca-file takes a PEM file"],
    ),
    usage(
        "check 127.0.0.1 --ip-version 6",
        &["127.0.0.1 is not an IPv6 address"],
    ),
    usage("check ftp://a ftp://b", &["a command takes one remote"]),
    usage("ftpes://h", &["'remote-doctor check ftpes://h'"]),
    usage(
        "ftp.example.com",
        &["'remote-doctor check ftp.example.com'"],
    ),
    usage("chekc", &["'check'"]),
    usage("explain cert.expird", &["Did you mean cert.expired"]),
    runs("explain cert", 0, &["cert.expired"]),
    runs("explain 530", 0, &["ftp.login-rejected"]),
    runs(
        "explain 522 SSL connection failed; session reuse required",
        0,
        &["ftps.session-reuse-required"],
    ),
    usage(
        "check typo.toml",
        &["typo.toml:2:1: prot", "did you mean port?"],
    ),
    usage(
        "check type.toml",
        &["type.toml:2:8: port: takes a number from 1 to 65535"],
    ),
    usage(
        "check password.toml",
        &["password.toml:2:1: password: a secret in this file could be read by others"],
    ),
    usage(
        "check unquoted.toml",
        &["unquoted.toml:1:8: host: put text in quotes"],
    ),
    usage(
        "check yaml.toml",
        &["this looks like YAML, but a settings file is TOML: write host ="],
    ),
    usage(
        "check json.toml",
        &["this is JSON, but a settings file is TOML"],
    ),
    Mistake {
        typed: "check example.toml --quiet",
        exit: 1,
        says: &["net.connection-refused"],
        never: &[
            "dns.not-dedicated-ip",
            "net.source-address-unavailable",
            "more root cause",
        ],
    },
    usage(
        "report typo.toml",
        &["not a report of remote-doctor", "it is not JSON"],
    ),
    usage("report nosuch.json", &["nosuch.json: No such file"]),
    usage(
        "compare empty",
        &["empty: not a report of remote-doctor: the file is empty"],
    ),
    usage("replay typo.toml", &["not a recording of remote-doctor"]),
    usage(
        "lab --behaviour expird",
        &["Did you mean expired?", "lab --list"],
    ),
    usage("lab --behavior nonsense", &["`nonsense`", "lab --list"]),
    runs("lab --list", 0, &["expired", "epsv-refused", "implicit"]),
    usage("plugin test nosuch.wasm", &["nosuch.wasm: No such file"]),
    usage(
        "plugin new Greeting_Version",
        &["is not a valid probe name"],
    ),
];
