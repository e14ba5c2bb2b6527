//! Behaviours in words, for whoever types them: `expired,epsv-refused`.

use std::str::FromStr;

use serde::Serialize;
use serde_json::Value;
use strum::EnumMessage;

use crate::{Behaviour, CertificateKind, Fault, Mode, Service, Software};

/// One thing that a server can be told to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// As it is typed.
    pub name: String,
    /// What it is about: `mode`, `certificate`, `fault` or `software`.
    pub kind: &'static str,
    /// What it does, in a sentence or two.
    pub about: String,
    means: Means,
}

#[derive(Clone, Debug, PartialEq)]
enum Means {
    Mode(Mode),
    Certificate(CertificateKind),
    Fault(Fault),
    Software(Software),
}

/// A word that no behaviour has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no word for a behaviour")]
pub struct NotAWord(pub String);

impl Word {
    /// All words. A fault that carries a value has a usual one here; JSON gives it another.
    pub fn all() -> Vec<Word> {
        let faults = Fault::samples().into_iter().map(|fault| Word {
            name: <&str>::from(&fault).into(),
            kind: "fault",
            about: told(fault.get_documentation()),
            means: Means::Fault(fault),
        });
        let kinds = CertificateKind::ALL.iter().map(|kind| Word {
            name: spelt(kind),
            kind: "certificate",
            about: told(kind.get_documentation()),
            means: Means::Certificate(*kind),
        });
        let software = Software::ALL.iter().map(|software| Word {
            name: spelt(software),
            kind: "software",
            about: format!("It greets and words its replies as {}.", spelt(software)),
            means: Means::Software(*software),
        });
        modes().chain(kinds).chain(faults).chain(software).collect()
    }
}

fn modes() -> impl Iterator<Item = Word> {
    let own = [
        Mode::Plain,
        Mode::Explicit,
        Mode::ExplicitRequired,
        Mode::Implicit,
        Mode::GreetingThenTls,
    ];
    let own = own.into_iter().map(|mode| Word {
        name: spelt(&mode),
        kind: "mode",
        about: told(mode.get_documentation()),
        means: Means::Mode(mode),
    });
    let others = [Service::Ssh, Service::Http, Service::Smtp, Service::Https];
    let others = others.into_iter().map(|service| Word {
        name: spelt(&service),
        kind: "mode",
        about: format!(
            "It is no FTP server, but speaks {}.",
            spelt(&service).to_uppercase()
        ),
        means: Means::Mode(Mode::NotFtp(service)),
    });
    own.chain(others)
}

/// As a `scenario.toml` has it.
fn spelt(choice: &impl Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(Value::String(word)) => word,
        Ok(_) | Err(_) => String::new(),
    }
}

/// Without the numbers of the catalogue of faults and the links, which are for whoever works on the lab.
fn told(documentation: Option<&str>) -> String {
    let text = documentation.unwrap_or_default().replace('\n', " ");
    without(&without(&text, " (F-"), "](").replace("[`", "`")
}

/// Without what begins so and ends with a bracket.
fn without(text: &str, begin: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(begin) {
        out.push_str(before);
        rest = behind.split_once(')').map_or("", |it| it.1);
    }
    out + rest
}

impl FromStr for Behaviour {
    type Err = NotAWord;

    fn from_str(text: &str) -> Result<Behaviour, NotAWord> {
        let words = Word::all();
        let mut behaviour = Behaviour::default();
        for typed in text.split([',', ' ']).filter(|it| !it.is_empty()) {
            let word = words.iter().find(|word| word.name == typed);
            match &word.ok_or_else(|| NotAWord(typed.into()))?.means {
                Means::Mode(mode) => behaviour.mode = *mode,
                Means::Software(software) => behaviour.software = *software,
                Means::Fault(fault) => behaviour.faults.push(fault.clone()),
                Means::Certificate(kind) if behaviour.certificate == CertificateKind::default() => {
                    behaviour.certificate = *kind;
                }
                Means::Certificate(kind) => behaviour.certificate_also.push(*kind),
            }
        }
        Ok(behaviour)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_word_is_one_thing_and_says_what_it_is() {
        let words = Word::all();
        let names: BTreeSet<&str> = words.iter().map(|word| word.name.as_str()).collect();
        assert_eq!(names.len(), words.len(), "a word has two meanings");
        for word in &words {
            assert!(!word.name.is_empty() && word.about.len() > 10, "{word:?}");
            let is_plain = ["(F-", "](", "[`"]
                .iter()
                .all(|it| !word.about.contains(it));
            assert!(is_plain, "{word:?}");
            assert!(word.name.parse::<Behaviour>().is_ok(), "{word:?}");
        }
        assert!(words.len() > 100);
    }

    #[test]
    fn words_are_put_together() {
        let behaviour: Behaviour = "implicit,expired, wrong-name,epsv-refused,vsftpd"
            .parse()
            .unwrap();
        let expected = Behaviour {
            mode: Mode::Implicit,
            certificate: CertificateKind::Expired,
            certificate_also: vec![CertificateKind::WrongName],
            software: Software::Vsftpd,
            ..Behaviour::faulty([Fault::EpsvRefused])
        };
        assert_eq!(behaviour, expected);
        assert_eq!(
            "expird".parse::<Behaviour>(),
            Err(NotAWord("expird".into()))
        );
    }
}
