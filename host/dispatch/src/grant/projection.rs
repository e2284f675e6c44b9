use std::collections::BTreeSet;

use model::{Author, Interaction, Signal};

use super::Pseudonyms;

/// The interaction as a plugin with these field grants sees it. What exists and is not granted is named in `withheld`.
///
/// - without `author`: pseudonyms for author, conversation and what it answers, and nothing else of the author;
/// - without `text`: neither subject nor text, and of earlier signals neither the words that show them, nor their reasons, nor entities:
///   all of these quote the text;
/// - without `customer`, `attachments`, `engagement` (with the rating) or `attributes`: as if there were none.
#[must_use]
pub fn project(interaction: &Interaction, plugin: &str, fields: &BTreeSet<String>, pseudonyms: &Pseudonyms) -> Interaction {
    let granted = |name: &str| fields.contains(name);
    let mut seen = interaction.clone();
    let mut withheld = Withheld::default();
    if !granted("text") {
        withheld.note("text", !seen.text.is_empty() || seen.subject.is_some());
        seen.text.clear();
        seen.subject = None;
        seen.signals = seen.signals.into_iter().filter_map(wordless).collect();
    }
    if !granted("author") {
        withheld.note("author", seen.author.is_some());
        hide_author(&mut seen, plugin, pseudonyms);
    }
    if !granted("customer") {
        withheld.note("customer", seen.customer.take().is_some());
    }
    if !granted("attachments") {
        withheld.note("attachments", !std::mem::take(&mut seen.attachments).is_empty());
    }
    if !granted("engagement") {
        let rating = seen.rating.take();
        withheld.note("engagement", seen.engagement.take().is_some() || rating.is_some());
    }
    if !granted("attributes") {
        withheld.note("attributes", !std::mem::take(&mut seen.attributes).is_empty());
    }
    seen.withheld = withheld.0;
    seen
}

#[derive(Default)]
struct Withheld(Vec<String>);

impl Withheld {
    fn note(&mut self, name: &str, exists: bool) {
        if exists {
            self.0.push(name.to_owned());
        }
    }
}

fn hide_author(seen: &mut Interaction, plugin: &str, pseudonyms: &Pseudonyms) {
    let channel = seen.channel.as_str();
    seen.author = seen.author.take().map(|author| Author { id: pseudonyms.author(plugin, channel, &author.id), ..Author::default() });
    seen.in_reply_to = seen.in_reply_to.take().map(|id| pseudonyms.item(plugin, channel, &id));
    if !seen.conversation.is_empty() {
        seen.conversation = pseudonyms.item(plugin, channel, &seen.conversation);
    }
}

/// A signal without anything that quotes the text.
fn wordless(signal: Signal) -> Option<Signal> {
    let quotes = signal.name.starts_with("entity-");
    (!quotes).then(|| Signal { evidence: Vec::new(), reasons: Vec::new(), ..signal })
}
