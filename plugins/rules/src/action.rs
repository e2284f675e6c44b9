//! What a rule decides.

use std::ops::RangeInclusive;

use pointsman_plugin::{Assignment, Disposition, ServiceLevel, Situation, Skill, Target};
use serde_json::Value as Json;
use settings::{Fields, Findings, single};

use crate::effect::{Prepared, effects};

const MINUTE_MS: u64 = 60_000;
/// A year.
const MINUTES: RangeInclusive<u64> = 1..=366 * 24 * 60;
const MS: RangeInclusive<u64> = 1..=366 * 24 * 60 * MINUTE_MS;
/// The contract's limit.
const TARGETS_MAX: usize = 8;
/// The agent who had the conversation last.
const PREVIOUS: &str = "previous";

/// A rule's `then`.
#[derive(Clone, Debug)]
pub(crate) struct Action {
    pub(crate) disposition: Disposition,
    pub(crate) effects: Vec<Prepared>,
}

impl Action {
    /// The disposition, with the previous agent put in where one is wanted.
    pub(crate) fn disposition(&self, situation: &Situation) -> Disposition {
        let mut disposition = self.disposition.clone();
        if let Disposition::Assign(assignment) = &mut disposition {
            for target in &mut assignment.targets {
                if target.preferred_agent.as_deref() == Some(PREVIOUS) {
                    target.preferred_agent.clone_from(&situation.previous_agent);
                }
            }
        }
        disposition
    }

    /// The queue that it waits in first.
    pub(crate) fn queue(&self) -> Option<&str> {
        match &self.disposition {
            Disposition::Assign(assignment) => assignment.targets.first().map(|target| target.queue.as_str()),
            Disposition::Hold(queue) => Some(queue),
            Disposition::File => None,
        }
    }

    /// Reads it.
    pub(crate) fn read(then: &Fields<'_>, findings: &mut Findings) -> Option<Self> {
        let effects = effects(then, findings);
        let service_level = service_level(then, findings);
        let one_target = target(then, findings);
        let targets = targets(then, findings);
        let hold = then.text("hold", findings).map(str::to_owned);
        let file = then.flag("file", findings);
        then.finish(findings);
        misplaced(then, findings);
        let disposition = match way(then, findings)? {
            "queue" => assign(vec![one_target?], service_level),
            "targets" => assign(targets, service_level),
            "hold" => Disposition::Hold(hold?),
            _ if file == Some(false) => {
                findings.add(&then.path("file"), "`file` is not `true`.", "Write `file = true`, or name a `queue`.");
                return None;
            }
            _ => Disposition::File,
        };
        Some(Self { disposition, effects })
    }
}

/// The one field that says what becomes of it.
fn way(then: &Fields<'_>, findings: &mut Findings) -> Option<&'static str> {
    let ways: Vec<&'static str> = ["queue", "targets", "hold", "file"].into_iter().filter(|name| then.has(name)).collect();
    match ways.as_slice() {
        [one] => return Some(one),
        [] => findings.add(then.place(), "The rule decides nothing.", "Add `queue`, `targets`, `hold` or `file = true`."),
        several => {
            findings.add(then.place(), format!("The rule decides several things: {}.", several.join(", ")), "Keep one of them.");
        }
    }
    None
}

/// Fields that mean nothing beside the others.
fn misplaced(then: &Fields<'_>, findings: &mut Findings) {
    let assigns = then.has("queue") || then.has("targets") || !(then.has("hold") || then.has("file"));
    for name in ["skills", "preferred_agent", "timeout_ms", "first_response_minutes", "resolution_minutes"] {
        let of_target = !name.ends_with("_minutes");
        if then.has(name) && !assigns {
            findings.add(&then.path(name), format!("`{name}` needs somebody to do it."), "Name a `queue`, or take it out.");
        } else if then.has(name) && of_target && then.has("targets") {
            findings.add(&then.path(name), format!("`{name}` stands beside `targets`."), "Write it into the target.");
        }
    }
}

fn service_level(then: &Fields<'_>, findings: &mut Findings) -> ServiceLevel {
    let first_response_ms = minutes(then, "first_response_minutes", findings);
    let resolution_ms = minutes(then, "resolution_minutes", findings);
    if first_response_ms.zip(resolution_ms).is_some_and(|(first, resolution)| first > resolution) {
        let remedy = "Make it at least `first_response_minutes`.";
        findings.add(&then.path("resolution_minutes"), "It is to be done before it is answered.", remedy);
    }
    ServiceLevel { first_response_ms, resolution_ms }
}

fn assign(targets: Vec<Target>, service_level: ServiceLevel) -> Disposition {
    Disposition::Assign(Assignment { targets, service_level })
}

fn targets(then: &Fields<'_>, findings: &mut Findings) -> Vec<Target> {
    let items = then.list("targets", findings);
    if then.has("targets") && !(1..=TARGETS_MAX).contains(&items.len()) {
        findings.add(&then.path("targets"), format!("There are {} targets.", items.len()), format!("Name 1 to {TARGETS_MAX}."));
    }
    let last = items.len().saturating_sub(1);
    let mut all = Vec::new();
    for (at, (path, item)) in items.iter().enumerate() {
        let Some(fields) = Fields::of(item, path, findings) else { continue };
        if !fields.has("queue") {
            findings.add(&fields.path("queue"), "`queue` is missing.", "Add `queue`.");
        }
        if at < last && !fields.has("timeout_ms") {
            findings.add(path, "The targets after this one are never asked.", "Add `timeout_ms`.");
        }
        all.extend(target(&fields, findings));
        fields.finish(findings);
    }
    all
}

/// The target that a table describes, if it names a queue.
fn target(fields: &Fields<'_>, findings: &mut Findings) -> Option<Target> {
    let queue = fields.text("queue", findings);
    let skills = fields.list("skills", findings);
    let skills = skills.iter().filter_map(|(path, item)| skill(item, path, findings)).collect();
    let preferred_agent = fields.text("preferred_agent", findings).map(str::to_owned);
    let timeout_ms = fields.whole("timeout_ms", MS, findings);
    Some(Target { queue: queue?.to_owned(), skills, preferred_agent, timeout_ms })
}

/// A skill: its name, or a table.
fn skill(item: &Json, path: &str, findings: &mut Findings) -> Option<Skill> {
    if let Some(name) = item.as_str() {
        return Some(Skill { name: name.to_owned(), ..Skill::default() });
    }
    let fields = Fields::of(item, path, findings)?;
    let name = fields.required_text("name", findings);
    let level = fields.number("level", 0.0..=1.0, findings).map(single).unwrap_or_default();
    let drop_after_ms = fields.whole("drop_after_ms", MS, findings);
    fields.finish(findings);
    Some(Skill { name: name?.to_owned(), level, drop_after_ms })
}

fn minutes(then: &Fields<'_>, name: &'static str, findings: &mut Findings) -> Option<u64> {
    then.whole(name, MINUTES, findings).map(|minutes| minutes * MINUTE_MS)
}
