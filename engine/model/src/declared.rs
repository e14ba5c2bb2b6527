//! What facts are like, as the probes that find them declare it: whoever shows, compares, redacts or fills in facts asks here,
//! and knows none by name.
//!
//! A fact that nobody declared stays in the JSON report, and there alone. Of third parties, a declaration never makes anything
//! less private, and gets nothing into a line that is to be typed.

use std::collections::BTreeMap;
use std::sync::Arc;

use strum::IntoStaticStr;

use crate::finding::{Description, FactValue};
use crate::standing::Standing;

/// A fact, as its probe declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactDeclaration {
    /// Dotted and lower-case.
    pub name: String,
    /// What its value is.
    pub kind: FactKind,
    /// One line, for people.
    pub title: String,
    /// Whether it has a line of its own even when all is well.
    pub shown: Option<ShownFact>,
    /// Whether and how it is compared with an earlier report.
    pub compared: Option<ComparedFact>,
    /// What of it others must not see.
    pub privacy: Privacy,
    /// The word in braces that it stands for in pages of advice.
    pub fills: Option<String>,
}

/// The kind of value that a fact has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactKind {
    /// Yes or no.
    Flag,
    /// A number.
    Integer,
    /// A text.
    Text,
    /// Several texts.
    Texts,
    /// Rows of named cells.
    Rows,
}

impl FactKind {
    /// Whether a value is of this kind. In a saved report values have no types: an empty list is of either kind of list.
    pub fn has(self, value: &FactValue) -> bool {
        match value {
            FactValue::Flag(_) => self == FactKind::Flag,
            FactValue::Integer(_) => self == FactKind::Integer,
            FactValue::Text(_) => self == FactKind::Text,
            FactValue::Texts(texts) => {
                self == FactKind::Texts || texts.is_empty() && self == FactKind::Rows
            }
            FactValue::Rows(rows) => {
                self == FactKind::Rows || rows.is_empty() && self == FactKind::Texts
            }
        }
    }
}

/// A line of a report with one fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownFact {
    /// The word before the value.
    pub label: String,
    /// Lines with a lower rank come first.
    pub rank: u16,
}

/// How the values of two reports are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// As they are. Where it was looked at, the fact is there.
    Value,
    /// As they are, of a fact that is there only in some cases: missing says nothing.
    Sometimes,
    /// Several values in no order.
    Set,
    /// What a server says in its own words: what counts or tells the time in it is no change.
    Words,
    /// Certificates, one after the other.
    Certificates,
}

/// What a fact may depend on at our side. The word of each is what a difference there is called in a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[allow(missing_docs, reason = "settings, by their names")]
pub enum Dependency {
    Host,
    Port,
    Ssl,
    User,
    RemotePath,
    MaxConnections,
    HighestTlsVersion,
    /// The version of this program.
    #[strum(serialize = "tool.version")]
    Program,
}

/// How a fact is compared with that of an earlier report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedFact {
    /// How.
    pub how: Comparison,
    /// Facts with a lower rank come first.
    pub rank: u16,
    /// What it depends on at our side.
    pub depends: Vec<Dependency>,
}

/// What of a fact others must not see, beyond what the looks of a text tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// Nothing but what its looks tell. A report for anybody leaves it out all the same.
    Plain,
    /// Addresses of our own network.
    OurAddress,
    /// Addresses of the server, which the other party knows.
    ServerAddress,
    /// Names of hosts.
    HostName,
    /// Paths on the remote, or names of files.
    Path,
    /// The serial number of a certificate.
    SerialNumber,
    /// Nothing, and for anybody: the probe's own words, numbers and names of algorithms alone.
    Open,
    /// All of it.
    Private,
}

/// A fact of this report or of another, with whose word its declaration is.
#[derive(Clone, Debug)]
struct Declared {
    fact: FactDeclaration,
    standing: Standing,
}

/// Two probes declare one fact, and not alike.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("two probes declare the fact `{fact}`, and {probe} declares it differently")]
pub struct DeclaredOtherwise {
    /// The fact.
    pub fact: String,
    /// The second probe.
    pub probe: String,
}

/// The facts that the probes of a run declare, by name. Of nothing but defaults, it knows no fact.
#[derive(Clone, Debug, Default)]
pub struct DeclaredFacts(Arc<BTreeMap<String, Declared>>);

impl DeclaredFacts {
    /// Those of all these probes.
    ///
    /// # Errors
    /// Two of them do not agree.
    pub fn of<'a>(
        probes: impl IntoIterator<Item = &'a Description>,
    ) -> Result<DeclaredFacts, DeclaredOtherwise> {
        let mut all = DeclaredFacts::default();
        for probe in probes {
            all.declare(probe)?;
        }
        Ok(all)
    }

    /// Takes in what a probe declares.
    ///
    /// # Errors
    /// Another probe says something else of one of its facts.
    pub fn declare(&mut self, probe: &Description) -> Result<(), DeclaredOtherwise> {
        let all = Arc::make_mut(&mut self.0);
        for fact in &probe.facts {
            let known = all.entry(fact.name.clone()).or_insert_with(|| Declared {
                fact: fact.clone(),
                standing: probe.standing,
            });
            if known.fact != *fact || known.standing != probe.standing {
                return Err(DeclaredOtherwise {
                    fact: fact.name.clone(),
                    probe: probe.name.clone(),
                });
            }
        }
        Ok(())
    }

    /// Whether the fact is one of a probe of this program.
    pub fn is_of_ours(&self, name: &str) -> bool {
        let declared = self.0.get(name);
        declared.is_some_and(|it| it.standing.is_built_in())
    }

    /// Whether facts of this program begin with this area.
    pub fn is_area_of_ours(&self, area: &str) -> bool {
        let mut ours = self.0.values().filter(|it| it.standing.is_built_in());
        ours.any(|it| it.fact.name.split('.').next() == Some(area))
    }

    /// Whether a value is what was declared under this name.
    pub fn fits(&self, name: &str, value: &FactValue) -> bool {
        let declared = self.0.get(name);
        declared.is_some_and(|it| it.fact.kind.has(value))
    }

    /// How private a value is: all of it where it is not what was declared.
    pub fn privacy(&self, name: &str, value: &FactValue) -> Privacy {
        match self.0.get(name) {
            Some(declared) if declared.fact.kind.has(value) => declared.fact.privacy,
            Some(_) | None => Privacy::Private,
        }
    }

    /// Whether the fact is declared to be of this class.
    pub fn is_of_class(&self, name: &str, class: Privacy) -> bool {
        let declared = self.0.get(name);
        declared.is_some_and(|it| it.fact.privacy == class)
    }

    /// Those with a line of their own, in the order of the lines: those of third parties last.
    pub fn shown(&self) -> impl Iterator<Item = Line<'_>> {
        let mut lines: Vec<(u16, Line<'_>)> = self
            .0
            .values()
            .filter_map(|it| {
                let shown = it.fact.shown.as_ref()?;
                let line = Line {
                    label: match it.standing {
                        Standing::BuiltIn => &shown.label,
                        Standing::ThirdParty => &it.fact.name,
                    },
                    fact: &it.fact.name,
                    standing: it.standing,
                };
                Some((shown.rank, line))
            })
            .collect();
        // Stable: of one rank, by name.
        lines.sort_by_key(|(rank, line)| (line.standing, *rank));
        lines.into_iter().map(|(_, line)| line)
    }

    /// Those that are compared, the most telling first, with how.
    pub fn compared(&self) -> impl Iterator<Item = (&FactDeclaration, &ComparedFact)> {
        // Stable: of one rank, by name.
        let mut all: Vec<&Declared> = self.0.values().collect();
        all.sort_by_key(|it| (it.standing, it.fact.compared.as_ref().map(|it| it.rank)));
        all.into_iter()
            .filter_map(|it| Some((&it.fact, it.fact.compared.as_ref()?)))
    }

    /// The words in braces that facts of this program fill in, with the names of those.
    pub fn filled(&self) -> impl Iterator<Item = (&str, &str)> {
        let ours = self.0.values().filter(|it| it.standing.is_built_in());
        ours.filter_map(|it| Some((it.fact.fills.as_deref()?, it.fact.name.as_str())))
    }
}

/// A line that shows a fact.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// What stands before the value.
    pub label: &'a str,
    /// The name of the fact.
    pub fact: &'a str,
    /// Whose word the value is.
    pub standing: Standing,
}

impl FactDeclaration {
    /// As it counts for a third party: in its words, and never less private than it would be without.
    #[must_use]
    pub fn of_a_third_party(self) -> FactDeclaration {
        FactDeclaration {
            title: ftp::quoted(&self.title),
            privacy: match self.privacy {
                Privacy::ServerAddress | Privacy::Open => Privacy::Plain,
                other => other,
            },
            fills: None,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(name: &str, rank: u16) -> FactDeclaration {
        FactDeclaration {
            name: name.into(),
            kind: FactKind::Text,
            title: "a title".into(),
            shown: Some(ShownFact {
                label: "word".into(),
                rank,
            }),
            compared: None,
            privacy: Privacy::ServerAddress,
            fills: Some("address".into()),
        }
    }

    fn probe(name: &str, facts: Vec<FactDeclaration>) -> Description {
        Description {
            facts,
            ..Description::of(Standing::BuiltIn, name)
        }
    }

    #[test]
    fn lines_come_in_the_order_of_their_ranks_and_those_of_third_parties_last() {
        let ours = [
            probe("one", vec![fact("a.late", 9), fact("a.early", 2)]),
            probe("two", vec![fact("b.between", 5)]),
        ];
        let theirs = Standing::ThirdParty.settle(probe("evil", vec![fact("first", 0)]));
        let declared = DeclaredFacts::of(ours.iter().chain([&theirs])).unwrap();
        let lines: Vec<(&str, &str)> = declared.shown().map(|it| (it.label, it.fact)).collect();
        assert_eq!(
            lines,
            [
                ("word", "a.early"),
                ("word", "b.between"),
                ("word", "a.late"),
                ("evil.first", "evil.first")
            ]
        );
    }

    #[test]
    fn a_third_party_makes_nothing_less_private_and_fills_nothing_in() {
        let theirs = Standing::ThirdParty.settle(probe("evil", vec![fact("at", 0)]));
        let declared = DeclaredFacts::of([&theirs]).unwrap();
        let value = FactValue::Text("10.0.0.1".into());
        assert_eq!(declared.privacy("evil.at", &value), Privacy::Plain);
        assert_eq!(declared.privacy("at", &value), Privacy::Private);
        assert_eq!(declared.filled().count(), 0);
        assert!(!declared.is_of_ours("evil.at"));
        assert_eq!(theirs.facts[0].title, "“a title”");
    }

    #[test]
    fn what_is_not_what_was_declared_is_private() {
        let declared = DeclaredFacts::of([&probe("one", vec![fact("a.b", 1)])]).unwrap();
        let (text, texts) = (
            FactValue::Text("x".into()),
            FactValue::Texts(vec!["x".into()]),
        );
        assert_eq!(declared.privacy("a.b", &text), Privacy::ServerAddress);
        assert_eq!(declared.privacy("a.b", &texts), Privacy::Private);
        assert!(declared.fits("a.b", &text) && !declared.fits("a.b", &texts));
        let (no_texts, no_rows) = (FactValue::Texts(Vec::new()), FactValue::Rows(Vec::new()));
        assert!(FactKind::Rows.has(&no_texts) && FactKind::Texts.has(&no_rows));
        assert!(!FactKind::Rows.has(&texts) && !FactKind::Text.has(&no_texts));
        assert_eq!(
            DeclaredFacts::default().privacy("a.b", &text),
            Privacy::Private
        );
    }

    #[test]
    fn two_probes_say_the_same_of_a_fact_or_are_refused() {
        let [one, two] = ["one", "two"].map(|name| probe(name, vec![fact("a.b", 1)]));
        assert!(DeclaredFacts::of([&one, &two]).is_ok());
        let other = probe("other", vec![fact("a.b", 2)]);
        let refused = DeclaredFacts::of([&one, &other]).unwrap_err();
        assert_eq!(
            (refused.fact.as_str(), refused.probe.as_str()),
            ("a.b", "other")
        );
    }
}
