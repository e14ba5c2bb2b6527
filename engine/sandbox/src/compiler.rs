//! Third-party components are compiled in a process of their own, which may use so much memory and so much time and no more:
//! a compiler is a large program, and what it does with a component that was made for it nobody can say beforehand.

mod child;

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use super::compiled::Compiled;
use compile::Name;
use model::cleaner;

pub use child::compile_if_asked;

/// The first argument of a program that is to compile.
const ASKED: &str = "compile-third-party-component";
/// The memory that compiling may take. CPython takes half of it.
const MEMORY: u64 = 1 << 30;
/// How long it may take a processor: it is the same on a busy machine. CPython takes 13 s.
const TIME: Duration = Duration::from_secs(30);
/// How long it may take by the clock, should it not get a processor.
const CLOCK: Duration = Duration::from_secs(90);
/// What comes of it at most; of CPython 35 MiB.
const MAX_COMPILED: u64 = 256 << 20;
/// As much as is read of the reason.
const MAX_REASON: u64 = 4096;
/// Each thread of the compiler takes memory.
const THREADS: usize = 4;

/// What the exit code of the process means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    /// What it wrote is the compiled component.
    Compiled = 0,
    /// The limits could not be set, or nothing could be read or written.
    Unable = 70,
    /// What it read is no component; the reason is on standard error.
    Malformed = 71,
    /// There is more of something in it than a probe has; likewise.
    Excessive = 72,
    /// The memory is used up.
    Memory = 73,
}

/// Why a component was not compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// This program was built without one.
    #[error("this program was built without a compiler for third-party probes")]
    NoCompiler,
    /// There is no process to compile in.
    #[error("the compiler cannot be started: {0}")]
    NotStarted(std::io::Error),
    /// It is no component, or one that no probe is.
    #[error("{0}")]
    Malformed(String),
    /// There is more of something in it than a probe has.
    #[error("too large for a probe: {0}")]
    Excessive(String),
    /// It would take more memory than it may.
    #[error("it took more than 1 GiB to compile")]
    Memory,
    /// It would take a processor longer than it may.
    #[error("it took longer than {} s of processor time to compile", TIME.as_secs())]
    Time,
    /// It did not end in time.
    #[error("it took longer than {} s to compile", CLOCK.as_secs())]
    Clock,
    /// More comes of it than may.
    #[error("it is larger than {} MiB when compiled", MAX_COMPILED >> 20)]
    TooLarge,
    /// It ended in another way.
    #[error("the compiler ended: {0}")]
    Ended(String),
}

/// The program that compiles third-party components: it is this one, or one that begins with [`compile_if_asked`] like it.
#[derive(Clone, Debug)]
pub struct Compiler {
    program: PathBuf,
}

impl Compiler {
    /// This program. A program of another name that uses this library has to begin with [`compile_if_asked`], or to name one
    /// that does; otherwise no third-party probe is loaded.
    pub fn this_program() -> Compiler {
        // Not the path it was started by, where a newer program may lie by now.
        let program = match cfg!(target_os = "linux") {
            true => Ok("/proc/self/exe".into()),
            false => std::env::current_exe(),
        };
        Compiler {
            program: program.unwrap_or_default(),
        }
    }

    /// The program in this file.
    pub fn at(program: impl Into<PathBuf>) -> Compiler {
        let program = program.into();
        Compiler { program }
    }

    /// Compiles a component, whose name that is.
    ///
    /// # Errors
    /// It is none, or takes more than it may; no process is left of it.
    pub(super) async fn compile(&self, name: &Name, wasm: &[u8]) -> Result<Compiled, CompileError> {
        if !compile::HAS_COMPILER {
            return Err(CompileError::NoCompiler);
        }
        let mut child = self.start().map_err(CompileError::NotStarted)?;
        let answer = tokio::time::timeout(CLOCK, answer(&mut child, wasm)).await;
        // It may still run; what was started is waited for, so that nothing of it is left.
        let _ = child.kill().await;
        match answer {
            Err(_) => Err(CompileError::Clock),
            Ok(answer) => answer?.meant(name),
        }
    }

    fn start(&self) -> std::io::Result<Child> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut command = Command::new(&self.program);
        command
            .arg(ASKED)
            .env_clear()
            .env("RAYON_NUM_THREADS", threads.min(THREADS).to_string())
            // The limit counts what may be written to, and the allocator would make a whole gigabyte of that at once.
            .env("MIMALLOC_ARENA_EAGER_COMMIT", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // What the terminal sends to this program is for this program.
        #[cfg(unix)]
        command.process_group(0);
        command.spawn()
    }
}

/// What a process said and how it ended.
struct Answer {
    compiled: Vec<u8>,
    reason: Vec<u8>,
    status: ExitStatus,
}

async fn answer(child: &mut Child, wasm: &[u8]) -> Result<Answer, CompileError> {
    let broken = || CompileError::NotStarted(std::io::ErrorKind::BrokenPipe.into());
    let mut question = child.stdin.take().ok_or_else(broken)?;
    let compiled = child.stdout.take().ok_or_else(broken)?;
    let reason = child.stderr.take().ok_or_else(broken)?;
    let asked = async {
        // One that ends before it has read all says why itself.
        let _ = question.write_all(wasm).await;
        drop(question);
        Ok(())
    };
    let ended = |error: std::io::Error| CompileError::Ended(error.to_string());
    let reason = async {
        let reason = all_of(reason, MAX_REASON).await.map_err(ended)?;
        Ok(reason.unwrap_or_default())
    };
    let compiled = async {
        let compiled = all_of(compiled, MAX_COMPILED).await.map_err(ended)?;
        compiled.ok_or(CompileError::TooLarge)
    };
    let ((), compiled, reason) = tokio::try_join!(asked, compiled, reason)?;
    let status = child.wait().await.map_err(ended)?;
    Ok(Answer {
        compiled,
        reason,
        status,
    })
}

/// All that comes; none where it is more than that.
async fn all_of(stream: impl AsyncRead + Unpin, most: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    stream.take(most + 1).read_to_end(&mut bytes).await?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

impl Answer {
    fn meant(self, name: &Name) -> Result<Compiled, CompileError> {
        let reason = cleaner::line(String::from_utf8_lossy(&self.reason).trim(), 500);
        let is = |code: Code| self.status.code() == Some(code as i32);
        if is(Code::Compiled) {
            let given = Compiled::given(name, self.compiled);
            return given.map_err(|_| CompileError::Ended("it gave something else".into()));
        }
        Err(if is(Code::Malformed) {
            CompileError::Malformed(reason)
        } else if is(Code::Excessive) {
            CompileError::Excessive(reason)
        } else if is(Code::Memory) || self.is_out_of_memory(&reason) {
            CompileError::Memory
        } else if is_out_of_time(self.status) {
            CompileError::Time
        } else {
            CompileError::Ended(match reason.is_empty() {
                true => self.status.to_string(),
                false => format!("{}: {reason}", self.status),
            })
        })
    }

    /// Where memory is asked for in a way that cannot be refused, the standard library says so and aborts.
    fn is_out_of_memory(&self, reason: &str) -> bool {
        self.status.code().is_none() && reason.contains("memory allocation of ")
    }
}

/// The system ends who has used up its processor time, with a signal of its own.
#[cfg(unix)]
fn is_out_of_time(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(rustix::process::Signal::XCPU.as_raw())
}

#[cfg(not(unix))]
fn is_out_of_time(_status: ExitStatus) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use wasmtime::Engine;

    use super::*;

    /// What comes of a compiler that does this.
    async fn of(script: &str) -> Result<(), String> {
        let scratch = tempfile::tempdir().unwrap();
        let program = scratch.path().join("compiler");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o700)).unwrap();
        let engine = Engine::new(&compile::config()).unwrap();
        let wasm = wat::parse_str("(component)").unwrap();
        let name = Name::of(&engine, &wasm);
        let compiled = Compiler::at(&program).compile(&name, &wasm).await;
        compiled.map(|_| ()).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn what_becomes_of_a_compiler_is_said() {
        for (script, said) in [
            ("echo 'odd section' >&2; exit 71", "odd section"),
            ("exit 72", "too large for a probe"),
            ("exit 73", "more than 1 GiB"),
            (
                "echo 'memory allocation of 9 bytes failed' >&2; kill -6 $$",
                "more than 1 GiB",
            ),
            ("kill -XCPU $$", "longer than 30 s of processor time"),
            ("kill -11 $$", "the compiler ended: signal: 11"),
            ("exit 3", "the compiler ended: exit status: 3"),
            ("exit 0", "it gave something else"),
            ("cat", "it gave something else"),
            ("exec head -c 300m /dev/zero", "larger than 256 MiB"),
        ] {
            let told = of(script).await.unwrap_err();
            assert!(told.contains(said), "{script}: {told}");
        }
    }

    #[tokio::test]
    async fn without_a_compiler_nothing_is_compiled() {
        let engine = Engine::new(&compile::config()).unwrap();
        let name = Name::of(&engine, b"");
        let compiled = Compiler::at("/nowhere/compiler").compile(&name, b"").await;
        assert!(matches!(compiled, Err(CompileError::NotStarted(_))));
    }

    #[tokio::test]
    async fn nothing_of_the_environment_is_passed_on() {
        let told = of("env | sort >&2; exit 71").await.unwrap_err();
        assert!(told.contains("RAYON_NUM_THREADS="), "{told}");
        assert!(!told.contains("HOME=") && !told.contains("CARGO"), "{told}");
    }
}
