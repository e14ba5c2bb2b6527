//! Facts as recordings keep them. In reports a value has no type beside it, and an empty list could be either of two.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use model::finding::{Fact, FactValue};

/// A fact with the type of its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as in `Fact`")]
pub struct KeptFact {
    pub name: String,
    pub value: KeptValue,
}

/// A value with its type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "as in `FactValue`")]
pub enum KeptValue {
    Flag(bool),
    Integer(i64),
    Text(String),
    Texts(Vec<String>),
    Rows(Vec<BTreeMap<String, String>>),
}

impl From<Fact> for KeptFact {
    fn from(fact: Fact) -> KeptFact {
        KeptFact {
            name: fact.name,
            value: match fact.value {
                FactValue::Flag(flag) => KeptValue::Flag(flag),
                FactValue::Integer(number) => KeptValue::Integer(number),
                FactValue::Text(text) => KeptValue::Text(text),
                FactValue::Texts(texts) => KeptValue::Texts(texts),
                FactValue::Rows(rows) => KeptValue::Rows(rows),
            },
        }
    }
}

impl From<KeptFact> for Fact {
    fn from(fact: KeptFact) -> Fact {
        Fact {
            name: fact.name,
            value: match fact.value {
                KeptValue::Flag(flag) => FactValue::Flag(flag),
                KeptValue::Integer(number) => FactValue::Integer(number),
                KeptValue::Text(text) => FactValue::Text(text),
                KeptValue::Texts(texts) => FactValue::Texts(texts),
                KeptValue::Rows(rows) => FactValue::Rows(rows),
            },
        }
    }
}
