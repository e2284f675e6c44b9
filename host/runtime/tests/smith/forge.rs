//! The program that makes files from seeds, seen from here.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Where it was built.
pub(crate) const VARIABLE: &str = "POINTSMAN_SMITH_FORGE";

/// A file and how it was made.
pub(crate) struct Forged {
    pub(crate) bytes: Vec<u8>,
    pub(crate) how: String,
}

/// The running program; it ends when this is dropped.
pub(crate) struct Forge {
    child: Child,
    ask: ChildStdin,
    hear: BufReader<ChildStdout>,
}

impl Forge {
    /// Starts it; none when nobody says where it is.
    pub(crate) fn start() -> Option<Self> {
        let program = std::env::var_os(VARIABLE)?;
        let mut command = Command::new(program);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the forge starts");
        let (ask, hear) = (child.stdin.take().expect("stdin"), child.stdout.take().expect("stdout"));
        Some(Self { child, ask, hear: BufReader::new(hear) })
    }

    /// The file of a seed.
    pub(crate) fn make(&mut self, seed: u64) -> Forged {
        writeln!(self.ask, "{seed}").expect("the forge listens");
        let (mut how, mut length) = (String::new(), String::new());
        self.hear.read_line(&mut how).expect("the forge answers");
        self.hear.read_line(&mut length).expect("the forge answers");
        let length = length.trim().parse().unwrap_or_else(|_| panic!("the forge failed at seed {seed}"));
        let mut bytes = vec![0; length];
        self.hear.read_exact(&mut bytes).expect("the whole file");
        Forged { bytes, how: how.trim().to_owned() }
    }
}

impl Drop for Forge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
