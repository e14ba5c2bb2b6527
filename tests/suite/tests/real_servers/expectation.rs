//! Compares what a check said with what is true, and tells all differences at once.

use libtest_mimic::Failed;
use netlab::{Product, TlsVersions};
use outcomes::{Judgement, Limits};
use serde_json::{Value, json};

use crate::healing;
use crate::products;
use crate::record;
use crate::seen::{Seen, list};

/// One fault, as `explain` and the report name it.
#[derive(Clone, Copy)]
pub struct Fault {
    pub code: &'static str,
    pub owner: &'static str,
    pub severity: &'static str,
}

pub fn error(code: &'static str, owner: &'static str) -> Fault {
    Fault {
        code,
        owner,
        severity: "error",
    }
}

pub fn warning(code: &'static str, owner: &'static str) -> Fault {
    Fault {
        severity: "warning",
        ..error(code, owner)
    }
}

/// What one run is compared with.
pub struct Expectation<'a> {
    pub seen: &'a Seen,
    root_causes: Vec<String>,
    differences: Vec<String>,
}

impl<'a> Expectation<'a> {
    /// What is expected of every run: it keeps its manners, and nothing was left out that could have been done.
    pub fn of(seen: &'a Seen) -> Self {
        let mut run = Self {
            seen,
            root_causes: Vec::new(),
            differences: Vec::new(),
        };
        let report = &seen.report;
        run.equal("schema_version", &report["schema_version"], "1");
        run.equal("incomplete", &report["incomplete"], false);
        run.costs(&Limits::of(&seen.arguments));
        for probe in list(&report["probes"]) {
            let ended = probe["status"] == "ok" || probe["status"] == "skipped";
            run.holds(
                &format!("{} ended: {}", probe["id"], probe["status"]),
                ended,
            );
        }
        run
    }

    /// Nothing is wrong.
    pub fn healthy(self) -> Self {
        self.faults(&[])
    }

    /// This is wrong and nothing else: whatever else was found is a consequence of it.
    pub fn fault(self, fault: Fault) -> Self {
        self.faults(&[fault])
    }

    /// The same for several of one severity, most important first; none is a healthy server.
    pub fn faults(mut self, faults: &[Fault]) -> Self {
        let (exit, verdict) = match faults.first().map(|fault| fault.severity) {
            None => (0, "healthy"),
            Some("error") => (1, "failing"),
            Some(_) => (0, "degraded"),
        };
        self.equal("exit", self.seen.exit, exit);
        self.equal("verdict", &self.seen.report["verdict"], verdict);
        let codes: Vec<&str> = faults.iter().map(|fault| fault.code).collect();
        let causes = &self.seen.report["root_causes"];
        self.equal("root causes", causes, json!(codes));
        self.root_causes = codes.iter().map(ToString::to_string).collect();
        for finding in self.seen.findings() {
            match faults.iter().find(|fault| finding["code"] == fault.code) {
                Some(fault) => self.root(finding, fault),
                None => {
                    let folded = codes.iter().any(|code| finding["caused_by"] == *code);
                    let harmless = finding["severity"] == "info" || folded;
                    self.holds(&format!("{} is folded", finding["code"]), harmless);
                }
            }
        }
        self
    }

    fn root(&mut self, finding: &Value, fault: &Fault) {
        self.equal("owner", &finding["owner"], fault.owner);
        self.equal("severity", &finding["severity"], fault.severity);
        self.equal("caused by", &finding["caused_by"], Value::Null);
        let steps = list(&finding["remedy"]["steps"]);
        self.holds("a remedy", !steps.is_empty());
    }

    /// These are wrong, each for itself, the most important first.
    pub fn root_causes(mut self, codes: &[&str]) -> Self {
        self.equal("exit", self.seen.exit, 1);
        let causes = &self.seen.report["root_causes"];
        self.equal("root causes", causes, json!(codes));
        self.root_causes = codes.iter().map(ToString::to_string).collect();
        self
    }

    /// Login and listing over TLS came about, with sessions resumed where the product can.
    pub fn transfers(mut self, product: Product, tls: TlsVersions) -> Self {
        let version = match tls {
            TlsVersions::Tls12 => "TLS 1.2",
            _ => "TLS 1.3",
        };
        self.equal("TLS version", self.seen.fact("tls.version"), version);
        let how = match products::resumes(product, tls) {
            true => "session resumed",
            false => "full handshake",
        };
        self.transfers_as(&format!("{version}, {how}"))
    }

    /// Login and listing came about, each data connection secured in this way.
    pub fn transfers_as(mut self, security: &str) -> Self {
        self.equal("login", self.seen.fact("login.accepted"), true);
        self.equal("listing", self.seen.fact("data.listed"), true);
        let sessions = list(self.seen.fact("data.sessions"));
        self.holds("data connections", !sessions.is_empty());
        for session in sessions {
            self.equal("data connection", session, security);
        }
        // A session of its own for TLS 1.2, and as many as the settings allow.
        let most = if self.seen.is_full() {
            2 + usize::try_from(Limits::of(&self.seen.arguments).at_a_time)
                .unwrap_or(usize::MAX - 2)
        } else {
            1
        };
        let sent = self.seen.passwords_sent();
        self.holds(
            &format!("passwords sent: {sent} of at most {most}"),
            (1..=most).contains(&sent),
        );
        let proven = self.seen.passwords_sent_in_proof();
        self.holds(
            &format!("passwords sent in the proof: {proven} of at most 1"),
            proven <= 1,
        );
        self
    }

    /// The password was not sent, for this kind of reason.
    pub fn no_login(mut self, cause: &str) -> Self {
        self.equal("login", self.seen.fact("login.accepted"), Value::Null);
        self.equal("passwords sent", self.seen.passwords_sent(), 0);
        let proven = self.seen.passwords_sent_in_proof();
        self.equal("passwords sent in the proof", proven, 0);
        let told = self.seen.not_tested(cause).next().is_some();
        self.holds(&format!("not tested for {cause}"), told);
        self
    }

    /// The change of settings that is offered.
    pub fn patch(mut self, name: &str, value: impl Into<Value>) -> Self {
        let code = &self.seen.report["root_causes"][0];
        let finding = self.seen.findings().iter().find(|it| it["code"] == *code);
        let offered = finding.map_or(&Value::Null, |it| &it["settings_patch"][name]);
        self.equal(&format!("patch of {name}"), offered, value);
        self
    }

    pub fn equal(&mut self, what: &str, found: impl serde::Serialize, expected: impl Into<Value>) {
        let (found, expected) = (json!(found), expected.into());
        self.holds(
            &format!("{what} {expected}, not {found}"),
            found == expected,
        );
    }

    /// What the run may cost, and that it met nothing without a name.
    fn costs(&mut self, limits: &Limits) {
        let report = &self.seen.report;
        let opened = &report["connections"];
        self.at_most("connections at a time", &opened["peak"], limits.at_a_time);
        // A session that broke is replaced by one more.
        let broken = u64::from(!self.seen.fact("data.failed-once").is_null());
        // So is one whose server was not ready for the handshake that it had agreed to.
        let lines = list(&report["transcript"]);
        let unready = lines.iter().filter(|it| it["failure"] == "not-tls").count();
        let control = limits.control + broken + u64::try_from(unready).unwrap_or(u64::MAX);
        self.at_most("control connections", &opened["control"], control);
        self.at_most("data connections", &opened["data"], limits.data);
        let longest = u64::try_from(limits.duration.as_millis()).unwrap_or(u64::MAX);
        self.at_most("milliseconds", &report["duration_ms"], longest);
        for line in list(&report["transcript"]) {
            let named = line["failure"] != "other";
            self.holds(&format!("a name for: {}", line["text"]), named);
        }
    }

    fn at_most(&mut self, what: &str, found: &Value, most: u64) {
        let fits = found.as_u64().is_some_and(|found| found <= most);
        self.holds(&format!("{what}: {found} at most {most}"), fits);
    }

    pub fn holds(&mut self, what: &str, condition: bool) {
        if !condition {
            self.differences.push(format!("expected: {what}"));
        }
    }

    /// Writes the check down, and fails where something was not as expected.
    pub fn met(self) -> Result<(), Failed> {
        healing::note_directives(self.seen);
        let reported = self.seen.reported();
        let judgement = match self.differences.is_empty() {
            true => Judgement::Right(reported),
            false => Judgement::Wrong(reported),
        };
        record::check(self.root_causes, judgement)?;
        if self.differences.is_empty() {
            return Ok(());
        }
        Err(format!("{}\n{}", self.differences.join("\n"), self.seen).into())
    }
}
