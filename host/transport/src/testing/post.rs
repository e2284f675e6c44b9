//! A real mail server: Postfix and Dovecot as Debian packs them, in a folder of their own.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;

/// The password of everybody.
pub(crate) const PASSWORD: &str = "open-sesame";
/// Under whom Dovecot reads mailboxes: `nobody` of `nogroup`.
const NOBODY: u32 = 65_534;

/// Running servers. Mails for `customer.example` end in Dovecot's mailboxes, those for `shop.example` and `lmtp.example` go to the ports that
/// were given.
pub(crate) struct Post {
    folder: TempDir,
    pub(crate) imap: u16,
    pub(crate) imaps: u16,
    pub(crate) smtp: u16,
    pub(crate) certificate: String,
    pub(crate) key: String,
    running: Vec<Child>,
}

impl Drop for Post {
    fn drop(&mut self) {
        let _ = Command::new("postfix").arg("-c").arg(self.folder.path().join("postfix")).arg("stop").stderr(Stdio::null()).status();
        for child in &mut self.running {
            // Dovecot's master ends its children when it is told to end.
            let _ = Command::new("kill").arg(child.id().to_string()).status();
            let _ = child.wait();
        }
    }
}

impl Post {
    /// Starts them; none when this machine has none, unless `POINTSMAN_MAIL_SERVERS` is `required`.
    pub(crate) async fn start(shop: u16, lmtp: u16) -> Option<Self> {
        if let Some(why) = missing() {
            assert!(std::env::var("POINTSMAN_MAIL_SERVERS").as_deref() != Ok("required"), "{why}");
            println!("skipped: {why}");
            return None;
        }
        let made = rcgen::generate_simple_self_signed(["localhost", "127.0.0.1"].map(str::to_owned)).unwrap();
        let (imap, imaps, smtp, inner) = (free(), free(), free(), free());
        let folder = tempfile::Builder::new().prefix("pointsman-post-").tempdir_in("/tmp").unwrap();
        let post = Self {
            folder,
            imap,
            imaps,
            smtp,
            certificate: pem("CERTIFICATE", made.cert.der()),
            key: pem("PRIVATE KEY", &made.key_pair.serialize_der()),
            running: vec![],
        };
        Some(post.started(inner, shop, lmtp).await)
    }

    async fn started(mut self, inner: u16, shop: u16, lmtp: u16) -> Self {
        let root = self.folder.path().to_owned();
        Command::new("chmod").arg("755").arg(&root).status().unwrap();
        fs::write(root.join("certificate.pem"), &self.certificate).unwrap();
        fs::write(root.join("key.pem"), &self.key).unwrap();
        for name in ["mail", "run", "state", "postfix", "spool", "data"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        chown(root.join("mail"), Some(NOBODY), Some(NOBODY)).unwrap();
        chown(root.join("data"), Some(uid("postfix")), None).unwrap();
        fs::write(root.join("dovecot.conf"), dovecot(&root, &self, inner)).unwrap();
        fs::write(root.join("postfix/main.cf"), main_cf(&root, inner, shop, lmtp)).unwrap();
        fs::write(root.join("postfix/master.cf"), master_cf(self.smtp)).unwrap();
        let mut dovecot = Command::new("dovecot");
        dovecot.arg("-F").arg("-c").arg(root.join("dovecot.conf"));
        let mut postfix = Command::new("postfix");
        postfix.arg("-c").arg(root.join("postfix")).arg("start-fg");
        for mut program in [dovecot, postfix] {
            let log = fs::File::options().create(true).append(true).open(root.join("started.log")).unwrap();
            let child = program.stdout(log.try_clone().unwrap()).stderr(log).stdin(Stdio::null()).spawn().unwrap();
            self.running.push(child);
        }
        for port in [self.imap, self.imaps, self.smtp, inner] {
            self.wait_for(port).await;
        }
        self
    }

    async fn wait_for(&self, port: u16) {
        for _ in 0..1_000 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("nobody listens on {port}:\n{}", self.logs());
    }

    pub(crate) fn logs(&self) -> String {
        let read = |name| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        ["started.log", "dovecot.log", "postfix.log"].map(read).join("\n")
    }

    /// TLS that trusts these servers and nobody else.
    pub(crate) fn tls(&self) -> ClientConfig {
        use rustls::pki_types::CertificateDer;
        use rustls::pki_types::pem::PemObject as _;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        tls.with_root_certificates(roots).with_no_client_auth()
    }

    /// Puts a mail into somebody's inbox, as a delivery agent does.
    pub(crate) fn drop_in(&self, user: &str, name: &str, mail: &str) {
        let inbox = self.folder.path().join("mail").join(user);
        for part in ["cur", "new", "tmp"] {
            fs::create_dir_all(inbox.join(part)).unwrap();
        }
        fs::write(inbox.join("tmp").join(name), mail).unwrap();
        for path in [inbox.clone(), inbox.join("cur"), inbox.join("new"), inbox.join("tmp"), inbox.join("tmp").join(name)] {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        fs::rename(inbox.join("tmp").join(name), inbox.join("new").join(name)).unwrap();
    }

    /// The names of all files in somebody's inbox, which tell whether a mail was read.
    pub(crate) fn files(&self, user: &str) -> Vec<String> {
        let inbox = self.folder.path().join("mail").join(user);
        let folders = ["cur", "new"].map(|part| fs::read_dir(inbox.join(part)).into_iter().flatten());
        let mut names: Vec<String> =
            folders.into_iter().flatten().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

fn missing() -> Option<String> {
    let version = Command::new("dovecot").arg("--version").output().ok().map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let version = version.unwrap_or_default();
    if !version.starts_with("2.3.") || Command::new("postconf").arg("mail_version").output().is_err() {
        return Some(format!(
            "`apt-get install dovecot-imapd dovecot-lmtpd postfix` (Dovecot 2.3) is needed, found Dovecot `{}`",
            version.trim()
        ));
    }
    (uid("root") != current_uid()).then(|| "mail servers are started by root only".to_owned())
}

fn current_uid() -> u32 {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").map_or(u32::MAX, |self_| self_.uid())
}

fn uid(user: &str) -> u32 {
    let output = Command::new("id").arg("-u").arg(user).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or(u32::MAX - 1)
}

fn pem(kind: &str, der: &[u8]) -> String {
    let code = STANDARD.encode(der);
    let lines: Vec<&str> = code.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", lines.join("\n"))
}

/// A port that nobody listens on.
pub(crate) fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn dovecot(root: &Path, post: &Post, inner: u16) -> String {
    let at = |name: &str| root.join(name).display().to_string();
    let Post { imap, imaps, .. } = post;
    format!(
        "base_dir = {run}\nstate_dir = {state}\nlog_path = {log}\nprotocols = imap lmtp\nlisten = 127.0.0.1\n\
         ssl = yes\nssl_cert = <{certificate}\nssl_key = <{key}\ndisable_plaintext_auth = yes\nauth_mechanisms = plain login\n\
         mail_location = maildir:{mail}/%u\nfirst_valid_uid = 100\nlogin_trusted_networks =\n\
         passdb {{\n  driver = static\n  args = password={PASSWORD}\n}}\n\
         userdb {{\n  driver = static\n  args = uid={NOBODY} gid={NOBODY} home={mail}/%u allow_all_users=yes\n}}\n\
         service imap-login {{\n  inet_listener imap {{\n    port = {imap}\n  }}\n  inet_listener imaps {{\n    port = {imaps}\n    ssl = yes\n  }}\n}}\n\
         service lmtp {{\n  inet_listener lmtp {{\n    address = 127.0.0.1\n    port = {inner}\n  }}\n}}\n\
         service auth {{\n  unix_listener {run}/auth-post {{\n    mode = 0666\n  }}\n}}\n",
        run = at("run"),
        state = at("state"),
        log = at("dovecot.log"),
        certificate = at("certificate.pem"),
        key = at("key.pem"),
        mail = at("mail"),
    )
}

fn main_cf(root: &Path, inner: u16, shop: u16, lmtp: u16) -> String {
    let at = |name: &str| root.join(name).display().to_string();
    format!(
        "compatibility_level = 3.6\nqueue_directory = {spool}\ndata_directory = {data}\nmaillog_file = {log}\nmaillog_file_prefixes = /tmp\n\
         myhostname = mx.customer.example\nmydestination =\nalias_maps =\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmynetworks =\n\
         smtpd_tls_security_level = may\nsmtpd_tls_auth_only = yes\nsmtpd_tls_cert_file = {certificate}\nsmtpd_tls_key_file = {key}\n\
         smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = {run}/auth-post\n\
         smtpd_relay_restrictions = permit_sasl_authenticated, reject\nsmtpd_recipient_restrictions = permit_sasl_authenticated, reject\n\
         virtual_mailbox_domains = customer.example\nvirtual_transport = lmtp:inet:127.0.0.1:{inner}\n\
         relay_domains = shop.example, lmtp.example\nsmtp_tls_security_level = encrypt\nsmtp_tls_loglevel = 1\n\
         transport_maps = inline:{{{{shop.example = smtp:[127.0.0.1]:{shop}}}, {{lmtp.example = lmtp:inet:127.0.0.1:{lmtp}}}}}\n\
         lmtp_tls_security_level = none\nmessage_size_limit = 1000000\nmailbox_size_limit = 0\nminimal_backoff_time = 1s\nqueue_run_delay = 1s\n",
        spool = at("spool"),
        data = at("data"),
        log = at("postfix.log"),
        certificate = at("certificate.pem"),
        key = at("key.pem"),
        run = at("run"),
    )
}

fn master_cf(smtp: u16) -> String {
    let mut lines = vec![format!("127.0.0.1:{smtp} inet n - n - - smtpd")];
    lines.extend(
        ["cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr", "postlog unix-dgram n - n - 1 postlogd"].map(str::to_owned),
    );
    let services = [
        ("tlsmgr", "tlsmgr"),
        ("rewrite", "trivial-rewrite"),
        ("bounce", "bounce"),
        ("defer", "bounce"),
        ("trace", "bounce"),
        ("verify", "verify"),
        ("proxymap", "proxymap"),
        ("smtp", "smtp"),
        ("lmtp", "lmtp"),
        ("error", "error"),
        ("retry", "error"),
        ("anvil", "anvil"),
        ("scache", "scache"),
    ];
    lines.extend(services.map(|(name, program)| format!("{name} unix - - n - 1 {program}")));
    lines.join("\n") + "\n"
}
