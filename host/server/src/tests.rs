//! The real server on a loopback listener, spoken to in bytes. Only the store and the connector's plugin are stand-ins.

mod abuse;
mod access;
mod api;
mod client;
mod desk;
mod document;
mod faulted;
mod history;
mod hooks;
mod house;
mod live;
mod memory;
mod operations;
mod outbox;
mod scrape;
mod shutdown;
mod stub;
