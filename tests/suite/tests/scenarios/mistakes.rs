//! The mistakes that people make at the door, each typed as they type it, and what is said of it. An answer is good where it
//! says what helps, has the right exit code, and has no words of a library or a system in it. The table of all of them goes
//! to `target/mistakes.md`.

mod list;

use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;

use lab::{Behaviour, Lab};
use libtest_mimic::{Failed, Trial};

use crate::served::Served;
use list::{MISTAKES, Mistake};

pub fn trials() -> Vec<Trial> {
    vec![Trial::test("mistakes_are_answered", answered)]
}

/// Words that nobody but a programmer knows.
const FOREIGN: [&str; 12] = [
    "os error",
    "relative URL without a base",
    "stream did not contain",
    "invalid boolean",
    "key with no value",
    "expected value at line",
    "invalid IP address syntax",
    "invalid digit",
    "panicked",
    "use '-- -",
    ".part",
    "stopped without a message",
];

/// What the mistakes are made with.
struct Door {
    served: Served,
    tls21: Lab,
    /// A port where nothing listens.
    dead: SocketAddr,
}

impl Door {
    fn open() -> Result<Door, Failed> {
        let served = Served::open(Behaviour::default())?;
        let at = SocketAddr::from(([127, 77, 21, 9], 21));
        let tls21 = served
            .runtime
            .block_on(Lab::start_on(Behaviour::default(), at))?;
        let dead = std::net::UdpSocket::bind("127.0.0.1:0")?.local_addr()?;
        let door = Door {
            served,
            tls21,
            dead,
        };
        let password = door.served.lab.behaviour().password.clone();
        let example = suite::workspace().join("examples/remote.toml");
        let example = fs::read_to_string(example)?.replace("ftp.example.com", "127.77.21.8");
        for (name, text) in [
            ("remote.toml", "host = \"127.0.0.1\"\n"),
            ("typo.toml", "host = \"h\"\nprot = 21\n"),
            ("type.toml", "host = \"h\"\nport = \"21\"\n"),
            ("password.toml", "host = \"h\"\npassword = \"hunter22\"\n"),
            ("unquoted.toml", "host = ftp.example.com\n"),
            ("yaml.toml", "host: ftp.example.com\nport: 21\n"),
            ("json.toml", "{\"host\": \"ftp.example.com\"}\n"),
            ("example.toml", &example),
            ("empty", ""),
            ("two-lines", "pass\nword\n"),
            ("with-line-end", &format!("{password}\r\n")),
            ("with-mark", &format!("\u{feff}{password}\n")),
            ("with-blank", &format!("{password} \n")),
            ("tls21.pem", door.tls21.authority_pem()),
        ] {
            fs::write(door.at(name), text)?;
        }
        fs::write(door.at("utf-16"), b"\xff\xfeh\0o\0")?;
        fs::write(door.at("latin-1"), b"gr\xfcn\n")?;
        fs::create_dir(door.at("folder"))?;
        Ok(door)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.served.folder.path().join(name)
    }

    fn typed(&self, mistake: &Mistake) -> Result<Output, Failed> {
        let lab = &self.served.lab;
        let words = mistake.typed.split(' ').map(|word| {
            word.replace("LAB", &lab.address().to_string())
                .replace("USER", &lab.behaviour().user)
                .replace("TLS21", &self.tls21.address().ip().to_string())
                .replace("DEAD", &self.dead.to_string())
        });
        let mut command = Command::new(suite::program());
        command
            .args(words)
            .current_dir(self.served.folder.path())
            .env("XDG_STATE_HOME", self.at("state"))
            .stdin(Stdio::null());
        Ok(command.output()?)
    }
}

/// What was said of a mistake, and what is wrong with that.
struct Said {
    mistake: &'static Mistake,
    exit: Option<i32>,
    text: String,
    wrong: Vec<String>,
}

impl Said {
    fn of(mistake: &'static Mistake, output: &Output) -> Said {
        let streams = [&output.stderr, &output.stdout];
        let text: String = streams.map(|it| String::from_utf8_lossy(it)).concat();
        // Where a line is broken says nothing of what it says.
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut wrong = Vec::new();
        if output.status.code() != Some(mistake.exit) {
            wrong.push(format!("ends with {}, not {}", output.status, mistake.exit));
        }
        let missing = mistake.says.iter().filter(|words| !flat.contains(**words));
        wrong.extend(missing.map(|words| format!("does not say “{words}”")));
        let foreign = FOREIGN.iter().chain(mistake.never).chain(&["hunter22"]);
        let foreign = foreign.filter(|words| text.contains(**words));
        wrong.extend(foreign.map(|words| format!("says “{words}”")));
        Said {
            mistake,
            exit: output.status.code(),
            text,
            wrong,
        }
    }

    /// The first lines, without the usage that follows.
    fn in_short(&self) -> String {
        const MOST: usize = 220;
        let lines = self.text.lines().map(str::trim);
        let lines = lines.take_while(|it| !it.starts_with("Usage:") && !it.starts_with("For more"));
        let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
        let text = words.join(" ").replace('|', "\\|");
        match text.char_indices().nth(MOST) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}

fn answered() -> Result<(), Failed> {
    let door = Door::open()?;
    let all = Mutex::new(Vec::new());
    // Some wait for a resolver that does not answer.
    let rest = Mutex::new(MISTAKES.iter().enumerate());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| work(&door, &rest, &all)))
            .collect();
        let mut ended = workers.into_iter().map(|worker| worker.join());
        ended.try_for_each(|it| it.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    let mut all = all.into_inner().map_err(|_| "a worker panicked")?;
    all.sort_by_key(|(number, _)| *number);
    let all: Vec<Said> = all.into_iter().map(|it| it.1).collect();
    fs::write(suite::workspace().join("target/mistakes.md"), table(&all))?;
    let bad = all.iter().filter(|said| !said.wrong.is_empty());
    let bad: Vec<String> = bad
        .map(|said| {
            format!(
                "remote-doctor {}\n  {}\n{}",
                said.mistake.typed,
                said.wrong.join("\n  "),
                said.text
            )
        })
        .collect();
    match bad.is_empty() {
        true => Ok(()),
        false => Err(bad.join("\n\n").into()),
    }
}

fn work(
    door: &Door,
    rest: &Mutex<impl Iterator<Item = (usize, &'static Mistake)>>,
    all: &Mutex<Vec<(usize, Said)>>,
) -> Result<(), Failed> {
    loop {
        let next = rest.lock().map_err(|_| "a worker panicked")?.next();
        let Some((number, mistake)) = next else {
            return Ok(());
        };
        let said = Said::of(mistake, &door.typed(mistake)?);
        all.lock()
            .map_err(|_| "a worker panicked")?
            .push((number, said));
    }
}

fn table(all: &[Said]) -> String {
    let mut out = String::from("| typed | said | exit | |\n|---|---|---|---|\n");
    for said in all {
        let exit = said.exit.map_or("none".into(), |code| code.to_string());
        let grade = if said.wrong.is_empty() { "good" } else { "bad" };
        let typed = said.mistake.typed;
        let _ = writeln!(
            out,
            "| `{typed}` | {} | {exit} | {grade} |",
            said.in_short()
        );
    }
    let good = all.iter().filter(|said| said.wrong.is_empty()).count();
    let _ = writeln!(out, "\n{good} of {} are good.", all.len());
    out
}
