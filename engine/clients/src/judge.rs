//! What one client would do with one remote, step by step. Each rule follows from how clients work: what the server does
//! comes from a report, what the client does from its profile. Where either is not known, neither is the outcome.

mod certificate;
mod channel;
mod connect;
mod files;

use crate::codes::Codes;
use crate::prediction::{Missing, Outcome, Prediction, StepOutcome};
use crate::profile::{Known, Mode, Profile, Step};
use crate::server::{Said, Server};
use crate::trouble::Trouble;

/// Commands of RFC 4217, which no client sends in clear text.
const ABOUT_TLS: [&str; 3] = ["AUTH", "PBSZ", "PROT"];
/// Commands that every server has to know (RFC 959 section 5.1), of those that clients need: where nobody asked, as at the depth
/// quick, the standard promises them.
const MINIMUM: [&str; 2] = ["TYPE", "STRU"];
/// Commands that clients send once they transfer, and not while they connect.
const BEFORE_A_TRANSFER: [&str; 4] = ["TYPE", "CWD", "SIZE", "MDTM"];

/// Why a step does not simply work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// It fails.
    Fails(Trouble),
    /// It works or fails by chance, or from some places.
    Depends(String),
    /// Something that would decide it is not known.
    NotKnown(Missing),
}

/// What stands in the way of a step, in the order that a client meets it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Way {
    obstacles: Vec<Obstacle>,
}

impl Way {
    pub(crate) fn fails(&mut self, trouble: Trouble) {
        self.obstacles.push(Obstacle::Fails(trouble));
    }

    pub(crate) fn depends(&mut self, on: impl Into<String>) {
        self.obstacles.push(Obstacle::Depends(on.into()));
    }

    /// The server was not asked this.
    pub(crate) fn not_asked(&mut self, fact: &str) {
        self.obstacles
            .push(Obstacle::NotKnown(Missing::OfServer(fact.into())));
    }

    /// No source says this of the client.
    pub(crate) fn no_source(&mut self, what: &str) {
        self.obstacles
            .push(Obstacle::NotKnown(Missing::OfClient(what.into())));
    }

    /// Fails where the client is so that it does; without a source nothing is known.
    pub(crate) fn unless<T>(
        &mut self,
        known: &Option<Known<T>>,
        copes: impl FnOnce(&T) -> bool,
        what: &str,
        trouble: impl FnOnce() -> Trouble,
    ) {
        match known {
            None => self.no_source(what),
            Some(known) if copes(&known.is) => {}
            Some(_) => self.fails(trouble()),
        }
    }

    fn is_certain_to_fail(&self) -> bool {
        self.obstacles
            .iter()
            .any(|it| matches!(it, Obstacle::Fails(_)))
    }

    /// What fails comes before what may fail, and that before what is not known.
    fn outcome(&self) -> Outcome {
        let find = |wanted: fn(&Obstacle) -> bool| self.obstacles.iter().find(|it| wanted(it));
        let first = find(|it| matches!(it, Obstacle::Fails(_)))
            .or_else(|| find(|it| matches!(it, Obstacle::Depends(_))))
            .or_else(|| find(|it| matches!(it, Obstacle::NotKnown(_))));
        match first {
            None => Outcome::Works,
            Some(Obstacle::Fails(trouble)) => Outcome::Fails(trouble.clone()),
            Some(Obstacle::Depends(on)) => Outcome::Depends(on.clone()),
            Some(Obstacle::NotKnown(missing)) => Outcome::NotKnown(missing.clone()),
        }
    }
}

/// One client in front of one server.
pub(crate) struct Case<'a> {
    pub(crate) client: &'a Profile,
    pub(crate) server: &'a Server<'a>,
    pub(crate) codes: &'a Codes,
    /// How the client would be secured: as the remote is configured, or as the client can.
    pub(crate) mode: Mode,
}

/// What a client would do.
pub(crate) fn judge(client: &Profile, server: &Server<'_>, codes: &Codes) -> Prediction {
    let mut case = Case {
        client,
        server,
        codes,
        mode: server.mode(),
    };
    let connect = connect::look(&mut case);
    let mut outcomes = vec![StepOutcome::new(Step::Connect, connect.outcome())];
    for step in [Step::List, Step::Download, Step::Upload] {
        let mut way = connect.clone();
        if !way.is_certain_to_fail() {
            channel::look(&case, step, &mut way);
            files::look(&case, step, &mut way);
        }
        outcomes.push(StepOutcome::new(step, way.outcome()));
    }
    Prediction::new(client, outcomes)
}

impl Case<'_> {
    pub(crate) fn is_secured(&self) -> bool {
        self.mode != Mode::Plain
    }

    /// What stops every client.
    pub(crate) fn everybody(&self, codes: &[String], way: &mut Way) {
        for code in codes {
            let Some(found) = self.server.found(code) else {
                continue;
            };
            if found.is_everywhere {
                way.fails(Trouble::Everybody {
                    code: code.clone(),
                    title: found.title.into(),
                });
            } else {
                way.depends(format!(
                    "the source address: from some of them, {}",
                    found.title
                ));
            }
        }
    }

    /// Commands that have to succeed.
    pub(crate) fn commands(&self, step: Step, way: &mut Way) {
        for need in &self.client.dialogue.needs {
            let promised = need.if_feature.as_ref();
            let is_sent = promised.is_none_or(|it| self.server.lists(it));
            let about_tls = ABOUT_TLS.iter().any(|verb| need.command.starts_with(verb));
            if !is_sent || about_tls && !self.is_secured() || !need.steps.contains(&step) {
                continue;
            }
            match self.server.says_to(&need.command) {
                Some(Said::Nothing) => {
                    way.fails(Trouble::CommandUnanswered(need.command.clone()));
                }
                Some(Said::Code(code)) if need.is_broken_by(code) => {
                    way.fails(Trouble::CommandRefused(need.command.clone(), code));
                }
                Some(Said::Code(_)) => {}
                None if self.server.promises(&need.command) => {}
                None if MINIMUM.iter().any(|it| need.command.starts_with(it)) => {}
                None => way.not_asked(&format!(
                    "how the server answers {} (a check of the depth standard asks)",
                    need.command
                )),
            }
        }
        self.unanswered(step, way);
    }

    /// A command that the client sends beside those, and that the server leaves without an answer or answers by a code alone.
    fn unanswered(&self, step: Step, way: &mut Way) {
        let reads_wordless = self.client.dialogue.wordless.as_ref();
        for command in self.client.dialogue.sends.iter().flat_map(|it| &it.is) {
            let verb = command.split(' ').next().unwrap_or_default();
            let before = BEFORE_A_TRANSFER.contains(&verb);
            if before != (step != Step::Connect) {
                continue;
            }
            if self.server.says_to(verb) == Some(Said::Nothing) {
                way.fails(Trouble::CommandUnanswered(verb.into()));
            }
            let mut wordless = self.server.wordless();
            let is_wordless = wordless.any(|it| it.split(' ').next() == Some(verb));
            if is_wordless && reads_wordless.is_some_and(|it| !it.is) {
                way.fails(Trouble::Wordless(verb.into()));
            }
        }
        let of_files = self
            .client
            .dialogue
            .asks_of_files
            .iter()
            .flat_map(|it| &it.is);
        for verb in of_files.filter(|_| step == Step::Download) {
            if self.server.says_to(verb) == Some(Said::Nothing) {
                way.fails(Trouble::CommandUnanswered(verb.clone()));
            }
        }
    }
}
