//! The table of rules: read, checked, asked.

use std::collections::BTreeMap;

use pointsman_plugin::{Disposition, Interaction, Priority, Problem, Reason, Routing, Situation};
use serde_json::Value as Json;
use settings::{Fields, Findings};

use crate::action::Action;
use crate::condition::{Case, Condition};
use crate::example::Example;
use crate::phrases::PhraseBook;
use crate::read::conditions;
use crate::tongue::Tongue;

/// Every code that a reason may have.
pub const CODES: [&str; 3] = ["rule-matched", "rule-default", "rule-reason"];

/// Rules in their order.
#[derive(Debug, Default)]
pub struct Table {
    rules: Vec<Rule>,
    book: PhraseBook,
}

#[derive(Debug)]
struct Rule {
    name: String,
    when: Vec<Condition>,
    then: Action,
    reason: Option<Tongue>,
}

/// What was decided, and by which rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// The rule's place in the table.
    pub at: Option<usize>,
    /// The rule's name.
    pub rule: String,
    /// The queue that it waits in first.
    pub queue: Option<String>,
    /// The decision.
    pub routing: Routing,
}

impl Table {
    /// More rules are refused.
    pub const RULES_MAX: usize = 1_000;

    /// Reads the settings.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn read(value: &Json) -> Result<Self, Vec<Problem>> {
        let mut findings = Findings::default();
        let mut table = Self::default();
        let Some(fields) = Fields::of(value, "", &mut findings) else { return findings.or(table) };
        let items = fields.list("rules", &mut findings);
        fields.finish(&mut findings);
        if items.len() > Self::RULES_MAX {
            findings.add("/rules", format!("{} rules are too many.", items.len()), format!("At most {}.", Self::RULES_MAX));
        }
        check_order(&items, &mut findings);
        let mut examples = Vec::new();
        for (at, (path, item)) in items.iter().take(Self::RULES_MAX).enumerate() {
            if let Some(rule) = Rule::read(item, path, at, &mut table.book, &mut examples, &mut findings) {
                table.rules.push(rule);
            }
        }
        // Examples mean something only in a table that is right.
        if findings.is_empty() {
            examples.iter().for_each(|example| example.check(&table, &mut findings));
        }
        findings.or(table)
    }

    /// Decides.
    #[must_use]
    pub fn route(&self, interaction: &Interaction, situation: &Situation, priority: Option<&Priority>) -> Decided {
        let found = self.book.find(interaction.subject.as_deref().unwrap_or(""), &interaction.text);
        let case = Case { interaction, situation, priority, found: &found };
        let fitting = self.rules.iter().enumerate().find_map(|(at, rule)| Some((at, rule, rule.holds(&case)?)));
        match fitting {
            Some((at, rule, held)) => rule.decide(at, &held, &case),
            // `read` has refused a table without a default; whatever comes, nothing is lost.
            None => Decided {
                at: None,
                rule: String::new(),
                queue: None,
                routing: Routing { disposition: Disposition::Hold("default".to_owned()), effects: Vec::new(), reasons: Vec::new() },
            },
        }
    }
}

impl Rule {
    fn read(
        item: &Json,
        path: &str,
        at: usize,
        book: &mut PhraseBook,
        examples: &mut Vec<Example>,
        findings: &mut Findings,
    ) -> Option<Self> {
        let fields = Fields::of(item, path, findings)?;
        let name = fields.required_text("name", findings);
        let when = fields.fields("when", findings).map(|when| conditions(&when, book, findings)).unwrap_or_default();
        if !fields.has("then") {
            findings.add(&fields.path("then"), "`then` is missing.", "Add `then`, such as `{ queue = \"…\" }`.");
        }
        let then = fields.fields("then", findings).and_then(|then| Action::read(&then, findings));
        let reason = Tongue::read(&fields, "reason", findings);
        for (path, item) in fields.list("examples", findings) {
            examples.extend(Example::read(item, &path, at, findings));
        }
        fields.finish(findings);
        Some(Self { name: name?.to_owned(), when, then: then?, reason })
    }

    /// What holds, when everything does.
    fn holds(&self, case: &Case<'_>) -> Option<Vec<String>> {
        self.when.iter().map(|condition| condition.holds(case)).collect()
    }

    fn decide(&self, at: usize, held: &[String], case: &Case<'_>) -> Decided {
        let language = case.interaction.language.as_deref();
        let mut reasons = vec![self.matched(held)];
        reasons.extend(
            self.reason
                .as_ref()
                .map(|reason| Reason::new("rule-reason", reason.en.clone()).with("en", reason.en.clone()).with("fr", reason.fr.clone())),
        );
        Decided {
            at: Some(at),
            rule: self.name.clone(),
            queue: self.then.queue().map(str::to_owned),
            routing: Routing {
                disposition: self.then.disposition(case.situation),
                effects: self.then.effects.iter().map(|effect| effect.effect(language)).collect(),
                reasons,
            },
        }
    }

    fn matched(&self, held: &[String]) -> Reason {
        let name = self.name.clone();
        if held.is_empty() {
            return Reason::new("rule-default", format!("No other rule fits: {name}.")).with("rule", name);
        }
        let held = held.join("; ");
        Reason::new("rule-matched", format!("The rule {name} fits: {held}.")).with("rule", name).with("conditions", held)
    }
}

/// Names are there once, the last rule takes everything, and no other does.
fn check_order(items: &[(String, &Json)], findings: &mut Findings) {
    if items.is_empty() {
        findings.add("/rules", "There are no rules.", "Add at least a last rule without `when`, which takes what no other took.");
        return;
    }
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    let mut whens: Vec<(&Json, &str)> = Vec::new();
    let mut open: Option<&str> = None;
    for (path, item) in items {
        let name = item.get("name").and_then(Json::as_str).map(str::trim);
        if let Some((name, first)) = name.and_then(|name| Some((name, names.insert(name, path)?))) {
            findings.add(&format!("{path}/name"), format!("`{name}` is the name of {first} too."), "Give each rule its own name.");
        }
        if let Some(before) = open {
            findings.add(path, format!("Nothing reaches this rule: {before} takes everything."), "Move it before the rule without `when`.");
            continue;
        }
        match item.get("when").filter(|when| when.as_object().is_none_or(|map| !map.is_empty())) {
            None => open = Some(path),
            Some(when) => {
                if let Some((_, first)) = whens.iter().find(|(known, _)| *known == when) {
                    findings.add(
                        path,
                        format!("Nothing reaches this rule: {first} has the same conditions."),
                        "Change or remove one of them.",
                    );
                }
                whens.push((when, path));
            }
        }
    }
    if open.is_none() {
        findings.add(
            "/rules",
            "No rule takes what no other took.",
            "Add a last rule without `when`, such as `{ name = \"rest\", then = { queue = \"…\" } }`.",
        );
    }
}
