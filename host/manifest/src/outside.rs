//! What is no part of a generation and fixed when the host starts: compared so that people are told what a swap cannot change.

use std::collections::BTreeMap;

use model::Digest;
use serde::{Deserialize, Serialize};

use crate::Manifest;

/// Digests of the sections that only a restart makes effective, by the section's name. Of secrets and tokens nothing can be read from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outside(BTreeMap<String, Digest>);

impl Outside {
    /// What the host was started with against what the file says now: a sentence for each section that differs.
    #[must_use]
    pub fn differences(&self, now: &Self) -> Vec<String> {
        let differs = |name: &&String| self.0.get(*name) != now.0.get(*name);
        let sentence = |name: &String| format!("`{name}` has changed since the host started");
        now.0.keys().filter(differs).map(sentence).collect()
    }
}

impl Manifest {
    /// What only a restart makes effective. Where secrets stand is not part of it: a swap brings that along.
    #[must_use]
    pub fn outside(&self) -> Outside {
        let fixed = (self.swap.watch, self.swap.kept_generations_max);
        let sections = [
            ("[server]", format!("{:?}", self.server)),
            ("[store]", format!("{:?}", self.store)),
            ("[runtime]", format!("{:?}", self.runtime)),
            ("[egress]", format!("{:?}", self.egress)),
            ("[swap]", format!("{fixed:?}")),
            ("[outbox]", format!("{:?}", self.outbox)),
            ("[[token]]", format!("{:?}", self.tokens)),
        ];
        Outside(sections.into_iter().map(|(name, text)| (name.to_owned(), Digest::of(text.as_bytes()))).collect())
    }
}
