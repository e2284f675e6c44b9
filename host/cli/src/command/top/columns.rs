use super::rates::{ChainRate, PluginRate, Rates};
use super::sample::Sample;
use crate::language::Language;
use crate::table;

/// A table of texts. The first column is a name, the last one a word; figures between them stand at the right.
pub(crate) struct Grid {
    pub(crate) head: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Grid {
    /// How wide each column has to be.
    pub(crate) fn widths(&self) -> Vec<usize> {
        let width = |at: usize, head: &str| {
            let cells = self.rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
            cells.max().unwrap_or_default().max(head.chars().count())
        };
        self.head.iter().enumerate().map(|(at, head)| width(at, head)).collect()
    }

    /// Whether a column stands at the left.
    pub(crate) fn is_word(&self, at: usize) -> bool {
        at == 0 || at + 1 == self.head.len()
    }
}

/// The plugins.
pub(crate) fn plugins(rates: &[PluginRate], language: Language) -> Grid {
    let head = vec![
        language.choose("PLUGIN", "MODULE"),
        language.choose("CPU %", "CPU %"),
        language.choose("CALLS/S", "APPELS/S"),
        language.choose("FAULTS/S", "PANNES/S"),
        language.choose("µS/CALL", "µS/APPEL"),
        language.choose("FUEL/CALL", "CARB./APPEL"),
        language.choose("MEM HIGH", "MÉM. MAX"),
        language.choose("IN/S", "ENTRÉE/S"),
        language.choose("OUT/S", "SORTIE/S"),
        language.choose("HTTP/S", "HTTP/S"),
        language.choose("EGRESS/S", "RÉSEAU/S"),
        language.choose("BREAKER", "DISJONCTEUR"),
    ];
    let row = |rate: &PluginRate| {
        vec![
            rate.name.clone(),
            decimal(rate.cpu_percent),
            decimal(rate.calls_per_s),
            decimal(rate.faults_per_s),
            rate.mean_us.map_or_else(dash, decimal),
            rate.fuel_per_call.map_or_else(dash, count),
            bytes(real(rate.memory_bytes_high)),
            bytes(rate.in_bytes_per_s),
            bytes(rate.out_bytes_per_s),
            decimal(rate.http_requests_per_s),
            bytes(rate.http_bytes_per_s),
            breaker(rate.breaker.as_deref(), language).to_owned(),
        ]
    };
    Grid { head, rows: rates.iter().map(row).collect() }
}

/// The chains.
pub(crate) fn chains(rates: &[ChainRate], language: Language) -> Grid {
    let head = vec![
        language.choose("CHAIN", "CHAÎNE"),
        language.choose("CPU %", "CPU %"),
        language.choose("DECIDED/S", "DÉCIDÉS/S"),
        language.choose("HELD/S", "RETENUS/S"),
        language.choose("CALLS/S", "APPELS/S"),
        language.choose("FAULTS/S", "PANNES/S"),
        language.choose("µS EACH", "µS CHACUN"),
        language.choose("FUEL EACH", "CARB. CHACUN"),
        language.choose("HTTP/S", "HTTP/S"),
        "",
    ];
    let row = |rate: &ChainRate| {
        vec![
            rate.name.clone(),
            decimal(rate.cpu_percent),
            decimal(rate.interactions_per_s),
            decimal(rate.held_per_s),
            decimal(rate.calls_per_s),
            decimal(rate.faults_per_s),
            rate.mean_us.map_or_else(dash, decimal),
            rate.fuel_per_interaction.map_or_else(dash, count),
            decimal(rate.http_requests_per_s),
            String::new(),
        ]
    };
    Grid { head, rows: rates.iter().map(row).collect() }
}

/// Both tables as lines.
pub(crate) fn plain(rates: &Rates, sample: &Sample, language: Language) -> String {
    let mut lines = vec![title(rates, sample, language)];
    for grid in [plugins(&rates.plugins, language), chains(&rates.chains, language)] {
        let widths = grid.widths();
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let padded = cells
                .zip(&widths)
                .enumerate()
                .map(|(at, (cell, width))| if grid.is_word(at) { format!("{cell:<width$}") } else { format!("{cell:>width$}") });
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        lines.push(line(&mut grid.head.iter().copied()));
        lines.extend(grid.rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
        lines.push(String::new());
    }
    lines.join("\n")
}

/// When it was, and the sums over all plugins.
pub(crate) fn title(rates: &Rates, sample: &Sample, language: Language) -> String {
    let calls: u64 = sample.plugins.iter().map(|plugin| plugin.counters.calls).sum();
    let faults: u64 = sample.plugins.iter().flat_map(|plugin| plugin.counters.faults.values()).sum();
    let cpu: f64 = rates.plugins.iter().map(|rate| rate.cpu_percent).sum();
    format!(
        "{}  CPU {} %  {} {}  {} {}  ({})",
        table::clock_time(model::Timestamp(rates.at)),
        decimal(cpu),
        count(real(calls)),
        language.choose("calls", "appels"),
        count(real(faults)),
        language.choose("faults", "pannes"),
        language.choose("since the start", "depuis le démarrage"),
    )
}

fn breaker(state: Option<&str>, language: Language) -> &'static str {
    match state {
        Some("closed") => language.choose("in service", "en service"),
        Some("open") => language.choose("OUT OF SERVICE", "HORS SERVICE"),
        Some("half_open") => language.choose("being tried", "à l'essai"),
        Some(_) => "?",
        None => "–",
    }
}

fn dash() -> String {
    "–".to_owned()
}

/// Small figures with a digit more.
fn decimal(figure: f64) -> String {
    match figure {
        _ if figure == 0.0 => "0".to_owned(),
        _ if figure < 10.0 => format!("{figure:.2}"),
        _ if figure < 1_000.0 => format!("{figure:.1}"),
        _ => count(figure),
    }
}

/// `950`, `12.3k`, `4.5M`.
fn count(figure: f64) -> String {
    scaled(figure, 1_000.0, &["", "k", "M", "G", "T"])
}

/// `512`, `12.3K`, `4.5M`: multiples of 1,024.
fn bytes(figure: f64) -> String {
    scaled(figure, 1_024.0, &["", "K", "M", "G", "T"])
}

fn scaled(figure: f64, step: f64, units: &[&str]) -> String {
    let (mut left, mut units) = (figure, units.iter());
    let mut unit = units.next().copied().unwrap_or_default();
    // Just below a step is rounded to it: 999.96k would be written 1000.0k.
    while left >= step - 0.05 {
        let Some(next) = units.next() else { break };
        (left, unit) = (left / step, *next);
    }
    if unit.is_empty() { format!("{left:.0}") } else { format!("{left:.1}{unit}") }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn real(figure: u64) -> f64 {
    figure as f64
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Two plugins and a chain that did something.
    pub(crate) fn rates() -> Rates {
        let plugin = |name: &str, breaker: Option<&str>, share: f64| PluginRate {
            name: name.to_owned(),
            isolation: "interaction".to_owned(),
            breaker: breaker.map(str::to_owned),
            calls_per_s: 1_234.5 * share,
            faults_per_s: 0.5 * share,
            cpu_percent: 45.67 * share,
            mean_us: (share > 0.0).then_some(93.1),
            fuel_per_call: (share > 0.0).then_some(123_456.0),
            memory_bytes_high: 1_179_648,
            in_bytes_per_s: 2_345.0 * share,
            out_bytes_per_s: 999.0 * share,
            http_requests_per_s: 3.0 * share,
            http_bytes_per_s: 5_000_000.0 * share,
        };
        let chain = ChainRate {
            name: "customers".to_owned(),
            interactions_per_s: 411.5,
            held_per_s: 0.0,
            calls_per_s: 1_234.5,
            faults_per_s: 0.5,
            cpu_percent: 45.7,
            mean_us: Some(310.0),
            fuel_per_interaction: Some(999_960.0),
            http_requests_per_s: 0.0,
        };
        let plugins = vec![plugin("four-factors", Some("closed"), 1.0), plugin("lookup", Some("open"), 0.25), plugin("rules", None, 0.0)];
        Rates { at: 1_793_606_402_500, interval_ms: 1_000, plugins, chains: vec![chain] }
    }

    #[test]
    fn tables_as_lines() {
        let shown = [Language::En, Language::Fr].map(|language| plain(&rates(), &Sample::default(), language));
        insta::assert_snapshot!(shown.join("\n"));
    }

    #[test]
    fn figures() {
        for (figure, decimals, counts, sizes) in [
            (0.0, "0", "0", "0"),
            (0.004, "0.00", "0", "0"),
            (9.5, "9.50", "10", "10"),
            (999.0, "999.0", "999", "999"),
            (1_000.0, "1.0k", "1.0k", "1000"),
            (1_024.0, "1.0k", "1.0k", "1.0K"),
            (12_345_678.0, "12.3M", "12.3M", "11.8M"),
        ] {
            assert_eq!((decimal(figure).as_str(), count(figure).as_str(), bytes(figure).as_str()), (decimals, counts, sizes));
        }
    }
}
