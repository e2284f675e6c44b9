//! Components that are made of too many parts.

use anyhow::Result;
use wasm_encoder::{
    Component, ComponentInstanceSection, ComponentSection, ComponentTypeSection, ComponentValType, InstanceSection, ModuleArg,
    NestedComponentSection, PrimitiveValType, RawSection,
};
use wasmparser::{Encoding, Parser, Payload};

/// How many core modules, components and types a component has at its top.
fn counts(component: &[u8]) -> Result<(u32, u32)> {
    let (mut modules, mut components, mut depth) = (0, 0, 0);
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::Version { encoding, .. } => {
                depth += 1;
                match encoding {
                    Encoding::Module if depth == 2 => modules += 1,
                    Encoding::Component if depth == 2 => components += 1,
                    _ => {}
                }
            }
            Payload::End(_) => depth -= 1,
            _ => {}
        }
    }
    Ok((modules, components))
}

/// A component that instantiates an empty core module so many times.
pub(super) fn core_instances(component: Vec<u8>, count: usize) -> Result<Vec<u8>> {
    let (modules, _) = counts(&component)?;
    let mut component = super::carry::module(component, &wasm_encoder::Module::new().finish());
    let mut instances = InstanceSection::new();
    for _ in 0..count {
        instances.instantiate::<[(&str, ModuleArg); 0], &str>(modules, []);
    }
    instances.append_to_component(&mut component);
    Ok(component)
}

/// A component that instantiates a component of one core instance with one memory so many times.
pub(super) fn instances(mut component: Vec<u8>, count: usize) -> Result<Vec<u8>> {
    let (_, components) = counts(&component)?;
    let inner = wat::parse_str("(component (core module (memory 1)) (core instance (instantiate 0)))")?;
    RawSection { id: wasm_encoder::ComponentSectionId::Component.into(), data: &inner }.append_to_component(&mut component);
    let mut instances = ComponentInstanceSection::new();
    for _ in 0..count {
        instances.instantiate::<[(&str, wasm_encoder::ComponentExportKind, u32); 0], &str>(components, []);
    }
    instances.append_to_component(&mut component);
    Ok(component)
}

/// A component with components inside each other.
pub(super) fn deep(mut component: Vec<u8>, count: usize) -> Vec<u8> {
    let mut inner = Component::new();
    for _ in 0..count {
        let mut outer = Component::new();
        outer.section(&NestedComponentSection(&inner));
        inner = outer;
    }
    NestedComponentSection(&inner).append_to_component(&mut component);
    component
}

/// A component with a component in it that has a list of lists of lists …
pub(super) fn types(mut component: Vec<u8>, count: usize) -> Vec<u8> {
    let mut types = ComponentTypeSection::new();
    types.defined_type().list(ComponentValType::Primitive(PrimitiveValType::U8));
    for number in 0..u32::try_from(count).unwrap_or(u32::MAX) {
        types.defined_type().list(ComponentValType::Type(number));
    }
    let mut inner = Component::new();
    inner.section(&types);
    NestedComponentSection(&inner).append_to_component(&mut component);
    component
}
