//! Against a channel on loopback that keeps its files behind a look-up and a token.

use std::sync::Arc;

use dispatch::port::{EgressError, Media as _, MediaError, Secrets};
use model::{
    Attachment, Content, CredentialForm, Delivery, Interaction, InteractionRecord, InteractionState, PluginManifest, Requests, Role,
    Secret, SecretRequest,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::egress::EgressSettings;
use crate::testing::{Kept, NAME, Scripted, current};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0123";

struct Known;

impl Secrets for Known {
    fn values(&self, _name: &str) -> Vec<Secret> {
        vec![Secret::new("12:t0ken")]
    }
}

/// Answers `/bot12:t0ken/getFile?file_id=…` with a path, that path with a picture, `/program` with a program, and anything else with 404.
async fn channel() -> (String, Arc<std::sync::Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let kept = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = vec![0; 4_096];
            let count = stream.read(&mut buffer).await.unwrap_or_default();
            let line = String::from_utf8_lossy(&buffer[..count]).lines().next().unwrap_or_default().to_owned();
            let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
            let (status, body) = match path.as_str() {
                "/bot12:t0ken/getFile?file_id=A%2FB" => ("200 OK", br#"{"result":{"file_path":"photos/1.jpg"}}"#.to_vec()),
                "/file/bot12:t0ken/photos/1.jpg" | "/open.png" => ("200 OK", PNG.to_vec()),
                "/program" => ("200 OK", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00".to_vec()),
                _ => ("404 Not Found", b"12:t0ken".to_vec()),
            };
            kept.lock().unwrap().push(path);
            let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
        }
    });
    (host, asked)
}

fn library(host: &str, kept: &Arc<Kept>) -> Library {
    let token = SecretRequest {
        name: "token".to_owned(),
        reason: String::new(),
        credential: Some(CredentialForm::Path { place: "{token}".to_owned() }),
        hosts: vec![],
    };
    let resolve = Resolve {
        url: format!("http://{host}/bot{{token}}/getFile?file_id={{reference}}"),
        method: None,
        credential: Some("token".to_owned()),
        pointer: Some("/result/file_path".to_owned()),
        address: format!("http://{host}/file/bot{{token}}/{{}}"),
    };
    let manifest = PluginManifest {
        requests: Requests { secrets: vec![token], ..Requests::default() },
        media: Some(model::Media { credential: Some("token".to_owned()), resolve: Some(resolve) }),
        transport: Some(model::Transport::Mail { imap: None, credential: None }),
        ..PluginManifest::default()
    };
    let reader = Scripted::new("reader", [Role::Connection], manifest, |_| Ok(model::Advance::default())).granted(|spec| {
        spec.grants.hosts = [host.to_owned()].into();
        spec.grants.secrets.insert("token".to_owned(), "configured".to_owned());
    });
    let egress = HttpEgress::new(Arc::new(Known), EgressSettings::default()).unwrap();
    let ports = LibraryPorts { egress, store: kept.clone(), media: kept.clone(), current: current(reader) };
    Library::new(ports, LibraryLimits { file_bytes_max: 1_000, ..LibraryLimits::default() })
}

/// An interaction with these attachments.
fn said(kept: &Kept, contents: Vec<Content>) -> InteractionId {
    let attachment = |content| Attachment {
        media_type: "image/jpeg".to_owned(),
        content,
        name: Some("../me.jpg".to_owned()),
        size_bytes: None,
        description: None,
    };
    let interaction = Interaction {
        id: InteractionId("i".to_owned()),
        connector: NAME.to_owned(),
        attachments: contents.into_iter().map(attachment).collect(),
        ..Interaction::default()
    };
    let id = interaction.id.clone();
    let record = serde_json::json!({"interaction": interaction, "source_id": "1", "order_key": "k", "state": InteractionState::Decided, "read_by": "g", "delivery": "d", "edits": 0});
    let record: InteractionRecord = serde_json::from_value(record).unwrap();
    kept.memory().interactions.insert(id.0.clone(), record);
    id
}

#[tokio::test]
async fn a_reference_is_looked_up_and_its_file_fetched_once() {
    let (host, asked) = channel().await;
    let kept = Arc::new(Kept::default());
    let library = library(&host, &kept);
    let id = said(&kept, vec![Content::Reference("A/B".to_owned())]);
    assert!(matches!(library.file(&id, 0).await, Err(MediaError::NotFetched)));
    let file = library.fetch(&id, 0).await.unwrap();
    assert_eq!((file.media_type.as_str(), file.name.as_deref(), file.size_bytes), ("image/png", Some("me.jpg"), 12));
    assert_eq!(file.sha256, Digest::of(PNG));
    assert_eq!(library.fetch(&id, 0).await.unwrap(), file);
    assert_eq!(library.file(&id, 0).await.unwrap(), (file, PNG.to_vec()));
    assert_eq!(*asked.lock().unwrap(), ["/bot12:t0ken/getFile?file_id=A%2FB", "/file/bot12:t0ken/photos/1.jpg"]);
    // An edit puts another file there.
    said(&kept, vec![Content::Reference("other".to_owned())]);
    assert!(matches!(library.file(&id, 0).await, Err(MediaError::NotFetched)));
    assert!(matches!(library.fetch(&id, 0).await, Err(MediaError::Status(404))));
    assert!(matches!(library.fetch(&id, 1).await, Err(MediaError::NoAttachment(1))));
}

#[tokio::test]
async fn addresses_of_strangers_lead_to_granted_hosts_only_and_programs_are_not_kept() {
    let (host, asked) = channel().await;
    let kept = Arc::new(Kept::default());
    let library = library(&host, &kept);
    let url = |path: &str| Content::Url(format!("http://{host}{path}"));
    let id = said(
        &kept,
        vec![url("/program"), Content::Url("http://169.254.169.254/latest".to_owned()), Content::Url("file:///etc/passwd".to_owned())],
    );
    // It has no place for the token, so that it is fetched without.
    let error = library.fetch(&id, 0).await.unwrap_err();
    assert!(matches!(&error, MediaError::Refused(why) if why.starts_with("it is a program")), "{error}");
    for number in [1, 2] {
        let error = library.fetch(&id, number).await.unwrap_err();
        assert!(matches!(error, MediaError::Egress(EgressError::NotGranted(_))), "{error}");
    }
    assert!(kept.memory().media.is_empty());
    assert_eq!(*asked.lock().unwrap(), ["/program"]);
}

#[tokio::test]
async fn a_part_of_the_delivery_needs_no_network() {
    let kept = Arc::new(Kept::default());
    let library = library("127.0.0.1:1", &kept);
    kept.memory().raw.push(Delivery { body: [b"....", PNG].concat(), ..Delivery::default() });
    let id = said(&kept, vec![Content::RawRange(4, 12), Content::RawRange(4, 99)]);
    assert_eq!(library.fetch(&id, 0).await.unwrap().media_type, "image/png");
    assert_eq!(library.file(&id, 0).await.unwrap().1, PNG);
    assert!(matches!(library.fetch(&id, 1).await, Err(MediaError::NoWay(_))));
}

#[test]
fn names_are_no_paths() {
    let check = |name: &str, expected: Option<&str>| assert_eq!(plain_name(name).as_deref(), expected, "{name}");
    check("invoice.pdf", Some("invoice.pdf"));
    check("../../etc/passwd", Some("passwd"));
    check("C:\\temp\\a.exe", Some("a.exe"));
    check(".htaccess", Some("htaccess"));
    check("a\u{202e}gpj.exe", Some("agpj.exe"));
    check("a\r\nb", Some("ab"));
    check("..", None);
    assert_eq!(plain_name(&"x".repeat(999)).map(|name| name.len()), Some(200));
}
