//! The program as a person calls it: arguments and stdin in; exit code, stdout and stderr out.

use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use harness::{binary, plugins_dir};
use serde_json::Value;

use crate::setup::Place;

/// A call that takes longer hangs.
const CALL_MS_MAX: u64 = 60_000;

/// What a call came to.
pub(crate) struct Told {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Told {
    /// Stdout as JSON, one value a line.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}\n{}", self.err));
        self.out.lines().map(read).collect()
    }

    /// Its one line of JSON.
    pub(crate) fn json(&self) -> Value {
        let mut lines = self.lines();
        assert_eq!(lines.len(), 1, "{}\n{}", self.out, self.err);
        lines.remove(0)
    }

    /// Exit code and stderr, without what differs from machine to machine.
    pub(crate) fn refusal(&self, place: &Place) -> String {
        format!("exit code {}\n{}", self.code, redacted(&self.err, place))
    }

    /// The same, when it went well.
    pub(crate) fn good(self) -> Self {
        assert_eq!(self.code, 0, "{}\n{}", self.out, self.err);
        self
    }
}

/// Calls the program; it speaks English unless told otherwise.
pub(crate) fn call(args: &[&str]) -> Told {
    call_with(args, "")
}

/// The same with something on stdin.
pub(crate) fn call_with(args: &[&str], stdin: &str) -> Told {
    let mut command = Command::new(binary().expect("a binary"));
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env_remove("POINTSMAN_CONFIG").env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", "C");
    command.env("RUST_LOG", "warn").env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    let mut child = command.spawn().expect("starting");
    let (out, err) = (collect(child.stdout.take()), collect(child.stderr.take()));
    // Whoever reads nothing closes its stdin, which is no failure of ours.
    let _ = child.stdin.take().map(|mut pipe| pipe.write_all(stdin.as_bytes()));
    let code = wait(&mut child, args);
    Told { code, out: out.join().expect("stdout"), err: err.join().expect("stderr") }
}

fn collect(stream: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.expect("a stream").read_to_end(&mut bytes).expect("reading");
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn wait(child: &mut Child, args: &[&str]) -> i32 {
    let until = Instant::now() + Duration::from_millis(CALL_MS_MAX);
    loop {
        if let Some(status) = child.try_wait().expect("waiting") {
            return status.code().unwrap_or(-1);
        }
        if Instant::now() > until {
            child.kill().expect("killing");
            child.wait().expect("its end");
            panic!("{args:?} did not end within {CALL_MS_MAX} ms");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The text without this machine's folders.
pub(crate) fn redacted(text: &str, place: &Place) -> String {
    let folder = |path: &Path| path.display().to_string();
    text.replace(&folder(place.dir.path()), "[place]").replace(&folder(&plugins_dir()), "[dist]").trim_end().to_owned()
}
