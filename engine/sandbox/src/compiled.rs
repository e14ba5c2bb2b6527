//! Compiled components, in memory and in files: the code as wasmtime has it, and at its end the name that says what it was
//! compiled from and for. So one that lies under another name, or answers another question, is noticed before it is mapped.
//!
//! This is the only place that turns bytes into code of this machine.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use compile::Name;
use wasmtime::Engine;
use wasmtime::component::Component;

/// Code with its name.
#[derive(Debug)]
pub(super) struct Compiled(Vec<u8>);

/// Compiled code was compiled from something else, or for something else.
#[derive(Debug)]
pub(super) struct OtherName;

impl Compiled {
    /// Compiles here and now: what is no part of this program is compiled by [`Compiler`](super::Compiler).
    pub(super) fn here(engine: &Engine, wasm: &[u8]) -> wasmtime::Result<Compiled> {
        Ok(Compiled(compile::compile(engine, wasm)?))
    }

    /// What a compiler of ours gave for this.
    pub(super) fn given(name: &Name, bytes: Vec<u8>) -> Result<Compiled, OtherName> {
        match name.ends(&bytes) {
            true => Ok(Compiled(bytes)),
            false => Err(OtherName),
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Ready to run, from memory.
    pub(super) fn component(&self, engine: &Engine) -> wasmtime::Result<Component> {
        trusted::from_memory(engine, &self.0)
    }
}

/// Ready to run, from a file of ours that has to be of this name; none where it is not.
pub(super) fn from_file(engine: &Engine, name: &Name, path: &Path) -> Option<Component> {
    let mut file = File::open(path).ok()?;
    match ends(&mut file, name) {
        true => trusted::from_file(engine, path).ok(),
        false => None,
    }
}

/// Whether a file has this name at its end.
fn ends(file: &mut File, name: &Name) -> bool {
    let mut end = vec![0; name.as_str().len()];
    let from = i64::try_from(end.len()).unwrap_or(i64::MAX);
    file.seek(SeekFrom::End(-from)).is_ok() && file.read_exact(&mut end).is_ok() && name.ends(&end)
}

/// Ready to run, from what is a part of this program and was compiled ahead; none where it was compiled from another component,
/// or is not for this machine.
pub(super) fn from_program(engine: &Engine, name: &Name, code: &'static [u8]) -> Option<Component> {
    match name.ends_for_another_machine(code) {
        true => trusted::from_memory(engine, code).ok(),
        false => None,
    }
}

#[allow(unsafe_code, reason = "each function says why its bytes are believed")]
mod trusted {
    use std::path::Path;

    use wasmtime::Engine;
    use wasmtime::component::Component;

    /// Bytes of `Compiled::here`, of `Compiler::compile`, or of this program.
    pub(super) fn from_memory(engine: &Engine, bytes: &[u8]) -> wasmtime::Result<Component> {
        // SAFETY: our own program compiled them, in this process or in a child of it that is given nothing but the component
        // to read and a pipe to answer on, and its answer ends with the name of that component; or they were compiled before
        // the program was built, and are as much a part of it as its own code. So this is what wasmtime makes of a component,
        // whatever it is. wasmtime checks its version, its settings and what the processor can do itself.
        unsafe { Component::deserialize(engine, bytes) }
    }

    /// A file of the cache.
    pub(super) fn from_file(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
        // SAFETY: the caller made sure that file and folder are writable by this user alone, whose programs need no file to
        // do what this one can, and that it ends with the name of what is wanted. Bytes as above were written to it.
        unsafe { Component::deserialize_file(engine, path) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_under_the_name_of_another_is_not_run() {
        let engine = Engine::new(&compile::config()).unwrap();
        let scratch = tempfile::tempdir().unwrap();
        let [one, other] = ["one", "other"].map(|name| {
            let text = format!("(component (core module (func (export {name:?}))))");
            let wasm = wat::parse_str(text).unwrap();
            let name = Name::of(&engine, &wasm);
            let path = scratch.path().join(name.as_str());
            let compiled = Compiled::here(&engine, &wasm).unwrap();
            std::fs::write(&path, compiled.as_bytes()).unwrap();
            (name, path, compiled)
        });
        assert!(from_file(&engine, &one.0, &one.1).is_some());
        assert!(one.2.component(&engine).is_ok());
        let moved = scratch.path().join("moved");
        std::fs::rename(&one.1, &moved).unwrap();
        std::fs::rename(&other.1, &one.1).unwrap();
        assert!(from_file(&engine, &one.0, &one.1).is_none(), "renamed");
        let (mut cut, end) = (std::fs::read(&moved).unwrap(), one.0.as_str().len());
        cut.truncate(cut.len() - end);
        std::fs::write(&one.1, &cut).unwrap();
        assert!(
            from_file(&engine, &one.0, &one.1).is_none(),
            "without a name"
        );
        std::fs::write(&one.1, "").unwrap();
        assert!(from_file(&engine, &one.0, &one.1).is_none(), "empty");
        assert!(Compiled::given(&one.0, other.2.0).is_err());
        assert!(Compiled::given(&other.0, cut).is_err());
    }
}
