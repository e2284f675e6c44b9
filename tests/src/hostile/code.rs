//! Core modules that are much work for whoever compiles them.

use wasm_encoder::{BlockType, CodeSection, Function, FunctionSection, InstructionSink, Module, TypeSection, ValType};

/// A module of functions of one type: takes an `i32`, gives one back.
fn module(bodies: impl ExactSizeIterator<Item = Function>) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], [ValType::I32]);
    let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
    for body in bodies {
        functions.function(0);
        code.function(&body);
    }
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&code);
    module.finish()
}

fn body(locals: &[(u32, ValType)], write: impl FnOnce(&mut InstructionSink<'_>)) -> Function {
    let mut function = Function::new(locals.iter().copied());
    write(&mut function.instructions());
    function.instructions().end();
    function
}

/// So many functions of so many bytes each, at least one instruction.
pub(super) fn functions(count: usize, bytes: usize) -> Vec<u8> {
    module((0..count).map(|_| body(&[], |code| sum(code, bytes))))
}

/// One function of so many bytes without a branch.
pub(super) fn straight(bytes: usize) -> Vec<u8> {
    functions(1, bytes)
}

/// Arithmetic whose every value is used later, so that nothing of it can be left out.
fn sum(code: &mut InstructionSink<'_>, bytes: usize) {
    code.local_get(0);
    for _ in 0..bytes / 6 {
        code.local_get(0).i32_const(13).i32_mul().i32_add();
    }
}

/// One function of so many blocks inside each other.
pub(super) fn blocks(count: usize) -> Vec<u8> {
    module(std::iter::once(body(&[], |code| {
        for _ in 0..count {
            code.block(BlockType::Empty).local_get(0).br_if(0);
        }
        for _ in 0..count {
            code.end();
        }
        code.local_get(0);
    })))
}

/// One function with a table of so many branches.
pub(super) fn branches(count: usize) -> Vec<u8> {
    module(std::iter::once(body(&[], |code| {
        code.block(BlockType::Empty).block(BlockType::Empty).local_get(0);
        code.br_table((0_u32..2).cycle().take(count).collect::<Vec<_>>(), 0);
        code.end().end().local_get(0);
    })))
}

/// So many functions of so many locals, all of them alive throughout.
pub(super) fn locals(count: usize, functions: usize) -> Vec<u8> {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    module((0..functions).map(|_| {
        body(&[(count, ValType::I64)], |code| {
            code.loop_(BlockType::Empty);
            for local in 1..=count.min(20_000) {
                code.local_get(local).i64_const(1).i64_add().local_set(local);
            }
            code.local_get(0).br_if(0).end().local_get(0);
        })
    }))
}
