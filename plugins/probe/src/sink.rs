//! `sink`: a batch goes to the service as one request, each interaction once; erasing a person forgets their entries here and there.

use pointsman_plugin::http::{self, Request};
use pointsman_plugin::{Decided, Disposition, Failure, Sink, state};
use serde_json::json;

use crate::Probe;
use crate::desk::escaped;

/// How long an exported interaction is remembered, so that a batch that comes again is recognised.
const MEMORY_MS: u64 = 24 * 60 * 60 * 1_000;

impl Sink for Probe {
    fn deliver(&self, batch: &[Decided]) -> Result<(), Failure> {
        let mut fresh = Vec::new();
        for decided in batch {
            if state::get(&key(decided))?.is_none() {
                fresh.push(decided);
            }
        }
        if fresh.is_empty() {
            return Ok(());
        }
        if let Some(request) = self.request("POST", "/decisions") {
            let body = fresh.iter().map(|decided| line(decided)).collect::<String>().into_bytes();
            http::send(&Request { body, ..request }.header("content-type", "application/x-ndjson"))?.checked(0)?;
        }
        for decided in fresh {
            let subject = decided.interaction.author.as_ref().map(|author| author.id.as_str());
            state::put(&key(decided), b"exported", None, subject, Some(MEMORY_MS))?;
        }
        Ok(())
    }

    fn erase(&self, subject: &str) -> Result<(), Failure> {
        state::delete(&format!("seen:{subject}"))?;
        if let Some(request) = self.request("DELETE", &format!("/people/{}", escaped(subject))) {
            http::send(&request)?.checked(0)?;
        }
        Ok(())
    }
}

fn key(decided: &Decided) -> String {
    format!("exported:{}", decided.interaction.id)
}

fn line(decided: &Decided) -> String {
    let disposition = match &decided.routing.disposition {
        Disposition::Assign(_) => "assign",
        Disposition::Hold(_) => "hold",
        Disposition::File => "file",
    };
    let score = decided.priority.as_ref().map(|priority| priority.score);
    format!("{}\n", json!({"id": decided.interaction.id, "disposition": disposition, "score": score, "generation": decided.generation}))
}
