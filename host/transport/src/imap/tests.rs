//! Against Postfix and Dovecot: mails in over IMAP, SMTP and LMTP, and out over SMTP.

use std::time::Duration;

use dispatch::grant::Endpoint;
use dispatch::port::{Secrets, SystemClock};
use model::{Advance, Credential, CredentialForm, Refusal, Secret, Transport, Undelivered, Value};
use tokio::task::JoinHandle;

use super::*;
use crate::egress::EgressSettings;
use crate::lmtp::{LmtpSettings, certificate_of, serve_lmtp, serve_smtp};
use crate::smtp::{SmtpHandover, SmtpLimits};
use crate::testing::post::{PASSWORD, Post, free};
use crate::testing::{Heard, Kept, NAME, host, on, said, until};

const ADA: &str = "ada@customer.example";

struct Known;

impl Secrets for Known {
    fn values(&self, name: &str) -> Vec<Secret> {
        vec![Secret::new(if name == "right" { PASSWORD } else { "wrong" })]
    }
}

fn grant(post: &Post, secret: &str) -> EgressGrant {
    let form = CredentialForm::Basic { username: ADA.to_owned() };
    let credential = Credential { secret: secret.to_owned(), form, hosts: vec![] };
    EgressGrant {
        hosts: [post.imap, post.imaps, post.smtp].map(|port| format!("127.0.0.1:{port}")).into(),
        credentials: [("login".to_owned(), credential)].into(),
        private_network: true,
        ..EgressGrant::default()
    }
}

fn egress(post: &Post) -> HttpEgress {
    HttpEgress::built(Arc::new(Known), &EgressSettings::default(), post.tls(), crate::is_public).unwrap()
}

fn transport() -> Transport {
    Transport::Mail { imap: None, credential: None }
}

/// Says the subject; a mail whose subject is `odd` it cannot read.
fn subjects(heard: Heard<'_>) -> Result<Advance, Refusal> {
    let Heard::Frame(mail, envelope) = heard else { return Ok(Advance::default()) };
    let text = String::from_utf8_lossy(mail).into_owned();
    let subject = text.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap_or_default().trim().to_owned();
    let to = match envelope.get("envelope-to") {
        Some(Value::Texts(to)) => to.join(" "),
        _ => String::new(),
    };
    if subject == "odd" {
        return Err(Refusal::Malformed("odd".to_owned()));
    }
    Ok(Advance { facts: vec![said(&format!("{subject} {to}"))], ..Advance::default() })
}

fn mail(subject: &str) -> String {
    format!("Delivered-To: <{ADA}>\r\nFrom: help@shop.example\r\nTo: {ADA}\r\nSubject: {subject}\r\n\r\nHi\r\n")
}

struct Reader {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Reader {
    fn new(post: &Post, ingest: &Ingest, url: String) -> Self {
        let limits = MailboxLimits { idle_ms: 60_000, ..MailboxLimits::default() };
        let settings =
            MailboxSettings { connector: NAME.to_owned(), url, credential: Some("login".to_owned()), grant: grant(post, "right"), limits };
        let stop = CancellationToken::new();
        let task = tokio::spawn(read_mailbox(ingest.clone(), egress(post), settings, Arc::new(SystemClock), stop.clone()));
        Self { stop, task }
    }

    async fn end(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(5), self.task).await.expect("it ends when it is told to").unwrap();
    }
}

async fn known(kept: &Kept, post: &Post, count: usize) {
    let seen = || kept.said().len() >= count;
    until(&format!("{count} mails\n{}", post.logs()), seen).await;
}

#[tokio::test]
async fn a_mailbox_is_read_from_where_it_was_and_nothing_in_it_is_changed() {
    let Some(post) = Post::start(free(), free()).await else { return };
    post.drop_in(ADA, "0.before", &mail("before"));
    let (ingest, kept) = host(transport(), subjects);
    let reader = Reader::new(&post, &ingest, format!("imap://127.0.0.1:{}", post.imap));
    until("the mailbox is open", || kept.cursor_text().contains("uid_validity")).await;
    // Said while it is listened to: IDLE tells.
    post.drop_in(ADA, "1.first", &mail("first"));
    known(&kept, &post, 1).await;
    post.drop_in(ADA, "2.odd", &mail("odd"));
    post.drop_in(ADA, "3.third", &mail("third"));
    known(&kept, &post, 2).await;
    reader.end().await;
    // What comes meanwhile is read after the restart, over TLS from the start this time.
    post.drop_in(ADA, "4.meanwhile", &mail("meanwhile"));
    let ingest = on(Arc::clone(&kept), transport(), subjects);
    let reader = Reader::new(&post, &ingest, format!("imaps://127.0.0.1:{}/INBOX", post.imaps));
    known(&kept, &post, 3).await;
    reader.end().await;
    assert_eq!(kept.said(), ["first", "third", "meanwhile"].map(|subject| format!("{subject} {ADA}")));
    assert_eq!(kept.memory().quarantined, ["malformed"]);
    assert_eq!(kept.memory().duplicates, 0);
    let marked: Vec<String> =
        post.files(ADA).into_iter().filter(|name| name.split(":2,").nth(1).is_some_and(|flags| !flags.is_empty())).collect();
    assert!(marked.is_empty() && post.files(ADA).len() == 5, "{:?}", post.files(ADA));
}

#[tokio::test]
async fn with_new_numbers_the_latest_mails_are_read_again_and_what_is_known_is_dropped() {
    let Some(post) = Post::start(free(), free()).await else { return };
    let (ingest, kept) = host(transport(), subjects);
    let url = format!("imap://127.0.0.1:{}/INBOX", post.imap);
    let reader = Reader::new(&post, &ingest, url.clone());
    until("the mailbox is open", || kept.cursor_text().contains("uid_validity")).await;
    post.drop_in(ADA, "1.first", &mail("first"));
    known(&kept, &post, 1).await;
    reader.end().await;
    // As if the server had given new numbers: ours are of another time.
    let now = dispatch::port::Clock::now(&SystemClock);
    kept.memory().cursors.insert(NAME.to_owned(), format!("{{\"uid_validity\":1,\"uid\":70000,\"at\":{}}}", now.0).into_bytes());
    post.drop_in(ADA, "2.second", &mail("second"));
    let reader = Reader::new(&post, &ingest, url);
    known(&kept, &post, 2).await;
    reader.end().await;
    assert_eq!(kept.memory().duplicates, 1);
    assert!(!kept.cursor_text().contains("70000"), "{}", kept.cursor_text());
}

#[tokio::test]
async fn a_wrong_password_is_not_tried_again_and_again() {
    let Some(post) = Post::start(free(), free()).await else { return };
    let (ingest, _) = host(transport(), subjects);
    let url = format!("imap://127.0.0.1:{}", post.imap);
    let limits = MailboxLimits::default();
    let settings =
        MailboxSettings { connector: NAME.to_owned(), url, credential: Some("login".to_owned()), grant: grant(&post, "other"), limits };
    let (egress, clock) = (egress(&post), SystemClock);
    let reading = Reading { ingest: &ingest, egress: &egress, settings: &settings, clock: &clock };
    let error = reading.hold().await.unwrap_err();
    assert!(matches!(error, MailboxError::LogIn), "{error}");
}

#[tokio::test]
async fn a_mail_goes_out_and_comes_back_by_every_way() {
    let (smtp, lmtp) =
        (tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap(), tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap());
    let port = |listener: &tokio::net::TcpListener| listener.local_addr().unwrap().port();
    let Some(post) = Post::start(port(&smtp), port(&lmtp)).await else { return };
    let (ingest, kept) = host(transport(), subjects);
    let stop = CancellationToken::new();
    let (certificate, key) = (post.certificate.clone(), post.key.clone());
    let tls: crate::Certificate = Arc::new(move || certificate_of(certificate.as_bytes(), key.as_bytes()));
    let settings = LmtpSettings::default();
    let listening = [
        tokio::spawn(serve_smtp(smtp, NAME.to_owned(), ingest.clone(), settings, Some(tls), stop.clone())),
        tokio::spawn(serve_lmtp(lmtp, NAME.to_owned(), ingest.clone(), settings, stop.clone())),
    ];
    let reader = Reader::new(&post, &ingest, format!("imap://127.0.0.1:{}", post.imap));
    until("the mailbox is open", || kept.cursor_text().contains("uid_validity")).await;
    let handover = SmtpHandover::new(egress(&post), SmtpLimits::default());
    let endpoint = Endpoint::parse(&format!("smtp://127.0.0.1:{}", post.smtp)).unwrap();
    let sent = async |secret: &str, to: &str, body: &str| {
        let mail = format!("From: {ADA}\r\nTo: {to}\r\nSubject: to {to}\r\n\r\n{body}\r\n");
        handover.send(&grant(&post, secret), &endpoint, Some("login"), mail.as_bytes()).await
    };
    for to in [ADA, "help@shop.example", "help@lmtp.example"] {
        assert_eq!(sent("right", to, ".Hi").await, Ok(()), "{}", post.logs());
    }
    known(&kept, &post, 3).await;
    let mut came = kept.said();
    came.sort();
    let expected = [ADA, "help@lmtp.example", "help@shop.example"].map(|to| format!("to {to} {to}"));
    assert_eq!(came, expected);
    let bodies = kept.memory().raw.iter().filter(|raw| raw.body.ends_with(b"\r\n\r\n.Hi\r\n")).count();
    assert_eq!(bodies, 3, "the dot at the beginning of a line came whole");
    assert!(post.logs().contains("Untrusted TLS connection established to 127.0.0.1"), "{}", post.logs());
    // What the server says becomes what a sender says.
    assert!(matches!(sent("other", ADA, "Hi").await, Err(Undelivered::Unauthorised(_))));
    let large = "x".repeat(70).repeat(20_000);
    assert!(matches!(sent("right", ADA, &large).await, Err(Undelivered::Never(why)) if why.contains("552")));
    reader.end().await;
    stop.cancel();
    for task in listening {
        task.await.unwrap();
    }
}
