//! A component, linked; and an instance of it.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use wasmtime::component::{Component, ComponentExportIndex, ComponentNamedList, Instance, InstancePre, Lift, Linker, Lower};
use wasmtime::{Engine, Store};

/// What the limits of a connector and of a policy allow.
const FUEL: u64 = 2_000_000_000;
const EPOCHS: u64 = 2_500;

/// A component that waits for calls.
pub struct Guest {
    pre: InstancePre<()>,
    export: ComponentExportIndex,
}

/// An instance.
pub struct Open {
    store: Store<()>,
    instance: Instance,
}

impl Guest {
    /// Loads what Pointsman compiled.
    pub fn load(engine: &Engine, file: &Path, function: &str) -> Result<Self> {
        let code = pure_code(&std::fs::read(file)?).context("not a compiled plugin")?;
        // SAFETY: the file was written by the runtime of this very run, into a folder that nobody else can write to.
        let component = unsafe { Component::deserialize(engine, code) }?;
        component.initialize_copy_on_write_image()?;
        let interface = match function {
            "receive" => "pointsman:connector/webhook@0.1.0",
            "classify" => "pointsman:policy/classifier@0.1.0",
            "prioritize" => "pointsman:policy/prioritizer@0.1.0",
            "route" => "pointsman:policy/router@0.1.0",
            _ => bail!("no interface for {function}"),
        };
        let instance = component.get_export_index(None, interface).context("no such interface")?;
        let export = component.get_export_index(Some(&instance), function).context("no such function")?;
        let mut linker = Linker::new(engine);
        // Nothing of the sample calls the host.
        linker.define_unknown_imports_as_traps(&component)?;
        Ok(Self { pre: linker.instantiate_pre(&component)?, export })
    }

    /// A fresh instance.
    pub fn open(&self) -> Result<Open> {
        let mut store = Store::new(self.pre.engine(), ());
        store.set_fuel(FUEL)?;
        store.set_epoch_deadline(EPOCHS);
        let instance = self.pre.instantiate(&mut store)?;
        Ok(Open { store, instance })
    }

    /// A typed call.
    pub fn call<P, R>(&self, open: &mut Open, params: P) -> Result<R>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift + 'static,
    {
        open.store.set_fuel(FUEL)?;
        open.store.set_epoch_deadline(EPOCHS);
        let function = open.instance.get_typed_func::<P, R>(&mut open.store, &self.export)?;
        Ok(function.call(&mut open.store, params)?)
    }
}

/// The code for the pure engine: the second of three optional parts after eight bytes, each a flag, a length and its bytes.
fn pure_code(file: &[u8]) -> Option<Vec<u8>> {
    let mut rest = file.get(8..)?;
    let mut part = || -> Option<Option<Vec<u8>>> {
        let (flag, after) = rest.split_first()?;
        rest = after;
        if *flag == 0 {
            return Some(None);
        }
        let (length, after) = rest.split_first_chunk::<8>()?;
        let (bytes, after) = after.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        rest = after;
        Some(Some(bytes.to_vec()))
    };
    part()?;
    part()?
}
