//! Doubles of the host for native tests: what is logged is recorded, requests are answered from a script, state lives in memory.
//!
//! Without a [`Host`] everything but `log` and `budget` refuses, as in a pure role. A [`Host`] belongs to the thread that made it, so tests do not
//! disturb each other.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

use crate::http::{Error as HttpError, Request};
use crate::log::Level;
use crate::settings::from_value;
use crate::{Plugin, Problem, Response};

/// The plugin with these settings.
///
/// # Panics
/// When the settings are refused.
#[must_use]
#[expect(clippy::panic, reason = "for tests")]
pub fn configured<P: Plugin>(settings: serde_json::Value) -> P {
    match from_value(settings).and_then(P::configure) {
        Ok(plugin) => plugin,
        Err(problems) => panic!("the settings are refused: {problems:#?}"),
    }
}

/// What the plugin says about these settings; empty when it takes them.
#[must_use]
pub fn problems<P: Plugin>(settings: serde_json::Value) -> Vec<Problem> {
    from_value(settings).and_then(P::configure).err().unwrap_or_default()
}

/// What a double of `keys` is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyCall {
    /// `keys.mac`: answer the code.
    Mac(String, Vec<u8>),
    /// `keys.verify` of data and signature: an empty answer is no.
    Verify(String, Vec<u8>, Vec<u8>),
    /// `keys.decrypt` with iv and data: answer the plain text.
    Decrypt(String, Vec<u8>, Vec<u8>),
}

type KeyAnswers = Box<dyn Fn(KeyCall) -> Result<Vec<u8>, crate::keys::Error>>;

#[derive(Default)]
struct Script {
    answers: VecDeque<(String, Result<Response, HttpError>)>,
    requests: Vec<Request>,
    state: Option<BTreeMap<String, crate::state::Entry>>,
    keys: Option<KeyAnswers>,
    remaining_ms: Option<u64>,
}

thread_local! {
    static LOG: RefCell<Vec<(Level, String)>> = const { RefCell::new(Vec::new()) };
    static SCRIPT: RefCell<Script> = RefCell::default();
}

/// The double of this thread's host; gone when dropped.
#[derive(Debug)]
#[must_use = "the host is there until this is dropped"]
pub struct Host(());

impl Host {
    /// A host that grants nothing yet.
    #[expect(clippy::new_without_default, reason = "it acts on the thread")]
    pub fn new() -> Self {
        SCRIPT.with_borrow_mut(|script| *script = Script::default());
        LOG.with_borrow_mut(Vec::clear);
        Self(())
    }

    /// Answers the next request whose `METHOD URL` starts with this; each answer serves once, in order. Other requests are not granted.
    pub fn answer(self, request: &str, answer: Result<Response, HttpError>) -> Self {
        SCRIPT.with_borrow_mut(|script| script.answers.push_back((request.to_owned(), answer)));
        self
    }

    /// Grants state, empty at first.
    pub fn state(self) -> Self {
        SCRIPT.with_borrow_mut(|script| script.state = Some(BTreeMap::new()));
        self
    }

    /// Grants keys, answered by this function.
    pub fn keys(self, answers: impl Fn(KeyCall) -> Result<Vec<u8>, crate::keys::Error> + 'static) -> Self {
        SCRIPT.with_borrow_mut(|script| script.keys = Some(Box::new(answers)));
        self
    }

    /// What was sent, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        SCRIPT.with_borrow(|script| script.requests.clone())
    }

    /// Gives the calls this much time; a second otherwise. It does not shrink.
    pub fn remaining_ms(self, remaining_ms: u64) -> Self {
        SCRIPT.with_borrow_mut(|script| script.remaining_ms = Some(remaining_ms));
        self
    }

    /// What was logged, in order.
    #[must_use]
    pub fn logged(&self) -> Vec<(Level, String)> {
        LOG.with_borrow(Vec::clone)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        SCRIPT.with_borrow_mut(|script| *script = Script::default());
        LOG.with_borrow_mut(Vec::clear);
    }
}

pub(crate) fn remaining_ms() -> u64 {
    SCRIPT.with_borrow(|script| script.remaining_ms).unwrap_or(1_000)
}

pub(crate) fn log(level: Level, message: &str) {
    LOG.with_borrow_mut(|log| log.push((level, message.to_owned())));
}

pub(crate) fn http(request: &Request) -> Result<Response, HttpError> {
    SCRIPT.with_borrow_mut(|script| {
        script.requests.push(request.clone());
        let line = format!("{} {}", request.method, request.url);
        match script.answers.iter().position(|(start, _)| line.starts_with(start.as_str())) {
            Some(index) => script.answers.remove(index).map_or(Err(HttpError::Timeout), |(_, answer)| answer),
            None => Err(HttpError::NotGranted(line)),
        }
    })
}

pub(crate) mod keys {
    use super::{KeyCall, SCRIPT};
    use crate::keys::{Algorithm, Error};

    fn ask(call: KeyCall) -> Result<Vec<u8>, Error> {
        SCRIPT.with_borrow(|script| script.keys.as_ref().map_or(Err(Error::NotGranted), |answers| answers(call)))
    }

    pub(crate) fn mac(key: &str, _algorithm: Algorithm, data: &[u8]) -> Result<Vec<u8>, Error> {
        ask(KeyCall::Mac(key.to_owned(), data.to_vec()))
    }

    pub(crate) fn verify(key: &str, _algorithm: Algorithm, data: &[u8], signature: &[u8]) -> Result<bool, Error> {
        ask(KeyCall::Verify(key.to_owned(), data.to_vec(), signature.to_vec())).map(|answer| !answer.is_empty())
    }

    pub(crate) fn decrypt(key: &str, _algorithm: Algorithm, iv: &[u8], data: &[u8]) -> Result<Vec<u8>, Error> {
        ask(KeyCall::Decrypt(key.to_owned(), iv.to_vec(), data.to_vec()))
    }
}

pub(crate) mod state {
    use std::collections::BTreeMap;

    use super::SCRIPT;
    use crate::state::{Entry, Error};

    fn with<T>(run: impl FnOnce(&mut BTreeMap<String, Entry>) -> Result<T, Error>) -> Result<T, Error> {
        SCRIPT.with_borrow_mut(|script| script.state.as_mut().map_or(Err(Error::NotGranted), run))
    }

    pub(crate) fn get(key: &str) -> Result<Option<Entry>, Error> {
        with(|state| Ok(state.get(key).cloned()))
    }

    pub(crate) fn put(key: &str, value: &[u8], expected: Option<u64>, _subject: Option<&str>, _ttl_ms: Option<u64>) -> Result<u64, Error> {
        with(|state| {
            let stored = state.get(key).map(|entry| entry.version);
            if stored != expected {
                return Err(Error::Conflict);
            }
            let version = stored.unwrap_or(0) + 1;
            state.insert(key.to_owned(), Entry { value: value.to_vec(), version });
            Ok(version)
        })
    }

    pub(crate) fn delete(key: &str) -> Result<(), Error> {
        with(|state| {
            state.remove(key);
            Ok(())
        })
    }
}
