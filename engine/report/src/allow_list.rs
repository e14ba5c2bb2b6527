//! The sheet as it is sent: what to let in first, then what is known of each address.

use std::fmt::Write;

use crate::style::{BAD, BOLD, DIM, GOOD, UNKNOWN, WARN, Width, hanging, styled, wrapped};
use ::allow_list::{AddressSet, AllowList, ListedAddress, RequirementRow, RequirementStatus};

/// Renders the sheet in at most 80 columns, with styles.
pub fn render(sheet: &AllowList) -> String {
    let mut out = String::new();
    let at = sheet.looked_up.strftime("%Y-%m-%d %H:%M UTC").to_string();
    let title = format!("Allow list for {}", sheet.host);
    let room = Width::USUAL.columns().saturating_sub(title.chars().count());
    let _ = writeln!(
        out,
        "{}{}",
        styled(BOLD, &title),
        styled(DIM, &format!("{at:>room$}"))
    );
    if let Some(redaction) = &sheet.redaction {
        let told = wrapped("", &redaction.to_string());
        let _ = writeln!(out, "{}", styled(DIM, &told));
    }
    request(&mut out, sheet);
    let _ = writeln!(
        out,
        "\n{}",
        styled(BOLD, "What is known about these addresses")
    );
    for listed in &sheet.addresses {
        address(&mut out, listed);
    }
    legend(&mut out, sheet);
    out
}

/// What the other party is to do.
fn request(out: &mut String, sheet: &AllowList) {
    let asked = "Please allow TCP connections, in the firewall and in the server's own rules:";
    let _ = writeln!(out, "\n{}\n", wrapped("", asked));
    let dedicated = sheet
        .addresses
        .iter()
        .any(|it| it.set == AddressSet::Dedicated);
    let width = sheet
        .addresses
        .iter()
        .map(|it| name(it).len())
        .max()
        .unwrap_or_default();
    let mut label = "from";
    for listed in &sheet.addresses {
        let name = name(listed);
        let what = match (listed.address, listed.set, dedicated) {
            (None, ..) => {
                "not public: the server sees a different address, which is not known here"
            }
            (_, AddressSet::Dedicated, _) => "dedicated",
            (_, AddressSet::Pool, true) => "general pool: only if the dedicated ones are not used",
            (_, AddressSet::Pool, false) => "",
        };
        line(out, label, &format!("{name:width$}  "), what);
        label = "";
    }
    let addresses: Vec<String> = sheet
        .server_addresses
        .iter()
        .map(ToString::to_string)
        .collect();
    let to = match addresses.as_slice() {
        [only] if *only == sheet.host => sheet.host.clone(),
        [] => sheet.host.clone(),
        _ => format!("{} ({})", sheet.host, addresses.join(", ")),
    };
    line(out, "to", "", &to);
    let control = format!("{:<13}", sheet.ports.control);
    line(out, "ports", &control, "control connection");
    match &sheet.ports.passive {
        Some(passive) => {
            let range = match passive.lowest == passive.highest {
                true => passive.lowest.to_string(),
                false => format!("{}-{}", passive.lowest, passive.highest),
            };
            let seen = match passive.tried {
                0 | 1 => "the one port that the server named".into(),
                tried => format!(
                    "the lowest and the highest of {tried} ports that the server named, {} of which opened",
                    passive.opened
                ),
            };
            let seen = format!(
                "data connections: {seen}. The passive range may be wider, and all of it has to be open"
            );
            line(out, "", &format!("{range:13}"), &seen);
        }
        None => line(
            out,
            "",
            "passive      ",
            "data connections: the whole passive range of the server, which is not known to us yet",
        ),
    }
}

fn name(listed: &ListedAddress) -> String {
    let known = listed.address.or(listed.seen).or(listed.local);
    known.map_or_else(|| "not known".into(), |address| address.to_string())
}

fn address(out: &mut String, listed: &ListedAddress) {
    let set = match listed.set {
        AddressSet::Dedicated => "  dedicated",
        AddressSet::Pool => "",
    };
    let local = match (listed.seen, listed.local) {
        (Some(seen), Some(local)) if seen != local => {
            format!("  seen by the server; {local} on our machine")
        }
        _ => String::new(),
    };
    let _ = writeln!(
        out,
        "\n{}{}",
        styled(BOLD, &name(listed)),
        styled(DIM, &format!("{set}{local}"))
    );
    let mut before: Option<&RequirementRow> = None;
    for row in &listed.requirements {
        let same = before.is_some_and(|before| {
            is_empty(before) && is_empty(row) && before.not_known == row.not_known
        });
        requirement(out, row, same);
        before = Some(row);
    }
}

fn is_empty(row: &RequirementRow) -> bool {
    row.evidence_for.is_empty() && row.evidence_against.is_empty()
}

/// One line for each piece of evidence; the first has the verdict before it. What was said of the row before need not be
/// said again.
fn requirement(out: &mut String, row: &RequirementRow, as_before: bool) {
    let (style, verdict) = match row.standing {
        RequirementStatus::Met => (GOOD, "yes"),
        RequirementStatus::NotMet => (BAD, "no"),
        RequirementStatus::Supported => (GOOD, "likely"),
        RequirementStatus::Stated => (UNKNOWN, "stated"),
        RequirementStatus::Doubtful => (WARN, "doubtful"),
        RequirementStatus::NotKnown => (UNKNOWN, "not known"),
    };
    let mut first = format!("  {:15}  {verdict:9}  ", row.requirement);
    if as_before {
        let _ = writeln!(
            out,
            "{}",
            first
                .trim_end()
                .replacen(verdict, &styled(style, verdict), 1)
        );
        return;
    }
    let blank = " ".repeat(first.chars().count());
    let marked = [
        ("+", &row.evidence_for),
        ("-", &row.evidence_against),
        ("?", &row.not_known),
    ];
    for (mark, text) in marked
        .iter()
        .flat_map(|(mark, texts)| texts.iter().map(move |text| (mark, text)))
    {
        let plain = wrapped(&format!("{first}{mark} "), text);
        let _ = writeln!(
            out,
            "{}",
            plain.replacen(
                verdict,
                &styled(style, verdict),
                usize::from(first != blank)
            )
        );
        first.clone_from(&blank);
    }
}

fn legend(out: &mut String, sheet: &AllowList) {
    let list = match &sheet.policy_list {
        Some(zone) => format!(" Policy list: {zone}."),
        None => String::new(),
    };
    let text = format!(
        "+ supports it, - contradicts it, ? cannot be known from here or was not determined. No look-up can prove \
        that an address is static, dedicated or not residential. \"likely\" means that something supports it and \
        nothing contradicts it; \"stated\" means that only we say so.{list}"
    );
    let _ = writeln!(out, "\n{}", styled(DIM, &hanging("", &text)));
}

fn line(out: &mut String, label: &str, name: &str, text: &str) {
    let first = format!("  {label:7}{name}");
    let _ = writeln!(out, "{}", wrapped(&first, text).trim_end());
}
