//! What a probe's own scenarios say it finds, and where.

use std::collections::BTreeSet;

use lab::Behaviour;

use super::scenario::Scenario;

/// A misbehaviour of the lab, and a code that is expected with it.
pub(super) struct Claims(BTreeSet<(String, String)>);

impl Claims {
    pub(super) fn of(scenarios: &[Scenario]) -> Claims {
        let all = scenarios.iter().flat_map(|scenario| {
            let features = features(&scenario.behaviour());
            let codes: Vec<String> = scenario.expected().cloned().collect();
            features.into_iter().flat_map(move |feature| {
                codes
                    .clone()
                    .into_iter()
                    .map(move |code| (feature.clone(), code))
            })
        });
        Claims(all.collect())
    }

    /// Whether a scenario expects the code of a server that misbehaves in one of the same ways.
    pub(super) fn have(&self, behaviour: &Behaviour, code: &str) -> bool {
        features(behaviour)
            .into_iter()
            .any(|feature| self.0.contains(&(feature, code.to_owned())))
    }
}

/// What is not as on a healthy server, each by its name in Rust.
fn features(behaviour: &Behaviour) -> BTreeSet<String> {
    let usual = Behaviour::default();
    let kinds = [
        (format!("{:?}", behaviour.mode), format!("{:?}", usual.mode)),
        (
            format!("{:?}", behaviour.certificate),
            format!("{:?}", usual.certificate),
        ),
        (format!("{:?}", behaviour.tls), format!("{:?}", usual.tls)),
        (
            format!("{:?}", behaviour.software),
            format!("{:?}", usual.software),
        ),
        (
            format!("{:?}", behaviour.session_reuse),
            format!("{:?}", usual.session_reuse),
        ),
    ];
    let kinds = kinds.into_iter().filter(|(is, usual)| is != usual);
    let faults = behaviour.faults.iter().map(|fault| format!("{fault:?}"));
    let also = behaviour
        .certificate_also
        .iter()
        .map(|kind| format!("{kind:?}"));
    kinds
        .map(|(is, _)| is)
        .chain(faults)
        .chain(also)
        .map(|shown| variant(&shown))
        .collect()
}

/// The name of a variant, without what it carries.
fn variant(shown: &str) -> String {
    let end = shown.find(|c: char| !c.is_ascii_alphanumeric());
    shown[..end.unwrap_or(shown.len())].to_owned()
}
