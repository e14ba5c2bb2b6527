//! `deny.toml`, as far as it can be held without cargo-deny: licences, sources and bans.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use spdx::{Expression, LicenseReq, Licensee, ParseMode};

use crate::packages::Package;

/// The lists of `deny.toml`.
#[derive(Debug, Deserialize)]
pub struct Policy {
    licenses: Licences,
    sources: Sources,
    bans: Bans,
}

#[derive(Debug, Deserialize)]
struct Licences {
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Debug, Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

/// Why the policy cannot be held.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// It cannot be read.
    #[error("deny.toml: {0}")]
    Unreadable(#[from] std::io::Error),
    /// It makes no sense.
    #[error("deny.toml: {0}")]
    Nonsense(#[from] toml::de::Error),
    /// A licence that SPDX does not know.
    #[error("deny.toml: licenses.allow: `{0}` is no licence of SPDX")]
    NoLicence(String),
}

/// What a package breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    /// None of what its licence offers is allowed.
    #[error("{package}: its licence is {licence}, and deny.toml allows none of that")]
    Licence {
        /// Name and version.
        package: String,
        /// The expression.
        licence: String,
    },
    /// Its licence cannot be read.
    #[error("{package}: it says no licence as SPDX has them")]
    NoLicence {
        /// Name and version.
        package: String,
    },
    /// It comes from elsewhere.
    #[error("{package}: it comes from {from}, and deny.toml allows no such source")]
    Source {
        /// Name and version.
        package: String,
        /// Where from.
        from: String,
    },
    /// It is banned.
    #[error("{package}: banned: {reason}")]
    Banned {
        /// Name and version.
        package: String,
        /// Why.
        reason: String,
    },
}

impl Policy {
    /// Reads `deny.toml`.
    ///
    /// # Errors
    /// It is not there, or is no such policy.
    pub fn read(workspace: &Path) -> Result<Policy, PolicyError> {
        Policy::parse(&fs::read_to_string(workspace.join("deny.toml"))?)
    }

    /// Reads what stands in it.
    ///
    /// # Errors
    /// It is no policy.
    pub fn parse(text: &str) -> Result<Policy, PolicyError> {
        let policy: Policy = toml::from_str(text)?;
        policy.allowed()?;
        Ok(policy)
    }

    /// The allowed licences, in the order of preference.
    fn allowed(&self) -> Result<Vec<Licensee>, PolicyError> {
        let allow = self.licenses.allow.iter();
        let parsed =
            allow.map(|it| Licensee::parse(it).map_err(|_| PolicyError::NoLicence(it.clone())));
        parsed.collect()
    }

    /// Everything that packages break.
    pub fn breaches<'a>(&self, packages: impl Iterator<Item = &'a Package>) -> Vec<Breach> {
        packages
            .flat_map(|package| self.breaches_of(package))
            .collect()
    }

    fn breaches_of(&self, package: &Package) -> Vec<Breach> {
        let name = || format!("{} {}", package.name, package.version);
        let mut breaches: Vec<Breach> = self.licence_breach(package).into_iter().collect();
        let source = package.source.as_deref();
        let registry = source.and_then(|it| it.strip_prefix("registry+"));
        if !registry.is_some_and(|it| self.sources.allow_registry.iter().any(|one| one == it)) {
            breaches.push(Breach::Source {
                package: name(),
                from: source.unwrap_or("no source").into(),
            });
        }
        let mut bans = self.bans.deny.iter();
        if let Some(ban) = bans.find(|ban| ban.name == package.name) {
            breaches.push(Breach::Banned {
                package: name(),
                reason: ban.reason.clone(),
            });
        }
        breaches
    }

    fn licence_breach(&self, package: &Package) -> Option<Breach> {
        let name = format!("{} {}", package.name, package.version);
        let Some(expression) = expression(package) else {
            return Some(Breach::NoLicence { package: name });
        };
        match self.chosen(&expression).is_empty() {
            false => None,
            true => Some(Breach::Licence {
                package: name,
                licence: expression.to_string(),
            }),
        }
    }

    /// The licences of an expression that the program is passed on under: the fewest that fulfil it. None where it cannot be
    /// fulfilled.
    pub fn chosen(&self, expression: &Expression) -> Vec<LicenseReq> {
        let allowed = self.allowed().unwrap_or_default();
        expression
            .minimized_requirements(allowed.iter())
            .unwrap_or_default()
    }
}

/// What a package says of its licence. A slash between two is an old way to write OR.
pub fn expression(package: &Package) -> Option<Expression> {
    Expression::parse_mode(package.license.as_deref()?, ParseMode::LAX).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"
        licenses.allow = ["MIT", "Apache-2.0", "ISC"]
        sources.allow-registry = ["https://github.com/rust-lang/crates.io-index"]
        bans.deny = [{ crate = "openssl", reason = "TLS is rustls'" }]
    "#;

    fn package(name: &str, licence: Option<&str>, source: Option<&str>) -> Package {
        let value = serde_json::json!({
            "name": name, "version": "1.0.0", "id": name, "license": licence, "source": source,
            "authors": [], "links": null, "features": {}, "dependencies": [], "targets": [], "manifest_path": "/x/Cargo.toml",
        });
        serde_json::from_value(value).expect("a package")
    }

    fn breaches(name: &str, licence: Option<&str>, source: Option<&str>) -> Vec<Breach> {
        let policy = Policy::parse(POLICY).expect("a policy");
        policy.breaches_of(&package(name, licence, source))
    }

    const HERE: Option<&str> = Some("registry+https://github.com/rust-lang/crates.io-index");

    #[test]
    fn what_is_allowed_is_no_breach() {
        for licence in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0-only OR MIT",
            "ISC AND (MIT OR Zlib)",
        ] {
            assert_eq!(breaches("serde", Some(licence), HERE), [], "{licence}");
        }
    }

    #[test]
    fn each_rule_is_held() {
        for licence in ["GPL-3.0-only", "MIT AND GPL-3.0-only", "Zlib"] {
            let found = breaches("x", Some(licence), HERE);
            assert!(matches!(found[..], [Breach::Licence { .. }]), "{licence}");
        }
        let without = breaches("x", None, HERE);
        assert!(matches!(without[..], [Breach::NoLicence { .. }]));
        let git = Some("git+https://github.com/rust-lang/crates.io-index");
        for source in [git, Some("registry+https://example.com/index"), None] {
            let found = breaches("x", Some("MIT"), source);
            assert!(matches!(found[..], [Breach::Source { .. }]), "{source:?}");
        }
        let banned = breaches("openssl", Some("MIT"), HERE);
        assert!(matches!(banned[..], [Breach::Banned { .. }]));
        assert_eq!(breaches("openssl-probe", Some("MIT"), HERE), []);
    }

    #[test]
    fn a_licence_that_is_none_is_not_allowed() {
        let wrong = POLICY.replace("\"ISC\"", "\"Whatever-1.0\"");
        assert!(matches!(
            Policy::parse(&wrong),
            Err(PolicyError::NoLicence(_))
        ));
    }

    #[test]
    fn the_first_that_is_allowed_is_chosen() {
        let policy = Policy::parse(POLICY).expect("a policy");
        let chosen = |text: &str| -> Vec<String> {
            let expression = Expression::parse(text).expect("an expression");
            let chosen = policy.chosen(&expression);
            chosen.iter().map(ToString::to_string).collect()
        };
        assert_eq!(chosen("Apache-2.0 OR MIT"), ["MIT"]);
        assert_eq!(chosen("Apache-2.0 AND ISC").len(), 2);
    }
}
