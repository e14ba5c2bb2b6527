//! Everything that was measured, for people.

use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use report::Connections;

use crate::ROUND_TRIP;
use crate::client::{Client, STRICT};
use crate::cost::Cost;
use crate::hanging;
use crate::results::{MIB, Results};
use crate::scanners;
use crate::scene::Kind;
use crate::startup::Took;

const LEGEND: &str = "\
at 0 ms    the whole run without a delay; what it takes then is taken off the next two
whole run  until the program has ended, in round trips
listing    until the reply that ends the first listing, in round trips; of lftp until it has ended
floor      round trips one command at a time takes until then: TCP, greeting, AUTH TLS, handshake, USER, PASS,
           PBSZ, PROT, EPSV, data TCP, LIST with the data handshake, data; implicit TLS saves AUTH TLS
of floor   the listing, as a multiple of that
of strict  the same as a multiple of what a client took that does just that, on the same server in the same run: what
           the server itself takes longer counts for both
reported   control + data connections and the most at one time, as the client says
seen       the same, counted by the packets on the way
curl       7.88 idles up to a second where a server begins the TLS of the data connection only after LIST: all but
           pyftpdlib";

/// One client on one server at one delay.
pub struct Row {
    kind: Kind,
    pub client: String,
    pub cost: Cost,
}

impl Row {
    pub fn new(kind: Kind, client: &Client, cost: Cost) -> Self {
        Self {
            kind,
            client: client.to_string(),
            cost,
        }
    }

    /// Whether it is one that all clients are compared by.
    pub fn is_usual(&self) -> bool {
        self.cost.round_trip == ROUND_TRIP
    }

    pub fn is_explicit_lab(&self) -> bool {
        self.kind.is_lab() && !self.kind.is_implicit()
    }

    fn floor(&self) -> u32 {
        if self.kind.is_implicit() { 11 } else { 12 }
    }

    fn ratio(&self) -> f64 {
        self.cost.listed / f64::from(self.floor())
    }

    /// The listing as a multiple of the strict client's on the same server, from as far away.
    pub fn of_strict(&self, rows: &[Row]) -> Option<f64> {
        let strict = rows.iter().find(|row| {
            row.client == STRICT
                && row.kind == self.kind
                && row.cost.round_trip == self.cost.round_trip
        })?;
        Some(self.cost.listed / strict.cost.listed)
    }

    fn cells(&self, rows: &[Row]) -> Vec<String> {
        let cost = &self.cost;
        vec![
            self.kind.server().into(),
            self.kind.tls().into(),
            self.client.clone(),
            format!("{} ms", cost.own_time.as_millis()),
            format!("{:.1}", cost.whole),
            format!("{:.1}", cost.listed),
            self.floor().to_string(),
            format!("{:.2}", self.ratio()),
            multiple(self.of_strict(rows)),
            cost.told.map_or_else(|| "-".into(), connections),
            connections(cost.seen),
        ]
    }
}

fn multiple(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "-".into(), |ratio| format!("{ratio:.2}"))
}

fn connections(count: Connections) -> String {
    format!("{} + {}, {}", count.control, count.data, count.peak)
}

pub fn render(results: &Results) -> String {
    let sections = [
        round_trips(results),
        other_round_trips(results),
        scans(results),
        startup(results),
        sandbox(results),
        phases(results),
        throughput(results),
        memory(results),
        profile(results),
        hanging(results),
        targets(results),
    ];
    let sections: Vec<String> = sections.into_iter().flatten().collect();
    sections.join("\n\n")
}

fn hanging(results: &Results) -> Option<String> {
    let table = (!results.hanging.is_empty()).then(|| hanging::render(&results.hanging))?;
    Some(format!(
        "What hangs, vanishes or is slow, with the usual time-outs:\n\n{table}"
    ))
}

/// A table whose first columns are words; none without rows.
fn table(
    title: &str,
    header: &[&str],
    words: usize,
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Option<String> {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(header);
    table.add_rows(rows);
    for column in table.column_iter_mut().skip(words) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    (table.row_count() > 0).then(|| format!("{title}:\n\n{table}"))
}

fn round_trips(results: &Results) -> Option<String> {
    let header = [
        "server",
        "TLS",
        "client",
        "at 0 ms",
        "whole run",
        "listing",
        "floor",
        "of floor",
        "of strict",
        "reported",
        "seen",
    ];
    let rows = results.rows.iter().filter(|row| row.is_usual());
    let title = format!("A healthy server {} ms away", ROUND_TRIP.as_millis());
    let cells = rows.map(|row| row.cells(&results.rows));
    let table = table(&title, &header, 3, cells)?;
    Some(format!("{table}\n\n{LEGEND}"))
}

fn other_round_trips(results: &Results) -> Option<String> {
    let mut rows: Vec<&Row> = results
        .rows
        .iter()
        .filter(|row| row.client == "check, quick")
        .collect();
    rows.sort_by_key(|row| (row.kind.to_string(), row.cost.round_trip));
    let cells = rows.into_iter().map(|row| {
        vec![
            row.kind.to_string(),
            format!("{} ms", row.cost.round_trip.as_millis()),
            format!("{:.1}", row.cost.whole),
            format!("{:.1}", row.cost.listed),
            format!("{:.2}", row.ratio()),
            multiple(row.of_strict(&results.rows)),
        ]
    });
    let header = [
        "server",
        "away",
        "whole run",
        "listing",
        "of floor",
        "of strict",
    ];
    table(
        "Round trips of check, quick, near and far",
        &header,
        1,
        cells,
    )
}

fn scans(results: &Results) -> Option<String> {
    let rows = results.scans.iter().map(|scan| {
        vec![
            scan.name.into(),
            scan.connections.to_string(),
            format!("{:.1} s", scan.took.as_secs_f64()),
        ]
    });
    let away = scanners::ROUND_TRIP.as_millis();
    let title = format!("Scanners of TLS, which never log in, on pyftpdlib {away} ms away");
    table(&title, &["scanner", "connections", "time"], 1, rows)
}

fn startup(results: &Results) -> Option<String> {
    let startup = results.startup.as_ref()?;
    let ms = |took: Duration| format!("{:.1} ms", took.as_secs_f64() * 1e3);
    let row = |until: &str, took: &Took| vec![until.into(), ms(took.warm), ms(took.cold)];
    let rows = [
        row(
            "all probes are loaded and all codes listed",
            &startup.loaded,
        ),
        row(
            "the remote sees the first packet of a check",
            &startup.first_packet,
        ),
    ];
    let title = format!(
        "From the start of the program, of {:.1} MiB, with the probes compiled before and without (medians)",
        startup.bytes as f64 / MIB
    );
    table(
        &title,
        &["until", "compiled before", "compiled now"],
        1,
        rows,
    )
}

fn sandbox(results: &Results) -> Option<String> {
    let phases = results.phases.as_ref()?;
    let row = |name: &str, questions: usize, took: Duration| {
        let share = took.div_duration_f64(phases.whole());
        vec![
            name.into(),
            questions.to_string(),
            micros(took),
            format!("{:.0} %", share * 100.0),
        ]
    };
    let rows = phases
        .probes
        .iter()
        .map(|it| row(&it.probe, it.questions, it.took));
    let all = row(
        "all",
        phases.probes.iter().map(|it| it.questions).sum(),
        phases.of_probes(),
    );
    table(
        "The probes of a recorded quick diagnosis in the sandbox, processor time of a run and its share of the diagnosis",
        &["probe", "questions", "time", "share"],
        1,
        rows.chain([all]),
    )
}

fn phases(results: &Results) -> Option<String> {
    let phases = results.phases.as_ref()?;
    let whole = phases.whole();
    let row = |name: &str, took: Duration| {
        let share = took.div_duration_f64(whole);
        vec![name.into(), micros(took), format!("{:.0} %", share * 100.0)]
    };
    let rows = [
        row("probes, network and TLS", phases.run),
        row("the report", phases.report),
        row("its JSON", phases.json),
        row("all", whole),
    ];
    table(
        "Processor time of one quick diagnosis",
        &["step", "time", "share"],
        1,
        rows,
    )
}

fn throughput(results: &Results) -> Option<String> {
    let rows = results.throughput.iter().map(|took| {
        let each = took.each();
        vec![
            took.at_once.to_string(),
            took.diagnoses.to_string(),
            micros(each),
            format!("{:.0}", 1.0 / each.as_secs_f64()),
            format!("{:.0}", took.diagnoses as f64 / took.wall.as_secs_f64()),
            format!("{:.1}", took.resident as f64 / MIB),
            format!("{:.1}", took.peak as f64 / MIB),
        ]
    });
    let header = [
        "at once",
        "diagnoses",
        "CPU each",
        "per s of CPU",
        "per s",
        "MiB before",
        "MiB at most",
    ];
    table(
        "Quick diagnoses of labs on this machine, processor time of the engine alone",
        &header,
        0,
        rows,
    )
}

fn memory(results: &Results) -> Option<String> {
    let rows = results.memory.iter().map(|(name, held)| {
        vec![
            (*name).into(),
            held.checks.to_string(),
            held.probes.to_string(),
            format!("{:.1}", held.before as f64 / MIB),
            format!("{:.1}", held.meanwhile as f64 / MIB),
            format!("{:.0} KiB", held.each() / 1024.0),
        ]
    });
    let header = [
        "who waits",
        "checks",
        "probes",
        "MiB before",
        "MiB meanwhile",
        "each probe",
    ];
    table("Memory of probes that wait", &header, 1, rows)
}

fn profile(results: &Results) -> Option<String> {
    let profile = results.profile.as_ref()?;
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let parts = profile
        .parts
        .iter()
        .map(|(name, share)| vec![(*name).into(), percent(*share)]);
    let hot = profile
        .hot
        .iter()
        .map(|(name, share)| vec![name.clone(), percent(*share)]);
    let parts = table(
        "Where the processor time of quick diagnoses goes, sampled",
        &["part", "share"],
        1,
        parts,
    )?;
    let hot = table(
        "By function, what it calls not included",
        &["function", "share"],
        1,
        hot,
    )?;
    Some(format!("{parts}\n\n{hot}"))
}

fn targets(results: &Results) -> Option<String> {
    let rows = results.targets();
    let rows = rows.iter().map(|target| target.cells().to_vec());
    table("Targets", &["what", "target", "measured", "met"], 1, rows)
}

fn micros(took: Duration) -> String {
    match took.as_nanos() {
        nanos @ 0..10_000 => format!("{nanos} ns"),
        nanos @ 10_000..1_000_000 => format!("{:.0} µs", nanos as f64 / 1e3),
        nanos => format!("{:.2} ms", nanos as f64 / 1e6),
    }
}
