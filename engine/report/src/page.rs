//! Codes for people: the list of them, and the page of one.

use std::fmt::Write;

use super::style::{BAD, BOLD, DIM, UNKNOWN, WARN, hanging, styled, unmistakable, wrapped};
use diagnosis::codes::Codes;
use diagnosis::symptom::Match;
use ftp::product::Product;
use model::finding::{Code, Severity};
use model::remedy::in_general;

/// The page of one code.
pub fn explain(code: &Code) -> String {
    let mut out = format!(
        "{}  {}\n",
        styled(BOLD, &code.name),
        severity(code.severity)
    );
    let _ = writeln!(out, "{}", hanging("", &unmistakable(&code.title)));
    let _ = writeln!(
        out,
        "{}",
        wrapped(
            "",
            &format!(
                "Action needed from: {} ({}).",
                code.owner.title(),
                code.owner
            )
        )
    );
    if code.eased_by_certificate_check {
        let _ = writeln!(out, "With the certificate check off, it is only a warning.");
    }
    for block in in_general(&code.page).trim().split("\n\n") {
        out.push('\n');
        out.push_str(&markdown(block));
    }
    out
}

/// One line for each code, by area.
pub fn list(catalogue: &Codes) -> String {
    let mut codes: Vec<&Code> = catalogue.all().iter().collect();
    codes.sort_by_key(|code| &code.name);
    let width = codes
        .iter()
        .map(|code| code.name.len())
        .max()
        .unwrap_or_default();
    let mut out = String::new();
    let mut area = "";
    for code in codes {
        let its_area = code.name.split('.').next().unwrap_or_default();
        if its_area != area && !out.is_empty() {
            out.push('\n');
        }
        area = its_area;
        let name = format!("{:width$}", code.name);
        let _ = writeln!(
            out,
            "{}  {:7}  {}",
            styled(BOLD, &name),
            code.severity,
            code.title
        );
    }
    out
}

/// The pages for what somebody saw, the likeliest first, each with why it is named; and the products whose words these are.
pub fn found(pages: &[Match<'_>], products: &[(Product, &str)]) -> String {
    const INDENT: &str = "      ";
    let mut out = String::new();
    for (number, page) in pages.iter().enumerate() {
        let space = if number == 0 { "" } else { "\n" };
        let name = styled(BOLD, &page.code.name);
        let severity = severity(page.code.severity);
        let _ = writeln!(out, "{space}{name}  {severity}");
        let title = unmistakable(&page.code.title);
        let _ = writeln!(out, "{}", hanging(INDENT, &title));
        let _ = writeln!(out, "{}", hanging(INDENT, &format!("why: {}", page.why)));
    }
    for (product, words) in products {
        let told = format!("This may be a message of {}: {words}", product.name());
        let _ = writeln!(out, "\n{}", hanging("", &told));
    }
    out
}

fn severity(severity: Severity) -> String {
    let style = match severity {
        Severity::Error => BAD,
        Severity::Warning => WARN,
        Severity::Info => UNKNOWN,
    };
    styled(style, &severity.to_string())
}

/// The little Markdown that pages use: headings, lists, paragraphs, and blocks of what is typed as it is.
fn markdown(block: &str) -> String {
    let mut out = String::new();
    if let Some(block) = block.strip_prefix("```") {
        let (kind, lines) = block.split_once('\n').unwrap_or((block, ""));
        let _ = writeln!(out, "    {}", styled(DIM, &format!("{kind}:")));
        for line in lines.lines().take_while(|line| *line != "```") {
            let _ = writeln!(out, "      {line}");
        }
        return out;
    }
    let mut paragraph = String::new();
    for line in block.lines() {
        let trimmed = line.trim();
        let heading = trimmed.trim_start_matches('#');
        let starts_item = trimmed.starts_with("- ")
            || trimmed
                .split_once(". ")
                .is_some_and(|(n, _)| n.parse::<u8>().is_ok());
        if heading.len() < trimmed.len() || starts_item {
            flush(&mut out, &mut paragraph);
        }
        if heading.len() < trimmed.len() {
            let style = if trimmed.starts_with("###") {
                DIM
            } else {
                BOLD
            };
            let heading = match heading.trim() {
                "Told apart from" => "How it differs from similar problems",
                heading => heading,
            };
            let _ = writeln!(out, "{}", styled(style, heading));
            continue;
        }
        if !paragraph.is_empty() {
            paragraph.push(' ');
        }
        paragraph.push_str(trimmed);
    }
    flush(&mut out, &mut paragraph);
    out
}

fn flush(out: &mut String, paragraph: &mut String) {
    let text = std::mem::take(paragraph);
    if text.is_empty() {
        return;
    }
    let (mark, rest) = match text.split_once(' ') {
        Some((mark, rest))
            if mark == "-"
                || mark
                    .strip_suffix('.')
                    .is_some_and(|n| n.parse::<u8>().is_ok()) =>
        {
            (mark, rest)
        }
        _ => ("", text.as_str()),
    };
    let first = if mark.is_empty() {
        "  ".to_string()
    } else {
        format!("  {mark} ")
    };
    let _ = writeln!(out, "{}", wrapped(&first, rest));
}
