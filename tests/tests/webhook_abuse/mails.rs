//! Mails that are traps: each is answered in time, and is read or kept.

use std::time::{Duration, Instant};

use harness::LmtpClient;

use super::wire::goes_on;
use crate::desk::{CHAIN, Desk, HOOK};

const MAIL: &str = r#"
[[plugin]]
name = "email"
file = "DIST/email.wasm"
[[connector]]
name = "mail"
plugin = "email"
lmtp_listen = "127.0.0.1:0"
"#;

const ARCHIVE: &str = "Content-Type: application/zip\r\nContent-Disposition: attachment; filename=\"../../x.zip\"\r\n\
                       Content-Transfer-Encoding: base64\r\n";
const MACHINE: &str = "Auto-Submitted: auto-replied\r\nPrecedence: bulk\r\nX-Loop: help@example.com\r\n";
const ENDS: &str = "Subject: =?utf-8?q?Hi=0D=0ABcc:_all@example.org?=\r\nReply-To: <help@example.com>\r\n";

fn mail(number: usize, head: &str, body: &str) -> Vec<u8> {
    format!("From: Ada <ada@example.org>\r\nTo: help@example.com\r\nMessage-ID: <m{number}@example.org>\r\n{head}\r\n{body}\r\n")
        .into_bytes()
}

/// So many parts, each inside the one before.
fn nested(count: usize) -> String {
    let open = |level: usize| format!("--b{level}\r\nContent-Type: multipart/mixed; boundary=b{}\r\n\r\n", level + 1);
    (0..count).map(open).collect::<String>() + &format!("--b{count}\r\nContent-Type: text/plain\r\n\r\ndeep\r\n")
}

#[test]
fn mails_that_are_traps_are_answered_in_time_and_kept() {
    let desk = Desk::open(&[HOOK, MAIL, CHAIN].concat());
    let mut client = LmtpClient::connect(&desk.host.lmtp("mail")).expect("connecting");
    let many: String = (0..100_000).map(|number| format!("X-{number}: y\r\n")).collect();
    let received: String = (0..200).map(|hop| format!("Received: from mx{hop}.example by mx{}.example\r\n", hop + 1)).collect();
    let wide: String = (0..20_000).map(|_| "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n").collect();
    let words: String = (0..5_000).map(|_| "=?utf-8?q?=41?= ").collect();
    let multipart = |boundary: &str| format!("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary={boundary}\r\n");
    let encoded = |how: &str| format!("MIME-Version: 1.0\r\nContent-Type: text/plain; charset={how}\r\n");
    let bombs = [
        ("a thousand parts inside each other", multipart("b0"), nested(1_000)),
        ("20,000 parts beside each other", multipart("b"), wide),
        ("100,000 headers", many, "hello".to_owned()),
        ("a header of a megabyte", format!("Subject: {}\r\n", "s".repeat(1 << 20)), "hello".to_owned()),
        ("a subject of 5,000 words in code", format!("Subject: {words}\r\n"), "hello".to_owned()),
        ("a charset that is none", encoded("x-nobody-knows"), "h\u{e9}llo".to_owned()),
        ("a charset that changes its state", encoded("iso-2022-jp"), "\u{1b}$B\u{1b}(B\u{1b}".to_owned()),
        ("base64 that is none", encoded("utf-8") + "Content-Transfer-Encoding: base64\r\n", "!!!! \u{0} ====".to_owned()),
        ("an archive as an attachment", multipart("b"), format!("--b\r\n{ARCHIVE}\r\nUEsDBBQAAAAIAA==\r\n--b--")),
        ("winmail", multipart("b"), "--b\r\nContent-Type: application/ms-tnef\r\n\r\n\u{78}\u{9f}>\"\r\n--b--".to_owned()),
        ("a boundary of a megabyte", multipart(&"b".repeat(1 << 20)), "hello".to_owned()),
        ("comments inside each other", format!("Date: {}1 May 2024\r\n", "(".repeat(50_000)), "hello".to_owned()),
        ("a loop of mail servers", received, "hello".to_owned()),
        ("an answer by a machine", MACHINE.to_owned(), "I am away.".to_owned()),
        ("line ends in a subject", ENDS.to_owned(), "hello".to_owned()),
    ];
    let mut slowest = (Duration::ZERO, "");
    for (number, (what, head, body)) in bombs.iter().enumerate() {
        let began = Instant::now();
        let answer = client.mail("ada@example.org", "help@example.com", &mail(number, head, body)).expect("an answer");
        assert!(answer.starts_with("250"), "{what}: {answer}");
        slowest = slowest.max((began.elapsed(), what));
    }
    eprintln!("the slowest took {slowest:?}");
    assert!(slowest.0 < Duration::from_secs(8), "{slowest:?}");
    // A bounce has no sender, and its reader no reply.
    let bounce =
        mail(99, "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n", "--b\r\n\r\nno such user\r\n--b--");
    assert!(client.mail("", "help@example.com", &bounce).expect("an answer").starts_with("250"));
    let totals = desk.ask("/totals");
    let kept = totals["deliveries"].as_u64().unwrap_or_default() + totals["quarantined"].as_u64().unwrap_or_default();
    assert_eq!(kept, bombs.len() as u64 + 1, "{totals}");
    goes_on(&desk);
    // What was in a head is a value of one field: nothing of it has become another header or another line.
    for row in desk.list("/interactions?limit=100") {
        let subject = row["interaction"]["subject"].as_str().unwrap_or_default();
        assert!(!subject.contains(['\r', '\n']), "{subject:?}");
    }
}
