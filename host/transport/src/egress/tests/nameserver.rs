//! A name server of a few lines (RFC 1035): every answer has a time to live of nothing.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::UdpSocket;

/// What a name has.
#[derive(Clone, Debug)]
pub(super) enum Record {
    Address(IpAddr),
    /// Another name, and what that has.
    Alias(String, Vec<Record>),
}

/// Serves `zone`, which is told the name and how often it was asked for addresses of version 4 before; an empty answer is "no such name".
pub(super) async fn serve(zone: impl Fn(&str, usize) -> Vec<Record> + Send + Sync + 'static) -> (SocketAddr, Arc<AtomicUsize>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        let mut query = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut query).await {
            let (name, kind, end) = question(&query[..length]);
            let before = if kind == A { count.fetch_add(1, Ordering::SeqCst) } else { count.load(Ordering::SeqCst) };
            let _ = socket.send_to(&reply(&query[..end], kind, &zone(&name.to_lowercase(), before)), from).await;
        }
    });
    (address, asked)
}

const A: u16 = 1;
const AAAA: u16 = 28;
const CNAME: u16 = 5;

fn question(query: &[u8]) -> (String, u16, usize) {
    let (mut at, mut labels) = (12, Vec::new());
    while query[at] != 0 {
        let end = at + 1 + usize::from(query[at]);
        labels.push(String::from_utf8_lossy(&query[at + 1..end]).into_owned());
        at = end;
    }
    (labels.join("."), u16::from_be_bytes([query[at + 1], query[at + 2]]), at + 5)
}

fn reply(query: &[u8], kind: u16, records: &[Record]) -> Vec<u8> {
    let mut answers = Vec::new();
    let mut count = 0_u16;
    write(&mut answers, &[0xc0, 12], kind, records, &mut count);
    let code = if records.is_empty() { 0x83 } else { 0x80 };
    let mut reply = query[..2].to_vec();
    reply.extend([0x85, code, 0, 1]);
    reply.extend(count.to_be_bytes());
    reply.extend([0; 4]);
    reply.extend(&query[12..]);
    reply.extend(answers);
    reply
}

fn write(into: &mut Vec<u8>, owner: &[u8], kind: u16, records: &[Record], count: &mut u16) {
    for record in records {
        let (of, data) = match record {
            Record::Address(IpAddr::V4(address)) => (A, address.octets().to_vec()),
            Record::Address(IpAddr::V6(address)) => (AAAA, address.octets().to_vec()),
            Record::Alias(name, _) => (CNAME, encoded(name)),
        };
        if of == kind || of == CNAME {
            into.extend(owner);
            into.extend(of.to_be_bytes());
            into.extend([0, 1, 0, 0, 0, 0]);
            into.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
            into.extend(&data);
            *count += 1;
        }
        if let Record::Alias(name, behind) = record {
            write(into, &encoded(name), kind, behind, count);
        }
    }
}

fn encoded(name: &str) -> Vec<u8> {
    let labels = name.split('.').flat_map(|label| std::iter::once(u8::try_from(label.len()).unwrap()).chain(label.bytes()));
    labels.chain([0]).collect()
}
