//! The process that compiles: it reads a component, answers with its code, and is bounded in all it does.

use std::env;
use std::io::{self, Read, Write};
use std::process::ExitCode;

use wasmtime::Engine;

use super::super::compiled::Compiled;
use super::super::structure::StructureError;
use super::super::{load, structure};
use super::{ASKED, Code};

/// Compiles a component from standard input to standard output, if this process was started for that; what has come of it
/// is the exit code then. To be called before anything else is done: the limits are set before anything is read.
pub fn compile_if_asked() -> Option<ExitCode> {
    let mut arguments = env::args_os().skip(1);
    if arguments.next()? != ASKED || arguments.next().is_some() {
        return None;
    }
    let code = compile().unwrap_or_else(|(code, reason)| {
        // With nobody to read it there is nobody to tell.
        let _ = writeln!(io::stderr(), "{reason}");
        code
    });
    Some(ExitCode::from(code as u8))
}

type Failed = (Code, String);

fn compile() -> Result<Code, Failed> {
    let unable = |error: io::Error| (Code::Unable, error.to_string());
    confine().map_err(unable)?;
    let mut wasm = Vec::new();
    let most = load::MAX_SIZE + 1;
    io::stdin()
        .take(most)
        .read_to_end(&mut wasm)
        .map_err(unable)?;
    structure::check(&wasm).map_err(|error| match error {
        StructureError::Malformed(reason) => (Code::Malformed, reason),
        StructureError::Excessive(reason) => (Code::Excessive, reason),
    })?;
    let engine = Engine::new(&compile::config()).map_err(|error| failed(&error))?;
    let compiled = Compiled::here(&engine, &wasm).map_err(|error| failed(&error))?;
    io::stdout()
        .write_all(compiled.as_bytes())
        .map_err(unable)?;
    Ok(Code::Compiled)
}

/// Where memory is asked for in a way that can be refused, wasmtime says so.
fn failed(error: &wasmtime::Error) -> Failed {
    let system = |cause: &(dyn std::error::Error + 'static)| {
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        kind == Some(io::ErrorKind::OutOfMemory)
    };
    match error.is::<wasmtime::OutOfMemory>() || error.chain().any(system) {
        true => (Code::Memory, String::new()),
        false => (Code::Malformed, error.root_cause().to_string()),
    }
}

/// Takes from this process what it does not need, for good.
#[cfg(unix)]
fn confine() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let time = super::TIME.as_secs();
    for (resource, most, at_last) in [
        // What can be written to: memory that is only set aside costs nothing.
        (Resource::Data, super::MEMORY, super::MEMORY),
        (Resource::Fsize, 0, 0),
        (Resource::Core, 0, 0),
        // The first is told by a signal of its own, the second by that which ends anybody.
        (Resource::Cpu, time, time + 1),
    ] {
        // Whoever started us may have less than that.
        let given = getrlimit(resource).maximum.unwrap_or(u64::MAX);
        let bound = Rlimit {
            current: Some(most.min(given)),
            maximum: Some(at_last.min(given)),
        };
        setrlimit(resource, bound)?;
    }
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    close_others();
    Ok(())
}

/// A system without such limits compiles nothing of others.
#[cfg(not(unix))]
fn confine() -> io::Result<()> {
    let what = "this system does not bound the memory of a process";
    Err(io::Error::new(io::ErrorKind::Unsupported, what))
}

/// Whoever started the program that started this one may have left files open. The three that are known stay.
#[cfg(unix)]
fn close_others() {
    let open = std::fs::read_dir("/proc/self/fd").into_iter().flatten();
    let numbers = open.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    let others: Vec<i32> = numbers.filter(|number| *number > 2).collect();
    for number in others {
        #[allow(unsafe_code, reason = "a number is closed that nobody here knows of")]
        // SAFETY: nothing was opened by this process yet but the list above, which is closed again.
        unsafe {
            rustix::io::close(number);
        }
    }
}
