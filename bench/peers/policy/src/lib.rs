//! One policy for all: 40 rules that score and 14 that route, written once (`policy.json`).
//!
//! Texts are lower case, so that no peer pays for folding that another does not do.

mod input;
#[cfg(feature = "data")]
pub mod tongue;

pub use input::{Author, Engagement, Input, Signals, inputs};

/// The policy as it is written.
pub const POLICY: &str = include_str!("../policy.json");

/// What the rules look at, borrowed from whatever holds it.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the fields of `Input`")]
pub struct Subject<'a> {
    pub text: &'a str,
    pub channel: &'a str,
    pub kind: &'a str,
    pub visibility: &'a str,
    pub language: &'a str,
    pub rating: f64,
    pub author: AuthorSubject,
    pub signals: SignalSubject<'a>,
    pub engagement: Engagement,
}

/// What the rules look at of the author.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs, reason = "the fields of `Author`")]
pub struct AuthorSubject {
    pub followers: i64,
    pub verified: bool,
    pub bot: bool,
}

/// What the rules look at of the signals.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs, reason = "the fields of `Signals`")]
pub struct SignalSubject<'a> {
    pub sentiment: &'a str,
    pub topic: &'a str,
    pub urgency: f64,
    pub spam: f64,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// 0 to 100.
    pub score: i64,
    /// The rule that routed.
    pub rule: &'static str,
    /// Where to.
    pub queue: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/decide.rs"));

fn memmem(text: &[u8], phrase: &[u8]) -> bool {
    memchr::memmem::find(text, phrase).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inputs_reach_most_rules() {
        let mut rules: Vec<&str> = inputs(256).iter().map(|input| decide(&input.subject()).rule).collect();
        rules.sort_unstable();
        rules.dedup();
        assert!(rules.len() >= 12, "{rules:?}");
    }
}
