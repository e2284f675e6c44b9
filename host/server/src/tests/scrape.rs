//! `/metrics`, as the tool that reads it sees it.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;

use super::client::{ask, get, post, request};
use super::house::{House, VIEWER};

async fn used() -> (House, String) {
    let house = House::new().await;
    ask(house.address, post("/hooks/open", "hello")).await;
    ask(house.address, post("/hooks/open", "refuse")).await;
    ask(house.address, post("/hooks/signed", "forged")).await;
    ask(house.address, request("BREW", "/coffee\"}", &[])).await;
    house.store_decision(1);
    let reply = get(house.address, "/metrics", VIEWER).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("text/plain; version=0.0.4; charset=utf-8")));
    let text = reply.text();
    (house, text)
}

#[tokio::test]
async fn everything_is_counted_under_its_name() {
    let (_house, text) = used().await;
    // Figures differ from run to run where time is counted; names, help and labels do not.
    let kinds: Vec<_> = text.lines().filter(|line| line.starts_with("# ")).collect();
    insta::assert_snapshot!(kinds.join("\n"));
    for line in [
        r#"pointsman_http_request_duration_seconds_count{method="POST",route="/hooks/{connector}",status="202"} 1"#,
        r#"pointsman_http_request_duration_seconds_count{method="other",route="unmatched",status="404"} 1"#,
        "pointsman_deliveries_total 1",
        "pointsman_deliveries_quarantined 1",
        r#"pointsman_queue_conversations{queue="desk"} 0"#,
        "pointsman_store_up 1",
    ] {
        assert!(text.lines().any(|own| own == line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("coffee"));
}

#[tokio::test]
async fn the_rest_is_told_when_the_store_is_down() {
    let house = House::new().await;
    house.store.broken.store(true, Ordering::SeqCst);
    let reply = get(house.address, "/metrics", VIEWER).await;
    assert_eq!(reply.status, 200);
    assert!(reply.text().contains("pointsman_store_up 0"));
    assert!(!reply.text().contains("pointsman_deliveries_total"));
}

#[tokio::test]
async fn names_follow_the_conventions() {
    let (_house, text) = used().await;
    for line in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').unwrap();
        assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
        assert!(name.starts_with("pointsman_") && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{line}");
    }
}

#[tokio::test]
async fn promtool_accepts_it() {
    let (_house, text) = used().await;
    let tool =
        Command::new("promtool").args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut tool) = tool else {
        eprintln!("skipped: there is no promtool on the path");
        return;
    };
    tool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = tool.wait_with_output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
}
