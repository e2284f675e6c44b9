use std::borrow::Cow;
use std::collections::BTreeSet;

use model::{Interaction, Signal};

use super::identity::{self, Identity};
use super::redaction::redacted;
use super::{Pseudonyms, REDACTED_TEXT, TEXT};

/// The interaction as a plugin with these field grants sees it; see [`projected`].
#[must_use]
pub fn project(interaction: &Interaction, plugin: &str, fields: &BTreeSet<String>, pseudonyms: &Pseudonyms) -> Interaction {
    projected(interaction, plugin, fields, pseudonyms).into_owned()
}

/// The interaction as a plugin with these field grants sees it, borrowed when it sees all. What exists and is not granted is named in
/// `withheld`.
///
/// - without `author`: pseudonyms for author, conversation and what it answers, nothing else of the author, and pseudonyms wherever
///   attributes, attachments or signals tell who it is;
/// - without `text`: neither subject nor text, and of earlier signals neither the words that show them, nor their reasons, nor entities:
///   all of these quote the text. With `redacted-text` alone: the text with personal addresses and numbers masked, signals as without, and
///   `redacted-text` withheld when anything was masked;
/// - without `customer`, `attachments`, `engagement` (with the rating) or `attributes`: as if there were none.
#[must_use]
pub fn projected<'a>(
    interaction: &'a Interaction,
    plugin: &str,
    fields: &BTreeSet<String>,
    pseudonyms: &Pseudonyms,
) -> Cow<'a, Interaction> {
    let view = View::new(fields);
    if view == View::WHOLE && interaction.withheld.is_empty() {
        return Cow::Borrowed(interaction);
    }
    Cow::Owned(view.of(interaction, plugin, pseudonyms))
}

/// What a plugin sees, by grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct View {
    text: Text,
    author: bool,
    customer: bool,
    attachments: bool,
    engagement: bool,
    attributes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text {
    Whole,
    Redacted,
    Hidden,
}

impl View {
    const WHOLE: Self = Self { text: Text::Whole, author: true, customer: true, attachments: true, engagement: true, attributes: true };

    fn new(fields: &BTreeSet<String>) -> Self {
        let granted = |name: &str| fields.contains(name);
        let text = match (granted(TEXT), granted(REDACTED_TEXT)) {
            (true, _) => Text::Whole,
            (false, true) => Text::Redacted,
            (false, false) => Text::Hidden,
        };
        Self {
            text,
            author: granted("author"),
            customer: granted("customer"),
            attachments: granted("attachments"),
            engagement: granted("engagement"),
            attributes: granted("attributes"),
        }
    }

    /// Only what is seen is copied.
    fn of(self, whole: &Interaction, plugin: &str, pseudonyms: &Pseudonyms) -> Interaction {
        let identity = self.needs_identity(whole).then(|| Identity::new(whole, plugin, pseudonyms, !self.author, !self.customer));
        let item = |id: &String| if self.author || id.is_empty() { id.clone() } else { pseudonyms.item(plugin, &whole.channel, id) };
        let author = |author| if self.author { Clone::clone(author) } else { identity::author(author, plugin, &whole.channel, pseudonyms) };
        let attributes = || identity.as_ref().map_or_else(|| whole.attributes.clone(), |identity| identity.attributes(&whole.attributes));
        let attachment =
            |attachment| identity.as_ref().map_or_else(|| Clone::clone(attachment), |identity| identity.attachment(attachment));
        let (subject, text) = self.words(whole);
        let masked = self.text == Text::Redacted && (subject != whole.subject || text != whole.text);
        Interaction {
            id: whole.id.clone(),
            connector: whole.connector.clone(),
            channel: whole.channel.clone(),
            account: whole.account.clone(),
            conversation: item(&whole.conversation),
            in_reply_to: whole.in_reply_to.as_ref().map(item),
            kind: whole.kind,
            visibility: whole.visibility,
            author: whole.author.as_ref().map(author),
            customer: whole.customer.as_ref().filter(|_| self.customer).cloned(),
            subject,
            text,
            language: whole.language.clone(),
            attachments: if self.attachments { whole.attachments.iter().map(attachment).collect() } else { Vec::new() },
            engagement: whole.engagement.filter(|_| self.engagement),
            rating: whole.rating.filter(|_| self.engagement),
            occurred_at: whole.occurred_at,
            received_at: whole.received_at,
            signals: whole.signals.iter().filter_map(|signal| self.signal(signal, identity.as_ref())).collect(),
            attributes: if self.attributes { attributes() } else { model::Attributes::new() },
            withheld: self.withheld(whole, masked),
        }
    }

    /// Whether somebody is hidden and something is seen that may tell who.
    fn needs_identity(self, whole: &Interaction) -> bool {
        let attributes = self.attributes && !whole.attributes.is_empty();
        let attachments = self.attachments && !whole.attachments.is_empty();
        (!self.author || !self.customer) && (attributes || attachments || !whole.signals.is_empty())
    }

    /// Subject and text.
    fn words(self, whole: &Interaction) -> (Option<String>, String) {
        match self.text {
            Text::Whole => (whole.subject.clone(), whole.text.clone()),
            Text::Redacted => (whole.subject.as_deref().map(|subject| redacted(subject).into_owned()), redacted(&whole.text).into_owned()),
            Text::Hidden => (None, String::new()),
        }
    }

    fn signal(self, signal: &Signal, identity: Option<&Identity<'_>>) -> Option<Signal> {
        let signal = if self.text == Text::Whole { signal.clone() } else { wordless(signal)? };
        Some(match identity {
            Some(identity) => identity.signal(signal),
            None => signal,
        })
    }

    fn withheld(self, whole: &Interaction, masked: bool) -> Vec<String> {
        let named = [
            (TEXT, self.text == Text::Hidden && (!whole.text.is_empty() || whole.subject.is_some())),
            (REDACTED_TEXT, masked),
            ("author", !self.author && whole.author.is_some()),
            ("customer", !self.customer && whole.customer.is_some()),
            ("attachments", !self.attachments && !whole.attachments.is_empty()),
            ("engagement", !self.engagement && (whole.engagement.is_some() || whole.rating.is_some())),
            ("attributes", !self.attributes && !whole.attributes.is_empty()),
        ];
        named.into_iter().filter(|(_, hidden)| *hidden).map(|(name, _)| name.to_owned()).collect()
    }
}

/// A signal without anything that quotes the text.
fn wordless(signal: &Signal) -> Option<Signal> {
    let quotes = signal.name.starts_with("entity-");
    let quiet = || Signal {
        name: signal.name.clone(),
        value: signal.value.clone(),
        confidence: signal.confidence,
        evidence: Vec::new(),
        reasons: Vec::new(),
        source: signal.source.clone(),
    };
    (!quotes).then(quiet)
}
