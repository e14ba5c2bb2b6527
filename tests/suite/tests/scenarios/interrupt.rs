//! Ctrl-C while a file is on the remote: what was made there is removed, and what could not be is named.

use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use lab::{Event, Lab};
use libtest_mimic::{Failed, Trial};
use rustix::process::{Pid, Signal, kill_process};

use crate::binary::{self, Format, Run};
use crate::replay;
use crate::scenario::Scenario;
use crate::site::Site;

/// Uploads are taken, and their confirmation never comes.
pub const HANGS: &str = r#"
    [server]
    faults = ["upload-hangs"]
    [check]
    args = ["--ssl", "require-explicit", "--allow-writes", "--reply-timeout", "60"]
    [expect]
    root-causes = []
    verdict = "incomplete"
    exit = 130
"#;
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(10);

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("an_interrupt_leaves_nothing", || {
            leaves_nothing(Signal::INT)
        }),
        Trial::test("being_asked_to_end_leaves_nothing", || {
            leaves_nothing(Signal::TERM)
        }),
        Trial::test("a_terminal_that_goes_away_leaves_nothing", || {
            leaves_nothing(Signal::HUP)
        }),
        Trial::test("a_quit_leaves_nothing", || leaves_nothing(Signal::QUIT)),
        Trial::test("a_second_interrupt_gives_up", gives_up),
    ]
}

/// A run of the program against the lab.
pub struct Started {
    pub site: Site,
    pub process: Child,
}

impl Started {
    pub fn new(scenario: &str) -> Result<Started, Failed> {
        Started::by(scenario, |command| command)
    }

    /// The same, started by something else.
    pub fn by(scenario: &str, wrapped: impl FnOnce(Command) -> Command) -> Result<Started, Failed> {
        let scenario: Scenario = toml::from_str(scenario)?;
        let site = Site::open(&scenario).map_err(|error| format!("could not {error}"))?;
        let process = wrapped(binary::command(&scenario, &site, Format::Text))
            .stdin(Stdio::null())
            .stdout(File::create(site.file("stdout"))?)
            .stderr(File::create(site.file("stderr"))?)
            .spawn()?;
        Ok(Started { site, process })
    }

    pub fn lab(&self) -> &Lab {
        self.site.lab.as_ref().expect("the scenario has a server")
    }

    /// The files of the program that are on the server.
    pub fn there(&self) -> Vec<String> {
        let paths = self.lab().paths().into_iter();
        paths
            .filter(|path| path.contains("remote-doctor-"))
            .collect()
    }

    /// The upload has been taken, and the program waits for its confirmation.
    pub fn uploaded(&self) -> Result<(), Failed> {
        let taken = Event::DataClosed { bytes: 284 };
        self.until(|it| it.lab().log().iter().any(|entry| entry.event == taken))?;
        match self.there().len() {
            1 => Ok(()),
            _ => Err(format!("on the server: {:?}", self.there()).into()),
        }
    }

    pub fn until(&self, done: impl Fn(&Started) -> bool) -> Result<(), Failed> {
        let began = Instant::now();
        while !done(self) {
            if began.elapsed() > PATIENCE {
                return Err("it does not come about".into());
            }
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }

    pub fn signal(&self, signal: Signal) -> Result<(), Failed> {
        let process = Pid::from_raw(self.process.id().cast_signed()).ok_or("no process")?;
        Ok(kill_process(process, signal)?)
    }

    /// The exit code, and what was said on standard output and standard error.
    pub fn ended(&mut self) -> Result<(Option<i32>, String, String), Failed> {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.process.try_wait()? {
                break status;
            }
            if began.elapsed() > PATIENCE {
                return Err("it does not end".into());
            }
            std::thread::sleep(PAUSE);
        };
        let said = |name| fs::read_to_string(self.site.file(name));
        Ok((status.code(), said("stdout")?, said("stderr")?))
    }
}

impl Started {
    /// What was cut short is cut short in its replay, too.
    fn replays(&self, exit: Option<i32>, stdout: String) -> Result<(), Failed> {
        let run = Run {
            asked: self.site.asked(),
            format: Format::Text,
            exit,
            stdout: stdout.into_bytes(),
            stderr: Vec::new(),
            password: self.site.password.clone(),
            recording: fs::read(self.site.file(binary::RECORDING)).ok(),
            seen: None,
        };
        let complaints = replay::complaints(&toml::from_str(HANGS)?, &run);
        match complaints.is_empty() {
            true => Ok(()),
            false => Err(complaints.join("\n").into()),
        }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // Nothing to end where it has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn leaves_nothing(signal: Signal) -> Result<(), Failed> {
    let mut started = Started::new(HANGS)?;
    started.uploaded()?;
    started.signal(signal)?;
    let (code, stdout, stderr) = started.ended()?;
    let left = started.there();
    let journal = journal(&started)?;
    if code != Some(130)
        || !left.is_empty()
        || stderr.contains("left on the remote")
        || !journal.is_empty()
    {
        let left = [left, journal].concat();
        return Err(format!("exit {code:?}, left {left:?}\n{stdout}{stderr}").into());
    }
    started.replays(code, stdout)
}

/// The files of the journal.
pub fn journal(started: &Started) -> Result<Vec<String>, Failed> {
    match fs::read_dir(started.site.file("state/remote-doctor/journal")) {
        Err(_) => Ok(Vec::new()),
        Ok(entries) => {
            let names = entries.map(|it| Ok(it?.file_name().to_string_lossy().into_owned()));
            Ok(names.collect::<std::io::Result<_>>()?)
        }
    }
}

/// The session to tidy up with takes its time to log in, and the user does not wait for it.
fn gives_up() -> Result<(), Failed> {
    let slow = HANGS.replace(
        r#"["upload-hangs"]"#,
        r#"["upload-hangs", { login-slow = { ms = 4000 } }]"#,
    );
    let mut started = Started::new(&slow)?;
    started.uploaded()?;
    started.signal(Signal::INT)?;
    let passwords = |it: &Started| it.lab().password_attempts();
    started.until(|it| passwords(it) == 2)?;
    started.signal(Signal::INT)?;
    let began = Instant::now();
    let (code, stdout, stderr) = started.ended()?;
    let left = started.there();
    let named = left.iter().all(|path| {
        let name = path.trim_start_matches('/');
        stdout.contains(name) && stderr.contains(name)
    });
    if code != Some(130) || left.len() != 1 || !named || began.elapsed() > Duration::from_secs(2) {
        let took = began.elapsed();
        return Err(
            format!("exit {code:?} after {took:?}, left {left:?}\n{stdout}{stderr}").into(),
        );
    }
    started.replays(code, stdout)
}
