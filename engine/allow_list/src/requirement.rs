//! The requirements, and how they stand.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What parties that allow-list ask of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Requirement {
    /// It is an address of the public internet.
    Public,
    /// It stays the same.
    Static,
    /// One organisation has it to itself.
    Dedicated,
    /// Others do not send from it.
    NotShared,
    /// It is not in a range of end users' lines.
    NotResidential,
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Requirement::Public => "public",
            Requirement::Static => "static",
            Requirement::Dedicated => "dedicated",
            Requirement::NotShared => "not shared",
            Requirement::NotResidential => "not residential",
        })
    }
}

/// How a requirement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequirementStatus {
    /// A fact settles it.
    Met,
    /// A fact contradicts it.
    NotMet,
    /// Something speaks for it, and nothing against.
    Supported,
    /// Whoever uses the address says so, and nothing contradicts it.
    Stated,
    /// Something speaks against it.
    Doubtful,
    /// Nothing speaks for or against it.
    NotKnown,
}

/// One requirement of one address.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[schemars(rename = "RequirementRow")]
pub struct RequirementRow {
    /// What is asked.
    pub requirement: Requirement,
    /// How it stands.
    pub standing: RequirementStatus,
    /// What speaks for it.
    pub evidence_for: Vec<String>,
    /// What speaks against it.
    pub evidence_against: Vec<String>,
    /// What cannot be known from here, or was not learned.
    pub not_known: Vec<String>,
}

impl RequirementRow {
    pub(super) fn about(requirement: Requirement) -> RequirementRow {
        RequirementRow {
            requirement,
            standing: RequirementStatus::NotKnown,
            evidence_for: Vec::new(),
            evidence_against: Vec::new(),
            not_known: Vec::new(),
        }
    }

    pub(super) fn speaks_for(&mut self, hint: impl Into<String>) {
        self.evidence_for.push(hint.into());
    }

    pub(super) fn speaks_against(&mut self, hint: impl Into<String>) {
        self.evidence_against.push(hint.into());
    }

    pub(super) fn unknown(&mut self, what: impl Into<String>) {
        self.not_known.push(what.into());
    }

    pub(super) fn weighed(mut self) -> RequirementRow {
        self.standing = match (
            self.standing,
            self.evidence_for.len(),
            self.evidence_against.is_empty(),
        ) {
            (settled @ (RequirementStatus::Met | RequirementStatus::NotMet), ..) => settled,
            (_, _, false) => RequirementStatus::Doubtful,
            // Our own word is all there is.
            (RequirementStatus::Stated, 0 | 1, true) => RequirementStatus::Stated,
            (_, 0, true) => RequirementStatus::NotKnown,
            (_, _, true) => RequirementStatus::Supported,
        };
        self
    }

    pub(super) fn settled(mut self, standing: RequirementStatus) -> RequirementRow {
        self.standing = standing;
        self
    }
}
