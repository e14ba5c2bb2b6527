//! What another version of a probe hears, and what it does not.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::tolerant::TolerantReplay;
use super::{
    Entry, ExpectedResult, Header, Heard, Recording, Replay, Settings, Shareability, Trace,
};
use host::backend::Halt;
use host::bytes::Bytes;
use host::call::{Answer, Call};
use model::failure::{Failure, Operation};
use model::remote::{Depth, Remote};
use model::verdict::Verdict;
use model::visit::{Attempt, VisitScope};
use model::visit::{Purpose, RunPhase, VisitKey};
use report::Tool;

const PLACE: VisitKey = VisitKey {
    attempt: Attempt::First,
    source: None,
    scope: VisitScope::Full,
};

fn write(connection: u32, text: &str) -> Call {
    Call::Write {
        connection,
        bytes: Bytes(text.into()),
        wait_ms: 1000,
    }
}

fn read(connection: u32, wait_ms: u32) -> Call {
    Call::Read {
        connection,
        max: 100,
        wait_ms,
    }
}

fn data() -> Call {
    Call::ConnectData {
        control: 1,
        port: 50_000,
        address: None,
    }
}

fn text(text: &str) -> Answer {
    Answer::Received(Ok(Bytes(text.into())))
}

fn done() -> Answer {
    Answer::Sent(Ok(()))
}

fn silence(ms: u64) -> Answer {
    let failure = Failure::timed_out(Operation::Read, Duration::from_millis(ms));
    Answer::Received(Err(failure))
}

fn trace(probe: &str, said: Vec<(Call, Answer, u64)>) -> (RunPhase, VisitKey, Trace) {
    let mut at_us = 0;
    let entries = said.into_iter().map(|(call, answer, took_us)| {
        at_us += took_us;
        Entry {
            at_us: at_us - took_us,
            took_us,
            call,
            heard: Heard::Answer(answer),
        }
    });
    let trace = Trace {
        probe: probe.into(),
        purpose: Purpose::Diagnose,
        reached: None,
        entries: entries.collect(),
        end: None,
        took: Duration::ZERO,
    };
    (RunPhase::Diagnosis, PLACE, trace)
}

/// The first of these traces, as another version hears it.
fn tolerant(traces: Vec<(RunPhase, VisitKey, Trace)>) -> TolerantReplay {
    let settings = Settings {
        remote: Remote::at("ftp.example.com", 21),
        permissions: Default::default(),
        withheld: None,
        data_addresses: Vec::new(),
        depth: Depth::Quick,
        timeouts: Default::default(),
        only: Vec::new(),
        skip: Vec::new(),
        denied: Default::default(),
        now: 0,
    };
    let recording = Recording {
        header: Header {
            tool: Tool::this(),
            started: Timestamp::UNIX_EPOCH,
            redaction: Shareability::Internal,
            settings,
            probes: Vec::new(),
        },
        expected: ExpectedResult {
            verdict: Verdict::Healthy,
            root_causes: Vec::new(),
            findings: Vec::new(),
        },
        sheet: None,
        traces,
        summaries: Vec::new(),
    };
    let replay: Arc<Replay> = Replay::new(recording, &[]);
    TolerantReplay::new(replay, (RunPhase::Diagnosis, PLACE), 0)
}

/// A transfer: its command, its data and its end, told on two connections.
fn transfer() -> TolerantReplay {
    tolerant(vec![trace(
        "p",
        vec![
            (read(1, 1000), text("220 hello\r\n"), 10),
            (write(1, "EPSV\r\n"), done(), 1),
            (read(1, 1000), text("229 (|||50000|)\r\n"), 10),
            (data(), Answer::Opened(Ok(2)), 1),
            (write(1, "LIST\r\n"), done(), 1),
            (read(2, 1000), text("a file\r\n"), 10),
            (read(2, 1000), text(""), 10),
            (read(1, 1000), text("226 done\r\n"), 10),
        ],
    )])
}

fn heard(answer: Result<Answer, Halt>) -> String {
    match answer {
        Ok(Answer::Received(Ok(bytes))) => String::from_utf8(bytes.0).unwrap(),
        Ok(Answer::Received(Err(failure))) => failure.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn how_it_is_cut_into_writes_makes_no_difference() {
    let mut host = transfer();
    for part in ["E", "PSV", "\r\n"] {
        assert!(host.answer(&write(1, part)).is_ok(), "{part}");
    }
    assert_eq!(heard(host.answer(&read(1, 500))), "220 hello\r\n");
    assert_eq!(heard(host.answer(&read(1, 500))), "229 (|||50000|)\r\n");
}

#[test]
fn what_follows_a_command_is_not_heard_before_it_was_sent() {
    let mut host = transfer();
    let small = Call::Read {
        connection: 1,
        max: 4,
        wait_ms: 1000,
    };
    assert_eq!(heard(host.answer(&small)), "220 ");
    assert_eq!(heard(host.answer(&read(1, 1000))), "hello\r\n");
    assert!(matches!(
        host.answer(&read(1, 1000)),
        Err(Halt::NotRecorded(_))
    ));
    assert!(host.answer(&write(1, "EPSV\r\n")).is_ok());
    assert_eq!(heard(host.answer(&read(1, 1000))), "229 (|||50000|)\r\n");
    assert!(matches!(host.answer(&data()), Ok(Answer::Opened(Ok(2)))));
    // The listing was an answer to a command on the other connection.
    assert!(matches!(
        host.answer(&read(2, 1000)),
        Err(Halt::NotRecorded(_))
    ));
    assert!(host.answer(&write(1, "LIST\r\n")).is_ok());
    let ready = Call::Ready {
        connections: vec![1, 2],
        wait_ms: 1000,
    };
    assert!(matches!(host.answer(&ready), Ok(Answer::Ready(which)) if which == [1]));
    assert_eq!(heard(host.answer(&read(2, 1000))), "a file\r\n");
    for _ in 0..2 {
        assert_eq!(heard(host.answer(&read(2, 1000))), "", "the end stays");
    }
}

#[test]
fn another_command_is_not_answered() {
    for other in ["PASV\r\n", "EPSV ALL\r\n", "epsv\r\n"] {
        let mut host = transfer();
        let answer = host.answer(&write(1, other));
        assert!(matches!(answer, Err(Halt::NotRecorded(_))), "{other}");
    }
    let mut host = transfer();
    let elsewhere = Call::Connect {
        to: "198.51.100.20:990".parse().unwrap(),
        max_segment: None,
    };
    assert!(matches!(host.answer(&elsewhere), Err(Halt::NotRecorded(_))));
}

#[test]
fn silence_lasts_as_long_as_it_was_listened_to() {
    let said = vec![
        (read(1, 1000), silence(1000), 1_000_000),
        (read(1, 1000), text("late"), 500_000),
    ];
    let mut short = tolerant(vec![trace("p", said.clone())]);
    for _ in 0..2 {
        assert_eq!(
            heard(short.answer(&read(1, 400))),
            "nothing came within 0.4 s"
        );
    }
    assert_eq!(heard(short.answer(&read(1, 800))), "late");
    let mut long = tolerant(vec![trace("p", said)]);
    assert_eq!(heard(long.answer(&read(1, 5000))), "late");
}

#[test]
fn what_was_put_back_is_read_once() {
    let back = Call::Unread {
        connection: 1,
        bytes: Bytes("world".into()),
    };
    let mut host = tolerant(vec![trace(
        "p",
        vec![
            (read(1, 1000), text("hello world"), 1),
            (back, Answer::Done(()), 0),
            (read(1, 1000), text("world"), 0),
            (read(1, 1000), text(", again"), 1),
        ],
    )]);
    assert_eq!(heard(host.answer(&read(1, 500))), "hello world");
    assert_eq!(heard(host.answer(&read(1, 500))), ", again");
}

#[test]
fn a_question_without_the_remote_is_answered_by_whoever_asked_it() {
    let resolve = |name: &str| Call::Resolve { name: name.into() };
    let other = trace(
        "q",
        vec![(resolve("a.example"), Answer::Resolved(Ok(vec![])), 1)],
    );
    let mut host = tolerant(vec![trace("p", vec![]), other]);
    assert!(host.answer(&resolve("a.example")).is_ok());
    assert!(matches!(
        host.answer(&resolve("b.example")),
        Err(Halt::NotRecorded(_))
    ));
}
