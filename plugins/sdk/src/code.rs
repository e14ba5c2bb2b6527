//! Codes, and what a probe says of itself.

use crate::bindings::remote_doctor::probe::types::{self, Capability, Depth};
use crate::declaration::Declaration;
use crate::page::Page;

/// One code of a finding, with the page that explains it.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// `area.problem`.
    pub name: &'static str,
    page: Option<&'static str>,
}

impl Code {
    /// A code that this probe declares; [`codes!`](crate::codes) calls this.
    #[must_use]
    pub const fn declared(name: &'static str, page: &'static str) -> Code {
        Code {
            name,
            page: Some(page),
        }
    }

    /// A code that another probe declares and this one may find too.
    #[must_use]
    pub const fn of_another(name: &'static str) -> Code {
        Code { name, page: None }
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Code) -> bool {
        self.name == other.name
    }
}

/// Declares codes as constants, and `CODES`, the list of them. The page of each is `remedies/<code>.md` in the probe's
/// folder; its header holds title, severity, owner and what the code explains, so that each is written once.
#[macro_export]
macro_rules! codes {
    ($($name:ident = $code:literal;)+) => {
        $(
            #[allow(dead_code, reason = "a list of codes is complete even where one is only reported by list")]
            pub(crate) const $name: $crate::Code = $crate::Code::declared(
                $code,
                include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/remedies/", $code, ".md")),
            );
        )+
        /// Every code this probe declares.
        pub(crate) const CODES: &[$crate::Code] = &[$($name),+];
    };
}

/// What a probe says of itself.
pub struct About {
    /// What it looks at, one line.
    pub summary: &'static str,
    /// The state whose session it takes over.
    pub consumes: Option<&'static str>,
    /// States that must have been reached before it runs.
    pub requires: &'static [&'static str],
    /// States that it may make available to others.
    pub provides: &'static [&'static str],
    /// The least depth at which it has something to look at; with less, it is not run.
    pub from_depth: Depth,
    /// What it needs beyond the sandbox: a call without it stops the probe. The user sees it and may take it away.
    pub capabilities: &'static [Capability],
    /// The codes it declares.
    pub codes: &'static [Code],
    /// Codes of other probes that it may find too. A third-party probe has none: what it reports, it declares.
    pub also_reports: &'static [Code],
    /// The facts it states in a report.
    pub facts: &'static [Declaration],
}

impl About {
    /// A probe with nothing but codes and facts, that runs by itself, at every depth, and asks for nothing.
    pub const NOTHING: About = About {
        summary: "",
        consumes: None,
        requires: &[],
        provides: &[],
        from_depth: Depth::Ladder,
        capabilities: &[],
        codes: &[],
        also_reports: &[],
        facts: &[],
    };

    #[doc(hidden)]
    #[must_use]
    pub fn describe(&self, name: &str, version: &str) -> types::Description {
        let strings = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        types::Description {
            name: name.into(),
            version: version.into(),
            summary: self.summary.into(),
            consumes: self.consumes.map(Into::into),
            requires: strings(self.requires),
            provides: strings(self.provides),
            from_depth: self.from_depth,
            capabilities: self.capabilities.to_vec(),
            codes: self.codes.iter().map(Code::describe).collect(),
            also_reports: self
                .also_reports
                .iter()
                .map(|code| code.name.to_string())
                .collect(),
            facts: self.facts.iter().map(Declaration::describe).collect(),
        }
    }

    /// Whether this is its to report: it says so among its codes. Known when a probe is compiled, so that one that does not
    /// report it carries none of the code for it, nor the host's functions that that code calls.
    pub(crate) const fn reports(&self, wanted: Code) -> bool {
        lists(self.codes, wanted) || lists(self.also_reports, wanted)
    }
}

const fn lists(codes: &[Code], wanted: Code) -> bool {
    let mut at = 0;
    while at < codes.len() {
        if is_same(codes[at].name.as_bytes(), wanted.name.as_bytes()) {
            return true;
        }
        at += 1;
    }
    false
}

/// Comparison of texts is no constant function.
const fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

impl Code {
    fn describe(&self) -> types::Code {
        // A page that cannot be read is a defect of the probe, found when it is loaded: the host reports the panic.
        let page = Page::parse(self.page.unwrap_or_default())
            .unwrap_or_else(|error| panic!("remedies/{}.md:{}: {error}", self.name, error.line));
        assert_eq!(
            page.code, self.name,
            "remedies/{}.md names another code",
            self.name
        );
        types::Code {
            name: self.name.into(),
            title: page.title.into(),
            severity: page.severity,
            owner: page.owner,
            explains: page.explains.iter().map(ToString::to_string).collect(),
            eased_by_certificate_check: page.eased_by_certificate_check,
            page: page.body.into(),
        }
    }
}
