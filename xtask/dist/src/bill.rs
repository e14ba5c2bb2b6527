//! The bill of materials of the packages (CycloneDX) is made from the sources. What the machine that builds adds to the program
//! is put in here, with the sum of the program itself.

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::notices::c_library;
use crate::stem;

/// The name of the file.
pub fn name(program: &str) -> String {
    format!("{}.cdx.json", stem(program))
}

/// The bill of this very program.
///
/// # Errors
/// What was made from the sources is no bill.
pub fn complete(
    packages: &[u8],
    program: &[u8],
    compiler: &str,
) -> Result<String, serde_json::Error> {
    let mut bill: Value = serde_json::from_slice(packages)?;
    let sum = HEXLOWER.encode(&Sha256::digest(program));
    bill["metadata"]["component"]["hashes"] = json!([{ "alg": "SHA-256", "content": sum }]);
    if let Some(components) = bill["components"].as_array_mut() {
        let library = |name: &str, version: &str, licence: &str| {
            json!({
                "type": "library",
                "bom-ref": format!("pkg:generic/{name}@{version}"),
                "name": name,
                "version": version,
                "purl": format!("pkg:generic/{name}@{version}"),
                "licenses": [{ "expression": licence }],
            })
        };
        let version = c_library();
        let version = version.as_deref().unwrap_or("unknown");
        components.push(library("glibc", version, "LGPL-2.1-or-later"));
        components.push(library("rust-std", compiler, "MIT OR Apache-2.0"));
    }
    Ok(format!("{bill:#}\n"))
}
