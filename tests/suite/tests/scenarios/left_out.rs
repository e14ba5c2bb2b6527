//! What the user leaves out or does not permit: it stands in the verdict line, and without a login and a listing nothing is
//! healthy that has a user.

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::binary::{self, Format};
use crate::scenario::Scenario;
use crate::site::Site;

/// How the program is asked, and what it must come to.
struct Case {
    name: &'static str,
    args: &'static [&'static str],
    user: bool,
    verdict: &'static str,
    exit: i32,
    says: &'static [&'static str],
    never_says: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        name: "login",
        args: &["--skip", "login"],
        user: true,
        verdict: "incomplete",
        exit: 3,
        says: &[
            "No login and no listing was seen",
            "the probe login was left out (--skip login)",
        ],
        never_says: &["works"],
    },
    Case {
        name: "listing",
        args: &["--skip", "data-channel"],
        user: true,
        verdict: "incomplete",
        exit: 3,
        says: &["No listing was seen", "left out (--skip data-channel)"],
        never_says: &["works", "No login"],
    },
    Case {
        name: "all_but_reach",
        args: &["--only", "reach"],
        user: true,
        verdict: "incomplete",
        exit: 3,
        says: &[
            "No login and no listing was seen",
            "were left out (--only reach)",
        ],
        never_says: &["works"],
    },
    Case {
        name: "connection",
        args: &["--skip", "reach"],
        user: false,
        verdict: "incomplete",
        exit: 3,
        says: &["No connection was seen", "left out (--skip reach)"],
        never_says: &["can be reached"],
    },
    Case {
        name: "certificate",
        args: &["--skip", "certificate"],
        user: true,
        verdict: "healthy",
        exit: 0,
        says: &[
            "Nothing wrong was found in what was checked; the probe certificate was left out (--skip certificate).",
        ],
        never_says: &["No login"],
    },
    Case {
        name: "all_but_listings",
        args: &["--only", "data-channel"],
        user: true,
        verdict: "healthy",
        exit: 0,
        says: &["works", "left out (--only data-channel)"],
        never_says: &["No l"],
    },
    Case {
        name: "permission_to_write",
        args: &[],
        user: true,
        verdict: "healthy",
        exit: 0,
        says: &["works", "Not tested: uploads", "--allow-writes"],
        never_says: &["left out"],
    },
    Case {
        name: "user",
        args: &["--only", "certificate"],
        user: false,
        verdict: "healthy",
        exit: 0,
        says: &[
            "login and transfers were not tested",
            "left out (--only certificate)",
        ],
        never_says: &["works"],
    },
];

pub fn trials() -> Vec<Trial> {
    let trials = CASES.iter();
    trials
        .map(|case| Trial::test(format!("left_out_{}", case.name), || judge(case)))
        .collect()
}

fn judge(case: &Case) -> Result<(), Failed> {
    let args: Vec<&str> = ["--ssl", "require-explicit"]
        .iter()
        .chain(case.args)
        .copied()
        .collect();
    let scenario: Scenario = toml::from_str(&format!(
        r#"
            [server]
            [check]
            args = {args:?}
            user = {}
            [expect]
            root-causes = []
            verdict = "{}"
            exit = {}
        "#,
        case.user, case.verdict, case.exit
    ))?;
    let run = binary::run(&scenario, &Site::open(&scenario)?, Format::Json)?;
    let report: Value = serde_json::from_slice(&run.stdout)?;
    let summary = report["summary"].as_str().unwrap_or_default();
    let wrong = case
        .says
        .iter()
        .filter(|words| !summary.contains(**words))
        .chain(case.never_says.iter().filter(|it| summary.contains(**it)))
        .collect::<Vec<_>>();
    let is = (report["verdict"].as_str(), run.exit);
    match is == (Some(case.verdict), Some(case.exit)) && wrong.is_empty() {
        true => Ok(()),
        false => Err(format!("{is:?}, {wrong:?}: {summary}").into()),
    }
}
