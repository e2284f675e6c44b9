//! Puts two functions of a random module right: `configure` says yes, and `cabi_realloc` gives memory, a fresh page each time.

use anyhow::Result as Done;
use wasm_encoder::reencode::{Error, Reencode, RoundtripReencoder};
use wasm_encoder::{CodeSection, ExportKind, ExportSection, Function, FunctionSection, Module, TypeSection, ValType};
use wasmparser::{Parser, Payload};

/// The module with the two exports led to functions of our own at its end.
pub(crate) fn put_right(module: &[u8]) -> Done<Vec<u8>> {
    let counts = Counts::of(module)?;
    let mut encoded = Module::new();
    let mut again = Again { counts };
    again.parse_core_module(&mut encoded, Parser::new(0), module)?;
    Ok(encoded.finish())
}

/// How many there are before ours.
#[derive(Clone, Copy, Default)]
struct Counts {
    types: u32,
    functions: u32,
}

impl Counts {
    fn of(module: &[u8]) -> Done<Self> {
        let mut counts = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                // Each entry is a group of types.
                Payload::TypeSection(section) => {
                    for group in section {
                        counts.types += u32::try_from(group?.types().len())?;
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let is_function = matches!(import?.ty, wasmparser::TypeRef::Func(_) | wasmparser::TypeRef::FuncExact(_));
                        counts.functions += u32::from(is_function);
                    }
                }
                Payload::FunctionSection(section) => counts.functions += section.count(),
                _ => {}
            }
        }
        Ok(counts)
    }
}

struct Again {
    counts: Counts,
}

impl Reencode for Again {
    type Error = std::convert::Infallible;

    fn parse_type_section(&mut self, types: &mut TypeSection, section: wasmparser::TypeSectionReader<'_>) -> Result<(), Error> {
        RoundtripReencoder.parse_type_section(types, section)?;
        types.ty().function([ValType::I32; 2], [ValType::I32]);
        types.ty().function([ValType::I32; 4], [ValType::I32]);
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        RoundtripReencoder.parse_function_section(functions, section)?;
        functions.function(self.counts.types).function(self.counts.types + 1);
        Ok(())
    }

    fn parse_export_section(&mut self, exports: &mut ExportSection, section: wasmparser::ExportSectionReader<'_>) -> Result<(), Error> {
        for export in section {
            let export = export?;
            let index = match export.name {
                "configure" => self.counts.functions,
                name if name.ends_with("realloc") => self.counts.functions + 1,
                _ => export.index,
            };
            let kind = match export.kind {
                wasmparser::ExternalKind::Func | wasmparser::ExternalKind::FuncExact => ExportKind::Func,
                wasmparser::ExternalKind::Table => ExportKind::Table,
                wasmparser::ExternalKind::Memory => ExportKind::Memory,
                wasmparser::ExternalKind::Global => ExportKind::Global,
                wasmparser::ExternalKind::Tag => ExportKind::Tag,
            };
            exports.export(export.name, kind, index);
        }
        Ok(())
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, section: wasmparser::CodeSectionReader<'_>) -> Result<(), Error> {
        RoundtripReencoder.parse_code_section(code, section)?;
        code.function(&fresh_pages(None)).function(&fresh_pages(Some(3)));
        Ok(())
    }
}

/// The address of fresh memory: one page, or as many as the length in a parameter needs.
fn fresh_pages(length: Option<u32>) -> Function {
    let mut function = Function::new([]);
    let mut body = function.instructions();
    body.memory_size(0).i32_const(16).i32_shl();
    match length {
        Some(parameter) => body.local_get(parameter).i32_const(0xffff).i32_add().i32_const(16).i32_shr_u(),
        None => body.i32_const(1),
    };
    body.memory_grow(0).drop().end();
    function
}
