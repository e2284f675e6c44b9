//! Servers that are not ours, in processes of their own; killed when dropped.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// Longest wait for one to listen.
const START_S_MAX: u64 = 60;
const NODE_RED_PORT: u16 = 18_880;

/// A process that ends with us.
struct Ours(Child);

impl Drop for Ours {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An axum server that stores each body durably and does nothing else.
pub(crate) struct StoreOnly {
    process: Ours,
    /// `address:port`
    pub(crate) address: String,
}

/// Node-RED: http in, a function with the policy, http response.
pub(crate) struct NodeRed {
    process: Ours,
    /// `address:port`
    pub(crate) address: String,
    /// Of Node-RED and of Node.js.
    pub(crate) version: String,
}

impl StoreOnly {
    /// Starts it on a new database.
    pub(crate) fn start(peers: &Path, folder: &Path) -> Result<Self> {
        let mut command = Command::new(peers);
        command.args(["store-only", "--database"]).arg(folder.join("store-only.db")).stdout(Stdio::piped());
        let mut child = command.spawn().context("starting the server that only stores")?;
        let stdout = child.stdout.take().context("no stdout")?;
        let process = Ours(child);
        let mut address = String::new();
        BufReader::new(stdout).read_line(&mut address)?;
        Ok(Self { process, address: address.trim().to_owned() })
    }

    /// Of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.process.0.id()
    }
}

impl NodeRed {
    /// Starts it, if it was installed at `installed` (`npm install node-red`, and `node` when a newer one than the machine's is wanted).
    pub(crate) fn start(installed: &Path, peers: &Path, folder: &Path) -> Result<Option<Self>> {
        let program = installed.join("node_modules/node-red/red.js");
        if !program.is_file() {
            return Ok(None);
        }
        let own = installed.join("node_modules/.bin/node");
        let node = if own.is_file() { own } else { PathBuf::from("node") };
        let user = folder.join("node-red");
        std::fs::create_dir_all(&user)?;
        let flow = Command::new(peers).arg("flow").output().context("the flow")?;
        std::fs::write(user.join("flows.json"), flow.stdout)?;
        std::fs::write(user.join("settings.js"), SETTINGS)?;
        let mut command = Command::new(&node);
        command.arg(&program).arg("--userDir").arg(&user).arg("--settings").arg(user.join("settings.js"));
        command.args(["--port", &NODE_RED_PORT.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
        let process = Ours(command.spawn().context("starting Node-RED")?);
        let address = format!("127.0.0.1:{NODE_RED_PORT}");
        listening(&address)?;
        Ok(Some(Self { process, address, version: version(installed, &node) }))
    }

    /// Of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.process.0.id()
    }
}

const SETTINGS: &str = "module.exports = {flowFile: 'flows.json', uiHost: '127.0.0.1', httpAdminRoot: false, \
     logging: {console: {level: 'error'}}, telemetry: {enabled: false}};\n";

fn version(installed: &Path, node: &Path) -> String {
    let package = std::fs::read(installed.join("node_modules/node-red/package.json")).unwrap_or_default();
    let package: serde_json::Value = serde_json::from_slice(&package).unwrap_or_default();
    let node = Command::new(node).arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    format!(
        "{}, Node.js {}",
        package.get("version").and_then(serde_json::Value::as_str).unwrap_or("?"),
        String::from_utf8_lossy(&node).trim()
    )
}

/// Waits until a request is answered; a port that is open is not yet a flow that runs.
fn listening(address: &str) -> Result<()> {
    let until = Instant::now() + Duration::from_secs(START_S_MAX);
    loop {
        let answered = TcpStream::connect(address).is_ok() && answers(&format!("http://{address}/hooks/shop"));
        if answered {
            return Ok(());
        }
        if Instant::now() > until {
            bail!("nobody answers at {address} after {START_S_MAX} s");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn answers(url: &str) -> bool {
    let json = [("content-type".to_owned(), "application/json".to_owned())];
    let body = policy::inputs(1).first().and_then(|input| serde_json::to_vec(input).ok()).unwrap_or_default();
    harness::request("POST", url, &json, &body).is_ok_and(|answer| answer.status == 200)
}
