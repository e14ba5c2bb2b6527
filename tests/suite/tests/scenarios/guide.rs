//! The author's guide, `plugins/README.md`, followed word for word from an empty folder: files are written as it shows them,
//! commands are typed as they stand there, and what it says they print is in what they print.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use libtest_mimic::{Failed, Trial};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use serde_json::{Value, json};

const GUIDE: &str = include_str!("../../../../plugins/README.md");

pub fn trials() -> Vec<Trial> {
    vec![Trial::test("guide_followed_from_an_empty_folder", follow)]
}

/// A block of the guide.
#[derive(Debug)]
enum Step {
    /// Commands, and what they print.
    Type(String),
    /// A command that goes on in another terminal.
    Beside(String),
    /// A file.
    Write(PathBuf, String),
}

fn follow() -> Result<(), Failed> {
    let empty = tempfile::tempdir()?;
    let mut author = Author {
        folder: empty.path().into(),
        beside: Vec::new(),
    };
    let steps = steps()?;
    for step in &steps {
        author.take(step)?;
    }
    author.compares()?;
    author.slips()?;
    match steps.len() {
        0..6 => Err(format!("the guide has {} steps only", steps.len()).into()),
        _ => Ok(()),
    }
}

fn steps() -> Result<Vec<Step>, Failed> {
    let mut steps = Vec::new();
    let mut block: Option<(String, String)> = None;
    for event in Parser::new(GUIDE) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                block = Some((info.to_string(), String::new()));
            }
            Event::Text(text) => {
                if let Some((_, content)) = &mut block {
                    content.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((info, content)) = block.take() {
                    steps.push(step(&info, content)?);
                }
            }
            _ => {}
        }
    }
    Ok(steps)
}

fn step(info: &str, content: String) -> Result<Step, Failed> {
    match info.split_once(' ') {
        None if info == "console" => Ok(Step::Type(content)),
        Some(("console", "second terminal")) => Ok(Step::Beside(content)),
        Some((_, path)) => Ok(Step::Write(path.into(), content)),
        None => Err(format!("nobody knows what to do with a block of {info:?}").into()),
    }
}

/// Somebody who does what the guide says.
struct Author {
    folder: PathBuf,
    beside: Vec<Child>,
}

impl Author {
    fn take(&mut self, step: &Step) -> Result<(), Failed> {
        match step {
            Step::Write(path, content) => {
                let path = self.folder.join(path);
                fs::create_dir_all(path.parent().unwrap_or(&path))?;
                Ok(fs::write(path, content)?)
            }
            Step::Beside(command) => {
                let mut child = self
                    .shell(command.trim_start_matches("$ "))?
                    .stdout(Stdio::piped())
                    .stderr(Stdio::null())
                    .spawn()?;
                let stdout = child.stdout.take().ok_or("no output")?;
                self.beside.push(child);
                // Its first line says that it is there.
                let mut line = String::new();
                std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line)?;
                match line.contains("listening") {
                    true => Ok(()),
                    false => Err(format!("{command}: {line}").into()),
                }
            }
            Step::Type(session) => self.type_in(session),
        }
    }

    fn type_in(&mut self, session: &str) -> Result<(), Failed> {
        let mut printed = String::new();
        for line in session.lines() {
            if let Some(folder) = line.strip_prefix("$ cd ") {
                self.folder.push(folder);
            } else if let Some(command) = line.strip_prefix("$ ") {
                let output = self.shell(command)?.output()?;
                printed = words(&String::from_utf8_lossy(&output.stdout));
                if !output.status.success() {
                    let told = String::from_utf8_lossy(&output.stderr).into_owned();
                    return Err(format!("{command}: {}: {printed}\n{told}", output.status).into());
                }
            } else if !printed.contains(&words(line)) {
                return Err(format!("{line:?} is not in what is printed: {printed}").into());
            }
        }
        Ok(())
    }

    /// The report names the very file that was inspected, and the probe can do no more than it does.
    fn compares(&self) -> Result<(), Failed> {
        let printed = |command: &str| -> Result<Value, Failed> {
            Ok(serde_json::from_slice(
                &self.shell(command)?.output()?.stdout,
            )?)
        };
        let file = "target/greeting-version.wasm";
        let inspected = printed(&format!("remote-doctor plugin inspect {file} --json"))?;
        let recording = "scenarios/customer.recording";
        let report = printed(&format!(
            "remote-doctor replay {recording} --plugin {file} --format json"
        ))?;
        let probes = report["probes"].as_array().ok_or("no probes")?;
        let run = probes
            .iter()
            .find(|probe| probe["id"] == "greeting-version");
        let run = run.ok_or("it did not run")?;
        let same = run["digest"] == inspected["file"]["digest"] && run["digest"].is_string();
        match same && inspected["abilities"] == json!([]) {
            true => Ok(()),
            false => Err(format!("inspected: {inspected:#}\nrun: {run:#}").into()),
        }
    }

    /// A header that cannot be read is told with its page and its line.
    fn slips(&self) -> Result<(), Failed> {
        let pages = fs::read_dir(self.folder.join("remedies"))?;
        let page = pages.last().ok_or("no page")??.path();
        let text = fs::read_to_string(&page)?;
        let line = text.lines().position(|line| line.starts_with("severity: "));
        let line = line.ok_or("the page has no severity")? + 1;
        let severity = text.lines().nth(line - 1).unwrap_or_default();
        fs::write(&page, text.replacen(severity, "severity: fatal", 1))?;
        let output = self.shell("remote-doctor plugin build")?.output()?;
        let said = words(&String::from_utf8_lossy(&output.stderr));
        let name = page.file_name().unwrap_or_default().to_string_lossy();
        let told =
            format!("remedies/{name}:{line}: `severity: fatal` is none of error, warning, info");
        match output.status.code() == Some(2) && said.contains(&told) {
            true => Ok(()),
            false => Err(format!("{}, without {told}: {said}", output.status).into()),
        }
    }

    fn shell(&self, command: &str) -> Result<Command, Failed> {
        let path = std::env::var("PATH")?;
        let ours = Path::new(suite::program())
            .parent()
            .ok_or("the program is in no folder")?;
        let mut shell = Command::new("sh");
        // In the shell's place, so that ending it ends the program.
        shell.arg("-c").arg(format!("exec {command}"));
        shell.current_dir(&self.folder);
        shell.env("PATH", format!("{}:{path}", ours.display()));
        // Other tests of the suite wait for servers, and a compiler would take their time.
        shell.env("CARGO_BUILD_JOBS", "1").stdin(Stdio::null());
        Ok(shell)
    }
}

impl Drop for Author {
    fn drop(&mut self) {
        for child in &mut self.beside {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Without the line ends that a width has made.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
