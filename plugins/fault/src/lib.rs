//! A test plugin that does wrong what a plugin can do wrong, as its settings say: the host must contain every bit of it.

mod memory;
mod misdeed;
mod probing;

use pointsman_plugin::{
    Classifier, Delivery, Fact, Factor, Interaction, Item, Plugin, Prioritizer, Priority, Problem, Reason, Reception, Refusal, Router,
    Routing, ServiceLevel, Signal, Situation, Target, Timestamp, Webhook, log, plugin,
};
use serde::Deserialize;

use crate::misdeed::{Misdeed, commit, huge_text};

/// What can be set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// What it does wrong in its roles; absent: nothing.
    role: Option<Misdeed>,
    /// What it does wrong when it is configured; absent: nothing.
    configure: Option<Misdeed>,
    /// Only does it for texts and bodies that contain this.
    when: String,
    /// Where it routes to when it does nothing wrong.
    queue: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { role: None, configure: None, when: String::new(), queue: "general".to_owned() }
    }
}

/// The configured plugin.
#[derive(Debug)]
pub struct Fault {
    settings: Settings,
}

impl Plugin for Fault {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        match settings.configure {
            Some(Misdeed::Refuse) => Err(refused()),
            Some(Misdeed::Host) => {
                probing::host().iter().for_each(|signal| log::warn(&format!("{} {:?}", signal.name, signal.value)));
                Ok(Self { settings })
            }
            Some(misdeed) => {
                commit(misdeed);
                Ok(Self { settings })
            }
            None => Ok(Self { settings }),
        }
    }
}

impl Fault {
    /// The misdeed that is due for this text.
    fn due(&self, text: &str) -> Option<Misdeed> {
        self.settings.role.filter(|_| text.contains(&self.settings.when))
    }
}

impl Classifier for Fault {
    fn classify(&self, batch: &[Interaction]) -> Vec<Vec<Signal>> {
        let due = batch.iter().find_map(|interaction| self.due(&interaction.text));
        if let Some(misdeed) = due {
            commit(misdeed);
        }
        let mut lists: Vec<Vec<Signal>> = batch.iter().map(|interaction| self.signals(interaction)).collect();
        if due == Some(Misdeed::Length) {
            lists.pop();
        }
        lists
    }
}

impl Fault {
    fn signals(&self, interaction: &Interaction) -> Vec<Signal> {
        match self.due(&interaction.text) {
            Some(Misdeed::Host) => probing::host(),
            Some(Misdeed::Remember) => probing::remembered(&interaction.text),
            Some(Misdeed::Residue) => vec![probing::residue()],
            Some(Misdeed::Nan) => vec![Signal::new("fault-number", f64::NAN).confidence(f32::NAN)],
            Some(Misdeed::Output) => vec![Signal::new("fault-text", huge_text())],
            Some(Misdeed::Many) => (0..1_000).map(|number: u32| Signal::new(format!("fault-{number}"), number)).collect(),
            Some(Misdeed::Names) => vec![Signal::new("Not A Name", true).evidence(5..1_000_000), Signal::new("", true)],
            _ => vec![Signal::new("fault-calm", true)],
        }
    }
}

impl Prioritizer for Fault {
    fn prioritize(&self, interaction: &Interaction, _situation: &Situation) -> Priority {
        let due = self.due(&interaction.text);
        if let Some(misdeed) = due {
            commit(misdeed);
        }
        let reason = Reason::new("calm", if due == Some(Misdeed::Output) { huge_text() } else { "Nothing is wrong.".to_owned() });
        let level = if due == Some(Misdeed::Nan) { f32::NAN } else { 0.5 };
        let factor = Factor { name: "fault".to_owned(), level, weight: 100.0, reason };
        let count = if due == Some(Misdeed::Many) { 1_000 } else { 1 };
        Priority { score: level * 100.0, factors: vec![factor; count] }
    }
}

impl Router for Fault {
    fn route(&self, interaction: &Interaction, _situation: &Situation, _priority: Option<&Priority>) -> Routing {
        let due = self.due(&interaction.text);
        if let Some(misdeed) = due {
            commit(misdeed);
        }
        let queue = if due == Some(Misdeed::Queue) { "no-such-queue" } else { &self.settings.queue };
        let targets = match due {
            Some(Misdeed::Length) => Vec::new(),
            Some(Misdeed::Many) => vec![Target::queue(queue); 1_000],
            _ => vec![Target::queue(queue)],
        };
        let text = if due == Some(Misdeed::Output) { huge_text() } else { "Nothing is wrong.".to_owned() };
        Routing::assign(targets, ServiceLevel::default()).because(Reason::new("calm", text))
    }
}

impl Webhook for Fault {
    fn receive(&self, delivery: &Delivery, now: Timestamp) -> Result<Reception, Refusal> {
        let body = String::from_utf8_lossy(&delivery.body).into_owned();
        let due = self.due(&body);
        if let Some(misdeed) = due {
            commit(misdeed);
        }
        let text = if due == Some(Misdeed::Output) { huge_text() } else { body };
        let fact = |number: u32| Fact::said(Item { occurred_at: Some(now), ..Item::new(format!("fault-{number}"), text.clone()) });
        match due {
            Some(Misdeed::Refuse) => Err(Refusal::Malformed("the settings say so".to_owned())),
            Some(Misdeed::Many) => Ok(Reception::of((0..2_000).map(fact).collect())),
            Some(Misdeed::Names) => Ok(Reception::of(vec![Fact::said(Item::new("", "no id"))])),
            _ => Ok(Reception::of(vec![fact(0)])),
        }
    }
}

fn refused() -> Vec<Problem> {
    vec![
        Problem::new("/configure", "The settings say that they are to be refused.").remedy("Leave `configure` out."),
        Problem::new("/when", "This is a second problem, inside a text.").inside("one\ntwo", 5),
    ]
}

plugin!(Fault: webhook, classifier, prioritizer, router);

#[cfg(test)]
mod tests;
