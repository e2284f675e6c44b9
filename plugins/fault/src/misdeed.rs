//! What can be done wrong.

use std::hint::black_box;

use pointsman_plugin::log;
use serde::Deserialize;

/// One thing that is done wrong. Those that need an answer to show are done where the answer is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Misdeed {
    /// Never ends.
    Loop,
    /// Ends in the middle, without a word.
    Trap,
    /// Ends in the middle, and says why.
    Panic,
    /// Takes memory for ever.
    Memory,
    /// Calls itself for ever.
    Stack,
    /// Writes far too many, far too long log lines, with control characters, then goes on.
    Log,
    /// Gives back 16 MiB.
    Output,
    /// Gives back 1,000 signals, factors or targets, or 2,000 facts.
    Many,
    /// Gives back names, ids and spans that are none.
    Names,
    /// Gives back a list less than asked for, or an assignment without targets.
    Length,
    /// Gives back numbers that are none.
    Nan,
    /// Routes to a queue that nobody configured.
    Queue,
    /// Calls every host function, whatever its role, and tells what it got: `fault-http`, `fault-state`, `fault-keys`.
    Host,
    /// Remembers what it saw in its own memory, and tells what it remembers: `fault-calls`, `fault-last`.
    Remember,
    /// Looks for bytes that others left behind in its memory, tells how many (`fault-residue`), and leaves some.
    Residue,
    /// Refuses the settings, or the delivery.
    Refuse,
}

/// Does what has no answer.
pub(crate) fn commit(misdeed: Misdeed) {
    match misdeed {
        Misdeed::Loop => turn(),
        Misdeed::Trap => std::process::abort(),
        Misdeed::Panic => give_up(),
        Misdeed::Memory => crate::memory::take(),
        Misdeed::Stack => {
            black_box(descend(black_box(1)));
        }
        Misdeed::Log => flood(),
        _ => {}
    }
}

/// More than any limit allows.
pub(crate) fn huge_text() -> String {
    "x".repeat(16 << 20)
}

fn turn() {
    let mut number: u64 = 0;
    while black_box(number) < u64::MAX {
        number = number.wrapping_add(1) % 1_000;
    }
}

#[expect(clippy::panic, reason = "this is the misdeed")]
fn give_up() {
    panic!("the settings say so");
}

fn descend(depth: u64) -> u64 {
    let room = black_box([depth; 64]);
    if depth == 0 {
        return 0;
    }
    descend(black_box(depth + 1)) + room.iter().sum::<u64>()
}

fn flood() {
    let line = format!("\u{1b}[31mred\r\n{}", "x".repeat(8 << 10));
    (0..10_000).for_each(|_| log::warn(&line));
}
