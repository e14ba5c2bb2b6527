//! The certificates a server sends, each with what links it to the next.

use std::collections::BTreeMap;

use facts::name;

use super::super::Report;
use model::finding::FactValue;

pub(super) struct Chain {
    pub(super) certificates: Vec<Certificate>,
    /// Who vouches for the last of them.
    pub(super) trusted_by: Option<String>,
    pub(super) is_trusted: bool,
    pub(super) issuer_of_last: String,
}

pub(super) struct Certificate {
    pub(super) role: &'static str,
    pub(super) subject: String,
    pub(super) key: String,
    pub(super) until: String,
    pub(super) has_ended: bool,
    pub(super) link: Link,
}

/// What stands below a certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// The next one signed it.
    Signed,
    /// The next one is of somebody else.
    Broken,
    /// It is the last one.
    End,
    /// It is the last one, and signed itself.
    Own,
}

impl Chain {
    pub(super) fn of(report: &Report) -> Option<Chain> {
        let Some(FactValue::Rows(rows)) = report.facts.get(name::CERTIFICATE_CHAIN) else {
            return None;
        };
        let issuer_of_last = cell(rows.last()?, "issuer");
        let today = report.started.strftime("%Y-%m-%d").to_string();
        let certificates = rows.iter().enumerate().map(|(index, row)| {
            let until = cell(row, "not-after");
            Certificate {
                role: if index == 0 { "server" } else { "intermediate" },
                subject: cell(row, "subject"),
                key: cell(row, "key"),
                has_ended: !until.is_empty() && until < today,
                until,
                link: link(row, rows.get(index + 1)),
            }
        });
        let trusted_by = match report.facts.get(name::CERTIFICATE_TRUSTED_BY) {
            Some(FactValue::Text(text)) => Some(text.clone()),
            _ => None,
        };
        Some(Chain {
            certificates: certificates.collect(),
            is_trusted: trusted_by.as_ref().is_some_and(|by| !by.starts_with("no ")),
            trusted_by,
            issuer_of_last,
        })
    }
}

impl Certificate {
    pub(super) fn is_last(&self) -> bool {
        matches!(self.link, Link::End | Link::Own)
    }

    pub(super) fn signed_itself(&self) -> bool {
        self.link == Link::Own
    }

    pub(super) fn is_linked(&self) -> bool {
        self.link == Link::Signed
    }
}

fn link(row: &BTreeMap<String, String>, next: Option<&BTreeMap<String, String>>) -> Link {
    match next {
        Some(next) if cell(next, "subject") == cell(row, "issuer") => Link::Signed,
        Some(_) => Link::Broken,
        None if cell(row, "subject") == cell(row, "issuer") => Link::Own,
        None => Link::End,
    }
}

fn cell(row: &BTreeMap<String, String>, name: &str) -> String {
    row.get(name).cloned().unwrap_or_default()
}
