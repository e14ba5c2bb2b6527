//! Which names belong to whom: the areas of this program, and one of its own for each third-party probe.

use std::collections::BTreeMap;

use super::Standing;
use crate::finding::Description;

/// What codes of this program begin with, whoever declares them: built-in probes, the engine, and the vocabulary of both.
const CODES: &[&str] = &[
    "cert", "data", "dns", "ftp", "ftps", "net", "probe", "service", "settings", "source", "tls",
];

/// A third-party probe that claims what is not its own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trespass {
    /// Facts or codes of this program begin with its name.
    #[error(
        "the third-party probe `{0}` needs another name: names that begin with `{0}.` belong to this program"
    )]
    Name(String),
    /// It declares a code of an area of this program.
    #[error(
        "the third-party probe `{probe}` declares `{code}`, but the area `{area}` belongs to this program: a \
        third-party probe declares codes in its own area, such as `{probe}.{problem}`"
    )]
    Ours {
        /// The probe.
        probe: String,
        /// The code.
        code: String,
        /// Its area.
        area: String,
        /// The rest of the code.
        problem: String,
    },
    /// It declares codes of several areas.
    #[error(
        "the third-party probe `{probe}` declares `{code}` in addition to codes in the area `{area}`: all codes \
        of a third-party probe are in one area, such as `{area}.{problem}`"
    )]
    Several {
        /// The probe.
        probe: String,
        /// The code.
        code: String,
        /// The area of those before it.
        area: String,
        /// The rest of the code.
        problem: String,
    },
    /// Another third-party probe has the area.
    #[error(
        "the third-party probe `{probe}` declares `{code}`, but the area `{area}` belongs to the third-party \
        probe `{other}`: each has its own area"
    )]
    Another {
        /// The probe.
        probe: String,
        /// The code.
        code: String,
        /// Its area.
        area: String,
        /// The probe whose area it is.
        other: String,
    },
    /// A code of it explains what is not its own.
    #[error(
        "`{code}` of the third-party probe `{probe}` claims to explain `{explains}`: it may explain codes of its own \
         area only, `{area}.*`"
    )]
    Explains {
        /// The probe.
        probe: String,
        /// Its code.
        code: String,
        /// What it claims to explain.
        explains: String,
        /// Its area.
        area: String,
    },
    /// It reports what it does not declare.
    #[error(
        "the third-party probe `{probe}` claims to report `{code}` as well: it may report the codes that it declares itself, \
         and no others"
    )]
    Reports {
        /// The probe.
        probe: String,
        /// The code.
        code: String,
    },
}

/// Whether codes of this area are said by this program, whichever of its probes are at hand.
pub fn is_of_this_program(area: &str) -> bool {
    CODES.contains(&area)
}

/// Holds every third-party probe to an area of its own.
///
/// # Errors
/// The first that claims more.
pub fn check<'a>(probes: impl Iterator<Item = &'a Description> + Clone) -> Result<(), Trespass> {
    let built_in = probes.clone().filter(|it| it.standing.is_built_in());
    let ours: Vec<&str> = built_in
        .flat_map(|it| {
            let codes = it.codes.iter().map(|code| &code.name);
            codes.chain(it.facts.iter().map(|fact| &fact.name))
        })
        .map(|name| area(name))
        .collect();
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for probe in probes.filter(|it| it.standing == Standing::ThirdParty) {
        if is_of_this_program(&probe.name) || ours.contains(&probe.name.as_str()) {
            return Err(Trespass::Name(probe.name.clone()));
        }
        let own = own_area(probe, &ours)?;
        if let (Some(own), Some(first)) = (own, probe.codes.first())
            && let Some(other) = owners.insert(own, &probe.name)
        {
            return Err(Trespass::Another {
                probe: probe.name.clone(),
                code: first.name.clone(),
                area: own.into(),
                other: other.into(),
            });
        }
        keeps_to(probe, own)?;
    }
    Ok(())
}

/// The one area of all codes that a probe declares; none where it declares no code.
fn own_area<'a>(probe: &'a Description, ours: &[&str]) -> Result<Option<&'a str>, Trespass> {
    let mut own: Option<&str> = None;
    for code in &probe.codes {
        let (area, problem) = code.name.split_once('.').unwrap_or((&code.name, ""));
        let (name, code) = (probe.name.clone(), code.name.clone());
        if is_of_this_program(area) || ours.contains(&area) {
            return Err(Trespass::Ours {
                probe: name,
                code,
                area: area.into(),
                problem: problem.into(),
            });
        }
        match own {
            Some(first) if first != area => {
                return Err(Trespass::Several {
                    probe: name,
                    code,
                    area: first.into(),
                    problem: problem.into(),
                });
            }
            Some(_) | None => own = Some(area),
        }
    }
    Ok(own)
}

/// What a probe says of other codes is about its own.
fn keeps_to(probe: &Description, own: Option<&str>) -> Result<(), Trespass> {
    for code in &probe.codes {
        let elsewhere = |other: &&String| Some(area(other)) != own;
        if let Some(explains) = code.explains.iter().find(elsewhere) {
            return Err(Trespass::Explains {
                probe: probe.name.clone(),
                code: code.name.clone(),
                explains: explains.clone(),
                area: area(&code.name).into(),
            });
        }
    }
    let declares = |name: &String| probe.codes.iter().any(|code| code.name == *name);
    match probe.also_reports.iter().find(|name| !declares(name)) {
        None => Ok(()),
        Some(code) => Err(Trespass::Reports {
            probe: probe.name.clone(),
            code: code.clone(),
        }),
    }
}

fn area(code: &str) -> &str {
    code.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declared::{FactDeclaration, FactKind, Privacy};
    use crate::finding::{Code, Owner, Severity};

    fn code(name: &str, explains: &[&str]) -> Code {
        Code {
            name: name.into(),
            title: "it broke".into(),
            severity: Severity::Info,
            owner: Owner::Settings,
            explains: explains.iter().map(ToString::to_string).collect(),
            eased_by_certificate_check: false,
            page: "# page".into(),
        }
    }

    fn probe(name: &str, standing: Standing, codes: Vec<Code>) -> Description {
        Description {
            codes,
            ..Description::of(standing, name)
        }
    }

    fn fact(name: &str) -> FactDeclaration {
        FactDeclaration {
            name: name.into(),
            kind: FactKind::Text,
            title: "a title".into(),
            shown: None,
            compared: None,
            privacy: Privacy::Plain,
            fills: None,
        }
    }

    fn stranger(name: &str, codes: Vec<Code>) -> Description {
        probe(name, Standing::ThirdParty, codes)
    }

    fn refusal(probe: &Description) -> String {
        check([probe].into_iter()).unwrap_err().to_string()
    }

    #[test]
    fn a_probe_with_an_area_of_its_own_is_let_in() {
        let codes = vec![
            code("names.not-utf8", &["names.*", "names.odd"]),
            code("names.odd", &[]),
        ];
        let mut honest = stranger("name-encoding", codes);
        honest.also_reports = vec!["names.odd".into()];
        let other = stranger("other", vec![code("other.one", &[])]);
        let silent = stranger("silent", Vec::new());
        assert_eq!(check([&honest, &other, &silent].into_iter()), Ok(()));
    }

    #[test]
    fn nobody_explains_what_is_not_its_own() {
        for pattern in ["cert.*", "ftp.login-rejected", "*", "evil", "evilest.*", ""] {
            let evil = stranger("evil", vec![code("evil.benign", &["evil.*", pattern])]);
            let said = check([&evil].into_iter());
            match pattern {
                // The area itself, without a problem, is nobody else's.
                "evil" => assert_eq!(said, Ok(())),
                _ => {
                    let said = said.unwrap_err().to_string();
                    let names = [pattern, "`evil.benign`", "`evil`", "`evil.*`"];
                    assert!(names.iter().all(|it| said.contains(it)), "{said}");
                }
            }
        }
    }

    #[test]
    fn nobody_reports_what_is_not_its_own() {
        for name in ["cert.expired", "probe.crashed", "evil.undeclared"] {
            let mut evil = stranger("evil", vec![code("evil.benign", &[])]);
            evil.also_reports = vec![name.into()];
            let said = refusal(&evil);
            assert!(said.contains(name) && said.contains("`evil`"), "{said}");
        }
    }

    #[test]
    fn areas_of_this_program_and_of_others_are_taken() {
        for name in ["cert.everything-fine", "probe.fine"] {
            let said = refusal(&stranger("evil", vec![code(name, &[])]));
            assert!(said.contains(name) && said.contains("`evil."), "{said}");
        }
        let two = [code("evil.one", &[]), code("good.one", &[])];
        assert!(refusal(&stranger("evil", two.into())).contains("`good.one`"));
        let built_in = probe("smtp", Standing::BuiltIn, vec![code("smtp.refused", &[])]);
        let late = stranger("late", vec![code("smtp.fine", &[])]);
        assert!(check([&built_in, &late].into_iter()).is_err());
        let (first, second) = (
            stranger("first", vec![code("shared.one", &[])]),
            stranger("second", vec![code("shared.two", &[])]),
        );
        let said = check([&first, &second].into_iter()).unwrap_err();
        assert!(said.to_string().contains("`first`"), "{said}");
    }

    #[test]
    fn no_name_begins_where_ours_do() {
        let mut ours = probe("greets", Standing::BuiltIn, Vec::new());
        ours.facts = vec![fact("server.greeting")];
        for name in ["server", "tls", "cert"] {
            assert_eq!(
                check([&ours, &stranger(name, Vec::new())].into_iter()),
                Err(Trespass::Name(name.into()))
            );
        }
        let of_its_facts = stranger("evil", vec![code("server.fine", &[])]);
        let said = check([&ours, &of_its_facts].into_iter()).unwrap_err();
        assert!(said.to_string().contains("`evil.fine`"), "{said}");
    }
}
