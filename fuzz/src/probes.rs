//! The built-in probes in front of a server that says anything: each ends by itself within what the sandbox grants, and what
//! it says is in order.

mod hostile;

use std::sync::OnceLock;
use std::time::Duration;

use model::standing::GivenFacts;
use model::visit::RunResult;
use run::Probes;
use sandbox::RunContext;
use tokio::runtime::Runtime;

use hostile::{Script, Server};

/// Longer than any run takes in which nothing is waited for.
const DEADLINE: Duration = Duration::from_secs(60);

/// The probes, loaded once, and where they run.
struct Bench {
    runtime: Runtime,
    probes: Probes,
}

fn bench() -> &'static Bench {
    static BENCH: OnceLock<Bench> = OnceLock::new();
    BENCH.get_or_init(|| {
        let runtime = Runtime::new().expect("threads can be had");
        let probes = runtime.block_on(Probes::built_in());
        Bench {
            probes: probes.expect("the built-in probes fit together"),
            runtime,
        }
    })
}

/// A run of one of them, against a server that follows a script. The first line is the probe and how the remote is
/// configured; the others are what the server does.
///
/// # Panics
/// The server brings the probe to a crash, to something that it is not granted, or to say what makes no sense.
pub fn probes(bytes: &[u8]) {
    let script = Script::read(bytes);
    let Bench { runtime, probes } = bench();
    let Some(probe) = probes.plugins.iter().find(|it| it.name() == script.probe) else {
        return;
    };
    let (check, given_facts) = (script.check(), GivenFacts::to_look(script.facts()));
    let context = RunContext {
        scope: script.scope(),
        backend: Box::new(Server::new(script)),
        deadline: DEADLINE,
    };
    let (ended, _) = runtime.block_on(probe.run(context, &check, None, &given_facts));
    assert_eq!(ended.result, RunResult::Done, "{}", probe.name());
    let outcome = &ended.outcome;
    for finding in &outcome.findings {
        let is_clear = outcome.clear.contains(&finding.code);
        assert!(!is_clear, "{} is found and clear", finding.code);
    }
    for omission in &outcome.not_tested {
        assert!(!omission.reason.is_empty(), "{}", omission.check);
    }
}
