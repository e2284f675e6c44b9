//! Reading a configured instance's memories and globals for the snapshot.
//!
//! `wasmtime-wizer` has this behind its feature `wasmtime`, which would compile garbage collection, threads and a cache into the host.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use wasmtime::Store;
use wasmtime::component::{Instance, Lift, WasmList};
use wasmtime_wizer::ComponentInstanceState;

use crate::host::CallHost;
use crate::ticker;

/// A configured instance of an instrumented component.
pub(super) struct Snapshotting<'a> {
    pub(super) store: &'a mut Store<CallHost>,
    pub(super) instance: Instance,
}

impl Snapshotting<'_> {
    /// Calls an accessor that the instrumentation has added. They take nothing and only read, but on the instance's fuel, clock
    /// and transfer limit.
    fn read<R: Lift + 'static>(&mut self, instance: &str, function: &str) -> wasmtime::Result<R> {
        self.store.set_fuel(u64::MAX)?;
        // A whole memory passes, which the plugin's own limits say nothing about; its size is bounded by them already.
        self.store.set_hostcall_fuel(usize::MAX);
        self.store.set_epoch_deadline(ticker::ticks(60_000));
        let missing = || wasmtime::format_err!("the instrumentation lacks `{instance}#{function}`");
        let (_, interface) = self.instance.get_export(&mut *self.store, None, instance).ok_or_else(missing)?;
        let (_, export) = self.instance.get_export(&mut *self.store, Some(&interface), function).ok_or_else(missing)?;
        let function = self.instance.get_typed_func::<(), (R,)>(&mut *self.store, export)?;
        Ok(function.call(&mut *self.store, ())?.0)
    }

    #[expect(clippy::panic, reason = "an accessor that does not answer is a defect of the instrumentation, and the trait has no error")]
    fn must_read<R: Lift + 'static>(&mut self, instance: &str, function: &str) -> R {
        self.read(instance, function).unwrap_or_else(|why| panic!("no snapshot: {why:#}"))
    }
}

impl ComponentInstanceState for Snapshotting<'_> {
    async fn call_func_ret_list_u8(&mut self, instance: &str, func: &str, contents: impl FnOnce(&[u8]) + Send) {
        let list: WasmList<u8> = self.must_read(instance, func);
        contents(list.as_le_slice(&*self.store));
    }

    async fn call_func_ret_s32(&mut self, instance: &str, func: &str) -> i32 {
        self.must_read(instance, func)
    }

    async fn call_func_ret_s64(&mut self, instance: &str, func: &str) -> i64 {
        self.must_read(instance, func)
    }

    async fn call_func_ret_f32(&mut self, instance: &str, func: &str) -> u32 {
        self.must_read::<f32>(instance, func).to_bits()
    }

    async fn call_func_ret_f64(&mut self, instance: &str, func: &str) -> u64 {
        self.must_read::<f64>(instance, func).to_bits()
    }
}

/// The output of a future that never waits, as all of them are here.
pub(super) fn ready<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
