//! Command × disturbance → what was said.

use std::collections::{BTreeMap, BTreeSet};

use comfy_table::Table;
use comfy_table::presets::ASCII_MARKDOWN;

use crate::case::{At, Way};
use crate::play::Played;

/// A row for each command and disturbance, for both ways of happening; `?` stands behind what is likely only.
pub fn render(played: &[Played]) -> Table {
    let mut cells: BTreeMap<(At, Way), [BTreeSet<String>; 2]> = BTreeMap::new();
    for played in played {
        let case = &played.case;
        let cell = cells.entry((case.at, case.way)).or_default();
        cell[usize::from(case.once)].insert(played.outcome.in_short());
    }
    let mut table = Table::new();
    table
        .load_style(ASCII_MARKDOWN)
        .set_header(["at", "disturbance", "always", "once"]);
    for ((at, way), [always, once]) in cells {
        let text = |said: BTreeSet<String>| said.into_iter().collect::<Vec<_>>().join("; ");
        table.add_row([at.to_string(), way.to_string(), text(always), text(once)]);
    }
    table
}
