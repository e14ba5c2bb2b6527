//! The JSON Schema of reports, generated from their types.

use schemars::Schema;
use schemars::generate::SchemaSettings;

use super::Report;

/// The schema of the reports this program writes (JSON Schema 2020-12). Later versions of the same `schema_version` only
/// add to it.
pub fn report() -> Schema {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Report>()
}
