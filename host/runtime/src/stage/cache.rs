//! Compiled plugins on disk. A file that somebody else wrote or changed is never loaded: each carries an HMAC under a key that lies beside
//! them, readable by the host's user alone. A damaged file is as good as none.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use hmac::{Hmac, Mac};
use model::Digest;
use sha2::Sha256;

use super::work::Compiled;

const MAGIC: &[u8; 8] = b"pntscwm1";
const SEAL_BYTES: usize = 32;
/// The block size of the HMAC, so that the key is used as it is.
const KEY_BYTES: usize = 64;
const SUFFIX: &str = "staged";

/// The directory of compiled plugins.
pub(crate) struct Cache {
    dir: PathBuf,
    key: [u8; KEY_BYTES],
    bytes_max: u64,
}

/// What a cache file holds.
#[derive(Debug, PartialEq)]
pub(crate) struct Entry {
    /// Why there is no snapshot in it.
    pub(crate) why_not: Option<String>,
    pub(crate) compiled: Compiled,
}

impl Cache {
    /// Opens or makes the directory (mode 0700) and its key (mode 0600).
    pub(crate) fn open(dir: &Path, bytes_max: u64) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let key = read_or_make_key(&dir.join("key"))?;
        Ok(Self { dir: dir.to_owned(), key, bytes_max })
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The entry of this name, if it is there and whole.
    pub(crate) fn get(&self, name: &Digest) -> Option<Entry> {
        let bytes = fs::read(self.path(name)).ok()?;
        let (body, seal) = bytes.split_at_checked(bytes.len().checked_sub(SEAL_BYTES)?)?;
        if self.mac(name, body).verify_slice(seal).is_err() {
            tracing::warn!(file = %self.path(name).display(), "a damaged or foreign cache file is ignored");
            return None;
        }
        decode(body)
    }

    /// Keeps an entry: written under a temporary name, then renamed, so that nobody ever reads half of it.
    pub(crate) fn put(&self, name: &Digest, entry: &Entry) -> io::Result<()> {
        let mut body = encode(entry);
        let seal = self.mac(name, &body).finalize().into_bytes();
        body.extend_from_slice(&seal);
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(&self.dir)?;
        file.write_all(&body)?;
        file.as_file().sync_all()?;
        file.persist(self.path(name)).map_err(|why| why.error)?;
        self.shrink(&self.path(name))
    }

    fn path(&self, name: &Digest) -> PathBuf {
        self.dir.join(format!("{name}.{SUFFIX}"))
    }

    /// The seal covers the name too: a file moved to another name is foreign there.
    fn mac(&self, name: &Digest, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new(&self.key.into());
        mac.update(name.as_str().as_bytes());
        mac.update(body);
        mac
    }

    /// Removes the files that were written longest ago, until the rest fits.
    fn shrink(&self, keep: &Path) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            let path = entry?.path();
            if path.extension().is_some_and(|suffix| suffix == SUFFIX) {
                let about = fs::metadata(&path)?;
                files.push((about.modified()?, about.len(), path));
            }
        }
        files.sort();
        let mut bytes: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, size, path) in files {
            if bytes > self.bytes_max && path != keep {
                fs::remove_file(path)?;
                bytes = bytes.saturating_sub(size);
            }
        }
        Ok(())
    }
}

/// The key, made when there is none or a damaged one. It appears whole or not at all: another host may start at the same moment, and power
/// may fail.
fn read_or_make_key(path: &Path) -> io::Result<[u8; KEY_BYTES]> {
    if let Some(key) = read_key(path)? {
        return Ok(key);
    }
    let mut key = [0; KEY_BYTES];
    File::open("/dev/urandom")?.read_exact(&mut key)?;
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(path))?;
    file.write_all(&key)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(key),
        Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => match read_key(path)? {
            Some(key) => Ok(key),
            None => taken.file.persist(path).map(|_| key).map_err(|why| why.error),
        },
        Err(why) => Err(why.error),
    }
}

/// The key in the file; none when there is no file, or no whole key in it.
fn read_key(path: &Path) -> io::Result<Option<[u8; KEY_BYTES]>> {
    match fs::read(path) {
        Ok(bytes) => Ok(bytes.try_into().ok()),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(why) => Err(why),
    }
}

/// Magic, then three optional parts, each a flag, a length and its bytes.
fn encode(entry: &Entry) -> Vec<u8> {
    let mut body = MAGIC.to_vec();
    for part in [entry.why_not.as_deref().map(str::as_bytes), entry.compiled.pure.as_deref(), entry.compiled.edge.as_deref()] {
        let Some(bytes) = part else {
            body.push(0);
            continue;
        };
        body.push(1);
        body.extend_from_slice(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
        body.extend_from_slice(bytes);
    }
    body
}

fn decode(body: &[u8]) -> Option<Entry> {
    let mut rest = body.strip_prefix(MAGIC)?;
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
    let (why_not, pure, edge) = (part()?, part()?, part()?);
    let why_not = why_not.map(String::from_utf8).transpose().ok()?;
    Some(Entry { why_not, compiled: Compiled { pure, edge } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry { why_not: Some("nested".to_owned()), compiled: Compiled { pure: Some(vec![1, 2, 3]), edge: None } }
    }

    #[test]
    fn what_was_put_is_got_back_and_every_flipped_bit_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(dir.path(), 1 << 20).unwrap();
        let name = Digest::of(b"a");
        assert_eq!(cache.get(&name), None);
        cache.put(&name, &entry()).unwrap();
        assert_eq!(cache.get(&name), Some(entry()));
        // A second host over the same directory uses the same key.
        assert_eq!(Cache::open(dir.path(), 1 << 20).unwrap().get(&name), Some(entry()));

        let path = cache.path(&name);
        let good = fs::read(&path).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(&path, bad).unwrap();
            assert_eq!(cache.get(&name), None, "byte {at}");
        }
        fs::write(&path, &good[..good.len() - 1]).unwrap();
        assert_eq!(cache.get(&name), None);
        fs::write(&path, b"").unwrap();
        assert_eq!(cache.get(&name), None);
    }

    #[test]
    fn a_file_under_another_name_is_foreign() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(dir.path(), 1 << 20).unwrap();
        cache.put(&Digest::of(b"a"), &entry()).unwrap();
        fs::rename(cache.path(&Digest::of(b"a")), cache.path(&Digest::of(b"b"))).unwrap();
        assert_eq!(cache.get(&Digest::of(b"b")), None);
    }

    #[test]
    fn the_cache_stays_within_its_size_and_its_key_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(dir.path(), 200).unwrap();
        for name in [b"a", b"b", b"c", b"d"] {
            cache.put(&Digest::of(name), &entry()).unwrap();
        }
        assert_eq!(cache.get(&Digest::of(b"d")), Some(entry()));
        let files = fs::read_dir(dir.path()).unwrap().filter(|file| file.as_ref().unwrap().path().extension().is_some()).count();
        assert!(files < 4, "{files}");
        let mode = fs::metadata(dir.path().join("key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn hosts_that_start_at_once_use_one_key_and_a_damaged_one_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let all = || {
            let makers: Vec<_> = (0..8)
                .map(|_| {
                    std::thread::spawn({
                        let path = path.clone();
                        move || read_or_make_key(&path).unwrap()
                    })
                })
                .collect();
            makers.into_iter().map(|maker| maker.join().unwrap()).collect::<Vec<_>>()
        };
        let keys = all();
        assert!(keys.iter().all(|key| *key == keys[0]));
        fs::write(&path, b"").unwrap();
        let mended = read_or_make_key(&path).unwrap();
        assert_eq!(read_or_make_key(&path).unwrap(), mended);
    }
}
