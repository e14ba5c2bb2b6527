//! How much a component is made of, counted before any of it is compiled. A few hundred bytes can stand for millions of
//! instances, each of which a compiler would lay out.
//!
//! It is a first sieve: what it names is named at once and in words. What gets through is held by the limits of the process
//! that compiles.

use wasmparser::{
    BinaryReaderError, ComponentAlias, ComponentExternalKind, ComponentInstance,
    ComponentOuterAliasKind, ComponentTypeRef, Encoding, Instance, Parser, Payload,
};

/// Components in each other; what is made of JavaScript has four.
const DEPTH: usize = 10;
/// Instances of modules and components, after those of a component were multiplied with how often it is instantiated
/// itself. A run takes 64 of modules (`budget.rs`).
const INSTANCES: u64 = 1_000;
/// Everything that a component says in its sections, multiplied likewise.
const ITEMS: u64 = 200_000;
/// Functions with a body, of all modules together; CPython has 13,500.
const FUNCTIONS: u64 = 60_000;
/// Types of all modules and components together; CPython has 1,500.
const TYPES: u64 = 20_000;
/// Imports, exports, globals and segments of all modules together; CPython has 10,000, QuickJS 7,000.
const ENTRIES: u64 = 100_000;
/// The body of one function, in bytes; CPython's longest has 427,000. Time and memory of a compiler grow faster than its
/// input.
const BODY: usize = 1024 * 1024;

/// Why a component is not compiled.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum StructureError {
    /// It is none.
    #[error("{0}")]
    Malformed(String),
    /// It is larger than a probe is.
    #[error("{0}")]
    Excessive(String),
}

impl From<BinaryReaderError> for StructureError {
    fn from(error: BinaryReaderError) -> StructureError {
        StructureError::Malformed(error.to_string())
    }
}

/// Looks at the structure of a component.
///
/// # Errors
/// It is no component, or has more of something than a probe has.
pub(super) fn check(wasm: &[u8]) -> Result<(), StructureError> {
    let mut count = Count::default();
    for payload in Parser::new(0).parse_all(wasm) {
        count.take(payload?)?;
    }
    Ok(())
}

/// What it takes to instantiate a component once.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    instances: u64,
    items: u64,
}

impl Cost {
    fn add(&mut self, other: Cost) -> Result<(), StructureError> {
        self.instances = self.instances.saturating_add(other.instances);
        self.items = self.items.saturating_add(other.items);
        at_most(
            self.instances,
            INSTANCES,
            "instances, counted as often as they are made",
        )?;
        at_most(
            self.items,
            ITEMS,
            "items, counted as often as they are made",
        )
    }
}

/// A component that is being read.
#[derive(Debug, Default)]
struct Frame {
    cost: Cost,
    /// The components it can refer to, in their order; none where another decides what it is.
    components: Vec<Option<Cost>>,
}

#[derive(Debug, Default)]
struct Count {
    /// The components that are being read, the innermost last.
    frames: Vec<Frame>,
    /// Whether a module is being read: it has sections of the same kinds.
    in_module: bool,
    functions: u64,
    types: u64,
    entries: u64,
}

impl Count {
    fn take(&mut self, payload: Payload<'_>) -> Result<(), StructureError> {
        match payload {
            Payload::Version { encoding, .. } => self.begin(encoding),
            Payload::End(_) => self.end(),
            Payload::InstanceSection(section) => {
                for instance in section {
                    self.core_instance(&instance?)?;
                }
                Ok(())
            }
            Payload::ComponentInstanceSection(section) => {
                for instance in section {
                    self.instance(&instance?)?;
                }
                Ok(())
            }
            Payload::ComponentAliasSection(section) => {
                for alias in section {
                    self.alias(&alias?)?;
                }
                Ok(())
            }
            Payload::ComponentImportSection(section) => {
                for import in section {
                    self.items(1)?;
                    if let ComponentTypeRef::Component(_) = import?.ty {
                        self.frame()?.components.push(None);
                    }
                }
                Ok(())
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    let export = export?;
                    self.items(1)?;
                    if export.kind == ComponentExternalKind::Component {
                        let exported = self.component(0, export.index)?;
                        self.frame()?.components.push(exported);
                    }
                }
                Ok(())
            }
            Payload::ComponentCanonicalSection(section) => self.items(section.count()),
            Payload::ComponentTypeSection(section) => self.types(section.count()),
            Payload::CoreTypeSection(section) => self.types(section.count()),
            in_module => self.in_module(&in_module),
        }
    }

    fn in_module(&mut self, payload: &Payload<'_>) -> Result<(), StructureError> {
        match payload {
            Payload::TypeSection(section) => self.types(section.count()),
            Payload::FunctionSection(section) => {
                self.functions = self.functions.saturating_add(section.count().into());
                at_most(self.functions, FUNCTIONS, "functions")
            }
            Payload::CodeSectionEntry(body) => match body.range().len() {
                0..=BODY => Ok(()),
                _ => Err(StructureError::Excessive(format!(
                    "a function of more than {} KiB",
                    BODY / 1024
                ))),
            },
            Payload::ImportSection(section) => self.entries(section.count()),
            Payload::ExportSection(section) => self.entries(section.count()),
            Payload::GlobalSection(section) => self.entries(section.count()),
            Payload::TableSection(section) => self.entries(section.count()),
            Payload::MemorySection(section) => self.entries(section.count()),
            Payload::ElementSection(section) => self.entries(section.count()),
            Payload::DataSection(section) => self.entries(section.count()),
            // Sizes and names; what is of another kind the compiler refuses.
            _ => Ok(()),
        }
    }

    fn begin(&mut self, encoding: Encoding) -> Result<(), StructureError> {
        match encoding {
            Encoding::Component => {
                at_most(
                    self.frames.len() as u64 + 1,
                    DEPTH as u64,
                    "components in each other",
                )?;
                self.frames.push(Frame::default());
                Ok(())
            }
            Encoding::Module if self.frames.is_empty() => {
                let what = "it is a module, but a probe is a component";
                Err(StructureError::Malformed(what.into()))
            }
            Encoding::Module => {
                self.in_module = true;
                self.items(1)
            }
        }
    }

    fn end(&mut self) -> Result<(), StructureError> {
        if std::mem::take(&mut self.in_module) {
            return Ok(());
        }
        let ended = self.frames.pop().unwrap_or_default();
        if let Some(outer) = self.frames.last_mut() {
            outer.components.push(Some(ended.cost));
        }
        Ok(())
    }

    fn core_instance(&mut self, instance: &Instance<'_>) -> Result<(), StructureError> {
        match instance {
            Instance::Instantiate { args, .. } => {
                let items = args.len() as u64 + 1;
                let cost = Cost {
                    instances: 1,
                    items,
                };
                self.frame()?.cost.add(cost)
            }
            Instance::FromExports(exports) => self.items(exports.len()),
        }
    }

    fn instance(&mut self, instance: &ComponentInstance<'_>) -> Result<(), StructureError> {
        let (index, args) = match instance {
            ComponentInstance::Instantiate {
                component_index,
                args,
            } => (*component_index, args),
            ComponentInstance::FromExports(exports) => return self.items(exports.len()),
        };
        let Some(mut cost) = self.component(0, index)? else {
            let what = "it instantiates a component that is not its own";
            return Err(StructureError::Excessive(what.into()));
        };
        cost.instances = cost.instances.saturating_add(1);
        cost.items = cost.items.saturating_add(args.len() as u64 + 1);
        self.frame()?.cost.add(cost)
    }

    fn alias(&mut self, alias: &ComponentAlias<'_>) -> Result<(), StructureError> {
        self.items(1)?;
        let aliased = match alias {
            ComponentAlias::Outer {
                kind: ComponentOuterAliasKind::Component,
                count,
                index,
            } => self.component(*count as usize, *index)?,
            ComponentAlias::InstanceExport {
                kind: ComponentExternalKind::Component,
                ..
            } => None,
            ComponentAlias::InstanceExport { .. }
            | ComponentAlias::CoreInstanceExport { .. }
            | ComponentAlias::Outer { .. } => return Ok(()),
        };
        self.frame()?.components.push(aliased);
        Ok(())
    }

    /// A component that the innermost one, or one so many around it, can refer to.
    fn component(&self, outward: usize, index: u32) -> Result<Option<Cost>, StructureError> {
        let frame = self.frames.iter().rev().nth(outward);
        let found = frame.and_then(|frame| frame.components.get(index as usize));
        found
            .copied()
            .ok_or_else(|| StructureError::Malformed(format!("it has no component {index}")))
    }

    fn frame(&mut self) -> Result<&mut Frame, StructureError> {
        let outside = || StructureError::Malformed("a section outside of a component".into());
        self.frames.last_mut().ok_or_else(outside)
    }

    fn items(&mut self, count: impl TryInto<u64>) -> Result<(), StructureError> {
        let items = count.try_into().unwrap_or(u64::MAX);
        self.frame()?.cost.add(Cost {
            instances: 0,
            items,
        })
    }

    fn types(&mut self, count: u32) -> Result<(), StructureError> {
        self.types = self.types.saturating_add(count.into());
        at_most(self.types, TYPES, "types")
    }

    fn entries(&mut self, count: u32) -> Result<(), StructureError> {
        self.entries = self.entries.saturating_add(count.into());
        at_most(
            self.entries,
            ENTRIES,
            "imports, exports, globals and segments",
        )
    }
}

fn at_most(count: u64, most: u64, of: &str) -> Result<(), StructureError> {
    match count > most {
        true => Err(StructureError::Excessive(format!("more than {most} {of}"))),
        false => Ok(()),
    }
}

#[cfg(test)]
#[path = "structure_tests.rs"]
mod tests;
