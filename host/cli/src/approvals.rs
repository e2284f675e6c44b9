//! The approvals file: read before every swap, written only when somebody says `--approve`.

use std::io::{Read as _, Write as _};
use std::path::Path;

use manifest::{Approval, Approvals};

use crate::exit::{Done, Failure};

/// What people have agreed to. A file that is not there has nothing in it.
pub(crate) fn read(path: &Path) -> Done<Approvals> {
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Approvals::default()),
        Err(error) => return Err(Failure::wrong(format!("{}: the approvals cannot be read: {error}", path.display()))),
    };
    let mut text = String::new();
    let read = file.take(Approvals::BYTES_MAX + 1).read_to_string(&mut text);
    let bytes = read.map_err(|error| Failure::wrong(format!("{}: the approvals cannot be read: {error}", path.display())))?;
    if u64::try_from(bytes).unwrap_or(u64::MAX) > Approvals::BYTES_MAX {
        return Err(Failure::wrong(format!("{}: more than {} bytes of approvals", path.display(), Approvals::BYTES_MAX)));
    }
    Approvals::parse(&text).map_err(|why| Failure::wrong(format!("{}: {why}; nothing is approved until it is mended", path.display())))
}

/// Adds these agreements as one write: no half of it is ever read.
pub(crate) fn add(path: &Path, agreed: &[Approval]) -> Done {
    let failed = |error: std::io::Error| Failure::unavailable(format!("{}: the approvals cannot be written: {error}", path.display()));
    let mut text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            "# Grants that somebody has looked at and agreed to. `pointsman apply --approve` writes here too.\n".to_owned()
        }
        Err(error) => return Err(failed(error)),
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&Approvals::addition(agreed));
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let mut file = std::fs::File::create(&unfinished).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    std::fs::rename(&unfinished, path).map_err(failed)
}

#[cfg(test)]
mod tests {
    use manifest::{Approval, ApprovedAt};

    use super::{add, read};

    #[test]
    fn what_is_added_is_read_and_what_stood_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pointsman.approvals.toml");
        let agreed = |plugin: &str| Approval {
            plugin: plugin.to_owned(),
            of: "Pointsman/probe".to_owned(),
            grant: "field text".to_owned(),
            by: "ada".to_owned(),
            at: ApprovedAt::Time(1),
        };
        let has = |plugin: &str| read(&path).unwrap().has(plugin, "field text", "Pointsman/probe");
        assert!(!has("a"));
        add(&path, &[agreed("a")]).unwrap();
        add(&path, &[agreed("b")]).unwrap();
        assert!(has("a") && has("b") && !has("c"));
        assert!(!read(&path).unwrap().has("a", "field text", "Somebody/probe"));
        std::fs::write(&path, "[[approval]]\nplugin = 3\n").unwrap();
        assert!(read(&path).unwrap_err().text().contains("nothing is approved until it is mended"));
    }
}
