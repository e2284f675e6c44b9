//! What strangers do to webhooks, against the real program over real sockets, byte by byte where bytes matter.
//!
//! | attack | where it is withstood |
//! |---|---|
//! | no, empty, wrong or another's signature | [`signatures`]; server `hooks`; dispatch `signature` |
//! | odd forms of a signature, many of them | [`signatures`] |
//! | another algorithm's signature, an empty key | [`signatures`]; dispatch `signature`, `bad_configuration` |
//! | times of signing that are far or none | [`signatures`]; the boundary itself in dispatch `signature` |
//! | replays inside the window, after it, after a restart | [`signatures`] |
//! | timing of the comparison | dispatch `signature` compares digests in constant time; `fuzz/targets/tests/timing.rs` measures it |
//! | bodies beyond the limit | [`floods`]; server `abuse` |
//! | slow heads, bodies and readers | [`floods`]; server `abuse` and `stall` |
//! | packed bodies | server `abuse`; `bad_input` |
//! | wrong or missing types, other character sets | [`bodies`]: the type is not believed, what is no UTF-8 JSON waits in quarantine |
//! | nesting, many keys, many elements | [`bodies`]: 202 and quarantine instead of 400, for a genuine delivery is never lost |
//! | equal keys | [`bodies`]: the last one counts, everywhere |
//! | numbers beyond all types | [`bodies`]: ids are texts as written |
//! | odd texts | [`bodies`] |
//! | facts in any order | [`order`]: all 720 orders of six |
//! | the same by poll and stream | [`order`] |
//! | a storm in one conversation | [`order`] |
//! | forged removals | [`signatures`]; Meta's deletion callback waits for a Meta connector |
//! | requests hidden in requests | [`framing`] |
//! | HTTP/2 and other protocols | [`framing`]: HTTP/1.1 is all that is spoken |
//! | no file descriptors left, idle connections | [`floods`]; server `abuse` |
//! | heads that are too much, odd paths | [`framing`]; server `abuse` |
//! | forged forwarding headers | server `address` and `abuse` |
//! | forged hosts, absolute targets, other methods | [`framing`]; server `abuse` |
//! | handshakes | [`signatures`]; dispatch `signature` |
//! | more than a connector's share | [`floods`]; server `rate` |
//! | senders that do not wait long | [`order`] |
//! | a store that is away, then a flood | [`floods`]; `crash`, `power` |
//! | mails that are traps | [`mails`]; nothing is answered by itself yet, so there is no loop |
//! | lines in the log, sequences on a terminal | [`logs`] |
//! | formulas in exports | there is no export to tables yet; API and commands speak JSON |
//! | CloudEvents | there is no such connector yet |
//! | poison | [`order`]; `faults`, `quarantine` |

mod bodies;
mod floods;
mod framing;
mod logs;
mod mails;
mod order;
mod signatures;
mod wire;
