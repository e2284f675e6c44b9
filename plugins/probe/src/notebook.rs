//! `enricher` and `responder`: what the service knows of somebody and what it would answer, and how often somebody was seen, kept as state.

use pointsman_plugin::{Enricher, Failure, Interaction, Reason, Responder, Routing, Signal, Situation, Suggestion, Timestamp, state};

use crate::Probe;
use crate::desk::{escaped, lines};

/// How long somebody is remembered.
const MEMORY_MS: u64 = 30 * 24 * 60 * 60 * 1_000;

impl Enricher for Probe {
    fn enrich(&self, interaction: &Interaction, now: Timestamp) -> Result<Vec<Signal>, Failure> {
        let Some(author) = &interaction.author else {
            return Ok(Vec::new());
        };
        let seen = count(&author.id)?;
        let reason = Reason::new("seen-before", format!("Seen {seen} times.")).with("count", seen);
        let mut signals = vec![Signal::new("probe-seen", seen).because(reason)];
        if let Some(answer) = self.asked(&format!("/people/{}", escaped(&author.id)), now)? {
            signals.extend(lines(&answer).into_iter().take(8).map(|line| Signal::new("probe-known", line)));
        }
        Ok(signals)
    }
}

impl Responder for Probe {
    fn suggest(&self, _interaction: &Interaction, situation: &Situation, routing: &Routing) -> Result<Vec<Suggestion>, Failure> {
        let queue = queue(routing);
        let Some(answer) = self.asked(&format!("/replies/{}", escaped(queue)), situation.now)? else {
            return Ok(vec![suggestion("Thank you for your words. We are on it.".to_owned(), None)]);
        };
        let source = self.request("GET", &format!("/replies/{}", escaped(queue))).map(|request| request.url);
        Ok(lines(&answer).into_iter().take(8).map(|text| suggestion(text, source.clone())).collect())
    }
}

/// Counts once more; a lost race is tried again by the host.
fn count(author: &str) -> Result<u32, Failure> {
    let key = format!("seen:{author}");
    let stored = state::get(&key)?;
    let before: u32 = match &stored {
        Some(entry) => std::str::from_utf8(&entry.value).ok().and_then(|text| text.parse().ok()).unwrap_or(0),
        None => 0,
    };
    let seen = before.saturating_add(1);
    state::put(&key, seen.to_string().as_bytes(), stored.map(|entry| entry.version), Some(author), Some(MEMORY_MS))?;
    Ok(seen)
}

fn suggestion(text: String, source: Option<String>) -> Suggestion {
    Suggestion { text, private: false, source, confidence: 0.5 }
}

fn queue(routing: &Routing) -> &str {
    use pointsman_plugin::Disposition;
    match &routing.disposition {
        Disposition::Assign(assignment) => assignment.targets.first().map(|target| target.queue.as_str()).unwrap_or_default(),
        Disposition::Hold(queue) => queue,
        Disposition::File => "",
    }
}
