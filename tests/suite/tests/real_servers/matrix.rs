//! What a report says of each source address.

use std::net::IpAddr;

use serde_json::Value;

use crate::expectation::Expectation;
use crate::seen::list;

/// Everything succeeds.
pub const THROUGH: &str = "ok ok ok ok ok";

/// A row of the matrix as a line: the address, and a word for each step from reach to data.
pub fn row(row: &Value) -> String {
    let words = ["reach", "greeting", "tls", "login", "data"].map(|step| word(&row["steps"][step]));
    let address = row["address"].as_str().unwrap_or("nowhere");
    format!("{address} {}", words.join(" "))
}

fn word(cell: &Value) -> &str {
    let text = |name: &str| cell[name].as_str();
    match text("result") {
        Some("passed") => "ok",
        Some("failed") => text("how").or_else(|| text("code")).unwrap_or("?"),
        Some("not-tested") => "-",
        Some("not-applicable") => "none",
        _ => "?",
    }
}

impl Expectation<'_> {
    /// The rows of the matrix, in the order of the settings.
    pub fn rows<A: Into<IpAddr>>(
        mut self,
        expected: impl IntoIterator<Item = (A, &'static str)>,
    ) -> Self {
        let matrix = list(&self.seen.report["matrix"]);
        let found: Vec<String> = matrix.iter().map(row).collect();
        let expected: Vec<String> = expected
            .into_iter()
            .map(|(address, steps)| format!("{} {steps}", address.into()))
            .collect();
        self.equal("matrix", found, expected);
        self
    }

    /// Whatever is wrong is wrong from these addresses and from no other.
    pub fn accuses<A: Into<IpAddr> + Copy>(mut self, addresses: &[A]) -> Self {
        let accused: Vec<String> = addresses
            .iter()
            .map(|it| (*it).into().to_string())
            .collect();
        for finding in self.seen.findings() {
            if finding["severity"] != "info" {
                let what = format!("{} from", finding["code"]);
                self.equal(&what, &finding["sources"], accused.clone());
            }
        }
        self
    }

    /// The most important root cause is told in these words, in its detail or its evidence.
    pub fn says(mut self, words: &str) -> Self {
        let told = self.seen.findings().first().is_some_and(|finding| {
            let evidence = list(&finding["evidence"]).iter().map(|it| &it["value"]);
            let mut texts = evidence
                .chain([&finding["detail"]])
                .filter_map(Value::as_str);
            texts.any(|text| text.contains(words))
        });
        self.holds(&format!("the words {words:?}"), told);
        self
    }

    /// So often the password was sent from each of these addresses.
    pub fn passwords<A: Into<IpAddr>>(
        mut self,
        sent: impl IntoIterator<Item = (A, usize)>,
    ) -> Self {
        let mut all = 0;
        for (address, times) in sent {
            let address = address.into();
            let found = self.seen.passwords_sent_from(address);
            self.equal(&format!("passwords sent from {address}"), found, times);
            all += times;
        }
        let found = self.seen.passwords_sent();
        self.equal("passwords sent", found, all);
        self
    }
}
