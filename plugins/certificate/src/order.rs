//! Is the chain sent in order, and nothing else with it? (RFC 5246 section 7.4.2)
//!
//! What clients trip over is an issuer that comes before what it signed, and certificates that no way up needs. A root
//! at the end harms nobody, and neither does one issuer's key certified by two others.

use probe_sdk::{Run, named};

use crate::path::{End, Path};
use crate::sent::Sent;
use crate::{CHAIN_MISORDERED, facts, finding};

pub(crate) fn judge(run: &mut Run, sent: &Sent<'_>, path: &Path<'_>) {
    let now = run.request().now;
    let Some(wrong) = wrong(sent, path, now) else {
        return;
    };
    let order: Vec<String> = sent
        .members()
        .iter()
        .map(|member| facts::common_name(member.certificate.subject()))
        .collect();
    let detail = format!("{} Some clients cope, strict ones do not.", wrong.words());
    let mut named = finding(CHAIN_MISORDERED, sent.leaf().certificate, detail)
        .evidence("order sent", order.join(" > "));
    if let Wrong::Ended(subject) = wrong {
        named = named.evidence("expired and not needed", subject);
    }
    run.found(named);
}

#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    Twice,
    BeforeWhatItSigned,
    Unrelated,
    /// Out of date, and another way leads to a root: its subject.
    Ended(String),
}

impl Wrong {
    fn words(&self) -> String {
        match self {
            Wrong::Twice => "A certificate of the chain is sent twice.".into(),
            Wrong::BeforeWhatItSigned => {
                "The chain is not in order: an issuer comes before a certificate that it signed."
                    .into()
            }
            Wrong::Unrelated => {
                "The server also sends a certificate that is unrelated to its own.".into()
            }
            Wrong::Ended(subject) => format!(
                "The server also sends an expired certificate ({}), although the chain is complete without it.",
                named(subject)
            ),
        }
    }
}

fn wrong(sent: &Sent<'_>, path: &Path<'_>, now: i64) -> Option<Wrong> {
    let twice = sent
        .all()
        .iter()
        .enumerate()
        .any(|(place, der)| sent.all()[..place].contains(der));
    if twice {
        return Some(Wrong::Twice);
    }
    let issues = |place: usize, of: usize| sent.issuers(of).contains(&place);
    let places = 1..sent.members().len();
    let strangers: Vec<usize> = places
        .clone()
        .filter(|place| !(0..*place).any(|before| issues(*place, before)))
        .collect();
    if strangers
        .iter()
        .any(|place| (place + 1..sent.members().len()).any(|after| issues(*place, after)))
    {
        return Some(Wrong::BeforeWhatItSigned);
    }
    // Where a link is missing, nobody can say what belongs above it: that is named by the missing link.
    if path.end != End::Open && !strangers.is_empty() {
        return Some(Wrong::Unrelated);
    }
    let stands = path.end == End::Known && path.issuers().iter().all(|it| it.is_in_date(now));
    let ended = sent.members()[1..]
        .iter()
        .find(|member| member.ends() < now && !path.contains(member))
        .filter(|_| stands)?;
    Some(Wrong::Ended(facts::common_name(
        ended.certificate.subject(),
    )))
}
