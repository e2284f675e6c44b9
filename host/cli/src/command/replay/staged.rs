//! Generations of the past, built when a decision names them. A few are kept: history is read in order, and the same ones come again.

use std::sync::{Arc, Mutex, PoisonError};

use dispatch::generation::Generation;
use model::GenerationId;
use runtime::Runtime;
use store::SqliteStore;
use tokio::sync::OnceCell;

use crate::exit::Failure;
use crate::rebuild::{self, RebuildError};

/// Generations that are kept compiled at a time.
const GENERATIONS_MAX: usize = 4;

/// Built, or why it cannot be.
pub(super) type Built = Result<Arc<Generation>, String>;

/// The generations of the past.
pub(super) struct Staged {
    store: Arc<SqliteStore>,
    runtime: Runtime,
    /// The one asked for last is last.
    kept: Mutex<Vec<(GenerationId, Arc<OnceCell<Built>>)>>,
}

impl Staged {
    pub(super) fn new(store: Arc<SqliteStore>, runtime: Runtime) -> Self {
        Self { store, runtime, kept: Mutex::default() }
    }

    /// The generation, built once however many ask for it.
    pub(super) async fn get(&self, id: &GenerationId) -> Result<Built, Failure> {
        self.place(id).get_or_try_init(|| self.build(id)).await.cloned()
    }

    fn place(&self, id: &GenerationId) -> Arc<OnceCell<Built>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|(known, _)| known == id).map(|at| kept.remove(at));
        let (id, cell) = known.unwrap_or_else(|| (id.clone(), Arc::default()));
        if kept.len() >= GENERATIONS_MAX {
            kept.remove(0);
        }
        kept.push((id, Arc::clone(&cell)));
        cell
    }

    async fn build(&self, id: &GenerationId) -> Result<Built, Failure> {
        let others: Vec<Arc<Generation>> = {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.iter().filter_map(|(_, cell)| cell.get()?.as_ref().ok().cloned()).collect()
        };
        match rebuild::generation(&*self.store, &*self.store, &self.runtime, id, &others).await {
            Ok(built) => Ok(Ok(Arc::new(built))),
            Err(RebuildError::Missing(why) | RebuildError::Refused(why)) => Ok(Err(why)),
            Err(RebuildError::Store(error)) => Err(error.into()),
        }
    }
}
