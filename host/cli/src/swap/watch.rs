use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::{Instant, timeout_at};

use crate::exit::{Done, Failure};

/// A change counts when nothing has changed for so long: files are written in several steps.
const QUIET_MS: u64 = 200;
/// And at the latest after so long.
const QUIET_MS_MAX: u64 = 3_000;

/// Files that are watched for changes. Editors put a new file in the place of the old one, so it is their folders that are watched.
pub(super) struct Watch {
    watcher: RecommendedWatcher,
    heard: Receiver<()>,
    folders: BTreeSet<PathBuf>,
    names: Names,
}

/// The names of the files, for whoever hears of everything else in their folders: the store may lie beside them, and never rests.
#[derive(Clone, Default)]
struct Names(Arc<Mutex<BTreeSet<OsString>>>);

impl Names {
    fn set(&self, files: &[PathBuf]) {
        let names = files.iter().filter_map(|file| file.file_name()).map(OsString::from).collect();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = names;
    }

    /// Whether one of them may have other contents now. Looking at a file is no change, or whoever looks would never stop.
    fn concerns(&self, event: &Event) -> bool {
        let looked_at = matches!(event.kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write));
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Folders that are mounted change by a link whose name begins with two dots.
        let is_ours =
            |path: &PathBuf| path.file_name().is_none_or(|name| names.contains(name) || name.as_encoded_bytes().starts_with(b".."));
        !looked_at && (event.paths.is_empty() || event.paths.iter().any(is_ours))
    }
}

impl Watch {
    pub(super) fn new(files: &[PathBuf]) -> Done<Self> {
        // One place is enough: what happens meanwhile is one change.
        let (tell, heard) = channel(1);
        let names = Names::default();
        let told = names.clone();
        let watcher = notify::recommended_watcher(move |heard: notify::Result<Event>| {
            // What could not be heard may have been a change.
            if heard.is_ok_and(|event| !told.concerns(&event)) {
                return;
            }
            let _ = tell.try_send(());
        });
        let watcher = watcher.map_err(|error| Failure::unavailable(format!("files cannot be watched: {error}; leave `swap.watch` out")))?;
        let mut watch = Self { watcher, heard, folders: BTreeSet::new(), names };
        watch.look_at(files);
        Ok(watch)
    }

    /// Watches these files from now on.
    pub(super) fn look_at(&mut self, files: &[PathBuf]) {
        let folders: BTreeSet<PathBuf> = files.iter().map(|file| folder(file)).collect();
        for gone in self.folders.difference(&folders) {
            let _ = self.watcher.unwatch(gone);
        }
        let mut watched = BTreeSet::new();
        for folder in folders {
            let known = self.folders.contains(&folder);
            match if known { Ok(()) } else { self.watcher.watch(&folder, RecursiveMode::NonRecursive) } {
                Ok(()) => drop(watched.insert(folder)),
                Err(error) => tracing::warn!(folder = %folder.display(), %error, "the folder cannot be watched"),
            }
        }
        self.names.set(files);
        self.folders = watched;
    }

    /// Returns when a file may have other contents than before, and is quiet. Whether it has is for whoever reads it: it may be what was there
    /// before, and something else have served meanwhile.
    pub(super) async fn changed(&mut self) {
        if self.heard.recv().await.is_none() {
            return std::future::pending().await;
        }
        self.settled().await;
    }

    async fn settled(&mut self) {
        let latest = Instant::now() + Duration::from_millis(QUIET_MS_MAX);
        loop {
            let quiet = (Instant::now() + Duration::from_millis(QUIET_MS)).min(latest);
            match timeout_at(quiet, self.heard.recv()).await {
                Ok(Some(())) if Instant::now() < latest => {}
                _ => return,
            }
        }
    }
}

fn folder(file: &Path) -> PathBuf {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new(".")).to_owned()
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, DataChange, ModifyKind, RenameMode};

    use super::*;

    #[test]
    fn only_changes_of_the_files_concern() {
        let names = Names::default();
        names.set(&["/etc/p/pointsman.toml".into(), "/srv/rules.wasm".into()]);
        let (written, read) = (AccessKind::Close(AccessMode::Write), AccessKind::Open(AccessMode::Any));
        for (kind, path, expected) in [
            (EventKind::Modify(ModifyKind::Data(DataChange::Any)), "/etc/p/pointsman.toml", true),
            (EventKind::Modify(ModifyKind::Name(RenameMode::To)), "/srv/rules.wasm", true),
            (EventKind::Access(written), "/srv/rules.wasm", true),
            (EventKind::Access(read), "/srv/rules.wasm", false),
            (EventKind::Modify(ModifyKind::Data(DataChange::Any)), "/etc/p/pointsman.db-wal", false),
            (EventKind::Create(CreateKind::Any), "/etc/p/..data", true),
        ] {
            assert_eq!(names.concerns(&Event::new(kind).add_path(path.into())), expected, "{kind:?} {path}");
        }
    }

    #[tokio::test]
    async fn changes_are_heard_once_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pointsman.toml");
        std::fs::write(&file, "a").unwrap();
        let mut watch = Watch::new(std::slice::from_ref(&file)).unwrap();
        std::fs::write(&file, "b").unwrap();
        std::fs::write(&file, "c").unwrap();
        watch.changed().await;
        std::fs::write(folder.path().join("pointsman.db"), "x").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "c");
        assert!(tokio::time::timeout(Duration::from_millis(4 * QUIET_MS), watch.changed()).await.is_err());
        // As editors do it.
        std::fs::write(folder.path().join("new"), "c").unwrap();
        std::fs::rename(folder.path().join("new"), &file).unwrap();
        watch.changed().await;
    }
}
