//! Against a mail server that does what each case says.

use std::sync::{Arc, Mutex};

use dispatch::port::{EgressGrant, Nothing};
use model::Undelivered;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use super::*;
use crate::egress::EgressSettings;

const MAIL: &[u8] = b"From: help@shop.example\r\nTo: ada@customer.example\r\n\r\nHi\r\n.dot\r\nbye";

/// A server that answers each command with the next line of its script; `-` closes the line. Gives back what it heard.
async fn sent(script: &'static [&'static str], limits: SmtpLimits) -> (Result<(), Undelivered>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&heard);
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let mut in_data = false;
        for answer in script {
            if *answer == "-" {
                return;
            }
            stream.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).await.unwrap_or_default() == 0 {
                    return;
                }
                kept.lock().unwrap().push_str(&line);
                if !in_data || line == ".\r\n" {
                    in_data = line == "DATA\r\n";
                    break;
                }
            }
        }
        tokio::time::sleep(Duration::from_secs(30)).await;
    });
    let host = format!("127.0.0.1:{port}");
    let grant = EgressGrant { hosts: [host.clone()].into(), private_network: true, ..EgressGrant::default() };
    let egress = HttpEgress::new(Arc::new(Nothing), EgressSettings::default()).unwrap();
    let endpoint = Endpoint::parse(&format!("smtp://{host}")).unwrap();
    let outcome = SmtpHandover::new(egress, limits).send(&grant, &endpoint, None, MAIL).await;
    let heard = heard.lock().unwrap().clone();
    (outcome, heard)
}

#[tokio::test]
async fn what_became_of_a_mail() {
    let later = |why: &str| Err(Undelivered::Later { at: None, why: why.to_owned() });
    let never = |why: &str| Err(Undelivered::Never(why.to_owned()));
    let cases: [(&'static [&'static str], Result<(), Undelivered>); 9] = [
        (&["220 x", "250-x\r\n250 SIZE 1000", "250 ok", "250 ok", "354 go", "250 2.0.0 taken", "221 bye"], Ok(())),
        (&["421 4.3.2 busy"], later("the mail server answered 421 4.3.2")),
        (&["554 5.3.2 go away"], later("the mail server answered 554 5.3.2")),
        (&["220 x", "250 x", "250 ok", "550 5.1.1 no such user"], never("the mail server answered 550 5.1.1")),
        (&["220 x", "250 x", "250 ok", "450 4.2.1 greylisted"], later("the mail server answered 450 4.2.1")),
        (&["220 x", "250 x", "530 5.7.0 log in first"], Err(Undelivered::Unauthorised("the mail server answered 530 5.7.0".to_owned()))),
        (&["220 x", "250 x", "250 ok", "250 ok", "354 go", "554 spam"], never("the mail server answered 554")),
        (&["220 x", "250 x", "250 ok", "250 ok", "354 go", "451 4.3.0 full"], later("the mail server answered 451 4.3.0")),
        (&["hello"], later("the line to the mail server broke: this is no mail server")),
    ];
    for (script, expected) in cases {
        let (outcome, heard) = sent(script, SmtpLimits::default()).await;
        assert_eq!(outcome, expected, "{script:?}: {heard}");
    }
    let (_, heard) = sent(&["220 x", "250-x\r\n250 SIZE 1000", "250 ok", "250 ok", "354 go", "250 ok"], SmtpLimits::default()).await;
    assert!(
        heard.starts_with("EHLO shop.example\r\nMAIL FROM:<help@shop.example> SIZE=66\r\nRCPT TO:<ada@customer.example>\r\nDATA\r\n"),
        "{heard}"
    );
    assert!(heard.contains("\r\nHi\r\n..dot\r\nbye\r\n.\r\n"), "{heard}");
}

#[tokio::test]
async fn after_the_last_dot_nobody_knows() {
    let (outcome, _) = sent(&["220 x", "250 x", "250 ok", "250 ok", "354 go", "-"], SmtpLimits::default()).await;
    assert!(matches!(outcome, Err(Undelivered::Unknown(_))), "{outcome:?}");
    // A server that says nothing more.
    let silent = SmtpLimits { taken_ms_max: 50, ..SmtpLimits::default() };
    let (outcome, _) = sent(&["220 x", "250 x", "250 ok", "250 ok", "354 go"], silent).await;
    assert!(matches!(&outcome, Err(Undelivered::Unknown(why)) if why.contains("silent for 50 ms")), "{outcome:?}");
    let silent = SmtpLimits { answer_ms_max: 50, ..SmtpLimits::default() };
    let (outcome, _) = sent(&["220 x", "250 x"], silent).await;
    assert!(matches!(outcome, Err(Undelivered::Later { .. })), "{outcome:?}");
}

#[tokio::test]
async fn outside_private_networks_nothing_is_said_in_plain() {
    let egress = HttpEgress::new(Arc::new(Nothing), EgressSettings::default()).unwrap();
    let grant = EgressGrant { hosts: ["127.0.0.1:25".to_owned()].into(), ..EgressGrant::default() };
    let endpoint = Endpoint::parse("smtp://127.0.0.1:25").unwrap();
    let handover = SmtpHandover::new(egress, SmtpLimits::default());
    let outcome = handover.send(&grant, &endpoint, None, MAIL).await;
    assert_eq!(outcome, Err(Undelivered::Never("the name leads to an address that is not public".to_owned())));
    let elsewhere = Endpoint::parse("smtps://mail.example").unwrap();
    let outcome = handover.send(&grant, &elsewhere, None, MAIL).await;
    assert_eq!(outcome, Err(Undelivered::Never("not granted: host `mail.example` port 465".to_owned())));
}
