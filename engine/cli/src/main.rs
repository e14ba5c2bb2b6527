//! The program `remote-doctor`.

use std::process::ExitCode;

/// A diagnosis is some thousands of small pieces of memory: this takes half the time the system's allocator takes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if let Some(code) = sandbox::compile_if_asked() {
        return code;
    }
    cli::main()
}
