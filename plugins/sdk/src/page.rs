//! The header of a remedy page: the one place where a code's title, severity, owner and consequences are written.

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

impl<'a> Page<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Page<'a>, String> {
        let (header, body) = text
            .strip_prefix("---\n")
            .and_then(|rest| rest.split_once("\n---\n"))
            .ok_or("no header between two lines of `---`")?;
        let field = |name: &str| {
            header
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
                .map(str::trim)
        };
        let needed = |name: &str| field(name).ok_or_else(|| format!("the header has no `{name}`"));
        Ok(Page {
            code: needed("code")?,
            title: needed("title")?,
            severity: severity(needed("severity")?)?,
            owner: owner(needed("owner")?)?,
            explains: field("explains").map(list).unwrap_or_default(),
            eased_by_certificate_check: match field("eased-by") {
                None => false,
                Some("certificate-check") => true,
                Some(other) => return Err(format!("`eased-by: {other}` is not known")),
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
        other => return Err(format!("`owner: {other}` is not an owner")),
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
        for (text, error) in [
            ("# no header", "no header"),
            ("---\ncode: a.b\n---\n", "`title`"),
            (
                "---\ncode: a.b\ntitle: t\nseverity: fatal\nowner: settings\n---\n",
                "fatal",
            ),
            (
                "---\ncode: a.b\ntitle: t\nseverity: error\nowner: me\n---\n",
                "me",
            ),
        ] {
            assert!(Page::parse(text).unwrap_err().contains(error), "{text}");
        }
    }
}
