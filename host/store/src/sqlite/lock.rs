use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

/// Proof that no other server decides on this database. The system takes it back when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Why there is no lock.
#[derive(Debug)]
pub(crate) enum Unlocked {
    /// Another server has it; its process id, when it could be read.
    Held(Option<u32>),
    /// The lock file could not be made.
    Io(io::Error),
}

impl Lock {
    /// Locks the file `<database>.lock`. The file stays: removing it would race with the next server.
    pub(crate) fn take(database: &Path) -> Result<Self, Unlocked> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        private(&mut options);
        let mut file = options.open(beside(database, "lock")).map_err(Unlocked::Io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Unlocked::Held(holder(&mut file))),
            Err(TryLockError::Error(error)) => return Err(Unlocked::Io(error)),
        }
        note(&mut file).map_err(Unlocked::Io)?;
        Ok(Self { _file: file })
    }
}

/// Files with customers' words are for the server's own user only.
pub(crate) fn private(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _same = options;
}

fn beside(database: &Path, extension: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn note(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}
