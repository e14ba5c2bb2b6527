//! What well-known clients would do with a remote: from the facts and findings of one diagnosis, and from what a profile says
//! of each client. Profiles are data, one file for each client in `profiles`, and every line of them names its source. Nothing
//! here has input or output.
#![warn(missing_docs)]

mod codes;
mod judge;
mod prediction;
mod profile;
mod sentence;
mod server;
mod trouble;

use include_dir::{Dir, include_dir};

pub use prediction::{ClientOutcome, Missing, Outcome, Prediction, StepOutcome, Word};
pub use profile::{
    Belief, Care, Certificate, Charset, Data, DeadAddress, Dialogue, Encryption, Files, Known,
    LeavesEpsv, ListsIn, Mode, Need, Profile, ProfileError, Resumes, Setting, Starts, Step, Tls,
    Unprotected, Way,
};
pub use sentence::answer;
pub use server::{Announced, Found, Goes, Said, Server, SilentAddress};
pub use trouble::Trouble;

use codes::Codes;

static PROFILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/profiles");

/// Why there are no clients.
#[derive(Debug, thiserror::Error)]
pub enum ClientsError {
    /// A file is no profile.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// Two files have one name.
    #[error("there are two profiles of {0}")]
    Twice(String),
    /// Nobody knows the client.
    #[error("there is no profile of {name}; there are {known}")]
    NoSuchClient {
        /// The name that was asked for.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// The table of codes cannot be read.
    #[error("the codes that stop every client: {0}")]
    Codes(#[from] toml::de::Error),
}

/// Clients whose profiles are known.
#[derive(Clone, Debug)]
pub struct Clients {
    profiles: Vec<Profile>,
    codes: Codes,
}

impl Clients {
    /// Those of the program.
    ///
    /// # Errors
    /// A profile of the program is none, which a test excludes.
    pub fn built_in() -> Result<Clients, ClientsError> {
        let mut clients = Clients {
            profiles: Vec::new(),
            codes: Codes::built_in()?,
        };
        for file in PROFILES.files() {
            let place = file.path().display().to_string();
            let text = file.contents_utf8().unwrap_or_default();
            clients.add(Profile::parse(&place, text)?)?;
        }
        clients.profiles.sort_by_key(|it| it.title.to_lowercase());
        Ok(clients)
    }

    /// Adds one of somebody else's, at the end.
    ///
    /// # Errors
    /// There is one of that name.
    pub fn add(&mut self, profile: Profile) -> Result<(), ClientsError> {
        if self.profiles.iter().any(|it| it.name == profile.name) {
            return Err(ClientsError::Twice(profile.name));
        }
        self.profiles.push(profile);
        Ok(())
    }

    /// All of them.
    #[must_use]
    pub fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// Whether somebody knows the client.
    ///
    /// # Errors
    /// Nobody does.
    pub fn find(&self, name: &str) -> Result<&Profile, ClientsError> {
        let found = self.profiles.iter().find(|it| it.name == name);
        found.ok_or_else(|| ClientsError::NoSuchClient {
            name: name.into(),
            known: self
                .profiles
                .iter()
                .map(|it| it.name.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        })
    }

    /// What one of them would do.
    #[must_use]
    pub fn predict(&self, client: &Profile, server: &Server<'_>) -> Prediction {
        judge::judge(client, server, &self.codes)
    }

    /// What each of them would do.
    #[must_use]
    pub fn predict_all(&self, server: &Server<'_>) -> Vec<Prediction> {
        self.profiles
            .iter()
            .map(|it| self.predict(it, server))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use facts::{name, value};
    use model::finding::{Evidence, FactValue, Severity};
    use model::remote::{Remote, SslSetting};

    use super::*;

    fn remote() -> Remote<model::address::Address> {
        Remote {
            ssl: SslSetting::RequireExplicit,
            user: Some("jo".into()),
            ..Remote::at("ftp.example.com", 21)
        }
    }

    /// What a check of a healthy server finds.
    fn healthy() -> BTreeMap<String, FactValue> {
        let text = |text: &str| FactValue::Text(text.into());
        let texts =
            |texts: &[&str]| FactValue::Texts(texts.iter().map(ToString::to_string).collect());
        let row = |session: &str| {
            let cells = [("session", session), ("transfer", "complete")];
            cells
                .map(|(name, cell)| (name.to_string(), cell.to_string()))
                .into()
        };
        [
            (name::LOGIN_ACCEPTED, FactValue::Flag(true)),
            (name::DATA_LISTED, FactValue::Flag(true)),
            (name::DATA_EPSV, text(value::WORKS)),
            (name::DATA_PASV, text(value::WORKS)),
            (name::DATA_PASV_ANNOUNCES, text(value::OWN_ADDRESS)),
            (name::DATA_TLS_START, text(value::AFTER_150)),
            (name::DATA_REUSE_REQUIRED, FactValue::Flag(false)),
            ("data.resumption", FactValue::Rows(vec![row("resumed")])),
            (name::SERVER_REQUIRES_TLS, FactValue::Flag(false)),
            (name::SERVER_FEATURES, texts(&["EPRT", "MLST", "SIZE"])),
            (name::CONTROL_REPLIES, texts(&["AUTH TLS 234"])),
            (
                name::LOGIN_REPLIES,
                texts(&["USER 331", "PASS 230", "PWD 257"]),
            ),
            (
                name::DATA_REPLIES,
                texts(&["PBSZ 0 200", "PROT P 200", "TYPE I 200", "SYST 215"]),
            ),
            (name::SOURCE_ADDRESS, text("203.0.113.7")),
            (name::SOURCE_SEEN_AS, text("203.0.113.7")),
            (name::SERVER_ADDRESS, text("198.51.100.20")),
        ]
        .map(|(name, value)| (name.to_string(), value))
        .into()
    }

    fn word(
        client: &str,
        facts: &BTreeMap<String, FactValue>,
        findings: Vec<Found<'_>>,
        step: Step,
    ) -> Word {
        let clients = Clients::built_in().unwrap();
        let remote = remote();
        let server = Server {
            remote: &remote,
            facts,
            findings,
        };
        clients
            .predict(clients.find(client).unwrap(), &server)
            .of(step)
    }

    fn found<'a>(code: &'a str, evidence: &'a [Evidence]) -> Found<'a> {
        Found {
            code,
            title: "it is so",
            severity: Severity::Error,
            is_consequence: false,
            is_everywhere: true,
            evidence,
        }
    }

    #[test]
    fn each_profile_has_the_name_of_its_file_and_says_what_it_was_taken_from() {
        for file in PROFILES.files() {
            let profile = Profile::parse("a profile", file.contents_utf8().unwrap()).unwrap();
            assert_eq!(
                file.path().file_stem().unwrap().to_str(),
                Some(profile.name.as_str())
            );
            assert!(
                profile.sources.values().all(|it| it.len() > 10),
                "{}",
                profile.name
            );
        }
    }

    #[test]
    fn the_names_of_the_contract_and_of_services_are_there() {
        let clients = Clients::built_in().unwrap();
        for name in [
            "filezilla",
            "winscp",
            "curl",
            "lftp",
            "cyberduck",
            "rclone",
            "ftplib",
            "commons-net",
            "fluentftp",
            "dotnet-ftpwebrequest",
            "basic-ftp",
            "node-ftp",
            "jlaffaye",
            "php",
            "net-ftp-ruby",
            "net-ftp-perl",
            "aioftp",
            "tnftp",
            "wget",
            "windows-ftp",
            "files-com",
            "azure-data-factory",
            "aws-transfer",
            "biztalk",
            "camel",
            "cleo",
            "control-m",
            "jedox",
            "mulesoft",
            "sap-cpi",
            "sap-pi",
            "spring-integration",
            "ssis",
            "windows-explorer",
        ] {
            assert!(clients.find(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_healthy_server_is_accused_by_no_client_that_can_speak_to_it() {
        let clients = Clients::built_in().unwrap();
        let (remote, facts) = (remote(), healthy());
        let server = Server {
            remote: &remote,
            facts: &facts,
            findings: Vec::new(),
        };
        for prediction in clients.predict_all(&server) {
            let name = &prediction.client.name;
            // Its connectors speak no FTP.
            if name == "aws-transfer" {
                assert_eq!(prediction.of(Step::Connect), Word::Fails);
                continue;
            }
            // aioftp begins TLS too early for most servers, and two cannot upload.
            if name != "aioftp" {
                assert_ne!(
                    prediction.of(Step::List),
                    Word::Fails,
                    "{name}: {}",
                    prediction.reason()
                );
            }
            assert_ne!(
                prediction.of(Step::Connect),
                Word::Fails,
                "{name}: {}",
                prediction.reason()
            );
        }
    }

    #[test]
    fn what_nobody_established_is_not_known() {
        let mut facts = healthy();
        facts.remove(name::DATA_REUSE_REQUIRED);
        assert_eq!(
            word("ftplib", &facts, Vec::new(), Step::List),
            Word::Unknown
        );
        assert_eq!(word("curl", &facts, Vec::new(), Step::List), Word::Works);
        // No source says whether FluentFTP resumes: it depends on its platform.
        facts.insert(name::DATA_REUSE_REQUIRED.into(), FactValue::Flag(true));
        assert_eq!(
            word("fluentftp", &facts, Vec::new(), Step::List),
            Word::Unknown
        );
        assert_eq!(word("ftplib", &facts, Vec::new(), Step::List), Word::Fails);
        assert_eq!(
            word("ftplib", &facts, Vec::new(), Step::Connect),
            Word::Works
        );
    }

    #[test]
    fn the_announced_address_is_believed_replaced_or_not_asked_for() {
        let announced = [Evidence {
            label: facts::label::ANNOUNCED.into(),
            value: "10.0.0.4".into(),
        }];
        let facts = healthy();
        for (client, word_of_it) in [
            ("filezilla", Word::Works),
            ("php", Word::Fails),
            ("curl", Word::Works),
            ("azure-data-factory", Word::Unknown),
        ] {
            let findings = vec![found("data.pasv-private-address", &announced)];
            assert_eq!(
                word(client, &facts, findings, Step::List),
                word_of_it,
                "{client}"
            );
        }
    }

    #[test]
    fn a_certificate_is_refused_asked_about_or_ignored() {
        let facts = healthy();
        let of = |client: &str, code| word(client, &facts, vec![found(code, &[])], Step::Connect);
        assert_eq!(of("curl", "cert.expired"), Word::Fails);
        assert_eq!(of("filezilla", "cert.expired"), Word::Works);
        assert_eq!(of("commons-net", "cert.expired"), Word::Fails);
        assert_eq!(of("commons-net", "cert.self-signed"), Word::Works);
        assert_eq!(of("cyberduck", "cert.expired"), Word::Unknown);
    }

    /// Each case changes one fact of a healthy server, and each client does with it what its profile says.
    #[test]
    fn what_a_server_does_decides_by_how_a_client_works() {
        let texts =
            |texts: &[&str]| FactValue::Texts(texts.iter().map(ToString::to_string).collect());
        let row = |method: &str, result: &str| {
            let cells = [("method", method), ("result", result)];
            cells
                .map(|(name, cell)| (name.to_string(), cell.to_string()))
                .into()
        };
        let text = |text: &str| FactValue::Text(text.into());
        let no_system = texts(&["PBSZ 0 200", "TYPE I 200"]);
        let cases: &[(&str, FactValue, &str, Step, Word)] = &[
            (
                name::DATA_REPLIES,
                no_system.clone(),
                "commons-net",
                Step::List,
                Word::Unknown,
            ),
            (
                name::DATA_REPLIES,
                no_system,
                "curl",
                Step::List,
                Word::Works,
            ),
            (
                name::DATA_REPLIES,
                texts(&["PBSZ 0 200", "TYPE I 200", "SYST 502"]),
                "commons-net",
                Step::List,
                Word::Fails,
            ),
            (
                name::DATA_REPLIES,
                texts(&["PBSZ 0 200", "TYPE no answer", "SYST 215"]),
                "tnftp",
                Step::Upload,
                Word::Fails,
            ),
            (
                name::LOGIN_REPLIES,
                texts(&["USER 331", "PASS 230", "PWD 250"]),
                "winscp",
                Step::Connect,
                Word::Fails,
            ),
            (
                name::CONTROL_REPLIES,
                texts(&["AUTH TLS 504", "AUTH SSL 234"]),
                "rclone",
                Step::Connect,
                Word::Fails,
            ),
            (
                name::CONTROL_REPLIES,
                texts(&["AUTH TLS 504", "AUTH SSL 234"]),
                "curl",
                Step::Connect,
                Word::Works,
            ),
            (
                name::DATA_EPSV,
                text(value::UNANSWERED),
                "basic-ftp",
                Step::List,
                Word::Fails,
            ),
            (
                name::DATA_EPSV,
                text(value::REFUSED),
                "rclone",
                Step::List,
                Word::Works,
            ),
            (
                name::DATA_EPSV,
                text(value::NOWHERE),
                "basic-ftp",
                Step::List,
                Word::Works,
            ),
            (
                name::DATA_EPSV,
                text(value::NOWHERE),
                "curl",
                Step::List,
                Word::Fails,
            ),
            (
                name::DATA_EPSV,
                text(value::NOWHERE),
                "filezilla",
                Step::List,
                Word::Works,
            ),
            (
                name::SERVER_GREETING,
                text("Hello\n530 is no reply here\nReady"),
                "curl",
                Step::Connect,
                Word::Fails,
            ),
            (
                name::SERVER_GREETING,
                text("Hello\n530 is no reply here\nReady"),
                "rclone",
                Step::Connect,
                Word::Works,
            ),
            (
                "reach.addresses",
                FactValue::Rows(vec![
                    [("address", "2001:db8::9"), ("result", "no answer")]
                        .map(|(name, cell)| (name.to_string(), cell.to_string()))
                        .into(),
                    [("address", "198.51.100.20"), ("result", "open in 1.0 ms")]
                        .map(|(name, cell)| (name.to_string(), cell.to_string()))
                        .into(),
                ]),
                "curl",
                Step::Connect,
                Word::Works,
            ),
        ];
        for (fact, value, client, step, word_of_it) in cases {
            let mut facts = healthy();
            facts.insert((*fact).into(), value.clone());
            let is = word(client, &facts, Vec::new(), *step);
            assert_eq!(is, *word_of_it, "{fact} {value:?} {client} {step}");
        }
        // Ports that refuse connections send curl to PASV, and ports that are silent do not.
        let mut facts = healthy();
        facts.insert(name::DATA_EPSV.into(), text(value::NOWHERE));
        let map = FactValue::Rows(vec![row("EPSV", "refused"), row("PASV", "open")]);
        facts.insert(name::DATA_PASSIVE_MAP.into(), map);
        assert_eq!(word("curl", &facts, Vec::new(), Step::List), Word::Works);
        assert_eq!(word("rclone", &facts, Vec::new(), Step::List), Word::Fails);
    }

    #[test]
    fn what_is_not_known_is_named() {
        let clients = Clients::built_in().unwrap();
        let (remote, mut facts) = (remote(), healthy());
        let replies = ["PBSZ 0 200".into(), "TYPE I 200".into()];
        facts.insert(name::DATA_REPLIES.into(), FactValue::Texts(replies.into()));
        let server = Server {
            remote: &remote,
            facts: &facts,
            findings: Vec::new(),
        };
        let prediction = clients.predict(clients.find("commons-net").unwrap(), &server);
        assert_eq!(
            prediction.reason(),
            "The report does not say how the server answers SYST (a check of the depth standard asks)"
        );
    }

    #[test]
    fn a_server_that_refuses_resumed_sessions_takes_those_that_resume_nothing() {
        let mut facts = healthy();
        facts.remove("data.resumption");
        let broken = || vec![found("ftps.session-reuse-broken", &[])];
        assert_eq!(word("ftplib", &facts, broken(), Step::List), Word::Works);
        assert_eq!(word("curl", &facts, broken(), Step::List), Word::Fails);
        facts.insert(name::DATA_REUSE_REQUIRED.into(), FactValue::Flag(true));
        assert_eq!(word("ftplib", &facts, broken(), Step::List), Word::Fails);
    }

    #[test]
    fn a_profile_that_names_an_unknown_source_is_refused() {
        let text = "name = \"x\"\ntitle = \"X\"\nversion = \"1\"\n[sources]\n[tls]\nserver-name = { is = true, by = \"y\" }\n";
        let refused = Profile::parse("x.toml", text).unwrap_err().to_string();
        assert_eq!(
            refused,
            "x.toml: a line names the source `y`, which is not in [sources]"
        );
    }
}
