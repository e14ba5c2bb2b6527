//! What the program is made of keeps to the policy, and the notices say it.

use std::fs;

use assurance::packages::Packages;
use assurance::policy::Policy;
use assurance::{notices, workspace};

fn packages() -> Packages {
    Packages::read(&workspace()).expect("cargo knows them")
}

fn policy() -> Policy {
    Policy::read(&workspace()).expect("deny.toml is a policy")
}

#[test]
fn the_packages_keep_to_the_policy() {
    let packages = packages();
    assert!(
        packages.foreign().count() > 200,
        "these are not all of them"
    );
    let breaches = policy().breaches(packages.foreign());
    let told: Vec<String> = breaches.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn the_notices_are_those_of_what_is_shipped() {
    let made = notices::render(&packages(), &policy()).expect("every licence is there");
    let kept = fs::read_to_string(workspace().join(notices::FILE)).unwrap_or_default();
    if let Some((made, kept)) = made
        .lines()
        .zip(kept.lines())
        .find(|(made, kept)| made != kept)
    {
        panic!("`cargo xtask notices` is due: {kept:?} would be {made:?}");
    }
    assert_eq!(made.len(), kept.len(), "`cargo xtask notices` is due");
    for name in [
        "wasmtime",
        "rustls",
        "aws-lc-sys",
        "libmimalloc-sys",
        "webpki-roots",
    ] {
        assert!(made.contains(&format!("\n{name} ")), "{name}");
    }
    assert!(made.contains("Permission is hereby granted, free of charge"));
}
