//! Everything that was measured, for people.

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use remote_doctor::report::Connections;

use crate::ROUND_TRIP;
use crate::client::Client;
use crate::cost::Cost;
use crate::scene::Scene;
use crate::startup::Startup;

const HEADER: [&str; 10] = [
    "server",
    "TLS",
    "client",
    "at 0 ms",
    "whole run",
    "listing",
    "floor",
    "ratio",
    "reported",
    "seen",
];

const LEGEND: &str = "\
at 0 ms    the whole run without a delay; what it takes then is taken off the next two
whole run  until the program has ended, in round trips
listing    until the reply that ends the first listing, in round trips
floor      round trips one command at a time takes until then: TCP, greeting, AUTH TLS, handshake, USER, PASS,
           PBSZ, PROT, EPSV, data TCP with LIST, data handshake, data; implicit TLS saves AUTH TLS
reported   control + data connections and the most at one time, as the client says
seen       the same, counted by the packets on the way
curl       7.88 idles up to a second where a server begins the TLS of the data connection only after LIST: all but
           pyftpdlib";

/// One client on one server.
pub struct Row([String; 10]);

impl Row {
    pub fn new(scene: &Scene, client: &Client, cost: Cost) -> Self {
        let floor = if scene.kind.is_implicit() { 11 } else { 12 };
        Self([
            scene.kind.server().into(),
            scene.kind.tls().into(),
            client.to_string(),
            format!("{} ms", cost.own_time.as_millis()),
            format!("{:.1}", cost.whole),
            format!("{:.1}", cost.listed),
            floor.to_string(),
            format!("{:.2}", cost.listed / f64::from(floor)),
            cost.told.map_or_else(|| "-".into(), connections),
            connections(cost.seen),
        ])
    }
}

fn connections(count: Connections) -> String {
    format!("{} + {}, {}", count.control, count.data, count.peak)
}

pub fn render(rows: &[Row], startup: Option<&Startup>) -> String {
    let mut text = String::from("What a healthy check costs\n");
    if !rows.is_empty() {
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN).set_header(HEADER);
        table.add_rows(rows.iter().map(|row| &row.0));
        for column in table.column_iter_mut().skip(3) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let round_trip = ROUND_TRIP.as_millis();
        text += &format!("\nWith a round-trip time of {round_trip} ms:\n\n{table}\n\n{LEGEND}\n");
    }
    if let Some(startup) = startup {
        text += &format!(
            "\nFrom the start of the program until all codes are listed, all probes loaded (medians): {} ms, {} ms with \
             nothing in the cache\nThe program: {:.1} MiB\n",
            startup.warm.as_millis(),
            startup.cold.as_millis(),
            startup.bytes as f64 / f64::from(1 << 20)
        );
    }
    text
}
