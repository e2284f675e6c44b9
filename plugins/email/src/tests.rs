use std::time::Instant;

use pointsman_plugin::testing::{configured, problems};
use pointsman_plugin::{
    Attribute, Connection as _, Content, Delivered, Delivery, Direction, Event, Fact, Item, Outbound, Reply, Sender as _,
    Value as Attributed, Webhook as _,
};
use serde_json::{Value, json};

use crate::Email;

const NOW: u64 = 1_790_000_000_000;

fn envelope(input: &Value) -> Vec<Attribute> {
    let fields = input["envelope"].as_object().into_iter().flatten();
    fields
        .map(|(name, value)| Attribute { name: name.clone(), value: Attributed::Text(value.as_str().unwrap_or_default().to_owned()) })
        .collect()
}

#[test]
fn case_folders() {
    cases::check(env!("CARGO_MANIFEST_DIR"), |settings, input| {
        let plugin: Email = configured(settings.clone());
        let frame = match input["mail"].as_array() {
            Some(lines) => lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\r\n"),
            None => input["frame"].as_str().unwrap_or_default().to_owned(),
        };
        match plugin.received(frame.as_bytes(), &envelope(input), None, NOW) {
            Ok(step) => json!({"facts": step.facts.iter().map(cases::fact).collect::<Vec<_>>()}),
            Err(refusal) => json!({"refusal": cases::refusal(&refusal)}),
        }
    });
}

fn read(mail: &[u8]) -> Fact {
    configured::<Email>(json!({})).received(mail, &[], None, NOW).unwrap().facts.remove(0)
}

fn item(mail: &[u8]) -> Item {
    match read(mail).event {
        Event::Said(item) => item,
        other => panic!("{other:?}"),
    }
}

#[test]
fn attachments_point_into_the_frame() {
    let bytes = "%PDF-1.4 pretend";
    for before in ["", "\r\n\r\n", "From ada@customer.example Mon Mar  2 10:15:00 2026\n"] {
        for subject in [&b"Subject: plain"[..], b"Subject: caf\xe9"] {
            let mut mail = before.as_bytes().to_vec();
            mail.extend_from_slice(subject);
            let rest = format!(
                "\nFrom: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nHello\n--x\nContent-Type: application/pdf; name=\"a.pdf\"\n\n{bytes}\n--x--\n"
            );
            mail.extend_from_slice(rest.as_bytes());
            let item = item(&mail);
            assert_eq!(item.text, "Hello");
            let Content::RawRange((start, length)) = item.attachments[0].content else { panic!("{item:?}") };
            let (start, length) = (usize::try_from(start).unwrap(), usize::try_from(length).unwrap());
            assert_eq!(std::str::from_utf8(&mail[start..start + length]).unwrap(), bytes);
        }
    }
}

#[test]
fn headers_in_eight_bits_are_read() {
    assert_eq!(item(b"From: a@b.example\nSubject: caf\xe9 \x80\n\nx").subject.as_deref(), Some("café €"));
    let cyrillic = b"From: a@b.example\nSubject: \xcf\xf0\xe8\xe2\xe5\xf2\nContent-Type: text/plain; charset=windows-1251\n\n\xe4\xe0";
    let item = item(cyrillic);
    assert_eq!((item.subject.as_deref(), item.text.as_str()), (Some("Привет"), "да"));
}

#[track_caller]
fn check_text(fields: &str, body: &[u8], expected: &str) {
    let mut mail = format!("From: a@b.example\n{fields}\n\n").into_bytes();
    mail.extend_from_slice(body);
    assert_eq!(item(&mail).text, expected, "{fields}");
}

#[test]
fn texts_in_any_charset_and_encoding_are_read() {
    check_text("Content-Type: text/plain; charset=iso-2022-jp", b"\x1b$B$3$s$K$A$O\x1b(B", "こんにちは");
    check_text("Content-Type: text/plain; charset=shift_jis", b"\x82\xb1\x82\xf1", "こん");
    check_text("Content-Type: text/plain; charset=ks_c_5601-1987", b"\xc7\xd1", "한");
    check_text("Content-Type: text/plain; charset=gb2312", b"\xc4\xe3", "你");
    check_text("Content-Type: text/plain; charset=x-nonsense", b"caf\xe9", "café");
    check_text("Content-Type: text/plain", b"caf\xe9", "café");
    check_text("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted printable", b"caf=C3=A9", "café");
    check_text("Content-Transfer-Encoding: BASE64;", b"Ym9uam91cg==", "bonjour");
    check_text("Content-Transfer-Encoding: x-uuencode", b"begin 644 a.txt\n%:&5L;&\\\n`\nend\n", "hello");
    check_text("Content-Type: text/plain; format=flowed", b"one \ntwo\nthree", "one two\nthree");
    check_text("Content-Type: text", b"x", "x");
    check_text("Content-Type: nonsense", b"x", "x");
    check_text("Content-Type: multipart/mixed", b"no boundary", "no boundary");
}

#[test]
fn a_date_of_another_age_gives_way_to_the_last_hop() {
    let mail = b"Received: by mx; Mon, 2 Mar 2026 12:00:00 +0000\nFrom: a@b.example\nDate: Mon, 30 Jun 3609 15:33:50 +0600\n\nx";
    assert_eq!(item(mail).occurred_at, Some(1_772_452_800_000));
}

#[test]
fn a_mail_without_id_has_the_same_name_however_it_came() {
    let first = item(b"From: a@b.example\nSubject: x\n\nHello");
    let again = item(b"Received: by mx\nFrom: a@b.example\nSubject: x\n\nHello");
    assert!(first.source_id.starts_with("sha256:"));
    assert_eq!(first.source_id, again.source_id);
    assert_ne!(first.source_id, item(b"From: a@b.example\nSubject: x\n\nHello!").source_id);
}

#[test]
fn two_mails_with_one_id_are_two_facts() {
    let mail = |date: &str| format!("From: a@b.example\nMessage-ID: <same@b.example>\nDate: {date}\n\nx").into_bytes();
    let (one, other) = (read(&mail("Mon, 2 Mar 2026 12:00:00 +0000")), read(&mail("Mon, 2 Mar 2026 12:00:01 +0000")));
    assert_ne!(one.dedup_key, other.dedup_key);
    assert_eq!(one, read(&mail("Mon, 2 Mar 2026 12:00:00 +0000")));
}

#[test]
fn a_frame_without_any_header_does_no_harm() {
    for frame in ["Hello", "\r\n\r\nHello\r\n", ": x", "a b: c", "F\n\nx"] {
        assert!(configured::<Email>(json!({})).received(frame.as_bytes(), &[], None, NOW).is_ok(), "{frame:?}");
    }
}

#[test]
fn a_loop_opens_nothing() {
    let mail = format!("{}From: a@b.example\n\nx", "Received: by mx\n".repeat(101));
    assert!(matches!(read(mail.as_bytes()).event, Event::System(note) if note.name == "mail-loop"));
}

#[test]
fn a_delivery_over_http_is_answered() {
    let plugin: Email = configured(json!({"signature": {"scheme": "basic", "username": "mail", "secret": "webhook"}}));
    let delivery = Delivery { body: b"From: a@b.example\n\nx".to_vec(), ..Delivery::default() };
    let reception = plugin.receive(&delivery, NOW).unwrap();
    assert_eq!((reception.answer.status, reception.facts.len()), (204, 1));
    assert!(plugin.receive(&Delivery::default(), NOW).is_err());
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let paths = |settings| problems::<Email>(settings).into_iter().map(|problem| problem.path).collect::<Vec<_>>();
    assert_eq!(paths(json!({"own_addresses": ["help@shop.example", "shop"], "signature": "basic"})), ["/own_addresses/1", "/signature"]);
    assert_eq!(paths(json!({"own": []})), ["/own"]);
    assert!(paths(json!({})).is_empty());
}

/// Structures that are made to hurt: each is read, quickly.
#[test]
fn bombs_are_defused() {
    let nested = |count: usize| (0..count).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect::<String>();
    let messages = "Content-Type: message/rfc822\n\n".repeat(20_000);
    let parts = "--b\nContent-Type: text/plain\n\nx\n".repeat(50_000);
    let bombs = [
        nested(1_000),
        nested(20_000),
        messages,
        format!("Content-Type: multipart/mixed; boundary=b\n\n{parts}"),
        "X-Header: y\n".repeat(100_000),
        format!("Subject: {}\n\nx", "=?utf-8?Q?=C3?= ".repeat(20_000)),
        format!("References: {}\n\nx", "<a@b> ".repeat(50_000)),
        format!("From: {}\n\nx", "(".repeat(100_000)),
        format!("From: {}\n\nx", "a@b.example, ".repeat(50_000)),
        format!("Content-Type: text/html\n\n{}", "<div>".repeat(200_000)),
        format!("From: a@b.example\n\n{}", "Message-ID: <".repeat(50_000)),
        "\0".repeat(1_000_000),
        format!("Content-Type: text/plain; {}\n\nx", "name*0*=x; ".repeat(20_000)),
    ];
    for bomb in &bombs {
        let start = Instant::now();
        let _ = configured::<Email>(json!({})).received(bomb.as_bytes(), &[], None, NOW);
        let limit = if cfg!(debug_assertions) { 3_000 } else { 100 };
        let took = start.elapsed().as_millis();
        assert!(took < limit, "{took} ms: {:?}", &bomb[..bomb.len().min(60)]);
    }
}

#[test]
fn no_cut_and_no_flipped_byte_makes_it_fail() {
    let mail = b"From: =?utf-8?B?w4k=?= <a@b.example>\nSubject: x\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nAction: failed\nStatus: 5.1.1\n\n--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nTWVzc2FnZS1JRDogPHhAeT4KCng=\n--b--\n";
    let plugin: Email = configured(json!({}));
    for cut in 1..mail.len() {
        assert!(plugin.received(&mail[..cut], &[], None, NOW).is_ok(), "cut at {cut}");
        let mut flipped = mail.to_vec();
        flipped[cut] ^= 0x80;
        assert!(plugin.received(&flipped, &[], None, NOW).is_ok(), "flipped at {cut}");
    }
}

#[test]
fn what_goes_out() {
    cases::check_sender::<Email>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn what_goes_out_is_read_again_in_the_same_thread() {
    let plugin: Email = configured(json!({"own_addresses": ["@shop.example"], "from": "help@shop.example"}));
    let references: Vec<String> = (0..40).map(|count| format!("{count}.{}@customer.example", "x".repeat(40))).collect();
    let mail = format!(
        "From: Ada <ada@customer.example>\r\nTo: help@shop.example\r\nSubject: {}\r\nMessage-ID: <last@customer.example>\r\nReferences: <{}>\r\n\r\n…",
        "Où est ma commande numéro 1001 ? ".repeat(5),
        references.join(">\r\n <")
    );
    let asked = item(mail.as_bytes());
    let text = format!("{}\nété 😀\n.\n\nFrom here on\n", "long ".repeat(60));
    let reply = Reply {
        conversation: asked.conversation.clone().unwrap(),
        in_reply_to: Some(asked.source_id.clone()),
        recipient: asked.author.map(|author| author.id),
        text: text.clone(),
        attributes: asked.attributes,
        ..Reply::default()
    };
    let Ok(Delivered::HandOver(bytes)) = plugin.deliver("key", &Outbound::Reply(reply), NOW) else { panic!() };
    let lines = || bytes.split(|byte| *byte == b'\n').map(<[u8]>::len);
    assert!(lines().all(|length| length <= 79) && bytes.is_ascii(), "{}", String::from_utf8_lossy(&bytes));
    let answer = plugin.received(&bytes, &[], None, NOW).unwrap().facts.remove(0);
    let Event::Said(answer) = answer.event else { panic!() };
    assert_eq!((answer.source_id.as_str(), answer.direction), ("key@shop.example", Direction::Echo));
    assert_eq!((answer.conversation, answer.in_reply_to.as_deref()), (asked.conversation, Some("last@customer.example")));
    assert_eq!(answer.subject.unwrap(), format!("Re: {}", "Où est ma commande numéro 1001 ? ".repeat(5).trim()));
    assert_eq!(answer.text.replace("\r\n", "\n").trim(), text.trim());
    let Some(Attributed::Texts(kept)) = Attribute::find(&answer.attributes, "references") else { panic!() };
    assert_eq!((kept.len(), kept.first(), kept.last().map(String::as_str)), (20, references.first(), Some("last@customer.example")));
}
