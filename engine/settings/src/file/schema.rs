//! The JSON Schema of settings files, for editors.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use super::RemoteFile;
use super::takes::TAKES;

/// What a settings file may say (JSON Schema 2020-12).
pub fn schema() -> Schema {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let mut schema = SchemaGenerator::new(settings).into_root_schema_for::<RemoteFile>();
    no_null().transform(&mut schema);
    RecursiveTransform(without_words).transform(&mut schema);
    schema
}

/// What a key takes is said to people, in sentences of ours; how often a flag may be given is nothing to a key.
fn without_words(schema: &mut Schema) {
    schema.remove(TAKES);
    if let Some(Value::String(about)) = schema.get_mut("description") {
        *about = about.trim_end_matches(" (repeatable)").to_owned();
    }
}

/// TOML has no null: a key that is not set is not there.
pub(super) fn no_null() -> impl Transform {
    RecursiveTransform(without_null)
}

fn without_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    if object.get("default").is_some_and(Value::is_null) {
        object.remove("default");
    }
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|it| it != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(any)) = object.get_mut("anyOf") {
        any.retain(|it| it["type"] != "null");
        if let [Value::Object(only)] = any.as_mut_slice() {
            let only = std::mem::take(only);
            object.remove("anyOf");
            object.extend(only);
        }
    }
}
