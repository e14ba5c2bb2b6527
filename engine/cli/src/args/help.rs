//! What `--help` and the man page of each command have beside its options: what it is typed like, and its exit codes.

use clap::{Command, CommandFactory};

use super::Args;

/// Examples come before the options: whoever asks for help wants to see one first.
const TEMPLATE: &str =
    "{about-with-newline}\n{usage-heading} {usage}\n\n{before-help}{all-args}{after-help}\n";

/// Of one command.
pub(crate) struct Help {
    /// Its name, with that of the command it belongs to.
    path: &'static str,
    /// One line each.
    pub(crate) examples: &'static [&'static str],
    /// Each code and when it comes.
    pub(crate) exits: &'static [(u8, &'static str)],
    /// What else has to be known.
    pub(crate) remark: Option<&'static str>,
}

const WRONG: (u8, &str) = (2, "the arguments are wrong");
const UNWRITTEN: (u8, &str) = (3, "the file could not be written");
const OF_A_CHECK: &[(u8, &str)] = &[
    (
        0,
        "no finding is as severe as --fail-on; the default is error",
    ),
    (1, "a finding is as severe as --fail-on"),
    (2, "the arguments or the settings are wrong"),
    (
        3,
        "no finding is as severe as --fail-on, but the check is incomplete, or its file could not be written",
    ),
    (130, "it was interrupted"),
];

const HELP: &[Help] = &[
    Help {
        path: "",
        examples: &[
            "remote-doctor demo",
            "remote-doctor check ftp.example.com",
            "remote-doctor check ftpes://user@ftp.example.com --password-file secret.txt",
            "remote-doctor check remote.toml -o report.html",
            "remote-doctor explain 530",
        ],
        exits: OF_A_CHECK,
        remark: None,
    },
    Help {
        path: "check",
        examples: &[
            "remote-doctor check ftp.example.com",
            "remote-doctor check user@ftp.example.com:2121",
            "remote-doctor check ftpes://user@ftp.example.com --password-file secret.txt",
            "remote-doctor check remote.toml --allow-writes",
            "remote-doctor check ftp.example.com --fast --format ticket",
            "remote-doctor check ftp.example.com -o report.html -o report.json -o junit.xml",
            "remote-doctor check ftp.example.com --source 203.0.113.7 --source 203.0.113.8",
            "remote-doctor check remote.toml --baseline worked.json",
        ],
        exits: OF_A_CHECK,
        remark: Some(
            "A report that cannot be written to its file goes to standard output, and exit code 0 becomes 3.",
        ),
    },
    Help {
        path: "compare",
        examples: &[
            "remote-doctor compare desk.json gateway.json",
            "remote-doctor compare desk.json gateway.json -o both.html",
        ],
        exits: OF_A_CHECK,
        remark: None,
    },
    Help {
        path: "report",
        examples: &[
            "remote-doctor report report.json",
            "remote-doctor report report.json -o report.html -o report.md",
            "remote-doctor report report.json --message firewall-admin",
            "remote-doctor report report.json --redact public",
        ],
        exits: &[
            (0, "the report was printed or written"),
            (2, "the arguments are wrong, or the file is not a report"),
            UNWRITTEN,
        ],
        remark: None,
    },
    Help {
        path: "clients",
        examples: &[
            "remote-doctor clients report.json",
            "remote-doctor clients report.json --client filezilla --client curl",
            "remote-doctor clients report.json --format json",
        ],
        exits: &[
            (0, "the table was printed or written"),
            (2, "the arguments are wrong, or the file is not a report"),
            UNWRITTEN,
        ],
        remark: Some(
            "A step works, fails, depends on a setting or on chance, or is unknown. If it is unknown, the reason \
            says what the report or the profile lacks.",
        ),
    },
    Help {
        path: "replay",
        examples: &[
            "remote-doctor check ftp.example.com --record failure.recording",
            "remote-doctor replay failure.recording",
        ],
        exits: OF_A_CHECK,
        remark: None,
    },
    Help {
        path: "addresses",
        examples: &[
            "remote-doctor addresses https://app.example.com/ip_addresses --token-file token --state seen.json",
            "remote-doctor addresses list.json --state seen.json --remote reports/",
        ],
        exits: &[
            (0, "nothing changed, or this was the first look"),
            (1, "an address is new or gone"),
            WRONG,
            (3, "the list could not be read, and the state is as it was"),
        ],
        remark: None,
    },
    Help {
        path: "leftovers",
        examples: &[
            "remote-doctor leftovers",
            "remote-doctor leftovers --remove ftpes://user@ftp.example.com --password-file secret.txt",
            "remote-doctor leftovers --remove remote.toml",
        ],
        exits: &[
            (0, "nothing is left"),
            (1, "something is left"),
            WRONG,
            (3, "it is not known what is left"),
            (130, "it was interrupted"),
        ],
        remark: Some(
            "Only what a check noted before it created it is removed, from the same host and port and as the same \
            user.",
        ),
    },
    Help {
        path: "sheet",
        examples: &[
            "remote-doctor check ftp.example.com --sheet -o report.json",
            "remote-doctor sheet report.json",
        ],
        exits: &[
            (0, "the sheet was printed or written"),
            (2, "the arguments are wrong, or the file is not a report"),
            UNWRITTEN,
        ],
        remark: None,
    },
    Help {
        path: "fleet",
        examples: &[
            "remote-doctor fleet run remotes/ --from-address 203.0.113.7 --from-address 203.0.113.8",
            "remote-doctor fleet report",
        ],
        exits: &[(0, "it was done"), WRONG],
        remark: None,
    },
    Help {
        path: "fleet run",
        examples: &[
            "remote-doctor fleet run remotes/",
            "remote-doctor fleet run remotes.csv --from-address 203.0.113.7 --from-address 203.0.113.8",
            "remote-doctor fleet run remotes.toml --within 8 --at-once 4 --opt-out opt-out.txt",
            "remote-doctor fleet run --resume",
        ],
        exits: &[
            (0, "every job has a result, and no remote is failing"),
            (1, "a remote is failing"),
            (
                2,
                "the arguments, a remote or the journal cannot be used; all mistakes are told",
            ),
            (
                3,
                "no remote is failing, but one was not tested, or not in full",
            ),
            (130, "it was interrupted, and can be resumed"),
        ],
        remark: Some(
            "What was accepted into the journal is not repeated. A job whose login had begun when it was cut off is \
            executed again without the login.",
        ),
    },
    Help {
        path: "fleet status",
        examples: &[
            "remote-doctor fleet status",
            "remote-doctor fleet status 3 --follow",
        ],
        exits: &[
            (0, "the status was printed"),
            (2, "the arguments are wrong, or the journal cannot be read"),
        ],
        remark: None,
    },
    Help {
        path: "fleet list",
        examples: &["remote-doctor fleet list --format json"],
        exits: &[
            (0, "the list was printed"),
            (2, "the arguments are wrong, or the journal cannot be read"),
        ],
        remark: None,
    },
    Help {
        path: "fleet report",
        examples: &[
            "remote-doctor fleet report",
            "remote-doctor fleet report 3 --since 2",
            "remote-doctor fleet report 3 -o fleet.html",
            "remote-doctor fleet report --format csv",
        ],
        exits: &[
            (0, "the report was printed or written"),
            (2, "the arguments are wrong, or the journal cannot be read"),
            UNWRITTEN,
        ],
        remark: None,
    },
    Help {
        path: "fleet message",
        examples: &[
            "remote-doctor fleet message firewall-admin",
            "remote-doctor fleet message certificate-owner --run 3 -o message.txt",
        ],
        exits: &[
            (0, "the message was printed or written, or there is none"),
            (2, "the arguments are wrong, or the journal cannot be read"),
            UNWRITTEN,
        ],
        remark: None,
    },
    Help {
        path: "demo",
        examples: &["remote-doctor demo"],
        exits: &[(0, "all servers were diagnosed"), WRONG],
        remark: None,
    },
    Help {
        path: "lab",
        examples: &[
            "remote-doctor lab --behaviour expired",
            "remote-doctor lab --behaviour implicit,wrong-name,vsftpd --port 2990",
            "remote-doctor lab --list",
        ],
        exits: &[
            (0, "the list was printed"),
            WRONG,
            (130, "it was ended by Ctrl-C"),
        ],
        remark: None,
    },
    Help {
        path: "plugin",
        examples: &[
            "remote-doctor plugin new greeting-version",
            "remote-doctor plugin list",
        ],
        exits: &[(0, "it was done"), (1, "a test of the probe failed"), WRONG],
        remark: None,
    },
    Help {
        path: "plugin new",
        examples: &["remote-doctor plugin new greeting-version"],
        exits: &[
            (0, "the folder was written"),
            (2, "the name is wrong, or the folder already exists"),
        ],
        remark: None,
    },
    Help {
        path: "plugin build",
        examples: &[
            "remote-doctor plugin build greeting-version",
            "cd greeting-version && remote-doctor plugin build",
        ],
        exits: &[
            (0, "the component was written"),
            (2, "the probe does not compile, or would be refused"),
        ],
        remark: None,
    },
    Help {
        path: "plugin inspect",
        examples: &["remote-doctor plugin inspect greeting-version/target/greeting-version.wasm"],
        exits: &[
            (0, "the probe would be accepted"),
            (2, "it would not, or the arguments are wrong"),
        ],
        remark: None,
    },
    Help {
        path: "plugin test",
        examples: &[
            "remote-doctor plugin test greeting-version/target/greeting-version.wasm",
            "remote-doctor plugin test probe.wasm --scenarios scenarios --format junit -o junit.xml",
        ],
        exits: &[
            (0, "every test passed"),
            (1, "a test failed"),
            WRONG,
            UNWRITTEN,
        ],
        remark: None,
    },
    Help {
        path: "plugin list",
        examples: &[
            "remote-doctor plugin list",
            "remote-doctor plugin list --plugin probe.wasm",
        ],
        exits: &[(0, "the list was printed"), WRONG],
        remark: None,
    },
    Help {
        path: "schema",
        examples: &["remote-doctor schema remote", "remote-doctor schema report"],
        exits: &[(0, "the schema was printed"), WRONG],
        remark: None,
    },
    Help {
        path: "completions",
        examples: &["remote-doctor completions bash > /etc/bash_completion.d/remote-doctor"],
        exits: &[(0, "the script was printed"), WRONG],
        remark: None,
    },
    Help {
        path: "man",
        examples: &[
            "remote-doctor man check | man -l -",
            "remote-doctor man -o /usr/local/share/man/man1",
        ],
        exits: &[
            (0, "the pages were printed or written"),
            (
                2,
                "the command does not exist, or the folder cannot be written",
            ),
        ],
        remark: None,
    },
    Help {
        path: "explain",
        examples: &[
            "remote-doctor explain cert.missing-intermediate",
            "remote-doctor explain 530",
            "remote-doctor explain 425 LIST",
            "remote-doctor explain zero byte file",
            "remote-doctor explain \"522 SSL connection failed; session reuse required\"",
            "remote-doctor explain --list",
        ],
        exits: &[
            (0, "a page or a list was printed"),
            (2, "nothing was found"),
        ],
        remark: None,
    },
];

/// The help of a command, by its name and that of the command it belongs to.
pub(crate) fn of(path: &str) -> Option<&'static Help> {
    HELP.iter().find(|help| help.path == path)
}

/// The arguments with what their help has beside them.
pub(crate) fn command() -> Command {
    with_help(Args::command(), "")
}

fn with_help(command: Command, path: &str) -> Command {
    let names: Vec<String> = command
        .get_subcommands()
        .map(|it| it.get_name().to_owned())
        .collect();
    let mut command = names.iter().fold(command, |command, name| {
        let inner = match path {
            "" => name.clone(),
            path => format!("{path} {name}"),
        };
        command.mut_subcommand(name, |it| with_help(it, &inner))
    });
    if let Some(help) = of(path) {
        command = command
            .help_template(TEMPLATE)
            .before_help(help.examples_in_text())
            .after_help(help.end_in_text());
    }
    command
}

impl Help {
    fn examples_in_text(&self) -> String {
        format!("Examples:\n  {}", self.examples.join("\n  "))
    }

    fn end_in_text(&self) -> String {
        let exits = self
            .exits
            .iter()
            .map(|(code, when)| format!("  {code:<4} {when}"));
        let exits: Vec<String> = exits.collect();
        let remark = self
            .remark
            .map(|it| format!("{it}\n\n"))
            .unwrap_or_default();
        format!("{remark}Exit codes:\n{}", exits.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn paths(command: &Command, path: &str, out: &mut Vec<String>) {
        out.push(path.to_owned());
        for inner in command.get_subcommands() {
            let name = inner.get_name();
            let path = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path} {name}")
            };
            paths(inner, &path, out);
        }
    }

    #[test]
    fn every_command_has_examples_and_exit_codes() {
        let mut all = Vec::new();
        paths(&Args::command(), "", &mut all);
        for path in &all {
            let help = of(path).unwrap_or_else(|| panic!("`{path}` has no examples"));
            assert!(!help.examples.is_empty() && help.exits.len() > 1, "{path}");
        }
        assert_eq!(all.len(), HELP.len(), "help of a command that is gone");
    }

    #[test]
    fn every_example_is_one_that_is_accepted() {
        for help in HELP {
            for example in help.examples {
                let typed = example
                    .split(" && ")
                    .last()
                    .unwrap()
                    .split([';', '|', '>'])
                    .next()
                    .unwrap();
                let words = typed.replace('"', "");
                let parsed = Args::try_parse_from(words.split_whitespace());
                assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
            }
        }
    }

    /// The same of what README.md shows.
    #[test]
    fn every_line_of_the_readme_is_one_that_is_accepted() {
        let lines = include_str!("../../../../README.md").lines();
        let typed: Vec<&str> = lines
            .filter(|line| line.starts_with("remote-doctor "))
            .collect();
        assert!(typed.len() > 10, "{typed:?}");
        for line in typed {
            let words = line.split('#').next().unwrap().split_whitespace();
            let parsed = Args::try_parse_from(words);
            assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
        }
    }

    #[test]
    fn examples_come_before_options() {
        let help = command().try_get_matches_from(["remote-doctor", "check", "--help"]);
        let help = help.unwrap_err().to_string();
        let at = |words: &str| {
            help.find(words)
                .unwrap_or_else(|| panic!("no {words}:\n{help}"))
        };
        assert!(
            at("Usage:") < at("Examples:") && at("Examples:") < at("--host"),
            "{help}"
        );
        assert!(at("--host") < at("Exit codes:"), "{help}");
    }
}
