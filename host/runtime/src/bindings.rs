//! Types and host traits generated from `wit/`, for all roles at once.
//!
//! What goes into a plugin is borrowed, so that a call copies no text on the host's side; what comes out is owned. The generated wrappers
//! of exports are not used: `staged` looks functions up by index and checks their types through [`wasmtime::component::TypedFunc`].

#![allow(missing_docs, unreachable_pub, dead_code, reason = "generated: the documentation is in wit/")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "generated")]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "pointsman:plugin/everything",
    ownership: Borrowing { duplicate_if_necessary: true },
    imports: {
        "pointsman:host/http": async | trappable,
        "pointsman:host/state": async | trappable,
        default: trappable,
    },
    exports: {
        "pointsman:connector/feed": async,
        "pointsman:connector/sender": async,
        "pointsman:policy/enricher": async,
        "pointsman:policy/responder": async,
        "pointsman:policy/sink": async,
    },
    include_component_type: true,
});
