//! The peers, each as a user would embed it: what does not depend on an input is prepared once, and what crosses the border crosses it in the
//! peer's own way.

mod cel;
mod extism;
mod lua;
mod native;
mod quickjs;
mod rego;
mod rhai;
mod zen;

use std::path::Path;

use anyhow::Result;

use crate::contender::Contender;

/// What of one call the next one finds.
const FRESH: &str = "fresh";
const REUSED: &str = "reused";
/// There is nothing to reuse: an evaluation keeps nothing.
const NONE: &str = "none kept";

/// All of them.
pub fn all(extism: &Path) -> Result<Vec<Box<dyn Contender>>> {
    let policy = crate::script::policy()?;
    Ok(vec![
        Box::new(native::Native),
        Box::new(extism::Extism::load(extism, true)?),
        Box::new(extism::Extism::load(extism, false)?),
        Box::new(rego::Rego::load(&policy)?),
        Box::new(zen::Zen::load(&policy)?),
        Box::new(cel::Cel::load(&policy)?),
        Box::new(rhai::Rhai::load(&policy)?),
        Box::new(lua::Lua::load(&policy)?),
        Box::new(lua::FreshLua::load(&policy)?),
        Box::new(quickjs::QuickJs::load(&policy, true)?),
        Box::new(quickjs::QuickJs::load(&policy, false)?),
    ])
}
