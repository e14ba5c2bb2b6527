//! From the component of a probe to code of a machine: the settings that code depends on, the compiler, and the names that say
//! what was compiled from what and for what.
//!
//! It is apart from the sandbox, which runs code, so that `cargo xtask setup` can compile the built-in probes before the
//! program is built: see `main.rs`. The feature `compiler` adds the compiler of wasmtime.
#![warn(missing_docs)]

mod features;
mod name;

use wasmtime::Engine;

pub use features::config;
pub use name::Name;

/// Whether this program can compile.
pub const HAS_COMPILER: bool = cfg!(feature = "compiler");

/// Compiles a component for this machine. Its code has its name at the end.
///
/// # Errors
/// It is no component, or this program has no compiler.
pub fn compile(engine: &Engine, wasm: &[u8]) -> wasmtime::Result<Vec<u8>> {
    let mut code = precompiled(engine, wasm)?;
    code.extend(Name::of(engine, wasm).as_str().bytes());
    Ok(code)
}

#[cfg(feature = "compiler")]
fn precompiled(engine: &Engine, wasm: &[u8]) -> wasmtime::Result<Vec<u8>> {
    engine.precompile_component(wasm)
}

#[cfg(not(feature = "compiler"))]
fn precompiled(_engine: &Engine, _wasm: &[u8]) -> wasmtime::Result<Vec<u8>> {
    Err(wasmtime::Error::msg(
        "this program has no compiler for probes",
    ))
}

/// Compiles ahead, for the processor that every machine of this kind has at least: what it makes runs on all of them.
#[cfg(feature = "compiler")]
pub struct Ahead(Engine);

#[cfg(feature = "compiler")]
impl Ahead {
    /// A compiler for the kind of machine that this program is built for.
    ///
    /// # Errors
    /// There is no compiler for it.
    pub fn new() -> wasmtime::Result<Ahead> {
        let mut config = config();
        config.target(env!("COMPILED_FOR"))?;
        Ok(Ahead(Engine::new(&config)?))
    }

    /// The code of a component.
    ///
    /// # Errors
    /// It is no component.
    pub fn compile(&self, wasm: &[u8]) -> wasmtime::Result<Vec<u8>> {
        compile(&self.0, wasm)
    }

    /// Whether that is the code of this component, as it would be compiled today.
    pub fn made(&self, wasm: &[u8], code: &[u8]) -> bool {
        Name::of(&self.0, wasm).ends(code)
    }
}

#[cfg(all(test, feature = "compiler"))]
mod tests {
    use super::*;

    #[test]
    fn what_was_compiled_ahead_is_known_by_its_component() {
        let ahead = Ahead::new().unwrap();
        let engine = Engine::new(&config()).unwrap();
        let [one, other] = ["one", "other"].map(|name| {
            let text = format!("(component (core module (func (export {name:?}))))");
            wat::parse_str(text).unwrap()
        });
        let code = ahead.compile(&one).unwrap();
        assert!(ahead.made(&one, &code) && !ahead.made(&other, &code));
        assert!(Name::of(&engine, &one).ends_for_another_machine(&code));
        assert!(!Name::of(&engine, &other).ends_for_another_machine(&code));
        assert!(!Name::of(&engine, &one).ends_for_another_machine(&code[..9]));
        // For a machine with more than every machine has, it would be other code.
        assert!(!Name::of(&engine, &one).ends(&code));
    }
}
