//! What must hold for a rule, and what to say when it does.
//!
//! What a condition says is in the words of the settings, so that it needs no translation and points at the line to change.

use pointsman_plugin::{Interaction, Kind, Priority, Situation, Trigger, Value, Visibility};

use crate::phrases::{Found, PhraseId};
use crate::tongue::primary;

/// Everything that conditions look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'a> {
    pub(crate) interaction: &'a Interaction,
    pub(crate) situation: &'a Situation,
    pub(crate) priority: Option<&'a Priority>,
    pub(crate) found: &'a Found,
}

/// A range; an absent end is open.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Range {
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wanted {
    /// One of these texts, or several texts with one of these among them.
    Texts(Vec<String>),
    /// A number in this range.
    Range(Range),
    /// Yes or no.
    Flag(bool),
}

/// A phrase and its id.
#[derive(Clone, Debug)]
pub(crate) struct Phrase {
    pub(crate) text: String,
    pub(crate) id: PhraseId,
}

/// One condition.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    Channel(Vec<String>),
    Connector(Vec<String>),
    Account(Vec<String>),
    Kind(Vec<(&'static str, Kind)>),
    Visibility(Vec<(&'static str, Visibility)>),
    Language(Vec<String>),
    TextAny(Vec<Phrase>),
    TextAll(Vec<Phrase>),
    TextNone(Vec<Phrase>),
    Signal(String, Wanted),
    Attribute(String, Wanted),
    Priority(Range),
    Known(bool),
    Lifecycle(Vec<String>),
    Worth(Range),
    FollowersMin(u64),
    Bot(bool),
    Verified(bool),
    RatingMax(f64),
    Trigger(Vec<String>),
    UnansweredMin(u32),
    CaseOpen(bool),
}

impl Condition {
    /// What holds, in the words of the settings; none when it does not hold.
    pub(crate) fn holds(&self, case: &Case<'_>) -> Option<String> {
        let interaction = case.interaction;
        match self {
            Self::Channel(names) => same("channel", names, &interaction.channel),
            Self::Connector(names) => same("connector", names, &interaction.connector),
            Self::Account(names) => same("account", names, interaction.account.as_deref()?),
            Self::Kind(kinds) => pick("kind", kinds, interaction.kind),
            Self::Visibility(all) => pick("visibility", all, interaction.visibility),
            Self::Language(names) => language(names, interaction),
            Self::TextAny(phrases) => {
                let there = phrases.iter().find(|phrase| case.found.has(phrase.id))?;
                Some(format!("text_any: {}", there.text))
            }
            Self::TextAll(phrases) => {
                let texts: Vec<&str> = phrases.iter().map(|phrase| phrase.text.as_str()).collect();
                phrases.iter().all(|phrase| case.found.has(phrase.id)).then(|| format!("text_all: {}", texts.join(" + ")))
            }
            Self::TextNone(phrases) => {
                let none = !phrases.iter().any(|phrase| case.found.has(phrase.id));
                (none && !interaction.withheld.iter().any(|field| field == "text")).then(|| "text_none".to_owned())
            }
            Self::Signal(name, wanted) => Some(format!("{name}: {}", wanted.met(&interaction.signal(name)?.value)?)),
            Self::Attribute(name, wanted) => Some(format!("{name}: {}", wanted.met(interaction.attribute(name)?)?)),
            Self::Priority(range) => {
                let score = f64::from(case.priority?.score);
                range.has(score).then(|| format!("priority: {}", score.round()))
            }
            Self::Trigger(names) => trigger(names, &case.situation.trigger),
            Self::UnansweredMin(least) => {
                let count = case.situation.unanswered_count;
                (count >= *least).then(|| format!("unanswered: {count}"))
            }
            Self::CaseOpen(open) => (case.situation.case_open == *open).then(|| format!("case_open: {open}")),
            Self::RatingMax(most) => {
                let rating = f64::from(interaction.rating?);
                (rating <= *most + 1e-6).then(|| format!("rating: {rating:.2}"))
            }
            person => person.holds_for(interaction),
        }
    }

    /// Conditions on the author and the customer.
    fn holds_for(&self, interaction: &Interaction) -> Option<String> {
        let author = interaction.author.as_ref();
        let customer = interaction.customer.as_ref();
        match self {
            Self::Known(known) => {
                let withheld = interaction.withheld.iter().any(|field| field == "customer");
                (!withheld && customer.is_some() == *known).then(|| format!("customer known: {known}"))
            }
            Self::Lifecycle(names) => same("lifecycle", names, customer?.lifecycle.as_deref()?),
            Self::Worth(range) => {
                let worth = f64::from(customer?.worth?);
                range.has(worth).then(|| format!("worth: {worth:.2}"))
            }
            Self::FollowersMin(least) => {
                let followers = author?.followers?;
                (followers >= *least).then(|| format!("followers: {followers}"))
            }
            Self::Bot(bot) => (author?.bot == *bot).then(|| format!("bot: {bot}")),
            Self::Verified(verified) => (author?.verified == *verified).then(|| format!("verified: {verified}")),
            _ => None,
        }
    }
}

impl Range {
    /// The number lies in it; ends included, up to the contract's precision.
    pub(crate) fn has(&self, number: f64) -> bool {
        self.min.is_none_or(|min| number >= min - 1e-6) && self.max.is_none_or(|max| number <= max + 1e-6)
    }
}

impl Wanted {
    /// The value in words, when it is what is wanted.
    fn met(&self, value: &Value) -> Option<String> {
        match (self, value) {
            (Self::Texts(wanted), Value::Text(text)) => wanted.iter().find(|name| name.eq_ignore_ascii_case(text)).cloned(),
            (Self::Texts(wanted), Value::Texts(texts)) => {
                wanted.iter().find(|name| texts.iter().any(|text| name.eq_ignore_ascii_case(text))).cloned()
            }
            (Self::Range(range), Value::Number(number)) => range.has(*number).then(|| format!("{number:.2}")),
            (Self::Flag(wanted), Value::Flag(flag)) => (wanted == flag).then(|| flag.to_string()),
            _ => None,
        }
    }
}

/// The language that the channel names, else the one that a classifier found.
fn language(names: &[String], interaction: &Interaction) -> Option<String> {
    let found = interaction.signal("language").and_then(|signal| signal.value.as_text());
    let language = interaction.language.as_deref().or(found)?;
    let fits = |name: &String| name.eq_ignore_ascii_case(language) || name.eq_ignore_ascii_case(primary(language));
    names.iter().find(|name| fits(name)).map(|name| format!("language: {name}"))
}

fn trigger(names: &[String], trigger: &Trigger) -> Option<String> {
    let (kind, own) = match trigger {
        Trigger::Arrived => ("arrived", None),
        Trigger::Edited => ("edited", None),
        Trigger::AgentReplied => ("agent_replied", None),
        Trigger::Reopened => ("reopened", None),
        Trigger::Timer(name) => ("timer", Some(name)),
        Trigger::Breached(name) => ("breached", Some(name)),
        Trigger::Other(name) => ("other", Some(name)),
    };
    let fits = |wanted: &str| match wanted.split_once(':') {
        Some((wanted, name)) => wanted == kind && own.is_some_and(|own| own == name),
        None => wanted == kind,
    };
    names.iter().find(|name| fits(name)).map(|name| format!("trigger: {name}"))
}

fn same(what: &str, names: &[String], value: &str) -> Option<String> {
    names.iter().find(|name| name.eq_ignore_ascii_case(value)).map(|name| format!("{what}: {name}"))
}

fn pick<T: Copy + PartialEq>(what: &str, wanted: &[(&'static str, T)], value: T) -> Option<String> {
    wanted.iter().find(|(_, one)| *one == value).map(|(name, _)| format!("{what}: {name}"))
}
