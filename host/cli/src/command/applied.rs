//! What `apply` and `rollback` did, as they say it.

use dispatch::port::Applied;
use model::{GenerationId, SwapKind};

use crate::args::Cli;
use crate::language::Language;
use crate::{output, table};

/// Shows it: a sentence for people, one value of JSON for programs.
pub(crate) fn show(cli: &Cli, applied: &Applied) {
    if cli.json {
        return output::json(applied);
    }
    output::line(&told(applied, cli.language()));
    for sentence in &applied.needs_restart {
        let only = cli.language().choose("only a restart makes it effective", "seul un redémarrage le rend effectif");
        output::diagnostic(&format!("! {sentence}: {only}"));
    }
}

fn told(applied: &Applied, language: Language) -> String {
    let serving = short(&applied.serving);
    let Some(swap) = applied.swap.as_ref().filter(|_| applied.changed) else {
        let already = language.choose("serves already: nothing changes", "est déjà en service : rien ne change");
        return format!("{} {serving} {already}", language.choose("generation", "la génération"));
    };
    let candidate = swap.generation.as_ref().map_or("–", short);
    let before = swap.before.as_ref().map_or("–", short);
    match swap.kind {
        SwapKind::CanaryWithdrawn => match language {
            Language::En => format!("the canary {candidate} is withdrawn; generation {serving} serves everybody"),
            Language::Fr => format!("le canari {candidate} est retiré ; la génération {serving} sert tout le monde"),
        },
        kind => {
            let again = if kind == SwapKind::RolledBack { language.choose(" again", " de nouveau") } else { "" };
            let (staging, publishing) = (swap.staging_ms, table::microseconds(swap.publishing_ns));
            match language {
                Language::En => {
                    format!("generation {serving} serves{again} instead of {before} (ready in {staging} ms, published in {publishing} µs)")
                }
                Language::Fr => format!(
                    "la génération {serving} est{again} en service au lieu de {before} (prête en {staging} ms, publiée en {publishing} µs)"
                ),
            }
        }
    }
}

fn short(id: &GenerationId) -> &str {
    id.0.get(..12).unwrap_or(&id.0)
}

#[cfg(test)]
mod tests {
    use model::{Swap, SwapTrigger, Timestamp};

    use super::*;

    #[test]
    fn a_person_reads_what_was_done() {
        let id = |digit: char| GenerationId(digit.to_string().repeat(64));
        let swap = |kind| Swap {
            seq: 1,
            at: Timestamp(1),
            generation: Some(id('a')),
            before: Some(id('b')),
            kind,
            trigger: SwapTrigger::Api,
            by: "ann".to_owned(),
            why: String::new(),
            share_ppm: None,
            staging_ms: 812,
            publishing_ns: 1_450,
        };
        let applied = |swap: Option<Swap>| Applied { changed: swap.is_some(), swap, serving: id('a'), needs_restart: Vec::new() };
        let all = [None, Some(swap(SwapKind::Applied)), Some(swap(SwapKind::RolledBack)), Some(swap(SwapKind::CanaryWithdrawn))];
        let lines = all.into_iter().map(applied).flat_map(|applied| [Language::En, Language::Fr].map(|language| told(&applied, language)));
        insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
    }
}
