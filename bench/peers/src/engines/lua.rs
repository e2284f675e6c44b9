//! LuaJIT by mlua. It has no limits that leave the compiler on: hooks turn it off, and its memory cannot be bounded.

use ::policy::Input;
use anyhow::{Result, anyhow};
use mlua::{Function, Table};
use policy::tongue::Policy;

use super::{FRESH, REUSED};
use crate::contender::{About, Contender, Outcome};
use crate::{script, versions};

/// A machine that keeps the function.
pub struct Lua {
    lua: mlua::Lua,
    function: Function,
}

/// A machine for each call.
pub struct FreshLua(String);

impl Lua {
    /// Compiles the chunk.
    pub fn load(policy: &Policy) -> Result<Self> {
        let lua = mlua::Lua::new();
        let function = lua.load(script::lua(policy)).eval().map_err(said)?;
        Ok(Self { lua, function })
    }
}

impl FreshLua {
    /// Keeps the source.
    pub fn load(policy: &Policy) -> Result<Self> {
        Ok(Self(script::lua(policy)))
    }
}

impl Contender for Lua {
    fn about(&self) -> About {
        about("lua", REUSED)
    }

    fn decide(&mut self, input: &Input) -> Result<Outcome> {
        call(&self.lua, &self.function, input).map_err(said)
    }
}

impl Contender for FreshLua {
    fn about(&self) -> About {
        about("lua-fresh", FRESH)
    }

    fn decide(&mut self, input: &Input) -> Result<Outcome> {
        let lua = mlua::Lua::new();
        let function: Function = lua.load(self.0.as_str()).eval().map_err(said)?;
        call(&lua, &function, input).map_err(said)
    }
}

fn about(name: &'static str, state: &'static str) -> About {
    About { name, title: "LuaJIT (mlua)".to_owned(), version: versions::of("mlua"), limits: "none", state }
}

fn call(lua: &mlua::Lua, function: &Function, input: &Input) -> mlua::Result<Outcome> {
    let (score, _, queue): (i64, mlua::LuaString, String) = function.call(table(lua, input)?)?;
    Ok(Outcome { score, queue: queue.into() })
}

fn table(lua: &mlua::Lua, input: &Input) -> mlua::Result<Table> {
    let author = lua.create_table_with_capacity(0, 4)?;
    author.raw_set("id", input.author.id.as_str())?;
    author.raw_set("followers", input.author.followers)?;
    author.raw_set("verified", input.author.verified)?;
    author.raw_set("bot", input.author.bot)?;
    let signals = lua.create_table_with_capacity(0, 4)?;
    signals.raw_set("sentiment", input.signals.sentiment.as_str())?;
    signals.raw_set("topic", input.signals.topic.as_str())?;
    signals.raw_set("urgency", input.signals.urgency)?;
    signals.raw_set("spam", input.signals.spam)?;
    let engagement = lua.create_table_with_capacity(0, 1)?;
    engagement.raw_set("shares", input.engagement.shares)?;
    let table = lua.create_table_with_capacity(0, 9)?;
    for (name, text) in [
        ("text", &input.text),
        ("channel", &input.channel),
        ("kind", &input.kind),
        ("visibility", &input.visibility),
        ("language", &input.language),
    ] {
        table.raw_set(name, text.as_str())?;
    }
    table.raw_set("rating", input.rating)?;
    table.raw_set("author", author)?;
    table.raw_set("signals", signals)?;
    table.raw_set("engagement", engagement)?;
    Ok(table)
}

/// Its errors are bound to the thread.
fn said(why: mlua::Error) -> anyhow::Error {
    anyhow!("{why}")
}
