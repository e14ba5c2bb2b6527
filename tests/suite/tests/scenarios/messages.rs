//! Every finding comes with a message for the owner who was found, also where that is another one than its page is about.

use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;

use crate::report::{Finding, Report};

/// The pages of the built-in probes, by code. Those of the engine have one owner each.
static PAGES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let probes = fs::read_dir(suite::workspace().join("plugins"));
    let folders = probes.into_iter().flatten().flatten();
    let pages = folders.flat_map(|probe| {
        let pages = fs::read_dir(probe.path().join("remedies"));
        pages.into_iter().flatten().flatten()
    });
    let pages = pages.filter_map(|page| {
        let code = page.path().file_stem()?.to_str()?.to_owned();
        Some((code, fs::read_to_string(page.path()).ok()?))
    });
    pages.collect()
});

/// Findings whose page speaks to somebody else.
pub fn complaints(report: &Report) -> Vec<String> {
    let built_in = |it: &&Finding| it.standing == "built-in";
    let findings = report.findings.iter().filter(built_in);
    findings.filter_map(complaint).collect()
}

fn complaint(finding: &Finding) -> Option<String> {
    let page = PAGES.get(&finding.code)?;
    let has_line = |line: String| page.lines().any(|it| it == line);
    let speaks_to_the_owner = has_line(format!("owner: {}", finding.owner))
        || has_line(format!("### For {}", finding.owner));
    (!speaks_to_the_owner).then(|| {
        format!(
            "{} belongs to {}, and its page has no message for that owner",
            finding.code, finding.owner
        )
    })
}
