//! From an answer to lists of addresses.
//!
//! Where the lists are is said by JSON pointers (RFC 6901), or found by the names that endpoints of this kind use:
//! `{"published": […], "dedicated": […]}`, an array of objects with `ip_addresses`, a plain array, also within `data`.
//! An answer counts as a whole or not at all: one entry that is no address makes it a bad one.

use serde_json::{Map, Value};

use super::prefix::{Prefix, PrefixError};
use super::{Lists, PublishedSet};
use model::cleaner;

/// More than the largest clouds publish for one service.
const MAX_ENTRIES: usize = 10_000;
/// Characters of a pointer that an error shows: a place is found by fewer.
const MAX_POINTER: usize = 200;

/// Where the lists are, as JSON pointers. Without any they are found by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// The published ones.
    pub published: Vec<String>,
    /// The dedicated ones.
    pub dedicated: Vec<String>,
}

/// Why an answer is no list of addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// A page for people.
    #[error(
        "the answer is a web page (HTML or XML), not JSON: perhaps a login page, or the page of a proxy"
    )]
    WebPage,
    /// It ends too early.
    #[error("the answer is JSON that ends too early, in line {line}, column {column}")]
    Truncated {
        /// From 1 up.
        line: usize,
        /// From 0 up.
        column: usize,
    },
    /// Something else.
    #[error("the answer is not JSON{0}")]
    NotJson(String),
    /// A pointer that leads nowhere.
    #[error("the answer has nothing at {0}")]
    NothingAt(String),
    /// A value of another type, or a text that is no address.
    #[error("the answer has {what} where an address should be, at {}", place(.at))]
    NotAnAddress {
        /// The JSON pointer.
        at: String,
        /// What is there.
        what: String,
    },
    /// An object without a list that is known.
    #[error(
        "the answer has no list of addresses with a known name, at {}; say where they are with --published and \
        --dedicated-at", place(.0)
    )]
    NoList(String),
    /// More than anybody's firewall takes.
    #[error("the answer has more than {MAX_ENTRIES} addresses")]
    TooMany,
    /// Nothing on either list.
    #[error("the answer has no address on any list")]
    Empty,
}

impl AnswerError {
    /// The same, seen from one level up.
    fn within(mut self, key: &str) -> AnswerError {
        if let AnswerError::NotAnAddress { at, .. } | AnswerError::NoList(at) = &mut self {
            let key = cleaner::line(key, 40).replace('~', "~0").replace('/', "~1");
            at.insert_str(0, &format!("/{key}"));
        }
        self
    }
}

fn place(pointer: &str) -> &str {
    if pointer.is_empty() {
        "the top"
    } else {
        pointer
    }
}

/// Reads an answer. `content_type` is what the sender says it is, if it says so; the bytes decide.
///
/// # Errors
/// It is no JSON, has no addresses where they should be, or something else among them.
pub fn lists(
    answer: &[u8],
    content_type: Option<&str>,
    mapping: &Mapping,
) -> Result<Lists, AnswerError> {
    let value: Value =
        serde_json::from_slice(answer).map_err(|error| not_json(answer, content_type, &error))?;
    let mut found = Found {
        lists: Lists::default(),
        by_name: *mapping == Mapping::default(),
    };
    if found.by_name {
        found.gather(&value, PublishedSet::Published)?;
    }
    let pointers = [
        (PublishedSet::Published, &mapping.published),
        (PublishedSet::Dedicated, &mapping.dedicated),
    ];
    for (set, pointers) in pointers {
        for pointer in pointers {
            let there = value.pointer(pointer);
            let shown = cleaner::line(pointer, MAX_POINTER);
            let there = there.ok_or_else(|| AnswerError::NothingAt(shown.clone()))?;
            found
                .gather(there, set)
                .map_err(|error| pointer_prefixed(error, &shown))?;
        }
    }
    match found.lists == Lists::default() {
        true => Err(AnswerError::Empty),
        false => Ok(found.lists),
    }
}

fn pointer_prefixed(mut error: AnswerError, pointer: &str) -> AnswerError {
    if let AnswerError::NotAnAddress { at, .. } | AnswerError::NoList(at) = &mut error {
        at.insert_str(0, pointer);
    }
    error
}

fn not_json(answer: &[u8], content_type: Option<&str>, error: &serde_json::Error) -> AnswerError {
    let begins_with = answer.trim_ascii_start().first();
    if begins_with == Some(&b'<') || content_type.is_some_and(|it| it.starts_with("text/html")) {
        return AnswerError::WebPage;
    }
    match begins_with {
        None => AnswerError::NotJson(": it is empty".into()),
        Some(_) if error.is_eof() => AnswerError::Truncated {
            line: error.line(),
            column: error.column(),
        },
        Some(_) => {
            let called = content_type.map(|it| format!(" but {}", cleaner::line(it, 60)));
            AnswerError::NotJson(called.unwrap_or_default())
        }
    }
}

struct Found {
    lists: Lists,
    /// Whether names say what belongs to which set.
    by_name: bool,
}

impl Found {
    fn gather(&mut self, value: &Value, set: PublishedSet) -> Result<(), AnswerError> {
        match value {
            Value::String(text) => self.add(text, set),
            Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
                self.gather(item, set)
                    .map_err(|error| error.within(&index.to_string()))
            }),
            Value::Object(members) => self.gather_members(members, set),
            Value::Null => Err(not_an_address("null")),
            Value::Bool(_) => Err(not_an_address("true or false")),
            Value::Number(_) => Err(not_an_address("a number")),
        }
    }

    fn gather_members(
        &mut self,
        members: &Map<String, Value>,
        set: PublishedSet,
    ) -> Result<(), AnswerError> {
        let set = label(members).filter(|_| self.by_name).unwrap_or(set);
        let mut known = false;
        for (key, value) in members {
            let set = match Name::of(key) {
                Some(Name::Of(named)) if self.by_name => named,
                Some(_) => set,
                None => continue,
            };
            // `"dedicated": true` is a mark, and null says that there is no such list.
            if value.is_boolean() || value.is_null() {
                continue;
            }
            known = true;
            self.gather(value, set).map_err(|error| error.within(key))?;
        }
        match known {
            true => Ok(()),
            false => Err(AnswerError::NoList(String::new())),
        }
    }

    fn add(&mut self, text: &str, set: PublishedSet) -> Result<(), AnswerError> {
        let prefix: Prefix = text.trim().parse().map_err(|error| {
            let shown = cleaner::line(text, 60);
            not_an_address(&match error {
                PrefixError::NotAPrefix => format!("\"{shown}\""),
                PrefixError::Everything => format!("\"{shown}\", which is {error},"),
            })
        })?;
        match set {
            PublishedSet::Dedicated => self.lists.dedicated.insert(prefix),
            PublishedSet::Published => self.lists.published.insert(prefix),
        };
        if self.lists.dedicated.len() + self.lists.published.len() > MAX_ENTRIES {
            return Err(AnswerError::TooMany);
        }
        Ok(())
    }
}

fn not_an_address(what: &str) -> AnswerError {
    AnswerError::NotAnAddress {
        at: String::new(),
        what: what.into(),
    }
}

/// A member that has addresses.
enum Name {
    /// Of this set.
    Of(PublishedSet),
    /// Of whatever set the object is.
    Plain,
}

impl Name {
    /// `ip_addresses`, `ipAddresses` and `ip-addresses` are one name.
    fn of(key: &str) -> Option<Name> {
        let letters = key.chars().filter(|c| c.is_ascii_alphanumeric());
        let key: String = letters.map(|c| c.to_ascii_lowercase()).collect();
        Some(match key.as_str() {
            "dedicated" | "dedicatedips" | "dedicatedaddresses" | "dedicatedipaddresses" => {
                Name::Of(PublishedSet::Dedicated)
            }
            "published"
            | "publishedips"
            | "publishedaddresses"
            | "publishedipaddresses"
            | "pool"
            | "shared" => Name::Of(PublishedSet::Published),
            "data" | "items" | "results" => Name::Plain,
            "ipaddresses" | "ipaddress" | "addresses" | "address" | "ips" | "ip" => Name::Plain,
            "prefixes" | "prefix" | "ipprefix" | "ipv4prefix" | "ipv6prefix" | "ipv6prefixes" => {
                Name::Plain
            }
            "cidrs" | "cidr" | "networks" | "network" | "ranges" => Name::Plain,
            _ => return None,
        })
    }
}

/// What an object says it is: `"dedicated": true`, or a name such as `"associated_with": "Site"`: a list that belongs
/// to the site itself is its dedicated one.
fn label(members: &Map<String, Value>) -> Option<PublishedSet> {
    if let Some(Value::Bool(dedicated)) = members.get("dedicated") {
        return Some(if *dedicated {
            PublishedSet::Dedicated
        } else {
            PublishedSet::Published
        });
    }
    let names = ["associated_with", "id", "name", "type", "kind"];
    let mut said = names.iter().filter_map(|name| members.get(*name)?.as_str());
    said.find_map(|text| {
        let text = text.to_lowercase();
        if text == "site" || text.contains("dedicated") {
            Some(PublishedSet::Dedicated)
        } else if text.contains("published") {
            Some(PublishedSet::Published)
        } else {
            None
        }
    })
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
