//! Against real listeners, real names and real certificates on loopback. What counts as public is widened by one loopback address, on
//! which the servers of strangers live: all others are judged as always.

mod credentials;
mod house;
mod misbehaving;
mod nameserver;
mod redirects;
mod requests;
mod ssrf;
mod tokens;
