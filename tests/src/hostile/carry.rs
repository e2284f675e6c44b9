//! Components that carry something beside what they do, or are damaged.

use wasm_encoder::{ComponentSection, CustomSection, RawSection};

use super::MANIFEST;

/// A component with one more core module, which it does not use: whoever compiles it compiles that too.
pub(super) fn module(mut component: Vec<u8>, module: &[u8]) -> Vec<u8> {
    /// The section of a core module in a component.
    const CORE_MODULE: u8 = 1;
    RawSection { id: CORE_MODULE, data: module }.append_to_component(&mut component);
    component
}

/// A component with another component in it, which it does not use.
pub(super) fn component(mut component: Vec<u8>, inner: &[u8]) -> Vec<u8> {
    /// The section of a component in a component.
    const COMPONENT: u8 = 4;
    RawSection { id: COMPONENT, data: inner }.append_to_component(&mut component);
    component
}

/// A component with a custom section of zeros.
pub(super) fn custom(mut component: Vec<u8>, name: &str, bytes: usize) -> Vec<u8> {
    CustomSection { name: name.into(), data: vec![0; bytes].into() }.append_to_component(&mut component);
    component
}

/// A component whose manifest begins with `before` and goes on with so many open brackets.
pub(super) fn manifest(mut component: Vec<u8>, before: &str, depth: usize) -> Vec<u8> {
    let data = before.to_owned() + &"[".repeat(depth);
    CustomSection { name: MANIFEST.into(), data: data.into_bytes().into() }.append_to_component(&mut component);
    component
}

/// A component with one bit in eight places flipped, other places for another seed. The first eight bytes, by which it is known for a
/// component, stay.
pub(super) fn flipped(mut component: Vec<u8>, seed: usize) -> Vec<u8> {
    let length = component.len().saturating_sub(8).max(1);
    let mut state = u64::try_from(seed).unwrap_or_default().wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1);
    for _ in 0..8 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let place = usize::try_from(state >> 33).unwrap_or_default();
        if let Some(byte) = component.get_mut(8 + place % length) {
            *byte ^= 1 << (place % 8);
        }
    }
    component
}

/// The first part of a component.
pub(super) fn cut(mut component: Vec<u8>, percent: usize) -> Vec<u8> {
    component.truncate(component.len() * percent / 100);
    component
}

/// A component whose first section says that it is 2^31 bytes long.
pub(super) fn grown_section(component: &[u8]) -> Vec<u8> {
    let (head, rest) = component.split_at(9.min(component.len()));
    [head, &[0x80, 0x80, 0x80, 0x80, 0x08], rest.get(1..).unwrap_or_default()].concat()
}
