use std::fs;
use std::path::PathBuf;
use std::process::Command;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;

/// A journal in a folder of its own.
struct Scene {
    folder: TempDir,
}

impl Scene {
    fn new() -> Scene {
        Scene {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("fleet.journal")
    }

    fn journal(&self) -> Journal {
        Journal::open(&self.path()).unwrap()
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

/// So many remotes from two source addresses each, and one that is left out.
fn plan(remotes: usize) -> Plan {
    let remote = |number: usize, left_out: Option<&str>| PlannedRemote {
        name: format!("remote-{number}"),
        place: format!("ftp{number}.example.com:21"),
        file: "/remotes/all.toml".into(),
        settings: format!("host = \"ftp{number}.example.com\"\n"),
        left_out: left_out.map(Into::into),
    };
    let job = |remote, source: &str| PlannedJob {
        remote,
        source: source.parse().ok(),
        due: now(),
    };
    let mut all: Vec<PlannedRemote> = (0..remotes).map(|number| remote(number, None)).collect();
    all.push(remote(
        remotes,
        Some("it is on the list of those who opted out"),
    ));
    Plan {
        remotes_from: "remotes.toml".into(),
        options: "{}".into(),
        remotes: all,
        jobs: (0..remotes)
            .flat_map(|remote| [job(remote, "203.0.113.7"), job(remote, "")])
            .collect(),
    }
}

fn report(text: &str) -> Outcome {
    Outcome::Report(text.into())
}

fn positions(journal: &Journal, run: RunId) -> Vec<i64> {
    let pending = journal.pending(run, -1, 100).unwrap();
    pending.into_iter().map(|job| job.position).collect()
}

#[test]
fn a_plan_is_written_as_a_whole_and_read_in_its_order() {
    let scene = Scene::new();
    let mut journal = scene.journal();
    let run = journal.plan(&plan(2), now()).unwrap();
    let jobs = journal.pending(run, -1, 100).unwrap();
    let told: Vec<(String, Option<String>)> = jobs
        .iter()
        .map(|job| (job.remote.clone(), job.source.map(|it| it.to_string())))
        .collect();
    let expected = [
        ("remote-0", Some("203.0.113.7")),
        ("remote-0", None),
        ("remote-1", Some("203.0.113.7")),
        ("remote-1", None),
    ];
    let expected = expected.map(|(name, source)| (name.into(), source.map(Into::into)));
    assert_eq!(told, expected);
    let next = journal.pending(run, jobs[1].position, 1).unwrap();
    assert_eq!(next, jobs[2..3]);
    let left_out = journal.left_out(run).unwrap();
    assert_eq!(left_out.len(), 1, "{left_out:?}");
    assert_eq!(left_out[0].remote, "remote-2");
}

#[test]
fn nothing_of_a_plan_is_there_where_two_remotes_have_one_name() {
    let scene = Scene::new();
    let mut journal = scene.journal();
    let mut twice = plan(2);
    twice.remotes[1].name = twice.remotes[0].name.clone();
    assert!(journal.plan(&twice, now()).is_err());
    assert_eq!(journal.runs().unwrap(), []);
    assert_eq!(journal.run(WhichRun::Last).unwrap(), None);
}

#[test]
fn a_job_has_one_accepted_result_and_the_second_is_refused() {
    let scene = Scene::new();
    let mut journal = scene.journal();
    let run = journal.plan(&plan(1), now()).unwrap();
    let job = journal.pending(run, -1, 1).unwrap()[0].id;
    let first = journal.begin_attempt(job, "one", now()).unwrap();
    let second = journal.begin_attempt(job, "two", now()).unwrap();
    let accepted = |journal: &mut Journal, begun: Begun, text| {
        journal.accept(begun.attempt, &report(text), now()).unwrap()
    };
    assert_eq!(accepted(&mut journal, second, "2"), Acceptance::Accepted);
    assert_eq!(accepted(&mut journal, second, "2"), Acceptance::Refused);
    assert_eq!(accepted(&mut journal, first, "1"), Acceptance::Refused);
    let mut results = Vec::new();
    journal.results(run, |it| results.push(it.outcome)).unwrap();
    assert_eq!(results, [report("2")]);
    assert_eq!(positions(&journal, run), [1]);
    let progress = journal.progress(run).unwrap();
    assert_eq!((progress.planned, progress.accepted), (2, 1));
    assert_eq!((progress.attempts, progress.running), (2, 0));
}

#[test]
fn a_run_ends_with_its_last_result() {
    let scene = Scene::new();
    let mut journal = scene.journal();
    let run = journal.plan(&plan(1), now()).unwrap();
    for job in journal.pending(run, -1, 100).unwrap() {
        assert!(!journal.end_run(run, now()).unwrap());
        let open = journal.run(WhichRun::LastOpen).unwrap();
        assert_eq!(open.unwrap().id, run);
        let begun = journal.begin_attempt(job.id, "one", now()).unwrap();
        let outcome = Outcome::NoReport("there is no password file".into());
        journal.accept(begun.attempt, &outcome, now()).unwrap();
    }
    assert!(journal.end_run(run, now()).unwrap());
    assert_eq!(journal.run(WhichRun::LastOpen).unwrap(), None);
    assert_eq!(
        journal.run(WhichRun::Last).unwrap().unwrap().ended,
        Some(now())
    );
    assert_eq!(journal.progress(run).unwrap().without_report, 2);
}

#[test]
fn one_attempt_of_a_job_logs_in_and_no_other() {
    let scene = Scene::new();
    let mut journal = scene.journal();
    let run = journal.plan(&plan(1), now()).unwrap();
    let job = journal.pending(run, -1, 1).unwrap()[0].id;
    let first = journal.begin_attempt(job, "one", now()).unwrap();
    assert!(!first.login_begun_before);
    for _ in 0..2 {
        let mark = journal.login_begins(first.attempt, now()).unwrap();
        assert_eq!(mark, LoginMark::Marked);
    }
    assert_eq!(journal.reconcile(run, now()).unwrap(), 1);
    let second = journal.begin_attempt(job, "two", now()).unwrap();
    assert!(second.login_begun_before);
    let mark = journal.login_begins(second.attempt, now()).unwrap();
    assert_eq!(mark, LoginMark::OfAnother);
    // Whoever was given up may not go on, either.
    let mark = journal.login_begins(first.attempt, now()).unwrap();
    assert_eq!(mark, LoginMark::OfAnother);
}

#[test]
fn attempts_of_a_process_that_is_gone_are_lost_and_their_jobs_are_open() {
    let scene = Scene::new();
    let mut journal = scene.journal();
    let run = journal.plan(&plan(2), now()).unwrap();
    let jobs = journal.pending(run, -1, 100).unwrap();
    let done = journal.begin_attempt(jobs[0].id, "one", now()).unwrap();
    journal.accept(done.attempt, &report("0"), now()).unwrap();
    journal.begin_attempt(jobs[1].id, "one", now()).unwrap();
    drop(journal);
    let mut journal = scene.journal();
    assert_eq!(journal.reconcile(run, now()).unwrap(), 1);
    assert_eq!(positions(&journal, run), [1, 2, 3]);
    let progress = journal.progress(run).unwrap();
    assert_eq!((progress.lost, progress.running), (1, 0));
}

#[test]
fn a_report_is_packed_and_comes_back_as_it_was() {
    let scene = Scene::new();
    let mut journal = scene.journal();
    let run = journal.plan(&plan(1), now()).unwrap();
    let job = journal.pending(run, -1, 1).unwrap()[0].id;
    let begun = journal.begin_attempt(job, "one", now()).unwrap();
    let json = "{\"code\": \"data.all-ports-blocked\"}".repeat(1_000);
    journal
        .accept(begun.attempt, &report(&json), now())
        .unwrap();
    let mut results = Vec::new();
    journal.results(run, |it| results.push(it)).unwrap();
    assert_eq!(results[0].outcome, report(&json));
    assert_eq!(results[0].remote, "remote-0");
    drop(journal);
    let length = fs::metadata(scene.path()).unwrap().len();
    assert!(length < 100_000, "{length} bytes for {}", json.len());
    // A result that is damaged is told with its job.
    let raw = Connection::open(scene.path()).unwrap();
    raw.execute("UPDATE results SET report = x'00'", [])
        .unwrap();
    let error = Journal::read(&scene.path()).unwrap().results(run, |_| ());
    let error = error.unwrap_err().to_string();
    assert!(error.contains("the result of job 1 is damaged"), "{error}");
}

#[test]
fn a_newer_version_is_refused_and_left_as_it_is() {
    let scene = Scene::new();
    drop(scene.journal());
    let raw = Connection::open(scene.path()).unwrap();
    raw.pragma_update(None, "user_version", VERSION + 1)
        .unwrap();
    drop(raw);
    let before = fs::read(scene.path()).unwrap();
    for error in [
        Journal::open(&scene.path()).unwrap_err(),
        Journal::read(&scene.path()).unwrap_err(),
    ] {
        assert!(matches!(error, JournalError::Newer { found, .. } if found == VERSION + 1));
        let told = error.to_string();
        assert!(
            told.contains("has version 2, but this program knows 1"),
            "{told}"
        );
    }
    assert_eq!(fs::read(scene.path()).unwrap(), before);
}

#[test]
fn what_is_no_journal_is_refused_and_left_as_it_is() {
    let scene = Scene::new();
    fs::write(scene.path(), "host = \"ftp.example.com\"\n".repeat(100)).unwrap();
    let before = fs::read(scene.path()).unwrap();
    let refused = || {
        for error in [
            Journal::open(&scene.path()).unwrap_err(),
            Journal::read(&scene.path()).unwrap_err(),
        ] {
            assert!(matches!(error, JournalError::NotAJournal(_)), "{error}");
        }
    };
    refused();
    assert_eq!(fs::read(scene.path()).unwrap(), before);
    // The database of another program.
    fs::remove_file(scene.path()).unwrap();
    let raw = Connection::open(scene.path()).unwrap();
    raw.execute_batch("CREATE TABLE history (url TEXT)")
        .unwrap();
    drop(raw);
    let before = fs::read(scene.path()).unwrap();
    refused();
    assert_eq!(fs::read(scene.path()).unwrap(), before);
    assert!(matches!(
        Journal::open(scene.folder.path()).unwrap_err(),
        JournalError::Unopened { .. }
    ));
    assert!(matches!(
        Journal::read(&scene.folder.path().join("none")).unwrap_err(),
        JournalError::Unopened { .. }
    ));
}

#[test]
fn a_full_disk_is_told_and_what_was_accepted_stands() {
    let scene = Scene::new();
    let mut journal = scene.journal();
    let run = journal.plan(&plan(1), now()).unwrap();
    let jobs = journal.pending(run, -1, 100).unwrap();
    let first = journal.begin_attempt(jobs[0].id, "one", now()).unwrap();
    journal.accept(first.attempt, &report("0"), now()).unwrap();
    let second = journal.begin_attempt(jobs[1].id, "one", now()).unwrap();
    let pages = "PRAGMA page_count";
    let pages: i64 = journal
        .connection
        .query_row(pages, [], |row| row.get(0))
        .unwrap();
    journal
        .connection
        .pragma_update(None, "max_page_count", pages)
        .unwrap();
    // What cannot be packed, so that it needs more pages than there are.
    let mut state = 1u64;
    let noise: String = (0..200_000)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            char::from(b' ' + u8::try_from((state >> 33) % 90).unwrap())
        })
        .collect();
    let error = journal.accept(second.attempt, &report(&noise), now());
    let error = error.unwrap_err();
    assert!(matches!(error, JournalError::Full(_)), "{error}");
    drop(journal);
    let journal = scene.journal();
    assert_eq!(positions(&journal, run), [1]);
    assert_eq!(journal.progress(run).unwrap().accepted, 1);
}

#[test]
fn a_journal_that_another_program_keeps_locked_is_told() {
    let scene = Scene::new();
    let mut journal = scene.journal();
    journal
        .connection
        .busy_timeout(std::time::Duration::from_millis(10))
        .unwrap();
    let other = Connection::open(scene.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = journal.plan(&plan(1), now()).unwrap_err();
    assert!(matches!(error, JournalError::Locked(_)), "{error}");
    // Reading goes on.
    assert_eq!(Journal::read(&scene.path()).unwrap().runs().unwrap(), []);
}

#[cfg(unix)]
#[test]
fn a_journal_is_for_its_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new();
    let mut journal = scene.journal();
    journal.plan(&plan(1), now()).unwrap();
    for file in fs::read_dir(scene.folder.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.path().display());
    }
}

/// Names the journal to the process that is cut.
const CUT: &str = "REMOTE_DOCTOR_TEST_JOURNAL";

/// It does nothing unless [`a_transaction_that_was_cut_leaves_nothing`] runs it in a process of its own.
#[test]
fn cut_in_a_transaction() {
    let Some(path) = std::env::var_os(CUT) else {
        return;
    };
    let mut journal = Journal::open(path.as_ref()).unwrap();
    let run = journal.plan(&plan(2), now()).unwrap();
    let jobs = journal.pending(run, -1, 100).unwrap();
    let begun = journal.begin_attempt(jobs[0].id, "cut", now()).unwrap();
    journal.accept(begun.attempt, &report("0"), now()).unwrap();
    let begun = journal.begin_attempt(jobs[1].id, "cut", now()).unwrap();
    // Small enough a cache that pages of the open transaction are in the file.
    journal
        .connection
        .execute_batch("PRAGMA cache_size = 1; BEGIN IMMEDIATE")
        .unwrap();
    for number in 0..5_000 {
        journal
            .connection
            .execute(
                "INSERT INTO attempts (job, executor, begun_ms) VALUES (?1, 'half', ?2)",
                [jobs[1].id.number(), number],
            )
            .unwrap();
    }
    assert_eq!(begun.attempt.number(), 2);
    std::process::abort();
}

#[test]
fn a_transaction_that_was_cut_leaves_nothing() {
    let scene = Scene::new();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::cut_in_a_transaction", "--nocapture"])
        .env(CUT, scene.path())
        .output()
        .unwrap();
    assert!(!child.status.success(), "{child:?}");
    let mut journal = scene.journal();
    let run = journal.run(WhichRun::LastOpen).unwrap().unwrap().id;
    let progress = journal.progress(run).unwrap();
    assert_eq!(
        (progress.accepted, progress.attempts),
        (1, 2),
        "{progress:?}"
    );
    assert_eq!(journal.reconcile(run, now()).unwrap(), 1);
    assert_eq!(positions(&journal, run), [1, 2, 3]);
}
