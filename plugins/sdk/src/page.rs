//! The header of a remedy page: the one place where a code's title, severity, owner and consequences are written.

use std::fmt;

use crate::bindings::remote_doctor::probe::types::{Owner, Severity};

/// A remedy page: `---`, lines of `key: value`, `---`, and Markdown.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    pub(crate) code: &'a str,
    pub(crate) title: &'a str,
    pub(crate) severity: Severity,
    pub(crate) owner: Owner,
    pub(crate) explains: Vec<&'a str>,
    pub(crate) eased_by_certificate_check: bool,
    pub(crate) body: &'a str,
}

/// What is wrong with a header, and in which line of the page, from 1.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) line: usize,
    what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl<'a> Page<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Page<'a>, Mistake> {
        let at = |line: usize, what: String| Mistake { line, what };
        let (header, body) = text
            .strip_prefix("---\n")
            .and_then(|rest| rest.split_once("\n---\n"))
            .ok_or_else(|| at(1, "no header between two lines of `---`".into()))?;
        // The number of the line, and what it says. The first line is `---`.
        let field = |name: &str| {
            (2..).zip(header.lines()).find_map(|(number, line)| {
                let value = line.strip_prefix(name)?.strip_prefix(':')?;
                Some((number, value.trim()))
            })
        };
        let needed =
            |name: &str| field(name).ok_or_else(|| at(1, format!("the header has no `{name}`")));
        let ((_, code), (_, title)) = (needed("code")?, needed("title")?);
        let (severity_line, severity_word) = needed("severity")?;
        let (owner_line, owner_word) = needed("owner")?;
        Ok(Page {
            code,
            title,
            severity: severity(severity_word).map_err(|what| at(severity_line, what))?,
            owner: owner(owner_word).map_err(|what| at(owner_line, what))?,
            explains: field("explains").map(|it| list(it.1)).unwrap_or_default(),
            eased_by_certificate_check: match field("eased-by") {
                None => false,
                Some((_, "certificate-check")) => true,
                Some((line, other)) => {
                    return Err(at(line, format!("`eased-by: {other}` is not known")));
                }
            },
            body: body.trim_start(),
        })
    }
}

fn list(value: &str) -> Vec<&str> {
    value
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .collect()
}

fn severity(word: &str) -> Result<Severity, String> {
    Ok(match word {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        "info" => Severity::Info,
        other => {
            return Err(format!(
                "`severity: {other}` is none of error, warning, info"
            ));
        }
    })
}

fn owner(word: &str) -> Result<Owner, String> {
    Ok(match word {
        "server-admin" => Owner::ServerAdmin,
        "firewall-admin" => Owner::FirewallAdmin,
        "certificate-owner" => Owner::CertificateOwner,
        "account-owner" => Owner::AccountOwner,
        "settings" => Owner::Settings,
        "platform" => Owner::Platform,
        other => {
            return Err(format!(
                "`owner: {other}` is none of server-admin, firewall-admin, certificate-owner, account-owner, settings, \
                 platform"
            ));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read() {
        let page = Page::parse(
            "---\ncode: a.b\ntitle: it broke\nseverity: error\nowner: settings\nexplains: c.d, e.*\n---\n\n# More\n",
        )
        .unwrap();
        assert_eq!(
            (page.code, page.title, page.body),
            ("a.b", "it broke", "# More\n")
        );
        assert_eq!(page.explains, ["c.d", "e.*"]);
    }

    #[test]
    fn a_missing_or_unknown_field_is_named() {
        for (text, line, error) in [
            ("# no header", 1, "no header"),
            ("---\ncode: a.b\n---\n", 1, "`title`"),
            (
                "---\ncode: a.b\ntitle: t\nseverity: fatal\nowner: settings\n---\n",
                4,
                "`severity: fatal` is none of error",
            ),
            (
                "---\ncode: a.b\ntitle: t\nseverity: error\nowner: me\n---\n",
                5,
                "`owner: me` is none of server-admin",
            ),
        ] {
            let mistake = Page::parse(text).unwrap_err();
            let fits = mistake.line == line && mistake.to_string().contains(error);
            assert!(fits, "{text}: {mistake:?}");
        }
    }
}
