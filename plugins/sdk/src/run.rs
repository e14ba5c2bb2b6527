//! What a probe is told and what it says.

use data_encoding::BASE64;

use crate::bindings::remote_doctor::probe::types;
use crate::imports::{handoff, login};
use crate::{
    Code, Connection, Decision, Declaration, Depth, Endpoint, Fact, FactValue, Owner, Request,
    name, patience,
};

/// One run of a probe: the request, and the outcome as it grows.
pub struct Run {
    request: Request,
    outcome: types::Outcome,
}

impl Run {
    pub(crate) fn new(mut request: Request) -> Run {
        let number = |name: &str| {
            request.facts.iter().find_map(|fact| match fact.value {
                FactValue::Integer(number) if fact.name == name => Some(number),
                _ => None,
            })
        };
        let reply_ms = number(name::SERVER_REPLY_MS).unwrap_or_default();
        let has_time = number(name::RUN_SECONDS)
            .is_some_and(|seconds| seconds >= patience::whole_check_s(reply_ms));
        if reply_ms >= crate::SLOW_REPLY_MS && !has_time && request.depth == Depth::Standard {
            request.depth = Depth::Quick;
        }
        if request
            .facts
            .iter()
            .any(|fact| fact.name == name::RUN_PATIENCE_LIMITED_BY)
        {
            patience::limit();
        }
        let outcome = types::Outcome {
            findings: Vec::new(),
            clear: Vec::new(),
            not_tested: Vec::new(),
            facts: Vec::new(),
        };
        Run { request, outcome }
    }

    pub(crate) fn into_outcome(self) -> types::Outcome {
        self.outcome
    }

    /// Everything the probe is told.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The remote's settings.
    #[must_use]
    pub fn remote(&self) -> &types::Remote {
        &self.request.remote
    }

    /// Whether the settings allow the IP version of an address.
    #[must_use]
    pub fn allows_address(&self, ip: &str) -> bool {
        match self.request.remote.ip_version {
            None => true,
            Some(types::IpVersion::V4) => !ip.contains(':'),
            Some(types::IpVersion::V6) => ip.contains(':'),
        }
    }

    /// Where the control connection goes: the address and port that were reached, or else those of the settings.
    #[must_use]
    pub fn control_endpoint(&self) -> Endpoint {
        let remote = self.remote();
        let port = self
            .number(name::CONTROL_PORT)
            .and_then(|port| port.try_into().ok());
        Endpoint {
            ip: self
                .text(name::SERVER_ADDRESS)
                .unwrap_or(&remote.host)
                .to_string(),
            port: port.unwrap_or(remote.port),
        }
    }

    /// The name for SNI and verification, on control and data connections alike; an address is none (RFC 6066 section 3),
    /// and a name that the server was found to refuse is not sent.
    #[must_use]
    pub fn server_name(&self) -> Option<String> {
        let host = &self.remote().host;
        let is_address = host.parse::<std::net::IpAddr>().is_ok();
        let is_refused = self.flag(name::TLS_SERVER_NAME_REFUSED);
        (!is_address && !is_refused).then(|| host.clone())
    }

    /// The text of a fact that an earlier probe left.
    #[must_use]
    pub fn text(&self, fact: impl AsRef<str>) -> Option<&str> {
        match self.fact_value(fact.as_ref())? {
            FactValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The texts of a fact that an earlier probe left; none where there is no such fact.
    #[must_use]
    pub fn texts(&self, fact: impl AsRef<str>) -> &[String] {
        match self.fact_value(fact.as_ref()) {
            Some(FactValue::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// The number of a fact that an earlier probe left.
    #[must_use]
    pub fn number(&self, fact: impl AsRef<str>) -> Option<i64> {
        match self.fact_value(fact.as_ref())? {
            FactValue::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// Whether an earlier probe left this flag set.
    #[must_use]
    pub fn flag(&self, fact: impl AsRef<str>) -> bool {
        matches!(self.fact_value(fact.as_ref()), Some(FactValue::Flag(true)))
    }

    /// Whether an earlier probe left a fact of this name.
    #[must_use]
    pub fn has_fact(&self, fact: impl AsRef<str>) -> bool {
        self.fact_value(fact.as_ref()).is_some()
    }

    fn fact_value(&self, name: &str) -> Option<&FactValue> {
        self.request
            .facts
            .iter()
            .find(|fact| fact.name == name)
            .map(|fact| &fact.value)
    }

    /// The credential of this run, which only the host can read.
    #[must_use]
    pub fn credential(&self) -> Option<login::Credential> {
        login::offered()
    }

    /// Says that a fault is there.
    pub fn found(&mut self, finding: Finding) {
        self.outcome.findings.push(finding.0);
    }

    /// The same, where the probe itself has already spoken of the code: what was found counts.
    pub(crate) fn found_after_all(&mut self, finding: Finding) {
        let code = finding.0.code.clone();
        self.outcome.clear.retain(|clear| *clear != code);
        for omission in &mut self.outcome.not_tested {
            omission.codes.retain(|other| *other != code);
        }
        self.found(finding);
    }

    /// Whether this run already found `code`.
    #[must_use]
    pub fn has_found(&self, code: Code) -> bool {
        self.outcome
            .findings
            .iter()
            .any(|finding| finding.code == code.name)
    }

    /// Whether a reply on the main session belonged to another command, so far. Each was put in its place; what depends on which
    /// reply is whose (a port that was given before, and not now) is not to be trusted all the same.
    #[must_use]
    pub fn lost_step(&self) -> bool {
        crate::step::is_noted()
    }

    /// The first of these codes that this run found.
    #[must_use]
    pub fn found_of(&self, codes: &[Code]) -> Option<Code> {
        codes.iter().copied().find(|code| self.has_found(*code))
    }

    /// Says that these faults were looked for and are not there.
    pub fn clear(&mut self, codes: &[Code]) {
        self.outcome
            .clear
            .extend(codes.iter().map(|code| code.name.to_string()));
    }

    /// Says that of these codes all that are neither found nor accounted for are clear: what a probe says once it has
    /// looked at everything.
    pub fn rest_clear(&mut self, codes: &[Code]) {
        let open: Vec<Code> = codes
            .iter()
            .copied()
            .filter(|code| !self.accounted_for(code.name))
            .collect();
        self.clear(&open);
    }

    fn accounted_for(&self, code: &str) -> bool {
        self.outcome
            .findings
            .iter()
            .any(|finding| finding.code == code)
            || self.outcome.clear.iter().any(|clear| clear == code)
            || self
                .outcome
                .not_tested
                .iter()
                .any(|omission| omission.codes.iter().any(|other| other == code))
    }

    /// Says that a check was not made because a fault that was found stands in the way.
    pub fn behind_fault(&mut self, check: &str, codes: &[Code], reason: &str) {
        self.omit(types::OmissionCause::BehindFault, check, codes, reason);
    }

    /// Says that a check was not made for want of a permission.
    pub fn not_permitted(&mut self, check: &str, codes: &[Code], reason: &str) {
        self.omit(types::OmissionCause::NoPermission, check, codes, reason);
    }

    /// Says that a check was not made for want of credentials.
    pub fn no_credentials(&mut self, check: &str, codes: &[Code], reason: &str) {
        self.omit(types::OmissionCause::NoCredentials, check, codes, reason);
    }

    /// Says that there is nothing here to check.
    pub fn not_applicable(&mut self, check: &str, codes: &[Code], reason: &str) {
        self.omit(types::OmissionCause::NotApplicable, check, codes, reason);
    }

    /// Says that a check was possible and asked for, and could not be made: the diagnosis is incomplete.
    pub fn could_not_look(&mut self, check: &str, codes: &[Code], reason: &str) {
        self.omit(types::OmissionCause::CouldNotLook, check, codes, reason);
    }

    /// Only the codes that nothing is said of yet are listed.
    fn omit(&mut self, cause: types::OmissionCause, check: &str, codes: &[Code], reason: &str) {
        let codes = codes
            .iter()
            .filter(|code| !self.accounted_for(code.name))
            .map(|code| code.name.to_string())
            .collect();
        self.outcome.not_tested.push(types::Omission {
            check: check.into(),
            codes,
            cause,
            reason: reason.into(),
        });
    }

    /// Whether the main line is all there is time for: no samples, and no connection for a side test that can wait.
    #[must_use]
    pub fn is_brief(&self) -> bool {
        matches!(self.request.depth, Depth::Ladder | Depth::Quick)
    }

    /// Why the main line is all there is time for, where it is.
    #[must_use]
    pub fn brief_reason(&self) -> String {
        match self.text(name::RUN_PATIENCE_LIMITED_BY) {
            Some(option) if option.starts_with("--timeout") => {
                format!("{option} leaves no time for it")
            }
            Some(_) | None => "--depth quick".into(),
        }
    }

    /// Whether what is late is not told from what never comes, since the user does not want to wait for it.
    #[must_use]
    pub fn waits_no_longer(&self) -> bool {
        self.has_fact(name::RUN_PATIENCE_LIMITED_BY)
    }

    /// Records a fact for the report, by its declaration.
    pub fn note(&mut self, fact: Declaration, value: FactValue) {
        self.outcome.facts.push(Fact {
            name: fact.name.into(),
            value,
        });
    }

    /// Reaches a state: the facts noted so far go with it, and the connection to the probe that takes it.
    pub fn provide(&mut self, state: &str, connection: Option<Connection>) {
        self.provide_with(state, connection, None);
    }

    /// The same, with facts that other probes need and no reader of the report does.
    pub fn provide_with(
        &mut self,
        state: &str,
        connection: Option<Connection>,
        facts: impl IntoIterator<Item = Fact>,
    ) {
        let facts: Vec<Fact> = self.outcome.facts.iter().cloned().chain(facts).collect();
        handoff::provide(state, connection.map(Connection::into_raw), &facts);
    }

    /// Reaches [`state::IDENTIFIED`](crate::state::IDENTIFIED) with the certificates that were shown, if any were.
    pub fn provide_identified(&mut self, chain: &[Vec<u8>]) {
        let chain = Fact {
            name: crate::CHAIN.into(),
            value: value::texts(chain.iter().map(|der| BASE64.encode(der))),
        };
        self.provide_with(crate::state::IDENTIFIED, None, [chain]);
    }

    /// The certificates that the server showed, DER, the leaf first.
    #[must_use]
    pub fn chain(&self) -> Vec<Vec<u8>> {
        self.texts(crate::CHAIN)
            .iter()
            .filter_map(|text| BASE64.decode(text.as_bytes()).ok())
            .collect()
    }
}

/// The values of facts.
pub mod value {
    use crate::FactValue;

    /// A text.
    pub fn text(text: impl Into<String>) -> FactValue {
        FactValue::Text(text.into())
    }

    /// Several texts.
    pub fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> FactValue {
        FactValue::Texts(texts.into_iter().map(Into::into).collect())
    }

    /// A number.
    pub fn number(number: impl TryInto<i64>) -> FactValue {
        FactValue::Integer(number.try_into().unwrap_or(i64::MAX))
    }

    /// Yes or no.
    #[must_use]
    pub fn flag(flag: bool) -> FactValue {
        FactValue::Flag(flag)
    }
}

/// A fault that is there.
pub struct Finding(types::Finding);

impl Finding {
    /// A finding of `code`: `detail` says in a sentence or two what was seen here. Nothing is concluded from it yet, which is
    /// enough for warnings and for what is only told; an error stays likely until it says what decided it
    /// ([`because`](Finding::because)), and names its look-alikes ([`likely`](Finding::likely)) where nothing did.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Finding {
        Finding(types::Finding {
            code: code.name.into(),
            detail: detail.into(),
            evidence: Vec::new(),
            owner: None,
            basis: types::Basis::Observed,
            patch: None,
        })
    }

    /// Says what decided it: it is certain, and the observation is shown as evidence.
    #[must_use]
    pub fn because(mut self, decision: Decision) -> Finding {
        self.0.basis = types::Basis::Decided(decision.into_text());
        self
    }

    /// Adds something that was seen.
    #[must_use]
    pub fn evidence(mut self, label: &str, value: impl ToString) -> Finding {
        self.0.evidence.push(types::Evidence {
            label: label.into(),
            value: value.to_string(),
        });
        self
    }

    /// Names another owner than the code does.
    #[must_use]
    pub fn owner(mut self, owner: Owner) -> Finding {
        self.0.owner = Some(owner);
        self
    }

    /// Says that the evidence fits this best, and what would tell it from another code. What was decided is open again.
    #[must_use]
    pub fn likely(mut self, alternative: Code, deciding_test: &str) -> Finding {
        let alternative = types::Alternative {
            code: alternative.name.into(),
            deciding_test: deciding_test.into(),
        };
        match &mut self.0.basis {
            types::Basis::Likely(alternatives) => alternatives.push(alternative),
            types::Basis::Observed | types::Basis::Decided(_) => {
                self.0.basis = types::Basis::Likely(vec![alternative]);
            }
        }
        self
    }

    /// Offers a change of settings that this run has not tried.
    #[must_use]
    pub fn patch(self, changes: &[(&str, &str)]) -> Finding {
        self.offer(changes, types::PatchEffect::Untried)
    }

    /// Offers a change of settings that this run went on with, so that the finding is gone.
    #[must_use]
    pub fn cured_by(self, changes: &[(&str, &str)]) -> Finding {
        self.offer(changes, types::PatchEffect::CuresThis)
    }

    fn offer(mut self, changes: &[(&str, &str)], effect: types::PatchEffect) -> Finding {
        let changes = changes
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        self.0.patch = Some(types::SettingsPatch { changes, effect });
        self
    }
}
