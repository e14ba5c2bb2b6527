use std::fmt;

/// What was asked, as far as it decides which replies can answer it (RFC 959 section 5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asked {
    /// Nothing yet: the greeting is awaited.
    Greeting,
    /// `AUTH` (RFC 2228 section 3).
    Auth,
    /// `PBSZ`, `PROT` and `CCC` (RFC 2228 section 3).
    Protection,
    /// `USER`.
    User,
    /// `PASS`.
    Pass,
    /// `ACCT`.
    Account,
    /// `HOST` (RFC 7151).
    Host,
    /// `REIN`.
    Again,
    /// `FEAT` (RFC 2389 section 3).
    Features,
    /// `SYST`.
    System,
    /// `STAT` and `HELP`.
    Status,
    /// `PWD`, and the old `XPWD`.
    Directory,
    /// `MKD`, and the old `XMKD`.
    Make,
    /// `CWD` and `CDUP`, and their old names.
    Change,
    /// `TYPE`, `MODE`, `STRU`, `OPTS`, `NOOP`, `ALLO`: a plain yes or no.
    Plain,
    /// `SIZE` and `MDTM` (RFC 3659 sections 3 and 4).
    FileFact,
    /// `DELE`, `RMD`, `RNTO`, `MLST`, `MFMT`: 250, or what some servers say instead.
    FileAction,
    /// `REST` and `RNFR`: 350.
    Prepare,
    /// `EPSV` (RFC 2428 section 3).
    Epsv,
    /// `PASV`.
    Pasv,
    /// `LIST`, `NLST`, `MLSD`, `RETR`, `STOR`, `APPE`, `STOU`.
    Transfer,
    /// `ABOR`.
    Abort,
    /// `QUIT`.
    Quit,
    /// `SITE` and every command that is not in this list: any reply is possible.
    Other,
}

impl Asked {
    /// What a command line asks.
    #[must_use]
    pub fn by(line: &str) -> Asked {
        let verb = line.split(' ').next().unwrap_or_default();
        match verb.to_ascii_uppercase().as_str() {
            "AUTH" => Asked::Auth,
            "PBSZ" | "PROT" | "CCC" => Asked::Protection,
            "USER" => Asked::User,
            "PASS" => Asked::Pass,
            "ACCT" => Asked::Account,
            "HOST" => Asked::Host,
            "REIN" => Asked::Again,
            "FEAT" => Asked::Features,
            "SYST" => Asked::System,
            "STAT" | "HELP" => Asked::Status,
            "PWD" | "XPWD" => Asked::Directory,
            "MKD" | "XMKD" => Asked::Make,
            "CWD" | "XCWD" | "CDUP" | "XCUP" => Asked::Change,
            "TYPE" | "MODE" | "STRU" | "OPTS" | "NOOP" | "ALLO" => Asked::Plain,
            "SIZE" | "MDTM" => Asked::FileFact,
            "DELE" | "RMD" | "XRMD" | "RNTO" | "MLST" | "MFMT" => Asked::FileAction,
            "REST" | "RNFR" => Asked::Prepare,
            "EPSV" => Asked::Epsv,
            "PASV" => Asked::Pasv,
            "LIST" | "NLST" | "MLSD" | "RETR" | "STOR" | "APPE" | "STOU" => Asked::Transfer,
            "ABOR" => Asked::Abort,
            "QUIT" => Asked::Quit,
            _ => Asked::Other,
        }
    }

    /// Whether a client can do without the answer: nothing on the way to a transfer depends on it.
    #[must_use]
    pub fn is_optional(self) -> bool {
        match self {
            Asked::Features
            | Asked::System
            | Asked::Status
            | Asked::Directory
            | Asked::FileFact
            | Asked::Other => true,
            Asked::Greeting
            | Asked::Auth
            | Asked::Protection
            | Asked::User
            | Asked::Pass
            | Asked::Account
            | Asked::Host
            | Asked::Again
            | Asked::Make
            | Asked::Change
            | Asked::Plain
            | Asked::FileAction
            | Asked::Prepare
            | Asked::Epsv
            | Asked::Pasv
            | Asked::Transfer
            | Asked::Abort
            | Asked::Quit => false,
        }
    }

    /// Whether the server has the answer at hand: no service for names, no directory of accounts and no file has to be asked
    /// for it first, so that one which answers everything else at once does not think about it for long.
    #[must_use]
    pub fn is_at_hand(self) -> bool {
        match self {
            Asked::Auth
            | Asked::Protection
            | Asked::Features
            | Asked::System
            | Asked::Status
            | Asked::Directory
            | Asked::Plain
            | Asked::Epsv
            | Asked::Pasv => true,
            Asked::Greeting
            | Asked::User
            | Asked::Pass
            | Asked::Account
            | Asked::Host
            | Asked::Again
            | Asked::Make
            | Asked::Change
            | Asked::FileFact
            | Asked::FileAction
            | Asked::Prepare
            | Asked::Transfer
            | Asked::Abort
            | Asked::Quit
            | Asked::Other => false,
        }
    }

    /// Whether a diagnosis asks this for itself: no client needs the answer, and few ask, so that a server which stumbles over
    /// it does them no harm.
    #[must_use]
    pub fn is_ours_alone(self) -> bool {
        matches!(self, Asked::Status | Asked::System)
    }
}

/// The part of the dialogue, for evidence.
impl fmt::Display for Asked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Asked::Greeting => "greeting",
            Asked::Auth => "request for TLS",
            Asked::Protection => "protection of data connections",
            Asked::User | Asked::Pass | Asked::Account | Asked::Host | Asked::Again => "login",
            Asked::Features | Asked::System | Asked::Status => "questions about the server",
            Asked::Directory | Asked::Change => "directory",
            Asked::Make | Asked::FileAction | Asked::Prepare | Asked::FileFact => "files",
            Asked::Plain | Asked::Other => "settings of the session",
            Asked::Epsv | Asked::Pasv => "request for a data port",
            Asked::Transfer | Asked::Abort => "transfer",
            Asked::Quit => "end of the session",
        })
    }
}
