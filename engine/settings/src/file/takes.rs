//! The keys of a settings file, and what each takes.

use std::sync::OnceLock;

use schemars::generate::SchemaSettings;
use schemars::transform::Transform;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;

use super::schema::no_null;
use super::{AuthorityOfFile, RemoteFile};

/// Where the schema of a key says what it takes, for sentences.
pub(super) const TAKES: &str = "takes";

/// All keys, each with what it takes: both stand with the fields.
pub(super) fn keys() -> &'static [(String, String)] {
    static KEYS: OnceLock<Vec<(String, String)>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let keys = properties::<RemoteFile>().into_iter();
        keys.map(|(key, schema)| (key, in_words(&schema))).collect()
    })
}

/// The keys that would be authority.
pub(super) fn authority_keys() -> &'static [String] {
    static KEYS: OnceLock<Vec<String>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let keys = properties::<AuthorityOfFile>().into_iter();
        keys.map(|(key, _)| key).collect()
    })
}

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A text.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Flag,
    /// A list of texts.
    List,
    /// Names, each with a list of texts.
    Table,
}

/// What the value of a key looks like; none where there is no such key. Tables of other kinds, such as CSV, need it to write
/// a value as TOML.
pub fn shape(key: &str) -> Option<Shape> {
    static SHAPES: OnceLock<Vec<(String, Shape)>> = OnceLock::new();
    let shapes = SHAPES.get_or_init(|| {
        let keys = properties::<RemoteFile>().into_iter();
        keys.map(|(key, schema)| {
            let shape = match schema["type"].as_str() {
                Some("integer" | "number") => Shape::Number,
                Some("boolean") => Shape::Flag,
                Some("array") => Shape::List,
                Some("object") => Shape::Table,
                Some(_) | None => Shape::Text,
            };
            (key, shape)
        })
        .collect()
    });
    let found = shapes.iter().find(|(known, _)| known == key);
    found.map(|(_, shape)| *shape)
}

fn properties<T: JsonSchema>() -> Vec<(String, Value)> {
    let generator = SchemaSettings::draft2020_12().with(|it| it.inline_subschemas = true);
    let mut schema = SchemaGenerator::new(generator).into_root_schema_for::<T>();
    no_null().transform(&mut schema);
    match schema.remove("properties") {
        Some(Value::Object(keys)) => keys.into_iter().collect(),
        _ => Vec::new(),
    }
}

/// What the field says of it, or else the words that its type takes.
fn in_words(schema: &Value) -> String {
    if let Some(said) = schema[TAKES].as_str() {
        return said.into();
    }
    let words: Vec<String> = words(schema).map(|word| format!("\"{word}\"")).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// The words of a closed list, with what is said of each of them or without.
fn words(schema: &Value) -> impl Iterator<Item = &str> {
    let list = |key: &str| schema[key].as_array().into_iter().flatten();
    let alone = list("enum").filter_map(Value::as_str);
    let described = list("oneOf").filter_map(|choice| choice["const"].as_str());
    alone.chain(described)
}

/// Whether there is such a key.
pub(super) fn is_key(key: &str) -> bool {
    keys().iter().any(|(known, _)| known == key)
}

/// What a key takes.
pub(super) fn takes(key: &str) -> &'static str {
    let found = keys().iter().find(|(known, _)| known == key);
    found.map_or("something else", |(_, takes)| takes)
}

/// What to say of a key that is none.
pub(super) fn not_known(key: &str) -> String {
    const ALIKE: f64 = 0.6;
    const AGREED: [&str; 5] = [
        "allow-private",
        "allow-writes",
        "allow-cleartext-login",
        "allow-unverified-login",
        "connect-to",
    ];
    if AGREED.contains(&key) {
        return format!("not allowed in a file: agree to it for one run, with --{key}");
    }
    let spelt = key.to_ascii_lowercase().replace('_', "-");
    let near = keys()
        .iter()
        .map(|(known, _)| {
            let likeness = strsim::normalized_damerau_levenshtein(known, &spelt);
            (likeness, known)
        })
        .filter(|near| near.0 > ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((_, known)) => format!("unknown setting; did you mean {known}?"),
        None => {
            let all: Vec<&str> = keys().iter().map(|(known, _)| known.as_str()).collect();
            format!("unknown setting; there are {}", all.join(", "))
        }
    }
}
