//! The contract's types, owned.

#![allow(dead_code, reason = "generated")]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "pointsman:plugin/everything",
});
