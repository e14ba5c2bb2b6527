//! What probes may come to, and the report of it: those of this program, and strangers beside them.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use diagnosis::record::{ProbeRun, Record, Visit};
use model::dialogue::Counts;
use model::finding::{
    Basis, Code, Description, Evidence, Fact, FactValue, Finding, Omission, OmissionCause, Outcome,
    Owner, PatchEffect, SettingsPatch, Severity,
};
use model::probe::ProbeIdentity;
use model::remote::{Remote, SslSetting};
use model::signer::Signer;
use model::standing::Standing;
use model::visit::RunResult;
use model::visit::SkipReason;
use model::visit::VisitScope;
use report::Report;
use run::Probes;

const SOURCES: [&str; 2] = ["192.0.2.1", "192.0.2.2"];
const STATES: [&str; 5] = [
    "connected",
    "identified",
    "secured",
    "logged-in",
    "transferring",
];

fn built_in() -> &'static Probes {
    static CATALOGUE: OnceLock<Probes> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(Probes::built_in()).unwrap()
    })
}

/// What one probe came to, from one source address.
#[derive(Clone, Debug)]
pub(super) struct Told {
    status: RunResult,
    outcome: Outcome,
}

fn finding(code: String) -> BoxedStrategy<Finding> {
    let patch = proptest::option::of(select(vec![
        ("host", "evil.example"),
        ("port", "990"),
        ("ssl", "require-implicit"),
    ]));
    let owner = proptest::option::of(select(vec![Owner::Platform, Owner::Settings]));
    (patch, owner)
        .prop_map(move |(patch, owner)| Finding {
            code: code.clone(),
            detail: "It was seen.".into(),
            evidence: vec![Evidence {
                label: "reply".into(),
                value: "530 no".into(),
            }],
            owner,
            basis: Basis::Observed,
            patch: patch.map(|(name, value)| SettingsPatch {
                changes: vec![(name.into(), value.into())],
                effect: PatchEffect::CuresThis,
            }),
        })
        .boxed()
}

fn omission(codes: Vec<String>) -> BoxedStrategy<Omission> {
    let causes = [
        OmissionCause::NoPermission,
        OmissionCause::NoCredentials,
        OmissionCause::BehindFault,
        OmissionCause::NotApplicable,
        OmissionCause::CouldNotLook,
    ];
    let check = select(vec!["login", "everything after TLS", "a check"]);
    let codes = subsequence(codes.clone(), 0..=codes.len().min(2));
    (select(causes.to_vec()), check, codes)
        .prop_map(|(cause, check, codes)| Omission {
            check: check.into(),
            codes,
            cause,
            reason: "the probe says so".into(),
        })
        .boxed()
}

fn fact() -> impl Strategy<Value = Fact> {
    let names = [
        "server.greeting",
        "server.product",
        "login.accepted",
        "data.listed",
        "tls.version",
        "source.seen-as",
        "use.push",
        "control.security",
        "writes.left",
    ];
    let values = vec![
        FactValue::Flag(true),
        FactValue::Flag(false),
        FactValue::Text("203.0.113.9".into()),
        FactValue::Texts(vec!["/etc/passwd".into()]),
    ];
    (select(names.to_vec()), select(values)).prop_map(|(name, value)| Fact {
        name: name.into(),
        value,
    })
}

fn outcome(codes: Vec<String>) -> BoxedStrategy<Outcome> {
    let found = subsequence(codes.clone(), 0..=codes.len().min(3));
    let found = found.prop_flat_map(|codes| codes.into_iter().map(finding).collect::<Vec<_>>());
    let omitted = vec(omission(codes.clone()), 0..3);
    let clear = subsequence(codes.clone(), 0..=codes.len().min(3));
    let facts = vec(fact(), 0..4);
    (found, omitted, clear, facts)
        .prop_map(|(findings, not_tested, mut clear, facts)| {
            clear.retain(|code| !findings.iter().any(|it| it.code == *code));
            Outcome {
                findings,
                clear,
                not_tested,
                facts,
            }
        })
        .boxed()
}

fn status() -> BoxedStrategy<RunResult> {
    let why = || "of the case".to_string();
    let used_up = SkipReason::UsedUp {
        state: "logged-in".into(),
        by: "login".into(),
    };
    prop_oneof![
        6 => Just(RunResult::Done),
        1 => Just(RunResult::Crashed(why())),
        1 => Just(RunResult::TimedOut(why())),
        1 => Just(RunResult::Denied(why())),
        1 => Just(RunResult::Cut),
        1 => Just(RunResult::Skipped(used_up)),
    ]
    .boxed()
}

fn told(codes: Vec<String>) -> BoxedStrategy<Told> {
    (status(), outcome(codes))
        .prop_map(|(status, outcome)| Told {
            outcome: match status {
                RunResult::Done => outcome,
                _ => Outcome::default(),
            },
            status,
        })
        .boxed()
}

/// What probes of this program saw from each source address.
pub(super) fn ours() -> BoxedStrategy<Vec<(Vec<Told>, BTreeSet<String>)>> {
    let of_probe = |plugin: &Arc<ProbeIdentity>| {
        let codes = plugin.description.codes.iter();
        let codes: Vec<String> = codes.map(|code| code.name.clone()).collect();
        // Most see nothing wrong, or nothing would ever be healthy.
        prop_oneof![
            5 => Just(Told { status: RunResult::Done, outcome: Outcome::default() }),
            1 => told(codes),
        ]
    };
    let plugins = built_in().identities();
    let probes: Vec<_> = plugins.map(|it| of_probe(it).boxed()).collect();
    let reached = prop_oneof![
        2 => Just(STATES.to_vec()),
        1 => subsequence(STATES.to_vec(), 0..=STATES.len()),
    ];
    let reached = reached.prop_map(|states| states.into_iter().map(String::from).collect());
    vec((probes, reached), 1..=2).boxed()
}

/// A third-party probe, also one that was never to be let in: here it is let in all the same.
fn stranger(name: &'static str) -> BoxedStrategy<Description> {
    let severity = select(vec![Severity::Error, Severity::Warning, Severity::Info]);
    let pattern = select(vec![
        "*",
        "cert.*",
        "ftp.*",
        "net.*",
        "data.*",
        "tls.*",
        "ftps.*",
        "service.*",
        "probe.*",
        "dns.*",
        "evil.*",
    ]);
    let code = (severity, vec(pattern, 0..12));
    vec(code, 1..4)
        .prop_map(move |codes| {
            let codes = codes.into_iter().zip(["one", "two", "three"]);
            Standing::ThirdParty.settle(Description {
                summary: "a stranger's".into(),
                consumes: Some("logged-in".into()),
                provides: STATES.map(String::from).to_vec(),
                codes: codes
                    .map(|((severity, explains), problem)| Code {
                        name: format!("{name}.{problem}"),
                        title: "a stranger's finding".into(),
                        severity,
                        owner: Owner::Settings,
                        explains: explains.into_iter().map(String::from).collect(),
                        eased_by_certificate_check: false,
                        page: "# page".into(),
                    })
                    .collect(),
                also_reports: vec!["cert.expired".into(), "probe.crashed".into()],
                ..Description::of(Standing::ThirdParty, name)
            })
        })
        .boxed()
}

/// A third-party probe, and what it says from each of two addresses: also of codes that are not its own.
pub(super) fn theirs(name: &'static str) -> BoxedStrategy<(Arc<ProbeIdentity>, Vec<Told>)> {
    let described = stranger(name).prop_flat_map(|description| {
        let own = description.codes.iter().map(|code| code.name.clone());
        let codes = own.chain([String::from("ftp.login-rejected")]).collect();
        (Just(description), vec(told(codes), 2))
    });
    described
        .prop_map(|(description, told)| {
            let plugin = ProbeIdentity {
                description: Arc::new(description),
                digest: String::new(),
                signer: Signer::NotSigned,
            };
            let told = told.into_iter().map(|told| {
                match sandbox::seams::outcome(&plugin.description, told.outcome) {
                    Ok(outcome) => Told { outcome, ..told },
                    // As where it really says so: it costs its own result.
                    Err(why) => Told {
                        status: RunResult::Crashed(why),
                        outcome: Outcome::default(),
                    },
                }
            });
            let told = told.collect();
            (Arc::new(plugin), told)
        })
        .boxed()
}

fn remote(user: bool, sources: usize) -> Remote {
    let sources = SOURCES[..sources].iter();
    Remote {
        ssl: SslSetting::RequireExplicit,
        user: user.then(|| "jo".into()),
        sources: sources.map(|it| it.parse().unwrap()).collect(),
        ..Remote::at("ftp.example.com", 21)
    }
}

pub(super) type Seen = Vec<(Vec<Told>, BTreeSet<String>)>;

/// The report, with the runs of third parties before or after those of this program.
pub(super) fn report(
    seen: &Seen,
    user: bool,
    strangers: &[(Arc<ProbeIdentity>, Vec<Told>)],
    first: bool,
) -> Report {
    let ours = built_in();
    let remote = remote(user, seen.len());
    let visits = seen.iter().enumerate().map(|(nth, (told, reached))| {
        let source: IpAddr = SOURCES[nth].parse().unwrap();
        let run = |(plugin, told): (&Arc<ProbeIdentity>, &Told)| ProbeRun {
            probe: plugin.clone(),
            source: Some(source),
            status: told.status.clone(),
            duration: Duration::ZERO,
            outcome: Arc::new(told.outcome.clone()),
        };
        let of_ours = ours.identities().zip(told).map(run);
        let of_theirs = strangers
            .iter()
            .map(|(plugin, told)| run((plugin, &told[nth])));
        let runs = match first {
            true => of_theirs.chain(of_ours).collect(),
            false => of_ours.chain(of_theirs).collect(),
        };
        let states = strangers
            .iter()
            .flat_map(|(it, _)| it.description.provides.clone());
        Visit {
            source: Some(source),
            scope: VisitScope::Full,
            runs,
            reached: reached.iter().cloned().chain(states).collect(),
        }
    });
    let record = Record {
        visits: visits.collect(),
        second_looks: Vec::new(),
        left_out: Vec::new(),
        denied: BTreeSet::new(),
        connections: Counts::default(),
        peak: 0,
        transcript: Vec::new(),
        duration: Duration::ZERO,
        patience: Default::default(),
        cut: None,
        password: Default::default(),
        sheet: None,
        left_behind: Vec::new(),
    };
    let mut codes = ours.codes.clone();
    for (stranger, _) in strangers {
        codes.declare(&stranger.description).unwrap();
    }
    Report::new(&record, &remote, &codes, jiff::Timestamp::UNIX_EPOCH)
}
