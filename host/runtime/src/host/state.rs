//! `state`: the plugin's own small state, edge roles only.

use dispatch::port::{State, StateError};
use serde_json::{Value as Json, json};
use wasmtime::component::Linker;

use super::{CallHost, json_bytes};
use crate::bindings::pointsman::host::state::{Entry, Error, Host};
use crate::fault::Breach;

const KEY_BYTES_MAX: usize = 256;
const INTERFACE: &str = "pointsman:host/state@0.1.0";

impl Host for CallHost {
    async fn get(&mut self, key: String) -> wasmtime::Result<Result<Option<Entry>, Error>> {
        let entered = self.enter(key.len())?;
        let answer = match self.granted_state(&key)? {
            None => Err(Error::NotGranted),
            Some(state) => match state.get(&self.lent.plugin, &key).await {
                Ok(entry) => Ok(entry.map(|entry| Entry { value: entry.value, version: entry.version })),
                Err(why) => Err(error(&why)),
            },
        };
        let answered = answer_json(&answer, |entry| match entry {
            Some(entry) => json!({ "value": json_bytes(&entry.value), "version": entry.version }),
            None => Json::Null,
        });
        self.record("state.get", json!({ "key": key }), answered);
        self.leave(&entered, answer.as_ref().map_or(0, |entry| entry.as_ref().map_or(0, |entry| entry.value.len())))?;
        Ok(answer)
    }

    async fn put(
        &mut self,
        key: String,
        value: Vec<u8>,
        expected: Option<u64>,
        subject: Option<String>,
        ttl_ms: Option<u64>,
    ) -> wasmtime::Result<Result<u64, Error>> {
        let entered = self.enter(key.len() + value.len() + subject.as_ref().map_or(0, String::len))?;
        self.count_write()?;
        let asked = json!({ "key": key, "value": json_bytes(&value), "expected": expected, "subject": subject, "ttl_ms": ttl_ms });
        let answer = match self.granted_state(&key)? {
            None => Err(Error::NotGranted),
            Some(state) => state
                .put(&self.lent.plugin, &key, value, expected, subject, ttl_ms, self.lent.state_bytes_max)
                .await
                .map_err(|why| error(&why)),
        };
        self.record("state.put", asked, answer_json(&answer, |version| Json::from(*version)));
        self.leave(&entered, size_of::<u64>())?;
        Ok(answer)
    }

    async fn delete(&mut self, key: String) -> wasmtime::Result<Result<(), Error>> {
        let entered = self.enter(key.len())?;
        self.count_write()?;
        let answer = match self.granted_state(&key)? {
            None => Err(Error::NotGranted),
            Some(state) => state.delete(&self.lent.plugin, &key).await.map_err(|why| error(&why)),
        };
        self.record("state.delete", json!({ "key": key }), answer_json(&answer, |()| Json::Null));
        self.leave(&entered, 0)?;
        Ok(answer)
    }
}

impl CallHost {
    /// Writes are commits of the host's store, so they have a limit of their own.
    fn count_write(&mut self) -> Result<(), Breach> {
        self.used.state_writes += 1;
        if self.used.state_writes > self.lent.limits.state_writes_max { Err(Breach::StateWrites) } else { Ok(()) }
    }

    /// The grant: an edge role of a plugin with a quota. A key of a wrong length is the guest's fault.
    fn granted_state(&self, key: &str) -> Result<Option<&dyn State>, Breach> {
        let (true, Some(services)) = (self.is_edge() && self.lent.state_bytes_max > 0, &self.lent.services) else { return Ok(None) };
        if key.is_empty() || key.len() > KEY_BYTES_MAX {
            return Err(Breach::Contract(format!("a key of the state has {} bytes, 1 to {KEY_BYTES_MAX} are allowed", key.len())));
        }
        Ok(Some(services.state.as_ref()))
    }
}

/// In pure roles every access is refused, and recorded.
pub(super) fn refuse_all(linker: &mut Linker<CallHost>) -> wasmtime::Result<()> {
    let mut state = linker.instance(INTERFACE)?;
    state.func_wrap("get", |mut store, (key,): (String,)| {
        let host: &mut CallHost = store.data_mut();
        Ok((host.refuse::<Option<Entry>>("state.get", key.len(), json!({ "key": key }))?,))
    })?;
    type Put = (String, Vec<u8>, Option<u64>, Option<String>, Option<u64>);
    state.func_wrap("put", |mut store, (key, value, expected, subject, ttl_ms): Put| {
        let asked = json!({ "key": key, "value": json_bytes(&value), "expected": expected, "subject": subject, "ttl_ms": ttl_ms });
        let host: &mut CallHost = store.data_mut();
        Ok((host.refuse::<u64>("state.put", key.len() + value.len(), asked)?,))
    })?;
    state.func_wrap("delete", |mut store, (key,): (String,)| {
        let host: &mut CallHost = store.data_mut();
        Ok((host.refuse::<()>("state.delete", key.len(), json!({ "key": key }))?,))
    })
}

impl CallHost {
    fn refuse<T>(&mut self, function: &str, bytes: usize, asked: Json) -> wasmtime::Result<Result<T, Error>> {
        let entered = self.enter(bytes)?;
        self.record(function, asked, json!({ "err": "not_granted" }));
        self.leave(&entered, 0)?;
        Ok(Err(Error::NotGranted))
    }
}

fn answer_json<T>(answer: &Result<T, Error>, ok: impl FnOnce(&T) -> Json) -> Json {
    match answer {
        Ok(value) => json!({ "ok": ok(value) }),
        Err(Error::NotGranted) => json!({ "err": "not_granted" }),
        Err(Error::Quota) => json!({ "err": "quota" }),
        Err(Error::Conflict) => json!({ "err": "conflict" }),
        Err(Error::Unavailable(why)) => json!({ "err": { "unavailable": why } }),
    }
}

fn error(from: &StateError) -> Error {
    match from {
        StateError::Quota { .. } => Error::Quota,
        StateError::Conflict => Error::Conflict,
        StateError::Unavailable(why) => Error::Unavailable(why.clone()),
    }
}
