//! What a check said.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use outcomes::Reported;
use serde_json::Value;

/// The parts of a run, as the transcript has them.
const DIAGNOSIS: &str = "diagnosis";
const PROOF: &str = "proof";

/// The JSON report of one run, with what it takes to understand it when it is not as expected.
pub struct Seen {
    pub exit: Option<i32>,
    pub report: Value,
    /// The command line.
    pub line: String,
    /// What it was asked for beside the remote.
    pub arguments: Vec<String>,
    /// What the server logged.
    pub log: String,
}

impl Seen {
    /// Whether the check was one at full depth.
    pub fn is_full(&self) -> bool {
        self.line.contains("--depth full")
    }

    pub fn fact(&self, name: &str) -> &Value {
        &self.report["facts"][name]
    }

    pub fn findings(&self) -> &[Value] {
        list(&self.report["findings"])
    }

    /// What the report comes to in the table of all checks.
    pub fn reported(&self) -> Reported {
        let number = |value: &Value| value.as_u64().unwrap_or_default();
        let code = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let connections = &self.report["connections"];
        Reported {
            root_causes: list(&self.report["root_causes"]).iter().map(code).collect(),
            control: number(&connections["control"]),
            data: number(&connections["data"]),
            duration_ms: number(&self.report["duration_ms"]),
        }
    }

    /// What was left out for one kind of reason.
    pub fn not_tested(&self, cause: &str) -> impl Iterator<Item = &Value> {
        list(&self.report["not_tested"])
            .iter()
            .filter(move |omission| omission["cause"] == cause)
    }

    /// How often the diagnosis sent the password.
    pub fn passwords_sent(&self) -> usize {
        self.sessions_with_password(DIAGNOSIS).count()
    }

    /// How often the proof of a change of settings sent it.
    pub fn passwords_sent_in_proof(&self) -> usize {
        self.sessions_with_password(PROOF).count()
    }

    /// How often the password was sent from this address.
    pub fn passwords_sent_from(&self, address: IpAddr) -> usize {
        self.sessions_with_password(DIAGNOSIS)
            .filter(|session| self.opened_from(session) == Some(address))
            .count()
    }

    /// The number of a connection, for each time that the password went over it in this part of the run.
    fn sessions_with_password(&self, part: &'static str) -> impl Iterator<Item = &Value> {
        let lines = list(&self.report["transcript"]).iter();
        lines
            .filter(move |line| line["part"].as_str().unwrap_or(DIAGNOSIS) == part)
            .filter(|line| line["direction"] == "sent" && text(line).starts_with("PASS"))
            .map(|line| &line["connection"])
    }

    /// How many connections were opened from this address.
    pub fn connections_from(&self, address: IpAddr) -> usize {
        let lines = list(&self.report["transcript"]).iter();
        let from = lines.filter_map(our_address);
        from.filter(|ours| *ours == address).count()
    }

    /// The address that a connection was opened from.
    fn opened_from(&self, connection: &Value) -> Option<IpAddr> {
        let lines = list(&self.report["transcript"]).iter();
        let mut of_it = lines.filter(|line| line["connection"] == *connection);
        of_it.find_map(our_address)
    }
}

/// Our address, where a line tells that a connection was opened.
fn our_address(line: &Value) -> Option<IpAddr> {
    let sockets = text(line).strip_prefix("connected to ")?;
    let (_, ours) = sockets.split_once(" from ")?;
    let ours: SocketAddr = ours.split(' ').next()?.parse().ok()?;
    Some(ours.ip().to_canonical())
}

fn text(line: &Value) -> &str {
    line["text"].as_str().unwrap_or_default()
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = &self.report;
        writeln!(f, "{}", self.line)?;
        writeln!(f, "exit {:?}, verdict {}", self.exit, report["verdict"])?;
        writeln!(f, "connections {}", report["connections"])?;
        for finding in self.findings() {
            let [code, severity, owner, caused_by] =
                ["code", "severity", "owner", "caused_by"].map(|name| &finding[name]);
            writeln!(f, "found {code} ({severity}, {owner}, under {caused_by})")?;
            writeln!(f, "    {}", finding["detail"])?;
            writeln!(f, "    {}", finding["evidence"])?;
        }
        for omission in list(&report["not_tested"]) {
            let [check, cause, reason] = ["check", "cause", "reason"].map(|name| &omission[name]);
            writeln!(f, "not tested {check} ({cause}): {reason}")?;
        }
        for (name, value) in report["facts"].as_object().into_iter().flatten() {
            writeln!(f, "fact {name}: {value}")?;
        }
        for line in list(&report["transcript"]) {
            let [at, connection, probe, direction, text] =
                ["at_ms", "connection", "probe", "direction", "text"].map(|name| &line[name]);
            writeln!(f, "{at:>6} {connection} {probe} {direction} {text}")?;
        }
        write!(f, "{}", self.log)
    }
}
