//! The pages of codes: what a fault means, how it is told apart, what to do.
//!
//! A page is Markdown with fixed second-level headings. Reports take the steps and the message from it, `explain`
//! prints it whole. Words in braces stand for what was seen in the case at hand.

use std::collections::BTreeMap;

/// The headings every page has, in this order.
pub const HEADINGS: [&str; 5] = [
    "What it means",
    "Told apart from",
    "What to do",
    "How to check that it worked",
    "Message",
];

/// What a case puts in the place of words in braces.
pub type Values = BTreeMap<String, String>;

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

    /// The steps for everybody, then those for this product.
    pub fn steps(self, product: Option<&str>, values: &Values) -> Vec<String> {
        let Some(section) = self.section("What to do") else {
            return Vec::new();
        };
        let (general, products) = section.split_once("### ").unwrap_or((section, ""));
        let mut steps = list(general);
        let product = product.and_then(|product| {
            products.split("### ").find_map(|part| {
                let (name, body) = part.split_once('\n')?;
                name.trim()
                    .eq_ignore_ascii_case(product)
                    .then_some((name.trim(), body))
            })
        });
        if let Some((name, body)) = product {
            steps.extend(list(body).into_iter().map(|step| format!("{name}: {step}")));
        }
        steps.iter().map(|step| fill(step, values)).collect()
    }

    /// Whether the page has steps for this product.
    pub fn knows(self, product: &str) -> bool {
        let section = self.section("What to do").unwrap_or_default();
        section
            .split("### ")
            .skip(1)
            .filter_map(|part| part.lines().next())
            .any(|name| name.trim().eq_ignore_ascii_case(product))
    }

    /// What to send to the owner.
    pub fn message(self, values: &Values) -> String {
        let paragraphs = self.section("Message").unwrap_or_default();
        let paragraphs = paragraphs
            .split("\n\n")
            .map(|text| text.lines().collect::<Vec<_>>().join(" "));
        fill(&paragraphs.collect::<Vec<_>>().join("\n\n"), values)
    }
}

/// The items of a Markdown list, numbered or not, each joined to one line.
fn list(text: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in text.lines() {
        let trimmed = line.trim();
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

/// Puts the values in the place of `{name}`; what is not known stays a word to be replaced by hand, and a part between
/// `[[` and `]]` is left out with it.
fn fill(text: &str, values: &Values) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[[") {
        filled.push_str(&fill_part(before, values).0);
        let (optional, after) = after.split_once("]]").unwrap_or((after, ""));
        let (optional, complete) = fill_part(optional, values);
        if complete {
            filled.push_str(&optional);
        }
        rest = after;
    }
    filled + &fill_part(rest, values).0
}

/// The text with its values, and whether all of them are known.
fn fill_part(text: &str, values: &Values) -> (String, bool) {
    let (mut filled, mut complete) = (String::with_capacity(text.len()), true);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, after)) if is_label(name) => {
                match values.get(name) {
                    Some(value) => filled.push_str(value),
                    None => {
                        complete = false;
                        filled.push('<');
                        filled.push_str(name);
                        filled.push('>');
                    }
                }
                rest = after;
            }
            _ => {
                filled.push('{');
                rest = after;
            }
        }
    }
    (filled + rest, complete)
}

fn is_label(name: &str) -> bool {
    !name.is_empty() && name.len() < 40 && !name.contains(['\n', '{', '"'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "## What it means\n\nIt broke.\n\n## What to do\n\n1. Look at {host}.\n2. Mend\n   it.\n\n\
                        ### vsftpd\n\n- Set `a=b`.\n\n### ProFTPD\n\n- Set `A b`.\n\n## Message\n\nPlease mend\n{host} {unknown}.\n";

    #[test]
    fn a_page_is_taken_apart() {
        let values = Values::from([("host".into(), "ftp.example.com".into())]);
        let page = Page(PAGE);
        assert_eq!(page.section("What it means"), Some("It broke."));
        assert_eq!(
            page.steps(None, &values),
            ["Look at ftp.example.com.", "Mend it."]
        );
        assert_eq!(
            page.steps(Some("proftpd"), &values)[2],
            "ProFTPD: Set `A b`."
        );
        assert_eq!(
            page.message(&values),
            "Please mend ftp.example.com <unknown>."
        );
        assert_eq!(
            fill("a[[ at {host}]][[ and {unknown}]].", &values),
            "a at ftp.example.com."
        );
        assert!(page.knows("vsftpd") && !page.knows("IIS"));
    }
}
