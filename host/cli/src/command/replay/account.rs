use std::collections::{BTreeMap, BTreeSet};

use dispatch::comparison::Mismatch;
use model::{Decision, DecisionId, GenerationId, InteractionId};
use serde::Serialize;

use crate::language::Language;
use crate::table;

/// Decisions that are told one by one; all are counted.
const TOLD_MAX: usize = 100;
/// Reasons why generations could not be built that are told.
const REASONS_MAX: usize = 16;
/// Characters of a value that a line shows.
const VALUE_CHARACTERS_MAX: usize = 100;

/// What replaying came to.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Account {
    /// The same again, byte for byte.
    pub(super) identical: u64,
    /// Not the same.
    pub(super) different: u64,
    /// Their words are gone.
    pub(super) erased: u64,
    /// Their generation cannot be built any more.
    pub(super) components_missing: u64,
    /// Answers of look-ups and suggestions that came from the record.
    pub(super) answers_from_record: u64,
    /// Faults that came from the record, because the clock or the machine had made them.
    pub(super) faults_from_record: u64,
    /// Why generations cannot be built.
    pub(super) missing: BTreeSet<String>,
    /// By sequence number: what is told one by one.
    #[serde(skip)]
    pub(super) told: BTreeMap<u64, Told>,
    /// Whether identical ones are told too.
    #[serde(skip)]
    tells_all: bool,
}

/// One decision.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Told {
    pub(super) decision: DecisionId,
    pub(super) interaction: InteractionId,
    pub(super) generation: GenerationId,
    pub(super) outcome: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) mismatches: Vec<Mismatch>,
}

impl Account {
    /// One that tells identical decisions too.
    pub(super) fn telling_all() -> Self {
        Self { tells_all: true, ..Self::default() }
    }

    /// How many were looked at.
    pub(super) fn decisions(&self) -> u64 {
        self.identical + self.different + self.erased + self.components_missing
    }

    pub(super) fn erased(&mut self, seq: u64, decision: &Decision) {
        self.erased += 1;
        self.tell(seq, decision, "erased", vec![]);
    }

    pub(super) fn missing(&mut self, seq: u64, decision: &Decision, why: &str) {
        self.components_missing += 1;
        if self.missing.len() < REASONS_MAX {
            self.missing.insert(why.to_owned());
        }
        self.tell(seq, decision, "components_missing", vec![]);
    }

    pub(super) fn compared(&mut self, seq: u64, decision: &Decision, mismatches: Vec<Mismatch>) {
        let outcome = if mismatches.is_empty() { "identical" } else { "different" };
        *(if mismatches.is_empty() { &mut self.identical } else { &mut self.different }) += 1;
        self.tell(seq, decision, outcome, mismatches);
    }

    fn tell(&mut self, seq: u64, decision: &Decision, outcome: &'static str, mismatches: Vec<Mismatch>) {
        if outcome != "different" && !self.tells_all {
            return;
        }
        let Decision { id, interaction, decided_by, .. } = decision;
        let told = Told { decision: id.clone(), interaction: interaction.clone(), generation: decided_by.clone(), outcome, mismatches };
        self.told.insert(seq, told);
        self.bound();
    }

    fn bound(&mut self) {
        while self.told.len() > TOLD_MAX && !self.tells_all {
            self.told.pop_last();
        }
    }

    /// Takes in what another worker found.
    pub(super) fn join(&mut self, other: Self) {
        self.identical += other.identical;
        self.different += other.different;
        self.erased += other.erased;
        self.components_missing += other.components_missing;
        self.answers_from_record += other.answers_from_record;
        self.faults_from_record += other.faults_from_record;
        self.missing.extend(other.missing);
        self.told.extend(other.told);
        self.bound();
    }

    /// For people.
    pub(super) fn lines(&self, language: Language) -> Vec<String> {
        let mut lines: Vec<String> = self.told.values().flat_map(|told| told.lines(language)).collect();
        let told = self.told.values().filter(|told| told.outcome == "different").count();
        let beyond = self.different.saturating_sub(u64::try_from(told).unwrap_or(u64::MAX));
        if beyond > 0 {
            lines.push(format!("… {beyond} {}", language.choose("more that differ", "autres qui diffèrent")));
        }
        lines.extend(self.missing.iter().map(|why| table::plain(why)));
        let count = |count: u64, english, french| format!("{count} {}", language.choose(english, french));
        let mut counts = vec![count(self.identical, "identical", "identiques"), count(self.different, "different", "différentes")];
        for (figure, english, french) in [
            (self.erased, "erased", "effacées"),
            (self.components_missing, "whose generation cannot be built", "dont la génération ne peut être reconstruite"),
            (self.answers_from_record, "answers taken from the record", "réponses reprises de l'enregistrement"),
            (self.faults_from_record, "faults taken from the record", "pannes reprises de l'enregistrement"),
        ] {
            if figure > 0 {
                counts.push(count(figure, english, french));
            }
        }
        lines.push(format!("{} {}: {}", self.decisions(), language.choose("decisions", "décisions"), counts.join(", ")));
        lines
    }
}

impl Told {
    fn lines(&self, language: Language) -> Vec<String> {
        let outcome = match self.outcome {
            "identical" => language.choose("identical", "identique"),
            "different" => language.choose("different", "différente"),
            "erased" => language.choose("erased", "effacée"),
            _ => language.choose("its generation cannot be built", "sa génération ne peut être reconstruite"),
        };
        let sign = if self.outcome == "identical" { "✓" } else { "✗" };
        let generation = self.generation.0.get(..12).unwrap_or(&self.generation.0);
        let mut lines = vec![format!("{sign} {} ({}, {generation}): {outcome}", self.decision, self.interaction)];
        let shown = |value: &serde_json::Value| table::shorten(&value.to_string(), VALUE_CHARACTERS_MAX);
        for mismatch in &self.mismatches {
            lines.push(format!("    {}", table::plain(&mismatch.place)));
            lines.push(format!("      {} {}", language.choose("recorded:", "enregistré :"), shown(&mismatch.recorded)));
            lines.push(format!("      {} {}", language.choose("replayed:", "rejoué :"), shown(&mismatch.replayed)));
        }
        lines
    }
}
