//! How what serves is swapped: one function for the file, the signal and the API.
//!
//! Everything that can go wrong goes wrong before anything changes: the whole candidate is read, planned, staged, tested and stored beside what
//! serves, and then one pointer is replaced. Whatever is wrong is a line in the history and an error to whoever asked, and what serves serves
//! on. There is one operation at a time; those that wait are few and wait for a bounded time.

mod candidate;
mod enquiry;
mod lineage;
mod operations;
mod outcome;
pub(crate) mod proofs;
mod publish;
mod selftest;
mod start;
mod stored;
mod trial;
mod triggers;
mod watch;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use dispatch::beside::Beside;
use dispatch::breaker::Breakers;
use dispatch::counters::Counters;
use dispatch::generation::{Current, Generation, Shelf};
use dispatch::port::{Applied, Clock, History as _, Mandate, OperationError, Store as _};
use manifest::{Manifest, Outside};
use model::{GenerationId, SwapTrigger};
use runtime::Runtime;
use store::SqliteStore;
use tokio::sync::{OwnedMutexGuard, Semaphore};

pub(crate) use self::enquiry::{enquire, note_started};
pub(crate) use self::outcome::planned;
pub(crate) use self::selftest::{Tested, staged};
pub(crate) use self::start::{Start, what_serves};
pub(crate) use self::triggers::Triggers;

use self::outcome::Stopped;
use self::publish::Way;
use crate::command::serve::{Doors, check_keys, without_key};
use crate::rebuild;
use crate::secrets::ConfiguredSecrets;

/// Operations that wait for their turn at a time.
const WAITING_MAX: usize = 16;
/// How long one waits for its turn, in milliseconds: longer than any staging may take.
const TURN_MS_MAX: u64 = 120_000;

/// What swaps work with.
pub(crate) struct SwapParts {
    /// The configuration's file.
    pub(crate) config: PathBuf,
    /// What the host was started with and cannot change.
    pub(crate) outside: Outside,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) store: Arc<SqliteStore>,
    /// Where it lies.
    pub(crate) store_path: PathBuf,
    pub(crate) current: Arc<Current>,
    pub(crate) shelf: Shelf,
    pub(crate) beside: Beside,
    pub(crate) counters: Arc<Counters>,
    pub(crate) breakers: Arc<Breakers>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) secrets: Arc<ConfiguredSecrets>,
    pub(crate) doors: Doors,
    pub(crate) tested: Tested,
}

/// Everything that operations people do to the running host. Clones are the same.
#[derive(Clone)]
pub(crate) struct Swaps(Arc<Inner>);

struct Inner {
    parts: SwapParts,
    turn: Arc<tokio::sync::Mutex<()>>,
    waiting: Semaphore,
    /// The files that the configuration was made of when it was last read, for whoever watches them.
    files: Mutex<Vec<PathBuf>>,
    /// Where the host's own configuration keeps approvals.
    approvals: Mutex<PathBuf>,
}

impl Swaps {
    /// Swaps nothing until it is asked to. `manifest` is the configuration that the host was started with.
    pub(crate) fn new(parts: SwapParts, manifest: &Manifest) -> Self {
        Self(Arc::new(Inner {
            parts,
            turn: Arc::default(),
            waiting: Semaphore::new(WAITING_MAX),
            files: Mutex::new(files(manifest)),
            approvals: Mutex::new(manifest.swap.approvals.clone()),
        }))
    }

    /// Lets the configuration as it is now serve, whoever wants it. Goes on when whoever asked has gone away.
    pub(crate) async fn apply(&self, mandate: Mandate) -> Result<Applied, OperationError> {
        let inner = Arc::clone(&self.0);
        detached(async move { inner.apply(&mandate).await }).await
    }

    /// The files that the configuration is made of.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        self.0.files.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Work that is not given up in the middle.
async fn detached<T: Send + 'static>(work: impl Future<Output = Result<T, OperationError>> + Send + 'static) -> Result<T, OperationError> {
    tokio::spawn(work).await.unwrap_or_else(|error| Err(OperationError::Unavailable(format!("the operation broke off: {error}"))))
}

/// The configuration itself, its approvals, and the components.
fn files(manifest: &Manifest) -> Vec<PathBuf> {
    let components = manifest.components.values().map(|component| component.path.clone());
    [manifest.path.clone(), manifest.swap.approvals.clone()].into_iter().chain(components).collect()
}

impl Inner {
    /// Waits for its turn.
    async fn turn(&self) -> Result<OwnedMutexGuard<()>, OperationError> {
        let busy = || OperationError::Conflict("another operation is under way: try again when it is done".to_owned());
        let _place = self.waiting.try_acquire().map_err(|_| busy())?;
        let turn = tokio::time::timeout(Duration::from_millis(TURN_MS_MAX), Arc::clone(&self.turn).lock_owned()).await;
        turn.map_err(|_| busy())
    }

    async fn apply(&self, mandate: &Mandate) -> Result<Applied, OperationError> {
        let _turn = self.turn().await?;
        let began = Instant::now();
        match self.try_apply(mandate, began).await {
            Ok(applied) => Ok(applied),
            Err(stopped) => Err(self.stopped(stopped, mandate, began).await),
        }
    }

    async fn try_apply(&self, mandate: &Mandate, began: Instant) -> Result<Applied, Stopped> {
        let candidate = self.candidate(&self.parts.config).await?;
        let restart = candidate.plan.restart.clone();
        if candidate.plan.is_empty() || self.comes_back_by_itself(mandate, candidate.id()).await? {
            // Where secrets stand is no part of a generation, but what serves must be able to verify with them.
            let SwapParts { current, secrets, .. } = &self.parts;
            check_keys(&candidate.manifest, &current.load(), &secrets.with(&candidate.manifest.secrets))
                .map_err(|failure| Stopped::refused(candidate.id(), &failure))?;
            secrets.extend(&candidate.manifest.secrets);
            return Ok(Applied { changed: false, swap: None, serving: self.parts.current.load().id().clone(), needs_restart: restart });
        }
        self.without_canary().map_err(Stopped::before)?;
        candidate.let_pass()?;
        let generation = self.ready(&candidate).await?;
        // Known before it serves, so that its first delivery can be verified.
        let places = self.parts.secrets.extend(&candidate.manifest.secrets);
        let swap = self.publish(generation, Way::Apply, mandate, began).await.map_err(|error| {
            self.parts.secrets.restore(places);
            Stopped::of(candidate.id(), error)
        })?;
        let serving = candidate.id().clone();
        Ok(Applied { changed: true, swap: Some(swap), serving, needs_restart: restart })
    }

    /// Whether a file that only was touched would bring back what somebody has left on purpose.
    async fn comes_back_by_itself(&self, mandate: &Mandate, candidate: &GenerationId) -> Result<bool, Stopped> {
        if mandate.trigger != SwapTrigger::Watch {
            return Ok(false);
        }
        let newest = self.parts.store.serving().await.map_err(|error| Stopped::before(error.into()))?;
        Ok(lineage::was_left(newest.as_ref(), candidate))
    }

    fn without_canary(&self) -> Result<(), OperationError> {
        match self.parts.current.canary() {
            None => Ok(()),
            Some(_) => Err(OperationError::Conflict("a canary serves: promote or withdraw it first".to_owned())),
        }
    }

    /// Goes back to a generation that served before.
    async fn rollback(&self, to: Option<GenerationId>, mandate: &Mandate) -> Result<Applied, OperationError> {
        let _turn = self.turn().await?;
        let began = Instant::now();
        // Whatever can be refused is refused before the canary loses its share. Without a name what was done last is taken back: the canary.
        let back = match &to {
            None if self.parts.current.canary().is_some() => None,
            _ => self.back_to(to).await?,
        };
        let ended = self.end_canary(mandate).await?;
        let Some(generation) = back else {
            let serving = self.parts.current.load().id().clone();
            return Ok(Applied { changed: ended.is_some(), swap: ended, serving, needs_restart: Vec::new() });
        };
        let serving = generation.id().clone();
        let swap = self.publish(generation, Way::RollBack, mandate, began).await?;
        Ok(Applied { changed: true, swap: Some(swap), serving, needs_restart: Vec::new() })
    }

    /// The generation that is meant, ready to serve again; none when it is what serves.
    async fn back_to(&self, to: Option<GenerationId>) -> Result<Option<Arc<Generation>>, OperationError> {
        let target = self.target(to).await?;
        if target == *self.parts.current.load().id() {
            return Ok(None);
        }
        let generation = self.again(&target).await?;
        let unusable: Vec<String> = without_key(&generation, &*self.parts.secrets).into_iter().map(|(_, sentence)| sentence).collect();
        if !unusable.is_empty() {
            let text = format!("{}: put the keys where `[secrets]` says", unusable.join("; "));
            return Err(OperationError::Refused { details: serde_json::json!({ "keys": unusable }), text });
        }
        Ok(Some(generation))
    }

    /// Which generation is meant: the one before, or the one whose identity begins so.
    async fn target(&self, to: Option<GenerationId>) -> Result<GenerationId, OperationError> {
        let store = &self.parts.store;
        let lines = lineage::lines(&**store).await?;
        let Some(to) = to else {
            let none = || OperationError::NotFound("no generation served before this one".to_owned());
            return lineage::earlier(&lines).ok_or_else(none);
        };
        let named = lines.iter().flat_map(|line| [line.generation.as_ref(), line.before.as_ref()]).flatten();
        let mut found: Vec<&GenerationId> = named.filter(|id| !to.0.is_empty() && id.0.starts_with(&to.0)).collect();
        found.sort();
        found.dedup();
        match found.as_slice() {
            [one] => Ok((*one).clone()),
            [] => Err(OperationError::NotFound(format!("no generation `{}` ever served here: `pointsman history` lists them", to.0))),
            _ => Err(OperationError::Conflict(format!("several generations begin with `{}`: write more of it", to.0))),
        }
    }

    /// A generation that served, ready to serve again: still compiled, or built from what is stored.
    async fn again(&self, id: &GenerationId) -> Result<Arc<Generation>, OperationError> {
        if let Some(generation) = self.parts.shelf.get(id) {
            return Ok(generation);
        }
        let SwapParts { store, runtime, .. } = &self.parts;
        let built = rebuild::generation(&**store, &**store, runtime, id, &self.staged()).await;
        let built = built.map_err(|error| outcome::operation(&error.into()))?;
        store.remember_generation(built.id(), built.configuration(), self.parts.clock.now()).await?;
        Ok(Arc::new(built))
    }

    /// All generations of which plugins can be taken over.
    fn staged(&self) -> Vec<Arc<Generation>> {
        let SwapParts { current, shelf, .. } = &self.parts;
        let canary = current.canary().map(|(generation, _)| generation);
        [current.load()].into_iter().chain(canary).chain(shelf.all()).collect()
    }
}
