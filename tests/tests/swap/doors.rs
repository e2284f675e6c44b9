//! The ways in beside HTTP follow what serves.

use harness::LmtpClient;

use super::ground::{Ground, body};
use crate::desk::{Desk, PATIENCE};

const MAIL: &[u8] = b"From: a@b.example\r\nTo: c@d.example\r\nMessage-ID: <1@b.example>\r\nSubject: x\r\n\r\nhello\r\n";

/// A port that nobody uses at this moment.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

#[test]
fn doors_come_and_go_with_their_connectors() {
    let port = free_port();
    let address = format!("127.0.0.1:{port}");
    let mails = |connector: &str| {
        let email = "[[plugin]]\nname = \"email\"\nfile = \"DIST/email.wasm\"\n";
        format!("{}{email}[[connector]]\nname = \"{connector}\"\nplugin = \"email\"\nlmtp_listen = \"{address}\"\n", body("front", ""))
    };
    let desk = Desk::open(&body("front", ""));
    assert!(LmtpClient::connect(&address).is_err());
    // It comes, is handed on under another name, stays through a swap of something else, and goes.
    for (connector, queue) in [("mail", "front"), ("post", "front"), ("post", "night")] {
        desk.rewrite(&mails(connector).replace("queue = \"front\"", &format!("queue = \"{queue}\"")));
        desk.op(&["apply"]).good();
        let mut client = LmtpClient::connect(&address).expect("a door");
        let answer = client.mail("a@b.example", "c@d.example", MAIL).expect("an answer");
        assert!(answer.starts_with("250"), "{answer}");
        desk.host.wait_for_totals(PATIENCE, |totals| totals["pending"] == 0).expect("decided");
        let newest = desk.list("/deliveries?limit=1");
        assert_eq!(newest[0]["connector"], connector, "{newest:?}");
    }
    desk.rewrite(&body("night", ""));
    desk.op(&["apply"]).good();
    let until = std::time::Instant::now() + PATIENCE;
    while LmtpClient::connect(&address).is_ok() {
        assert!(std::time::Instant::now() < until, "the door is still open");
    }
    desk.nothing_is_lost();
}
