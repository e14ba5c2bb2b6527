//! What a client would do, as reports and programs are told it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::Display;

use crate::profile::{Profile, Step};
use crate::trouble::Trouble;

/// What is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Of the server: the report does not say this.
    OfServer(String),
    /// Of the client: no source says this.
    OfClient(String),
}

/// What becomes of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It works.
    Works,
    /// It fails over this.
    Fails(Trouble),
    /// It depends on this.
    Depends(String),
    /// This would have to be known.
    NotKnown(Missing),
}

/// An outcome in one word.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize, Display,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Word {
    /// It fails.
    Fails,
    /// It depends on a setting, on chance or on the place.
    Depends,
    /// Not enough is known.
    Unknown,
    /// It works.
    Works,
}

impl Outcome {
    /// In one word.
    #[must_use]
    pub fn word(&self) -> Word {
        match self {
            Outcome::Works => Word::Works,
            Outcome::Fails(_) => Word::Fails,
            Outcome::Depends(_) => Word::Depends,
            Outcome::NotKnown(_) => Word::Unknown,
        }
    }
}

/// A step with its outcome.
#[derive(Clone, Debug)]
pub struct StepOutcome {
    /// The step.
    pub step: Step,
    /// What becomes of it.
    pub outcome: Outcome,
}

impl StepOutcome {
    pub(crate) fn new(step: Step, outcome: Outcome) -> StepOutcome {
        StepOutcome { step, outcome }
    }
}

/// What one client would do with a remote.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// The client.
    pub client: Profile,
    /// Connect, list, download and upload.
    pub steps: Vec<StepOutcome>,
}

/// The same as programs read it.
#[derive(Clone, Debug, JsonSchema, Serialize, Deserialize)]
pub struct ClientOutcome {
    /// The name of the client.
    pub client: String,
    /// The name that people give it.
    pub title: String,
    /// The version that the profile is of.
    pub version: String,
    /// Each step, in a word.
    pub steps: BTreeMap<String, Word>,
    /// What decides, in a sentence.
    pub reason: String,
    /// What the client itself says then, where a source has its words.
    pub words: Option<String>,
    /// What to change in the client, by the name that it has there.
    pub setting: Option<String>,
}

impl Prediction {
    pub(crate) fn new(client: &Profile, steps: Vec<StepOutcome>) -> Prediction {
        Prediction {
            client: client.clone(),
            steps,
        }
    }

    /// The outcome of a step.
    #[must_use]
    pub fn of(&self, step: Step) -> Word {
        let found = self.steps.iter().find(|it| it.step == step);
        found.map_or(Word::Unknown, |it| it.outcome.word())
    }

    /// The outcome that the client as a whole comes to: the worst of its steps, and the first with it. What is no part of its
    /// work counts for nothing.
    #[must_use]
    pub fn decisive(&self) -> Option<&StepOutcome> {
        let counts = |it: &&StepOutcome| it.outcome != Outcome::Fails(Trouble::NotItsWork);
        self.steps
            .iter()
            .filter(counts)
            .min_by_key(|it| it.outcome.word())
    }

    /// The worst of all steps.
    #[must_use]
    pub fn word(&self) -> Word {
        self.decisive()
            .map_or(Word::Unknown, |it| it.outcome.word())
    }

    /// What it fails over.
    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        match &self.decisive()?.outcome {
            Outcome::Fails(trouble) => Some(trouble),
            Outcome::Works | Outcome::Depends(_) | Outcome::NotKnown(_) => None,
        }
    }

    /// What decides, in a sentence.
    #[must_use]
    pub fn reason(&self) -> String {
        let title = &self.client.title;
        let Some(decisive) = self.decisive() else {
            return String::new();
        };
        let sentence = match &decisive.outcome {
            Outcome::Works => format!("nothing that was found stands in the way of {title}"),
            Outcome::Fails(trouble) => match trouble.does(&self.client) {
                Some(does) => format!("{}; {title} {does}", trouble.says()),
                None => trouble.says(),
            },
            Outcome::Depends(on) => format!("it depends on {on}"),
            Outcome::NotKnown(Missing::OfServer(what)) => format!("the report does not say {what}"),
            Outcome::NotKnown(Missing::OfClient(what)) => {
                format!("no source says of {title} {what}")
            }
        };
        capitalised(&sentence)
    }

    /// What the client itself says then.
    #[must_use]
    pub fn words(&self) -> Option<&str> {
        let trouble = self.trouble()?;
        self.client
            .words
            .get(trouble.as_ref())
            .map(|it| it.is.as_str())
    }

    /// What to change in the client.
    #[must_use]
    pub fn setting(&self) -> Option<&str> {
        self.client.setting(self.trouble()?.setting()?)
    }

    /// For programs.
    #[must_use]
    pub fn outcome(&self) -> ClientOutcome {
        let words = self
            .steps
            .iter()
            .map(|it| (it.step.to_string(), it.outcome.word()));
        ClientOutcome {
            client: self.client.name.clone(),
            title: self.client.title.clone(),
            version: self.client.version.clone(),
            steps: words.collect(),
            reason: self.reason() + ".",
            words: self.words().map(Into::into),
            setting: self.setting().map(Into::into),
        }
    }
}

pub(crate) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + chars.as_str()
    })
}
