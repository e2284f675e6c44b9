//! The only place of this crate that touches the file system: the configuration's text, components, and whether secrets are there. The
//! values of secrets are never read here.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Digest, Limits};

use crate::bounds;
use crate::finding::{Finding, Findings, Severity};
use crate::report::Report;
use crate::settings::SecretSource;
use crate::validated::{Place, PlaceKind, Plugin, Validated};

/// The most that a configuration's text may be: far more than a person writes.
const TEXT_BYTES_MAX: u64 = 4 << 20;

/// A plugin's component as it was read.
#[derive(Clone, Debug)]
pub struct Component {
    /// The file.
    pub path: PathBuf,
    /// All of it.
    pub bytes: Arc<[u8]>,
    /// Of the bytes.
    pub digest: Digest,
}

/// The text of a configuration.
pub(crate) fn text(path: &Path) -> Result<String, Findings> {
    let refuse = |message: String, remedy: &str| {
        let finding = Finding {
            severity: Severity::Error,
            file: path.display().to_string(),
            key: String::new(),
            line: None,
            column: None,
            message,
            remedy: (!remedy.is_empty()).then(|| remedy.to_owned()),
            excerpt: None,
        };
        Findings::new(vec![finding])
    };
    let bytes = read(path, TEXT_BYTES_MAX).map_err(|why| match why {
        Unread::Missing => refuse("there is no such file".to_owned(), "make one with `pointsman init`, or name another with `--config`"),
        why => refuse(why.sentence(TEXT_BYTES_MAX), ""),
    })?;
    String::from_utf8(bytes).map_err(|why| {
        let valid = why.utf8_error().valid_up_to();
        let line = why.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
        refuse(format!("line {line} is not UTF-8"), "save the file as UTF-8")
    })
}

/// The components of all plugins that name one. A pin that does not fit is a finding, and the component is left out.
pub(crate) fn components(validated: &Validated, folder: &Path, report: &Report) -> BTreeMap<String, Component> {
    let read = |plugin: &Plugin| component(plugin, folder, report).map(|component| (plugin.name.clone(), component));
    validated.plugins.iter().filter_map(read).collect()
}

fn component(plugin: &Plugin, folder: &Path, report: &Report) -> Option<Component> {
    let file = plugin.file.as_deref()?;
    let key = format!("{}.file", plugin.key);
    let path = folder.join(file);
    let bytes_max = bounds::limits(Limits::PURE, &plugin.limits).component_bytes_max;
    let bytes = match read(&path, bytes_max) {
        Ok(bytes) => bytes,
        Err(why) => {
            let remedy = match why {
                Unread::Missing => format!("paths start at the folder of this file: `{}`", path.display()),
                Unread::Large => format!("raise `component_bytes_max` under `[plugin.limits]` of `{}` if it must be so large", plugin.name),
                Unread::Other(_) => String::new(),
            };
            let why = if matches!(why, Unread::Missing) { format!("there is no file `{file}`") } else { why.sentence(bytes_max) };
            report.error(&key, why, &remedy);
            return None;
        }
    };
    let digest = Digest::of(&bytes);
    if let Some(pin) = plugin.pin.as_ref().filter(|pin| **pin != digest) {
        let message = format!("`{file}` is not the file that was pinned: its SHA-256 starts with {}, not {}", digest.short(), pin.short());
        let remedy = format!("put the pinned file back, or, if you trust this one, write `sha256 = \"{digest}\"`");
        report.error(&format!("{}.sha256", plugin.key), message, &remedy);
        return None;
    }
    Some(Component { path, bytes: bytes.into(), digest })
}

/// Where secrets stand, their paths made whole. `variable` says whether an environment variable is set; without it nothing is looked for.
pub(crate) fn secrets(
    validated: &Validated,
    folder: &Path,
    variable: Option<&dyn Fn(&str) -> bool>,
    report: &Report,
) -> BTreeMap<String, Vec<SecretSource>> {
    let source = |place: &Place| match &place.kind {
        PlaceKind::Env(name) => {
            if variable.is_some_and(|is_set| !is_set(name)) {
                let key = format!("{}.env", place.key);
                report.error(&key, format!("the environment variable `{name}` is not set"), "set it where the host is started");
            }
            SecretSource::Env(name.clone())
        }
        PlaceKind::File(file) => {
            let path = folder.join(file);
            if variable.is_some() {
                look_for(&path, file, &format!("{}.file", place.key), report);
            }
            SecretSource::File(path)
        }
    };
    validated.secrets.iter().map(|(name, places)| (name.clone(), places.iter().map(source).collect())).collect()
}

fn look_for(path: &Path, file: &str, key: &str, report: &Report) {
    match fs::metadata(path) {
        Ok(found) if found.is_file() && found.len() == 0 => report.error(key, format!("the file `{file}` is empty"), ""),
        Ok(found) if found.is_file() => {}
        Ok(_) => report.error(key, format!("`{file}` is no file"), ""),
        Err(why) if why.kind() == io::ErrorKind::NotFound => {
            let remedy = format!("paths start at the folder of this file: `{}`", path.display());
            report.error(key, format!("there is no file `{file}`"), &remedy);
        }
        Err(why) => report.error(key, format!("`{file}` cannot be read: {why}"), ""),
    }
}

/// The database's path made whole; a finding when its folder is not there.
pub(crate) fn database(validated: &Validated, folder: &Path, report: &Report) -> PathBuf {
    let path = folder.join(&validated.store.path);
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent.filter(|parent| !parent.is_dir()) {
        report.error(
            "store.path",
            format!("there is no folder `{}`", parent.display()),
            "make it, and give it to the user who runs the host",
        );
    }
    path
}

/// Where approvals are kept: as configured, or beside the configuration under its name, `pointsman.toml` and `pointsman.approvals.toml`.
pub(crate) fn approvals(validated: &Validated, path: &Path, folder: &Path) -> PathBuf {
    match &validated.swap.approvals {
        Some(file) => folder.join(file),
        None => path.with_extension("approvals.toml"),
    }
}

/// Why a file was not read.
enum Unread {
    Missing,
    Large,
    Other(String),
}

impl Unread {
    fn sentence(&self, bytes_max: u64) -> String {
        match self {
            Self::Missing => "there is no such file".to_owned(),
            Self::Large => format!("the file is larger than {bytes_max} bytes"),
            Self::Other(why) => format!("the file cannot be read: {why}"),
        }
    }
}

fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>, Unread> {
    let other = |why: io::Error| match why.kind() {
        io::ErrorKind::NotFound => Unread::Missing,
        _ => Unread::Other(why.to_string()),
    };
    let file = fs::File::open(path).map_err(other)?;
    if file.metadata().map_err(other)?.is_dir() {
        return Err(Unread::Other("it is a folder".to_owned()));
    }
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file that grew since from one that fits.
    file.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes).map_err(other)?;
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if length > bytes_max { Err(Unread::Large) } else { Ok(bytes) }
}
