//! The bill of materials: what the program is made of, for programs that compare that with lists of known flaws.
//! CycloneDX 1.5 as JSON, of what is needed for that alone.

use serde_json::{Value, json};

use crate::packages::{Package, Packages};

/// The bill, without a time in it: the same sources have the same bill.
pub fn render(packages: &Packages, version: &str) -> Value {
    let components: Vec<Value> = packages.shipped().into_iter().map(component).collect();
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "remote-doctor",
                "name": "remote-doctor",
                "version": version,
            },
        },
        "components": components,
    })
}

fn component(package: &Package) -> Value {
    let (name, version) = (package.name.as_str(), &package.version);
    let place = format!("pkg:cargo/{name}@{version}");
    // An old way to write OR is none that SPDX has.
    let licence = package.license.as_ref().map(|it| it.replace('/', " OR "));
    json!({
        "type": "library",
        "bom-ref": place,
        "name": name,
        "version": version,
        "purl": place,
        "licenses": licence.map(|it| json!([{ "expression": it }])).unwrap_or(json!([])),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shipped_is_on_the_bill() {
        let packages = Packages::read(&crate::workspace()).expect("cargo knows them");
        let bill = render(&packages, "1.2.3");
        let components = bill["components"].as_array().expect("a list");
        assert_eq!(components.len(), packages.shipped().len());
        let has = |name: &str| components.iter().any(|it| it["name"] == name);
        assert!(has("wasmtime") && has("rustls") && has("x509-parser"));
        assert!(!has("libtest-mimic"), "that is for tests alone");
        assert_eq!(bill["metadata"]["component"]["version"], "1.2.3");
    }
}
