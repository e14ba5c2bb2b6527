//! What the code of a probe may consist of. The compiler and the sandbox have to agree on it, so both begin here.

use wasmtime::{Config, WasmFeatures};

/// What Rust, CPython and QuickJS compile to. Several memories are what a component of several components copies with
/// between them.
const ALLOWED: WasmFeatures = WasmFeatures::WASM2
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::MULTI_MEMORY)
    .union(WasmFeatures::COMPONENT_MODEL);

/// The settings that compiled code depends on.
///
/// A replay runs a probe again, perhaps on another kind of machine, so nothing may depend on it: what NaN an operation gives
/// is fixed, and the instructions that give what the processor likes (relaxed SIMD) are refused, as is all that no probe
/// has needed so far.
pub fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_features(WasmFeatures::all(), false)
        // There is no collector to have types of it for.
        .wasm_features(ALLOWED.difference(WasmFeatures::GC_TYPES), true)
        .epoch_interruption(true)
        // Concurrency within a component costs half of the speed of host calls, and no probe needs it.
        .concurrency_support(false);
    #[cfg(feature = "compiler")]
    config.cranelift_nan_canonicalization(true);
    config
}

#[cfg(all(test, feature = "compiler"))]
mod tests {
    use wasmtime::component::{Component, Linker, TypedFunc};
    use wasmtime::{Engine, Store};

    use super::*;

    fn component(text: &str) -> Result<(Engine, Component), String> {
        let engine = Engine::new(&config()).unwrap();
        let wasm = wat::parse_str(text).unwrap();
        let component = Component::from_binary(&engine, &wasm);
        let component = component.map_err(|error| format!("{error:?}"))?;
        Ok((engine, component))
    }

    /// A component with one function without arguments.
    fn of_function(result: &str, body: &str) -> String {
        format!(
            r#"(component
                (core module $m (memory 1) (table 1 funcref) (func (export "f") (result {result}) {body}))
                (core instance $i (instantiate $m))
                (func (export "f") (result u32) (canon lift (core func $i "f"))))"#
        )
    }

    fn given(body: &str) -> u32 {
        let (engine, component) = component(&of_function("i32", body)).unwrap();
        let mut store = Store::new(&engine, ());
        store.set_epoch_deadline(1);
        let instance = Linker::new(&engine)
            .instantiate(&mut store, &component)
            .unwrap();
        let function: TypedFunc<(), (u32,)> = instance.get_typed_func(&mut store, "f").unwrap();
        function.call(&mut store, ()).unwrap().0
    }

    /// The sign and the payload that x86-64 gives of itself are others than those of AArch64.
    #[test]
    fn a_nan_is_the_same_on_every_machine() {
        let canonical = 0x7fc0_0000;
        let zero = "(f32.const 0)";
        for made in [
            format!("(f32.div {zero} {zero})"),
            "(f32.sqrt (f32.const -1))".to_string(),
            "(f32.sub (f32.const inf) (f32.const inf))".to_string(),
            "(f32.add (f32.const -nan:0x200001) (f32.const 1))".to_string(),
            "(f32.demote_f64 (f64.div (f64.const 0) (f64.const 0)))".to_string(),
            "(f32x4.extract_lane 2 (f32x4.div (v128.const f32x4 0 0 0 0) (v128.const f32x4 0 0 0 0)))"
                .to_string(),
        ] {
            let bits = given(&format!("(i32.reinterpret_f32 {made})"));
            assert_eq!(bits, canonical, "{made} gave {bits:#x}");
        }
        assert_eq!(given("(i32.trunc_sat_f32_s (f32.const 1.5))"), 1, "no NaN");
    }

    #[test]
    fn what_depends_on_the_machine_is_refused() {
        let lanes = "(v128.const i32x4 0 0 0 0)";
        for body in [
            format!("(i32x4.extract_lane 0 (i32x4.relaxed_trunc_f32x4_s {lanes}))"),
            format!("(i8x16.extract_lane_u 0 (i8x16.relaxed_swizzle {lanes} {lanes}))"),
            format!("(i32x4.extract_lane 0 (f32x4.relaxed_madd {lanes} {lanes} {lanes}))"),
        ] {
            let refused = component(&of_function("i32", &body)).unwrap_err();
            assert!(refused.contains("relaxed SIMD"), "{refused}");
        }
    }

    #[test]
    fn what_no_probe_needs_is_refused() {
        let module = |text: &str| component(&format!("(component (core module {text}))"));
        for (text, feature) in [
            ("(memory i64 1)", "64"),
            ("(memory 1 1 shared)", "threads"),
            ("(memory 1 (pagesize 1))", "page size"),
            ("(func $f (return_call $f))", "tail call"),
            ("(type (struct))", "gc"),
            ("(tag)", "exceptions"),
            ("(func (param (ref func)))", "function"),
        ] {
            let refused = module(text).unwrap_err();
            assert!(refused.contains(feature), "{text}: {refused}");
        }
        for text in [
            "(memory 1) (func (result i32) (memory.grow (i32.const 0)))",
            "(func (result i32 i32) (i32.const 1) (i32.extend8_s (i32.const 2)))",
            "(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))",
            "(table 1 funcref) (global i32 (i32.add (i32.const 1) (i32.const 2)))",
        ] {
            assert!(module(text).is_ok(), "{text}");
        }
    }

    /// What is passed from one component to another is copied by code of wasmtime's own, which has both memories.
    #[test]
    fn a_component_of_two_components_is_taken() {
        let text = r#"(component
            (component $takes
                (core module $m
                    (memory (export "m") 1)
                    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 16))
                    (func (export "take") (param i32 i32)))
                (core instance $i (instantiate $m))
                (func (export "take") (param "text" string) (canon lift (core func $i "take")
                    (memory $i "m") (realloc (func $i "realloc")))))
            (component $gives
                (import "take" (func $take (param "text" string)))
                (core module $memory (memory (export "m") 1))
                (core instance $memory (instantiate $memory))
                (core func $lowered (canon lower (func $take) (memory $memory "m")))
                (core module $m (import "" "take" (func (param i32 i32)))
                    (func (export "f") (call 0 (i32.const 0) (i32.const 4))))
                (core instance $i (instantiate $m
                    (with "" (instance (export "take" (func $lowered))))))
                (func (export "f") (canon lift (core func $i "f"))))
            (instance $taker (instantiate $takes))
            (instance $giver (instantiate $gives (with "take" (func $taker "take"))))
            (export "f" (func $giver "f")))"#;
        let taken = component(text).map(|_| ());
        assert_eq!(taken, Ok(()));
    }
}
