//! The dialogues of LMTP and SMTP: any bytes, cut anywhere.

use model::Value;

use crate::{Target, repository};

// The dialogue is private to its crate, which has no other reason to show it: its file is taken in as it is.
#[path = "../../../host/transport/src/lmtp/session.rs"]
mod session;

use session::{Bounds, Protocol, Session, Step};

/// The same dialogue whatever the packets; no reply has a line break in it; no mail or recipient beyond the bounds.
pub const TARGET: Target = Target { name: "mail", run, seeds };

const BOUNDS: Bounds = Bounds { mail_bytes_max: 4_096, recipients_max: 4, errors_max: 6 };

fn run(bytes: &[u8]) {
    let Some((cut, bytes)) = bytes.split_first() else { return };
    for protocol in [Protocol::Lmtp, Protocol::Smtp] {
        let whole = talk(protocol, bytes, bytes.len().max(1));
        let parts = talk(protocol, bytes, usize::from(*cut).max(1));
        assert_eq!(whole, parts, "cut every {cut} bytes it is another dialogue");
    }
}

fn talk(protocol: Protocol, bytes: &[u8], size: usize) -> Vec<Step> {
    let mut session = Session::new(protocol, BOUNDS, false);
    assert!(!session.greeting().is_empty());
    let mut steps = Vec::new();
    for part in bytes.chunks(size) {
        steps.extend(session.ingest(part));
        if matches!(steps.last(), Some(Step::Close)) {
            break;
        }
    }
    for step in &steps {
        match step {
            Step::Reply(line) => assert!(!line.contains(['\r', '\n']), "{line:?}"),
            Step::Mail(mail) => {
                assert!(mail.bytes.len() <= BOUNDS.mail_bytes_max && mail.recipients <= BOUNDS.recipients_max);
                let to = matches!(mail.envelope.get("envelope-to"), Some(Value::Texts(to)) if to.len() == mail.recipients);
                let answers = if protocol == Protocol::Smtp { 1 } else { mail.recipients };
                assert!(to && session.answers(mail.recipients, "250").len() == answers);
            }
            Step::StartTls | Step::Close => {}
        }
    }
    steps
}

fn seeds() -> Vec<Vec<u8>> {
    let mail = |body: &[u8]| {
        let head = b"\x20LHLO mx.example\r\nMAIL FROM:<a@example.org> SIZE=20 BODY=8BITMIME\r\nRCPT TO:<b@example.com>\r\nDATA\r\n";
        [head.as_slice(), body, b"\r\n.\r\nQUIT\r\n"].concat()
    };
    let mut seeds: Vec<Vec<u8>> = repository::files("examples/01-first-chain/payloads/mail", ".eml").iter().map(|eml| mail(eml)).collect();
    seeds.push(mail(b"..dot\r\n.\n.\r.\r\n..\r\n"));
    seeds.push(b"\x03EHLO x\r\nDATA\r\nFROB\r\nNOOP\r\nRSET\r\nVRFY a\r\nBDAT 3 LAST\r\nSTARTTLS\r\nAUTH PLAIN AAAA\r\n".to_vec());
    seeds.push([b"\xffLHLO m\r\nMAIL FROM:<>\r\n".as_slice(), &b"RCPT TO:<c@d>\r\n".repeat(6), b"DATA\r\n", &[b'x'; 5_000]].concat());
    seeds
}
