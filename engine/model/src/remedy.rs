//! The pages of codes: what a fault means, how it is told apart, what to do.
//!
//! A page is Markdown with fixed second-level headings. Reports take the steps and the message from it, `explain`
//! prints it whole. Words in braces stand for what was seen in the case at hand. A product's section has the lines to
//! type, in blocks of their own.

mod directive;
mod template;
mod values;

pub use directive::{Directive, FIREWALLS, Kind};
pub use template::in_general;
pub use values::Values;

use crate::finding::Owner;
use template::fill;

/// The headings every page has, in this order.
pub const HEADINGS: [&str; 5] = [
    "What it means",
    "Told apart from",
    "What to do",
    "How to check that it worked",
    "Message",
];

/// How a step begins without which the lines of a product are of no use.
pub const BEFORE_LINES: &str = "First, ";
/// How a step of a product begins that is for reading alone.
pub const NOTE: &str = "Note: ";
/// How a step begins that makes something less safe, or is for a short time only.
pub const EXCEPTION: &str = "Only as an exception";

/// Parts of a page.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a>(pub &'a str);

impl<'a> Page<'a> {
    /// The text under a heading.
    pub fn section(self, heading: &str) -> Option<&'a str> {
        let start = self.0.find(&format!("## {heading}\n"))?;
        let body = &self.0[start..].split_once('\n')?.1;
        let end = body.find("\n## ").map_or(body.len(), |end| end + 1);
        Some(body[..end].trim())
    }

    /// What comes before any lines, the steps for this product, those for everybody, and exceptions.
    pub fn steps(self, product: Option<&str>, values: &Values) -> Vec<String> {
        let Some(section) = self.section("What to do") else {
            return Vec::new();
        };
        let general = list(section.split("### ").next().unwrap_or_default());
        let of_product = self
            .products()
            .filter(|(name, _)| product.is_some_and(|product| name.eq_ignore_ascii_case(product)));
        let of_product = of_product.flat_map(|(name, body)| {
            let steps = list(body).into_iter();
            steps.map(move |step| format!("{name}: {step}"))
        });
        let filled = |steps: Vec<String>| -> Vec<String> {
            let steps = steps.iter().map(|step| fill(step, values).text);
            steps.filter(|step| !step.trim().is_empty()).collect()
        };
        let (exceptions, general): (Vec<_>, Vec<_>) = filled(general)
            .into_iter()
            .partition(|it| it.starts_with(EXCEPTION));
        let (before, after): (Vec<_>, Vec<_>) = general
            .into_iter()
            .partition(|it| it.starts_with(BEFORE_LINES));
        let of_product = filled(of_product.collect());
        [before, of_product, after, exceptions].concat()
    }

    /// How to see that it worked, in a paragraph.
    pub fn check(self, values: &Values) -> String {
        let section = self.section("How to check that it worked");
        let lines = section.unwrap_or_default().lines().map(str::trim);
        fill(&lines.collect::<Vec<_>>().join(" "), values).text
    }

    /// What to type on this product, and on whatever firewalls the page has a word for.
    pub fn directives(self, product: Option<&str>, values: &Values) -> Vec<Directive> {
        let is_server =
            |name: &str| product.is_some_and(|product| name.eq_ignore_ascii_case(product));
        let mut concerned: Vec<(u8, &str, &str)> = self
            .products()
            .filter_map(|(name, body)| match directive::is_firewall(name) {
                true => Some((directive::rank(name, product)?, name, body)),
                false => is_server(name).then_some((0, name, body)),
            })
            .collect();
        concerned.sort_by_key(|(rank, ..)| *rank);
        let sections = concerned.into_iter();
        sections
            .flat_map(|(_, name, body)| directive::of_section(name, body, values))
            .collect()
    }

    /// Whether the page has steps for this product.
    pub fn knows(self, product: &str) -> bool {
        self.products()
            .any(|(name, _)| name.eq_ignore_ascii_case(product))
    }

    /// The sections for single products, with their names.
    pub fn products(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let section = self.section("What to do").unwrap_or_default();
        section.split("### ").skip(1).map(|part| {
            let (name, body) = part.split_once('\n').unwrap_or((part, ""));
            (name.trim(), body)
        })
    }

    /// What to send to this owner: what stands under `### For <owner>`, where the evidence may name another owner than the
    /// page does, else what stands there for all.
    pub fn message(self, owner: Owner, values: &Values) -> String {
        let mut parts = self
            .section("Message")
            .unwrap_or_default()
            .split("### For ");
        let general = parts.next().unwrap_or_default();
        let own = parts
            .filter_map(|part| part.split_once('\n'))
            .find(|(name, _)| name.trim() == owner.as_ref());
        let text = own.map_or(general, |(_, text)| text).trim();
        let paragraphs = text
            .split("\n\n")
            .map(|text| text.lines().collect::<Vec<_>>().join(" "));
        fill(&paragraphs.collect::<Vec<_>>().join("\n\n"), values).text
    }
}

/// The items of a Markdown list, numbered or not, each joined to one line. Blocks are no part of it.
fn list(text: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        let trimmed = line.trim();
        in_block ^= trimmed.starts_with("```");
        if in_block || trimmed.starts_with("```") {
            continue;
        }
        if let Some(item) = item(trimmed) {
            items.push(item.into());
        } else if let (false, Some(last)) = (trimmed.is_empty(), items.last_mut()) {
            last.push(' ');
            last.push_str(trimmed);
        }
    }
    items
}

fn item(line: &str) -> Option<&str> {
    if let Some(item) = line.strip_prefix("- ") {
        return Some(item.trim());
    }
    let (number, item) = line.split_once(". ")?;
    number
        .chars()
        .all(|c| c.is_ascii_digit())
        .then_some(item.trim())
        .filter(|_| !number.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "## What it means\n\nIt broke.\n\n## What to do\n\n1. Look at {host}.\n2. Mend\n   it.\n\n\
                        ### vsftpd\n\n- Set it.\n\n```configuration\na=b\n```\n\n### nftables\n\n```command\nnft x\n```\n\n### ProFTPD\n\n- Set `A b`.\n\n## Message\n\nPlease mend\n{host}. It is {unknown}.\n";

    #[test]
    fn a_page_is_taken_apart() {
        let mut values = Values::default();
        values.know("host", Some("ftp.example.com".into()));
        let page = Page(PAGE);
        assert_eq!(page.section("What it means"), Some("It broke."));
        assert_eq!(
            page.steps(None, &values),
            ["Look at ftp.example.com.", "Mend it."]
        );
        assert_eq!(
            page.steps(Some("proftpd"), &values)[0],
            "ProFTPD: Set `A b`."
        );
        assert_eq!(
            page.message(Owner::ServerAdmin, &values),
            "Please mend ftp.example.com."
        );
        let directives = page.directives(Some("vsftpd"), &values);
        let typed: Vec<_> = directives
            .iter()
            .map(|it| (it.product.as_str(), it.text.as_str()))
            .collect();
        assert_eq!(typed, [("vsftpd", "a=b"), ("nftables", "nft x")]);
        assert_eq!(page.directives(None, &values).len(), 1);
        assert!(page.directives(Some("IIS"), &values).is_empty());
        assert!(page.knows("vsftpd") && !page.knows("IIS"));
    }
}
