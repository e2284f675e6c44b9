use std::collections::HashMap;
use std::sync::Arc;

use cel::Value;
use cel::objects::{Key, Map};
use model::{Attributes, Author, Customer, Engagement, Interaction, Priority, Signal, Situation, Timestamp, Trigger};

/// What conditions can speak of: the whole interaction (conditions are the operator's words and need no grant), the signals found so far,
/// the situation and the priority.
///
/// Numbers are ints or doubles, so that they compare with literals; times are Unix milliseconds; a field that is absent is missing, so that
/// `has(interaction.language)` says whether it is there.
///
/// Interaction and situation are many values, and most conditions speak of signals only: they are made when they are first asked for.
#[derive(Clone, Debug, Default)]
pub struct Known {
    interaction: Option<Value>,
    situation: Option<Value>,
    signal: Arc<HashMap<Key, Value>>,
    priority: Option<Value>,
}

impl Known {
    /// What is known before the first step.
    #[must_use]
    pub fn new(interaction: &Interaction, situation: &Situation) -> Self {
        let mut known = Self::default();
        known.tell_interaction(interaction);
        known.tell_situation(situation);
        known.learn(&interaction.signals);
        known
    }

    /// Makes the interaction's values, if they are not yet there. Its signals are told apart.
    pub(super) fn tell_interaction(&mut self, interaction: &Interaction) {
        self.interaction.get_or_insert_with(|| of_interaction(interaction));
    }

    /// Makes the situation's values, if they are not yet there.
    pub(super) fn tell_situation(&mut self, situation: &Situation) {
        self.situation.get_or_insert_with(|| of_situation(situation));
    }

    /// Adds signals; of two with one name the latest wins.
    pub fn learn(&mut self, signals: &[Signal]) {
        if signals.is_empty() {
            return;
        }
        let known = Arc::make_mut(&mut self.signal);
        for signal in signals {
            known.insert(Key::from(signal.name.as_str()), of_value(&signal.value));
        }
    }

    /// Replaces the priority.
    pub fn rank(&mut self, priority: &Priority) {
        let factors = priority.factors.iter().fold(Record::default(), |record, factor| record.number(&factor.name, Some(factor.level)));
        self.priority = Some(Record::default().number("score", Some(priority.score)).with("factors", factors.done()).done());
    }

    /// The variables that `wanted` says yes to.
    pub(super) fn variables(&self, wanted: impl Fn(&str) -> bool) -> Vec<(&'static str, Value)> {
        let or_empty = |value: &Option<Value>| value.clone().unwrap_or_else(|| Record::default().done());
        let mut variables = Vec::new();
        if wanted("interaction") {
            variables.push(("interaction", or_empty(&self.interaction)));
        }
        if wanted("situation") {
            variables.push(("situation", or_empty(&self.situation)));
        }
        if wanted("signal") {
            variables.push(("signal", Value::Map(Map { map: Arc::clone(&self.signal) })));
        }
        if wanted("priority") {
            variables.push(("priority", or_empty(&self.priority)));
        }
        variables
    }
}

fn of_interaction(interaction: &Interaction) -> Value {
    Record::default()
        .text("id", Some(&interaction.id.0))
        .text("connector", Some(&interaction.connector))
        .text("channel", Some(&interaction.channel))
        .text("account", interaction.account.as_deref())
        .text("kind", Some(interaction.kind.name()))
        .text("visibility", Some(interaction.visibility.name()))
        .text("subject", interaction.subject.as_deref())
        .text("text", Some(&interaction.text))
        .text("language", interaction.language.as_deref())
        .text("conversation", Some(&interaction.conversation))
        .text("in_reply_to", interaction.in_reply_to.as_deref())
        .number("rating", interaction.rating)
        .time("occurred_at", Some(interaction.occurred_at))
        .time("received_at", Some(interaction.received_at))
        .count("attachment_count", u64::try_from(interaction.attachments.len()).ok())
        .maybe("author", interaction.author.as_ref().map(of_author))
        .maybe("customer", interaction.customer.as_ref().map(of_customer))
        .maybe("engagement", interaction.engagement.as_ref().map(of_engagement))
        .with("attributes", of_attributes(&interaction.attributes))
        .done()
}

fn of_author(author: &Author) -> Value {
    Record::default()
        .text("id", Some(&author.id))
        .text("handle", author.handle.as_deref())
        .text("display_name", author.display_name.as_deref())
        .text("profile_url", author.profile_url.as_deref())
        .count("followers", author.followers)
        .with("verified", Value::Bool(author.verified))
        .with("bot", Value::Bool(author.bot))
        .with("attributes", of_attributes(&author.attributes))
        .done()
}

fn of_customer(customer: &Customer) -> Value {
    Record::default()
        .text("id", Some(&customer.id))
        .text("lifecycle", customer.lifecycle.as_deref())
        .number("worth", customer.worth)
        .with("attributes", of_attributes(&customer.attributes))
        .done()
}

fn of_engagement(engagement: &Engagement) -> Value {
    Record::default()
        .count("likes", Some(engagement.likes))
        .count("replies", Some(engagement.replies))
        .count("shares", Some(engagement.shares))
        .count("views", engagement.views)
        .done()
}

fn of_situation(situation: &Situation) -> Value {
    let trigger_name = match &situation.trigger {
        Trigger::Timer(name) | Trigger::Breached(name) | Trigger::Other(name) => Some(name.as_str()),
        Trigger::Arrived | Trigger::Edited | Trigger::AgentReplied | Trigger::Reopened => None,
    };
    Record::default()
        .text("trigger", Some(situation.trigger.name()))
        .text("trigger_name", trigger_name)
        .time("now", Some(situation.now))
        .with("case_open", Value::Bool(situation.case_open))
        .text("queue", situation.queue.as_deref())
        .text("agent", situation.agent.as_deref())
        .text("previous_agent", situation.previous_agent.as_deref())
        .count("inbound_count", Some(u64::from(situation.inbound_count)))
        .count("unanswered_count", Some(u64::from(situation.unanswered_count)))
        .time("opened_at", situation.opened_at)
        .time("last_reply_at", situation.last_reply_at)
        .time("first_response_due_at", situation.first_response_due_at)
        .time("resolution_due_at", situation.resolution_due_at)
        .with("attributes", of_attributes(&situation.attributes))
        .done()
}

fn of_attributes(attributes: &Attributes) -> Value {
    attributes.iter().fold(Record::default(), |record, (name, value)| record.with(name, of_value(value))).done()
}

fn of_value(value: &model::Value) -> Value {
    match value {
        model::Value::Text(text) => Value::from(text.as_str()),
        model::Value::Flag(flag) => Value::Bool(*flag),
        model::Value::Number(number) => Value::Float(*number),
        model::Value::Texts(texts) => Value::List(Arc::new(texts.iter().map(|text| Value::from(text.as_str())).collect())),
    }
}

/// A CEL map under construction.
#[derive(Default)]
struct Record(HashMap<Key, Value>);

impl Record {
    fn with(mut self, name: &str, value: Value) -> Self {
        self.0.insert(Key::from(name), value);
        self
    }

    fn maybe(self, name: &str, value: Option<Value>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    fn text(self, name: &str, text: Option<&str>) -> Self {
        self.maybe(name, text.map(Value::from))
    }

    fn number(self, name: &str, number: Option<f32>) -> Self {
        self.maybe(name, number.map(|number| Value::Float(f64::from(number))))
    }

    /// An int: a `uint` would not compare with literals.
    fn count(self, name: &str, count: Option<u64>) -> Self {
        self.maybe(name, count.map(|count| Value::Int(i64::try_from(count).unwrap_or(i64::MAX))))
    }

    fn time(self, name: &str, time: Option<Timestamp>) -> Self {
        self.count(name, time.map(|time| time.0))
    }

    fn done(self) -> Value {
        Value::Map(Map { map: Arc::new(self.0) })
    }
}
