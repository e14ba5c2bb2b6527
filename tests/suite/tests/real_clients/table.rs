//! Predicted beside seen, and how often the two agree.

use std::collections::BTreeMap;

use comfy_table::Table;
use comfy_table::presets::ASCII_MARKDOWN;

/// Of the claims, so many in a hundred have to be right.
const RIGHT: usize = 98;
/// The same of the lab's behaviours, of which some break rules in ways that nobody asks about.
const RIGHT_ON_ODD: usize = 93;
/// Of all steps, so many in a hundred have to be claimed.
const CLAIMED: usize = 90;

/// One step of one client.
pub struct Compared {
    pub scene: String,
    pub is_healthy: bool,
    pub client: &'static str,
    pub step: &'static str,
    /// `works`, `fails`, `depends` or `unknown`.
    pub predicted: String,
    pub reason: String,
    pub works: bool,
}

impl Compared {
    pub fn key(&self) -> (String, &'static str) {
        (self.scene.clone(), self.client)
    }

    fn is_claim(&self) -> bool {
        ["works", "fails"].contains(&self.predicted.as_str())
    }

    fn seen(&self) -> &'static str {
        match self.works {
            true => "works",
            false => "fails",
        }
    }

    fn is_odd(&self) -> bool {
        self.scene.starts_with("lab::")
    }

    /// Says `fails` of what works on a healthy server.
    fn accuses(&self) -> bool {
        self.is_healthy && self.predicted == "fails" && self.works
    }

    fn is_right(&self) -> bool {
        !self.is_claim() || self.predicted == self.seen()
    }
}

/// A row for each scene and client: for each step what was predicted, and what was seen where that is something else.
pub fn render(compared: &[Compared]) -> String {
    let mut rows: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for it in compared {
        let cell = match (it.predicted == it.seen(), it.is_right()) {
            (true, _) => it.predicted.clone(),
            (false, true) => format!("{} ({})", it.predicted, it.seen()),
            (false, false) => format!("{} WRONG: {}", it.predicted, it.seen()),
        };
        rows.entry((&it.scene, it.client))
            .or_default()
            .push(format!("{}: {cell}", it.step));
    }
    let mut table = Table::new();
    table
        .load_style(ASCII_MARKDOWN)
        .set_header(["server and fault", "client", "steps"]);
    for ((scene, client), cells) in rows {
        table.add_row([scene, client, &cells.join(", ")]);
    }
    format!("{}\n\n{table}", by_client(compared))
}

/// A row for each client, and one for all of them.
fn by_client(compared: &[Compared]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header([
        "client",
        "steps",
        "claimed",
        "of these right",
        "wrong on healthy servers",
    ]);
    let mut clients: Vec<&str> = compared.iter().map(|it| it.client).collect();
    clients.sort_unstable();
    clients.dedup();
    for client in clients {
        let of_it: Vec<&Compared> = compared.iter().filter(|it| it.client == client).collect();
        table.add_row(shares(client, &of_it));
    }
    let odd: Vec<&Compared> = compared.iter().filter(|it| it.is_odd()).collect();
    table.add_row(shares("all, on the lab's odd behaviours", &odd));
    let all: Vec<&Compared> = compared.iter().collect();
    table.add_row(shares("all", &all));
    table
}

fn shares(of: &str, compared: &[&Compared]) -> [String; 5] {
    let count = |wanted: fn(&Compared) -> bool| compared.iter().filter(|it| wanted(it)).count();
    let (claimed, wrong) = (count(Compared::is_claim), count(|it| !it.is_right()));
    let percent = |part: usize, whole: usize| match whole {
        0 => "-".into(),
        whole => format!("{:.1} %", part as f64 * 100.0 / whole as f64),
    };
    [
        of.into(),
        compared.len().to_string(),
        percent(claimed, compared.len()),
        percent(claimed - wrong, claimed),
        count(Compared::accuses).to_string(),
    ]
}

/// Each claim that is wrong.
pub fn complaints(compared: &[Compared]) -> Vec<String> {
    let wrong: Vec<&Compared> = compared.iter().filter(|it| !it.is_right()).collect();
    let mut complaints: Vec<String> = wrong
        .iter()
        .filter(|it| it.accuses())
        .map(|it| {
            format!(
                "a healthy server is accused: {} {} {}: {}",
                it.scene, it.client, it.step, it.reason
            )
        })
        .collect();
    complaints.extend(wrong.iter().map(|it| {
        format!(
            "wrong: {} {} {}: {} ({})",
            it.scene, it.client, it.step, it.predicted, it.reason
        )
    }));
    complaints
}

/// The shares that do not suffice.
pub fn shortcomings(compared: &[Compared]) -> Vec<String> {
    let mut told = Vec::new();
    let count = |wanted: fn(&Compared) -> bool| compared.iter().filter(|it| wanted(it)).count();
    let claimed = count(Compared::is_claim);
    let wrong = count(|it| !it.is_right());
    if wrong * 100 > claimed * (100 - RIGHT) {
        told.push(format!("{wrong} of {claimed} claims are wrong"));
    }
    let odd = count(|it| it.is_odd() && it.is_claim());
    let odd_wrong = count(|it| it.is_odd() && !it.is_right());
    if odd_wrong * 100 > odd * (100 - RIGHT_ON_ODD) {
        told.push(format!(
            "{odd_wrong} of {odd} claims on odd behaviours are wrong"
        ));
    }
    if claimed * 100 < compared.len() * CLAIMED {
        told.push(format!("{claimed} of {} steps are claimed", compared.len()));
    }
    let accused = count(Compared::accuses);
    if accused > 0 {
        told.push(format!("healthy servers are accused {accused} times"));
    }
    told
}
