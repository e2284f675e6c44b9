use std::future::Future;
use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dispatch::grant::{Endpoint, Scheme};
use dispatch::port::EgressGrant;
use model::Undelivered;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::letter::Letter;
use crate::egress::{HttpEgress, Line};
use crate::login::{Login, xoauth2};

/// Most bytes of one reply.
const REPLY_BYTES_MAX: usize = 64 << 10;
/// Longest wait for the goodbye.
const QUIT_MS_MAX: u64 = 2_000;

/// What a server answered: the code, and what it offers after EHLO. Its sentences may repeat what it was sent, and are not kept.
#[derive(Debug)]
pub(super) struct Reply {
    code: u16,
    /// Such as `5.1.1` (RFC 3463).
    status: String,
    lines: Vec<String>,
}

impl Reply {
    fn is(&self, kind: u16) -> bool {
        self.code / 100 == kind
    }

    fn offers(&self, name: &str) -> Option<&str> {
        let named = |line: &&String| line.split(' ').next().is_some_and(|word| word.eq_ignore_ascii_case(name));
        self.lines.iter().skip(1).find(named).map(|line| line.split_once(' ').map_or("", |(_, rest)| rest))
    }
}

/// Why a dialogue cannot go on.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The line broke, or was silent for too long.
    Line(String),
    /// The server answered something else.
    Said(Reply),
    /// The server cannot do what is needed.
    Cannot(String),
}

impl Trouble {
    fn why(&self) -> String {
        match self {
            Self::Line(why) | Self::Cannot(why) => why.clone(),
            Self::Said(Reply { code, status, .. }) if status.is_empty() => format!("the mail server answered {code}"),
            Self::Said(Reply { code, status, .. }) => format!("the mail server answered {code} {status}"),
        }
    }

    fn later(&self) -> Undelivered {
        Undelivered::Later { at: None, why: self.why() }
    }

    /// In the greeting, before anything was said about the mail: a refusal is about the server.
    pub(super) fn of_the_server(self) -> Undelivered {
        match self {
            Self::Cannot(why) => Undelivered::Never(why),
            other => other.later(),
        }
    }

    pub(super) fn of_the_log_in(self) -> Undelivered {
        match &self {
            Self::Said(reply) if reply.is(5) => Undelivered::Unauthorised(self.why()),
            Self::Cannot(why) => Undelivered::Never(why.clone()),
            _ => self.later(),
        }
    }

    pub(super) fn of_the_mail(self) -> Undelivered {
        match &self {
            // RFC 4954: authentication is required, or too weak.
            Self::Said(Reply { code: 530 | 534 | 535 | 538, .. }) => Undelivered::Unauthorised(self.why()),
            Self::Said(reply) if reply.is(5) => Undelivered::Never(self.why()),
            Self::Cannot(why) => Undelivered::Never(why.clone()),
            _ => self.later(),
        }
    }
}

/// One conversation with a mail server.
pub(super) struct Dialogue {
    line: Option<Line>,
    offered: Option<Reply>,
    wait: Duration,
}

impl Dialogue {
    pub(super) fn new(line: Line, wait: Duration) -> Self {
        Self { line: Some(line), offered: None, wait }
    }

    /// Hears the greeting, says who we are, and puts TLS on a line that has none.
    pub(super) async fn open(
        &mut self,
        egress: &HttpEgress,
        grant: &EgressGrant,
        endpoint: &Endpoint,
        domain: &str,
    ) -> Result<(), Trouble> {
        let greeting = self.reply(self.wait).await?;
        expect(greeting, 2)?;
        self.hello(domain).await?;
        if endpoint.scheme != Scheme::Smtp {
            return Ok(());
        }
        if self.offers("STARTTLS").is_none() {
            // In a private network the operator vouches for the line.
            let why = "the mail server offers no STARTTLS".to_owned();
            return if grant.private_network { Ok(()) } else { Err(Trouble::Cannot(why)) };
        }
        self.command("STARTTLS", 2).await?;
        let line = self.line.take().ok_or_else(|| Trouble::Line("the line is gone".to_owned()))?;
        self.line = Some(egress.secured(line, endpoint).await.map_err(|error| Trouble::Line(error.to_string()))?);
        // What was offered in plain counts for nothing (RFC 3207 §4.2).
        self.hello(domain).await
    }

    async fn hello(&mut self, domain: &str) -> Result<(), Trouble> {
        let domain = if domain.is_ascii() { domain } else { "localhost" };
        self.offered = Some(self.command(&format!("EHLO {domain}"), 2).await?);
        Ok(())
    }

    pub(super) async fn log_in(&mut self, login: &Login) -> Result<(), Trouble> {
        let mechanisms = self.offers("AUTH").unwrap_or_default().to_ascii_uppercase();
        let offers = |name: &str| mechanisms.split(' ').any(|word| word == name);
        match login {
            Login::Token { user, token } => {
                let code = STANDARD.encode(xoauth2(user, token));
                match self.command(&format!("AUTH XOAUTH2 {code}"), 2).await {
                    // The server tells why it refuses, and goes on when it heard an empty line.
                    Err(Trouble::Said(reply)) if reply.is(3) => self.command("", 2).await.map(drop),
                    other => other.map(drop),
                }
            }
            Login::Password { user, password } if offers("PLAIN") => {
                let code = STANDARD.encode(format!("\0{user}\0{password}"));
                self.command(&format!("AUTH PLAIN {code}"), 2).await.map(drop)
            }
            Login::Password { user, password } if offers("LOGIN") => {
                self.command("AUTH LOGIN", 3).await?;
                self.command(&STANDARD.encode(user), 3).await?;
                self.command(&STANDARD.encode(password), 2).await.map(drop)
            }
            Login::Password { .. } => Err(Trouble::Cannot("the mail server offers no log-in by password".to_owned())),
        }
    }

    /// Says from whom and to whom. All recipients are taken, or the mail goes to none.
    pub(super) async fn envelope(&mut self, letter: &Letter<'_>) -> Result<(), Trouble> {
        let mut from = format!("MAIL FROM:<{}>", letter.from);
        if self.offers("SIZE").is_some() {
            from.push_str(&format!(" SIZE={}", letter.bytes.len()));
        }
        if !letter.bytes.is_ascii() && self.offers("8BITMIME").is_some() {
            from.push_str(" BODY=8BITMIME");
        }
        if !letter.from.is_ascii() || !letter.to.iter().all(|address| address.is_ascii()) {
            if self.offers("SMTPUTF8").is_none() {
                return Err(Trouble::Cannot("the mail server takes no addresses with such letters".to_owned()));
            }
            from.push_str(" SMTPUTF8");
        }
        self.command(&from, 2).await?;
        for address in &letter.to {
            self.command(&format!("RCPT TO:<{address}>"), 2).await?;
        }
        Ok(())
    }

    /// Gives the mail.
    pub(super) async fn data(&mut self, letter: &Letter<'_>, wait: Duration) -> Result<(), Undelivered> {
        self.command("DATA", 3).await.map_err(Trouble::of_the_mail)?;
        let body = stuffed(&letter.bytes);
        // Without the last dot it is no mail yet.
        self.say(&body).await.map_err(Trouble::of_the_mail)?;
        let unknown = |trouble: Trouble| Undelivered::Unknown(format!("the mail was given and not answered: {}", trouble.why()));
        self.say(b".\r\n").await.map_err(unknown)?;
        let reply = self.reply(wait).await.map_err(unknown)?;
        expect(reply, 2).map(drop).map_err(Trouble::of_the_mail)
    }

    pub(super) async fn quit(&mut self) {
        self.wait = Duration::from_millis(QUIT_MS_MAX);
        let _best_effort = self.command("QUIT", 2).await;
    }

    fn offers(&self, name: &str) -> Option<&str> {
        self.offered.as_ref()?.offers(name)
    }

    async fn command(&mut self, line: &str, kind: u16) -> Result<Reply, Trouble> {
        self.say(format!("{line}\r\n").as_bytes()).await?;
        expect(self.reply(self.wait).await?, kind)
    }

    async fn say(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let (line, wait) = self.line()?;
        in_time(wait, async {
            line.write_all(bytes).await?;
            line.flush().await
        })
        .await
    }

    /// One reply (RFC 5321 §4.2), however many lines it has.
    async fn reply(&mut self, wait: Duration) -> Result<Reply, Trouble> {
        let (line, _) = self.line()?;
        in_time(wait, async {
            let mut reader = Vec::new();
            loop {
                // One byte after another: what follows the reply is not ours to take, TLS may begin there.
                reader.push(line.read_u8().await?);
                if reader.len() > REPLY_BYTES_MAX {
                    return Err(io::Error::other("a reply is too large"));
                }
                if reader.ends_with(b"\n")
                    && let Some(reply) = whole(&String::from_utf8_lossy(&reader))
                {
                    return reply;
                }
            }
        })
        .await
    }

    fn line(&mut self) -> Result<(&mut Line, Duration), Trouble> {
        let wait = self.wait;
        self.line.as_mut().map(|line| (line, wait)).ok_or_else(|| Trouble::Line("the line is gone".to_owned()))
    }
}

/// The reply, when its last line is there.
fn whole(text: &str) -> Option<io::Result<Reply>> {
    let last = text.lines().last()?;
    if last.as_bytes().get(3) == Some(&b'-') {
        return None;
    }
    let code = last.get(..3).and_then(|code| code.parse().ok()).filter(|code| (200..600).contains(code));
    let Some(code) = code else { return Some(Err(io::Error::other("this is no mail server"))) };
    let lines: Vec<String> = text.lines().map(|line| line.get(4..).unwrap_or_default().trim_end().to_owned()).collect();
    let status = lines.last().and_then(|line| line.split(' ').next()).unwrap_or_default();
    let status =
        if status.split('.').count() == 3 && status.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') { status } else { "" };
    Some(Ok(Reply { code, status: status.to_owned(), lines }))
}

fn expect(reply: Reply, kind: u16) -> Result<Reply, Trouble> {
    if reply.is(kind) { Ok(reply) } else { Err(Trouble::Said(reply)) }
}

async fn in_time<T>(wait: Duration, talk: impl Future<Output = io::Result<T>>) -> Result<T, Trouble> {
    match tokio::time::timeout(wait, talk).await {
        Ok(said) => said.map_err(|error| Trouble::Line(format!("the line to the mail server broke: {error}"))),
        Err(_) => Err(Trouble::Line(format!("the mail server was silent for {} ms", wait.as_millis()))),
    }
}

/// The mail as it is given: no line begins with a dot of its own, and the last line is ended (RFC 5321 §4.5.2).
fn stuffed(mail: &[u8]) -> Vec<u8> {
    let mut given = Vec::with_capacity(mail.len() + 64);
    let mut at_start = true;
    for byte in mail {
        if at_start && *byte == b'.' {
            given.push(b'.');
        }
        given.push(*byte);
        at_start = *byte == b'\n';
    }
    if !at_start {
        given.extend_from_slice(b"\r\n");
    }
    given
}
