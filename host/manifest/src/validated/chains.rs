use std::collections::BTreeMap;

use model::{Arm, ChainSpec, Role};

use super::names::{self, Names};
use super::{ConditionCheck, Known, plugins};
use crate::bounds;
use crate::parsed;
use crate::report::Report;
use crate::suggest;

/// The most steps of a chain.
const STEPS_MAX: usize = 32;

/// A chain as far as the text tells.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) when: Option<String>,
    pub(crate) hold_queue: String,
    pub(crate) deadline_ms: u64,
    pub(crate) arm: Option<Arm>,
    pub(crate) steps: Vec<Step>,
}

/// A step as far as the text tells: its role may follow from the plugin.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) key: String,
    pub(crate) plugin: String,
    pub(crate) role: Option<Role>,
    pub(crate) when: Option<String>,
    pub(crate) on_fault: OnFault,
}

/// What happens when the step's plugin faults.
#[derive(Debug)]
pub(crate) enum OnFault {
    Skip,
    Hold,
    Fallback(String),
}

/// What chains are judged by.
struct Judge<'a> {
    known: &'a Known,
    condition: ConditionCheck<'a>,
    report: &'a Report,
}

/// `[[chain]]`
pub(super) fn chains(chains: Vec<parsed::Chain>, known: &Known, condition: ConditionCheck<'_>, report: &Report) -> Vec<Chain> {
    default_is_last(&chains, report);
    each_condition_once(&chains, report);
    let judge = Judge { known, condition, report };
    let mut names = Names::new("chain");
    chains.into_iter().filter_map(|chain| judge.chain(chain, &mut names)).collect()
}

/// The default is the one chain without a condition, and it is last: what stands behind it could never run.
fn default_is_last(chains: &[parsed::Chain], report: &Report) {
    let Some(last) = chains.last() else {
        return report.error_at_key("", "there is no chain: nothing decides", "add a `[[chain]]` without `when`, which is the default");
    };
    let name = |chain: &parsed::Chain| chain.name.clone().unwrap_or_else(|| chain.key.clone());
    match chains.iter().position(|chain| chain.when.is_none()) {
        None => {
            let message = "there is no default: an interaction for which no condition holds has no chain";
            report.error_at_key(&last.key, message, "add a `[[chain]]` without `when` at the end");
        }
        Some(first) => {
            let behind: Vec<String> = chains.iter().skip(first + 1).map(name).collect();
            let behind: Vec<&str> = behind.iter().map(String::as_str).collect();
            if let Some(chain) = chains.get(first).filter(|_| !behind.is_empty()) {
                let message = format!("`{}` has no `when`, so nothing reaches {} behind it", name(chain), suggest::list(&behind, "and"));
                report.error_at_key(&chain.key, message, "give it a `when`, or move it to the end");
            }
        }
    }
}

fn each_condition_once(chains: &[parsed::Chain], report: &Report) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for chain in chains {
        let Some(when) = chain.when.as_deref() else { continue };
        if let Some(first) = seen.insert(when.trim(), &chain.key) {
            let line = report.line_of(first);
            report.warning(
                &format!("{}.when", chain.key),
                format!("an earlier chain has the same condition{line}: nothing reaches this one"),
                "",
            );
        }
    }
}

impl Judge<'_> {
    fn chain(&self, chain: parsed::Chain, names: &mut Names) -> Option<Chain> {
        let key = chain.key;
        self.condition(chain.when.as_deref(), &key);
        if let Some(queue) = &chain.hold_queue {
            names::known("queue", queue, &self.known.queues, &format!("{key}.hold_queue"), self.report);
        }
        if let Some(deadline_ms) = chain.deadline_ms {
            let (least, most) = bounds::CHAIN_DEADLINE_MS;
            bounds::within(self.report, &format!("{key}.deadline_ms"), deadline_ms, least, most);
        }
        if chain.steps.len() > STEPS_MAX {
            let message = format!("a chain has at most {STEPS_MAX} steps, this one {}", chain.steps.len());
            self.report.error_at_key(&key, message, "split it, or let one plugin do the work of several");
        }
        let steps = chain.steps.into_iter().filter_map(|step| self.step(step)).collect();
        let arm = chain.arm.and_then(|arm| self.arm(&arm, &format!("{key}.arm")));
        let name = names.admit(chain.name?, &key, self.report);
        let deadline_ms = chain.deadline_ms.unwrap_or(ChainSpec::DEADLINE_MS);
        Some(Chain { key, name, when: chain.when, hold_queue: chain.hold_queue.unwrap_or_default(), deadline_ms, arm, steps })
    }

    fn step(&self, step: parsed::Step) -> Option<Step> {
        let key = step.key;
        self.condition(step.when.as_deref(), &key);
        let role = step.role.and_then(|role| self.role(&role, &format!("{key}.role")));
        let on_fault =
            step.on_fault.map_or(OnFault::Hold, |given| self.on_fault(given, step.plugin.as_deref(), &format!("{key}.on_fault")));
        let plugin = step.plugin?;
        plugins::known_plugin(&plugin, self.known, &format!("{key}.plugin"), self.report);
        Some(Step { key, plugin, role, when: step.when, on_fault })
    }

    fn arm(&self, text: &str, key: &str) -> Option<Arm> {
        let arm = Arm::parse(text);
        if arm.is_none() {
            self.report.error(
                key,
                format!("`{text}` is nothing that can be proven of a chain"),
                &suggest::remedy(text, Arm::ALL.map(Arm::name)),
            );
        }
        arm
    }

    fn role(&self, text: &str, key: &str) -> Option<Role> {
        let steps: Vec<&str> = Role::ALL.into_iter().filter(|role| role.is_step()).map(Role::name).collect();
        match Role::parse(text) {
            Some(role) if role.is_step() => Some(role),
            Some(_) => {
                let remedy = format!("a step is {}", suggest::list(&steps, "or"));
                self.report.error(key, format!("`{text}` is no role for a step of a chain"), &remedy);
                None
            }
            None => {
                self.report.error(key, format!("there is no role `{text}`"), &suggest::remedy(text, steps));
                None
            }
        }
    }

    fn on_fault(&self, given: parsed::OnFault, plugin: Option<&str>, key: &str) -> OnFault {
        match given {
            parsed::OnFault::Word(word) if word == "skip" => OnFault::Skip,
            parsed::OnFault::Word(word) if word == "hold" => OnFault::Hold,
            parsed::OnFault::Word(word) => {
                let remedy = match suggest::nearest(&word, ["skip", "hold"]) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("write `\"skip\"`, `\"hold\"` or `{{ fallback = \"{word}\" }}`"),
                };
                self.report.error(key, format!("`{word}` is nothing that can happen on a fault"), &remedy);
                OnFault::Hold
            }
            parsed::OnFault::Fallback(fallback) => {
                let place = format!("{key}.fallback");
                if plugin == Some(fallback.as_str()) {
                    self.report.error(
                        &place,
                        format!("`{fallback}` cannot stand in for itself"),
                        "name another plugin, or write `\"hold\"`",
                    );
                } else {
                    plugins::known_plugin(&fallback, self.known, &place, self.report);
                }
                OnFault::Fallback(fallback)
            }
        }
    }

    fn condition(&self, when: Option<&str>, key: &str) {
        let Some(when) = when else { return };
        let place = format!("{key}.when");
        if when.trim().is_empty() {
            self.report.error(&place, "a condition must not be empty", "leave `when` out for always");
        } else if let Err(why) = (self.condition)(when) {
            self.report.error(&place, why, "");
        }
    }
}
