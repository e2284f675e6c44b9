//! `pointsman explain`: the story of a decision.

use dispatch::port::{Store as _, StoreError};
use model::{Cost, DecisionId, Interaction, InteractionId, StepOutcome, StepRecord, StoredDecision, StoredEffect, Trace};

use crate::args::{Cli, Explain};
use crate::command::decisions::open;
use crate::exit::{Code, Done, Failure};
use crate::language::Language;
use crate::sentences::Sentences;
use crate::{configuration, fault, output, table};

/// Tells it: by a decision's id that one, by an interaction's id all of them.
pub(crate) fn run(cli: &Cli, args: &Explain) -> Done {
    let manifest = configuration::read(&args.config.config, false).map_err(|findings| configuration::refused(&findings))?;
    let threads = tokio::runtime::Runtime::new()?;
    let stories = threads.block_on(async {
        let store = open(&manifest).await?;
        match store.decision(&DecisionId(args.id.clone())).await {
            Ok(found) => Ok(vec![found]),
            Err(StoreError::NotFound { .. }) => Ok(store.decisions_of(&InteractionId(args.id.clone())).await?),
            Err(error) => Err(Failure::from(error)),
        }
    })?;
    if stories.is_empty() {
        return Err(Failure::new(Code::NotFound, format!("there is no decision and no decided interaction `{}`", args.id)));
    }
    let teller = Teller { language: cli.language(), sentences: Sentences::of(&manifest, cli.language()) };
    for story in &stories {
        if cli.json { output::json(story) } else { output::line(&teller.tell(story)) }
    }
    Ok(())
}

struct Teller {
    language: Language,
    sentences: Sentences,
}

impl Teller {
    fn tell(&self, story: &StoredDecision) -> String {
        let decision = &story.decision;
        let mut lines = vec![format!(
            "{} {}  {}  {} {}",
            self.language.choose("Decision", "Décision"),
            decision.id,
            table::clock_time(decision.decided_at),
            self.language.choose("generation", "génération"),
            decision.decided_by.0.get(..12).unwrap_or_default()
        )];
        match &story.trace {
            Some(trace) => self.trace(trace, &mut lines),
            None => lines.push(self.language.choose("  (erased)", "  (effacé)").to_owned()),
        }
        lines.push(format!(
            "→ {}{}",
            decision.routing.disposition.name(),
            decision.routing.disposition.queue().map(|queue| format!(" {queue}")).unwrap_or_default()
        ));
        lines.extend(decision.routing.reasons.iter().map(|reason| format!("   {}", self.sentences.any(reason))));
        lines.extend(story.effects.iter().map(|effect| self.effect(effect)));
        lines.push(format!("{} {}", self.language.choose("commitment", "engagement"), story.commitment.short()));
        lines.iter().map(|line| table::plain(line)).collect::<Vec<_>>().join("\n")
    }

    /// What became of an effect, with its id in the outbox.
    fn effect(&self, effect: &StoredEffect) -> String {
        let mut state = effect.state.clone();
        if let Some(far) = effect.progress {
            state.push_str(&format!(", {}", serde_json::json!(far).as_str().unwrap_or_default()));
        }
        if effect.tries > 0 {
            state.push_str(&format!(", {} {}", effect.tries, self.language.choose("tries", "essais")));
        }
        let why = effect.why.as_deref().map(|why| format!("  {}", table::shorten(why, 200))).unwrap_or_default();
        format!("   + {} ({state})  {}{why}", effect.effect.name(), effect.key)
    }

    fn trace(&self, trace: &Trace, lines: &mut Vec<String>) {
        lines.push(format!("  {}", said(&trace.interaction)));
        let situation = &trace.situation;
        lines.push(format!(
            "  {} {}, {} {}",
            situation.inbound_count,
            self.language.choose("said in this conversation", "messages dans la conversation"),
            situation.unanswered_count,
            self.language.choose("unanswered", "sans réponse")
        ));
        for (number, step) in trace.steps.iter().enumerate() {
            self.step(number + 1, step, lines);
        }
    }

    fn step(&self, number: usize, step: &StepRecord, lines: &mut Vec<String>) {
        let instead = step.fallback_for.as_ref().map(|plugin| format!(" {} {plugin}", self.language.choose("instead of", "à la place de")));
        lines.push(format!(
            "{number}. {} ({}) {}{}  {} fuel, {:.2} ms{}",
            step.plugin,
            step.role,
            step.digest.short(),
            instead.unwrap_or_default(),
            step.cost.fuel,
            milliseconds(step.cost.duration_ns),
            self.shared(&step.cost)
        ));
        if let Some(saw) = step.saw.as_ref().filter(|saw| !saw.withheld.is_empty()) {
            lines.push(format!("   {} {}", self.language.choose("not shown to it:", "non montré :"), saw.withheld.join(", ")));
        }
        match &step.outcome {
            StepOutcome::Said(said) => self.said(step, said, lines),
            StepOutcome::NotMet => lines.push(format!("   {}", self.language.choose("condition not met", "condition non remplie"))),
            StepOutcome::ConditionFailed(why) => {
                lines.push(format!("   {} {why}", self.language.choose("condition failed:", "condition en échec :")))
            }
            StepOutcome::Faulted(fault) => lines.push(format!("   ✗ {}", fault::told(fault, self.language))),
        }
    }

    /// Whose cost it is too: a batch has one.
    fn shared(&self, cost: &Cost) -> String {
        match cost.share.map(|share| share.size.saturating_sub(1)) {
            None | Some(0) => String::new(),
            Some(1) => self.language.choose(" (with 1 other)", " (avec 1 autre)").to_owned(),
            Some(others) => format!(" ({} {others} {})", self.language.choose("with", "avec"), self.language.choose("others", "autres")),
        }
    }

    /// What a step said: signals and factors line by line with their reasons, anything else as JSON.
    fn said(&self, step: &StepRecord, said: &serde_json::Value, lines: &mut Vec<String>) {
        if let Ok(signals) = serde_json::from_value::<Vec<model::Signal>>(said.clone()) {
            for signal in &signals {
                let reasons = signal.reasons.iter().map(|reason| self.sentences.by(&step.plugin, reason)).collect::<Vec<_>>().join(" · ");
                lines.push(format!("   {} = {}  {reasons}", signal.name, serde_json::json!(signal.value)));
            }
        } else if let Ok(priority) = serde_json::from_value::<model::Priority>(said.clone()) {
            lines.push(format!("   {} {:.1}", self.language.choose("priority", "priorité"), priority.score));
            for factor in &priority.factors {
                let sentence = self.sentences.by(&step.plugin, &factor.reason);
                lines.push(format!("     {:<16} {:>5.1}  {sentence}", factor.name, factor.level * factor.weight));
            }
        } else if let Ok(routing) = serde_json::from_value::<model::Routing>(said.clone()) {
            let queue = routing.disposition.queue().unwrap_or_default();
            lines.push(format!("   {} {queue}", routing.disposition.name()));
            lines.extend(routing.reasons.iter().map(|reason| format!("     {}", self.sentences.by(&step.plugin, reason))));
        } else {
            lines.push(format!("   {said}"));
        }
    }
}

fn said(interaction: &Interaction) -> String {
    let who = interaction.author.as_ref().and_then(|author| author.display_name.clone().or_else(|| author.handle.clone()));
    format!("{} · {}: “{}”", interaction.channel, who.unwrap_or_else(|| "–".to_owned()), table::shorten(&interaction.text, 120))
}

#[expect(clippy::cast_precision_loss, reason = "a duration for people")]
fn milliseconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e6
}
