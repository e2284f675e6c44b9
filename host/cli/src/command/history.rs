//! `pointsman history`

use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};
use dispatch::port::History as _;
use model::{GenerationId, Swap, SwapKind, SwapTrigger, Timestamp};
use serde::Serialize;
use store::SqliteStore;

use crate::args::{Cli, History};
use crate::command::decisions::open;
use crate::exit::{Done, Failure};
use crate::language::Language;
use crate::{configuration, output, table};

/// Rows that are read at a time.
const PAGE: u32 = 500;
/// Width when the output is no terminal.
const PLAIN_WIDTH: u16 = 160;
/// Of a generation's name, for people.
const SHORT: usize = 12;

/// A line for programs.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    swap: &'a Swap,
    /// Whether its generation serves everybody because of this line.
    serving: bool,
}

/// Lists what happened to generations, newest first for programs, oldest first in the table: a person reads downwards to the latest.
pub(crate) fn run(cli: &Cli, args: &History) -> Done {
    let manifest = configuration::read(&args.config.config, false).map_err(|findings| configuration::refused(&findings))?;
    let (mut swaps, serving) = tokio::runtime::Runtime::new()?.block_on(async {
        let store = open(&manifest).await?;
        Ok::<_, Failure>((newest(&store, args.limit).await?, store.serving().await?.map(|swap| swap.seq)))
    })?;
    if cli.json {
        swaps.iter().for_each(|swap| output::json(&Row { swap, serving: serving == Some(swap.seq) }));
        return Ok(());
    }
    let language = cli.language();
    if swaps.is_empty() {
        output::diagnostic(
            language.choose("no generation has served from this store yet", "aucune génération n'a encore servi depuis ce dépôt"),
        );
        return Ok(());
    }
    swaps.reverse();
    output::line(&shown(&swaps, serving, language));
    Ok(())
}

async fn newest(store: &SqliteStore, limit: u32) -> Done<Vec<Swap>> {
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut rows: Vec<Swap> = Vec::new();
    while rows.len() < wanted {
        let left = u32::try_from(wanted - rows.len()).unwrap_or(u32::MAX);
        let page = store.swaps(rows.last().map(|row| row.seq), left.min(PAGE)).await?;
        if page.is_empty() {
            break;
        }
        rows.extend(page);
    }
    Ok(rows)
}

fn shown(swaps: &[Swap], serving: Option<u64>, language: Language) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    if !output::is_terminal() {
        table.set_width(PLAIN_WIDTH).force_no_tty();
    }
    let names = [
        language.choose("When (UTC)", "Quand (UTC)"),
        language.choose("What", "Quoi"),
        language.choose("Generation", "Génération"),
        language.choose("Who", "Qui"),
        language.choose("By way of", "Par"),
        language.choose("Why", "Pourquoi"),
    ];
    table.set_header(names.map(|name| Cell::new(name).add_attribute(Attribute::Bold)));
    for swap in swaps {
        table.add_row(cells(swap, serving == Some(swap.seq), language));
    }
    table.to_string()
}

fn cells(swap: &Swap, serving: bool, language: Language) -> Vec<Cell> {
    let generation = swap.generation.as_ref().map_or("–", short);
    let generation = match serving {
        true => Cell::new(format!("{generation} ● {}", language.choose("serves", "en service"))).fg(Color::Green),
        false => Cell::new(generation),
    };
    vec![
        Cell::new(when(swap.at)),
        kind(swap, language),
        generation,
        Cell::new(table::plain(&swap.by)),
        Cell::new(way(swap.trigger, language)),
        Cell::new(why(swap)),
    ]
}

fn kind(swap: &Swap, language: Language) -> Cell {
    let name = match swap.kind {
        SwapKind::Applied => language.choose("applied", "appliquée"),
        SwapKind::RolledBack => language.choose("rolled back", "rétablie"),
        SwapKind::Refused => language.choose("refused", "refusée"),
        SwapKind::Held => language.choose("held", "en attente"),
        SwapKind::CanaryBegan => language.choose("canary began", "canari lancé"),
        SwapKind::CanaryWidened => language.choose("canary widened", "canari élargi"),
        SwapKind::CanaryWithdrawn => language.choose("canary withdrawn", "canari retiré"),
    };
    let cell = Cell::new(match swap.share_ppm {
        Some(share) => format!("{name} {} %", f64::from(share) / 10_000.0),
        None => name.to_owned(),
    });
    match swap.kind {
        SwapKind::Refused | SwapKind::CanaryWithdrawn => cell.fg(Color::Red),
        SwapKind::Held => cell.fg(Color::Yellow),
        _ => cell,
    }
}

fn way(trigger: SwapTrigger, language: Language) -> &'static str {
    match trigger {
        SwapTrigger::Start => language.choose("start", "démarrage"),
        SwapTrigger::Watch => language.choose("file watch", "fichier modifié"),
        SwapTrigger::Signal => "SIGHUP",
        SwapTrigger::Api => "API",
        SwapTrigger::Canary => language.choose("canary", "canari"),
    }
}

/// What was wrong with a candidate fills a screen; its first lines say which.
fn why(swap: &Swap) -> String {
    if swap.why.is_empty() { "–".to_owned() } else { table::shorten(&swap.why, 200) }
}

fn short(generation: &GenerationId) -> &str {
    generation.0.get(..SHORT).unwrap_or(&generation.0)
}

fn when(at: Timestamp) -> String {
    let time = i64::try_from(at.0).ok().and_then(chrono::DateTime::from_timestamp_millis);
    time.map_or_else(|| "–".to_owned(), |time| time.format("%Y-%m-%d %H:%M:%S").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_reads_who_when_and_why() {
        let line = |seq: u64, kind: SwapKind, trigger: SwapTrigger, why: &str| Swap {
            seq,
            at: Timestamp(1_793_606_402_500 + seq * 61_000),
            generation: (kind != SwapKind::Refused).then(|| GenerationId(format!("{seq:064}"))),
            before: None,
            kind,
            trigger,
            by: "ann".to_owned(),
            why: why.to_owned(),
            share_ppm: (kind == SwapKind::CanaryBegan).then_some(12_500),
            staging_ms: 1,
            publishing_ns: 1,
        };
        let swaps = [
            line(1, SwapKind::Applied, SwapTrigger::Start, ""),
            line(2, SwapKind::Refused, SwapTrigger::Watch, "plugins/rules.wasm\n  is no component"),
            line(3, SwapKind::CanaryBegan, SwapTrigger::Api, "New rule for parcels."),
            line(4, SwapKind::CanaryWithdrawn, SwapTrigger::Canary, "4.2 % of its decisions had a fault, 1 % is allowed"),
            line(5, SwapKind::RolledBack, SwapTrigger::Signal, "It \u{1b}[2Jheld everything."),
        ];
        let shown: Vec<_> = [Language::En, Language::Fr].into_iter().map(|language| shown(&swaps, Some(5), language)).collect();
        insta::assert_snapshot!(shown.join("\n\n"));
    }
}
