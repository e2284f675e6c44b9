use std::time::{Duration, Instant};

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::layout::{Alignment, Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Cell, Paragraph, Row, Table};
use ratatui::{DefaultTerminal, Frame};
use tokio::runtime::Runtime;

use super::columns::{self, Grid};
use super::rates::Rates;
use super::sample::Sample;
use super::{COSTS, read};
use crate::client::Client;
use crate::exit::Done;
use crate::language::Language;

/// Columns between two figures.
const GAP: u16 = 2;

/// What is on the screen.
pub(crate) struct View {
    pub(crate) url: String,
    pub(crate) language: Language,
    pub(crate) sample: Sample,
    /// Absent until there was a second answer.
    pub(crate) rates: Option<Rates>,
    /// Why the last look failed: the figures are old.
    pub(crate) trouble: Option<String>,
}

/// Shows the table and changes it at each interval until `q`, Escape or Ctrl-C. A host that goes away is waited for.
pub(crate) fn run(threads: &Runtime, source: &Client, language: Language, interval: Duration, first: Sample) -> Done {
    let mut view = View { url: source.url(COSTS), language, sample: first, rates: None, trouble: None };
    let mut terminal = ratatui::try_init()?;
    let ended = watch(&mut terminal, threads, source, interval, &mut view);
    ratatui::restore();
    ended
}

fn watch(terminal: &mut DefaultTerminal, threads: &Runtime, source: &Client, interval: Duration, view: &mut View) -> Done {
    loop {
        let until = Instant::now() + interval;
        loop {
            terminal.draw(|frame| draw(frame, view))?;
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || !event::poll(left)? {
                break;
            }
            if let Event::Key(key) = event::read()?
                && ends(&key)
            {
                return Ok(());
            }
        }
        match threads.block_on(read(source)) {
            Ok(sample) => {
                view.rates = Some(Rates::between(&view.sample, &sample));
                (view.sample, view.trouble) = (sample, None);
            }
            Err(failure) => view.trouble = Some(failure.text().to_owned()),
        }
    }
}

fn ends(key: &KeyEvent) -> bool {
    let interrupt = key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c');
    key.kind == KeyEventKind::Press && (interrupt || matches!(key.code, KeyCode::Char('q' | 'Q') | KeyCode::Esc))
}

/// Draws everything that has room: plugins first, which are sorted, so what is cut off used least.
pub(crate) fn draw(frame: &mut Frame<'_>, view: &View) {
    let language = view.language;
    let chain_lines = view.rates.as_ref().map_or(0, |rates| rates.chains.len()).saturating_add(2);
    let chain_lines = u16::try_from(chain_lines).unwrap_or(u16::MAX).min(frame.area().height / 3);
    let parts = [Constraint::Length(1), Constraint::Min(2), Constraint::Length(chain_lines), Constraint::Length(1)];
    let [top, middle, bottom, foot] = Layout::vertical(parts).areas(frame.area());
    match &view.rates {
        Some(rates) => {
            let title = columns::title(rates, &view.sample, language);
            frame.render_widget(Line::from(title).style(Modifier::BOLD), top);
            grid(frame, middle, &columns::plugins(&rates.plugins, language));
            grid(frame, bottom, &columns::chains(&rates.chains, language));
        }
        None => frame.render_widget(Line::from(language.choose("counting …", "je compte …")), top),
    }
    let quit = language.choose("q ends", "q termine");
    let foot_line = match &view.trouble {
        Some(why) => Line::from(format!("{why}  ·  {quit}")).style(Color::Red),
        None => Line::from(format!("{}  ·  {quit}", view.url)).style(Modifier::DIM),
    };
    frame.render_widget(Paragraph::new(foot_line), foot);
}

fn grid(frame: &mut Frame<'_>, area: Rect, grid: &Grid) {
    let widths = grid.widths();
    let widths = widths.iter().map(|width| Constraint::Length(u16::try_from(*width).unwrap_or(u16::MAX)));
    let cell = |at: usize, text: &str| {
        let side = if grid.is_word(at) { Alignment::Left } else { Alignment::Right };
        Cell::from(Text::from(text.to_owned()).alignment(side))
    };
    let row = |cells: &mut dyn Iterator<Item = &str>| Row::new(cells.enumerate().map(|(at, text)| cell(at, text)).collect::<Vec<_>>());
    let head = row(&mut grid.head.iter().copied()).style(Style::new().add_modifier(Modifier::REVERSED));
    let rows = grid.rows.iter().map(|cells| {
        let out = cells.last().is_some_and(|word| word.chars().any(char::is_uppercase));
        row(&mut cells.iter().map(String::as_str)).style(if out { Style::new().fg(Color::Red) } else { Style::new() })
    });
    frame.render_widget(Table::new(rows, widths).header(head).column_spacing(GAP), area);
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::super::columns::tests::rates;
    use super::*;

    fn screen(width: u16, height: u16, view: &View) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(frame, view)).unwrap();
        let drawn = terminal.backend().to_string();
        drawn.lines().map(|line| line.trim_matches('"').trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }

    fn view(rates: Option<Rates>) -> View {
        View {
            url: "http://127.0.0.1:8080/api/v1/costs".to_owned(),
            language: Language::En,
            sample: Sample::default(),
            rates,
            trouble: None,
        }
    }

    #[test]
    fn the_table_fits_the_screen() {
        insta::assert_snapshot!("wide", screen(130, 12, &view(Some(rates()))));
        let trouble = View { trouble: Some("the host does not answer".to_owned()), ..view(Some(rates())) };
        insta::assert_snapshot!("narrow", screen(60, 8, &trouble));
        insta::assert_snapshot!("before the second answer", screen(40, 4, &view(None)));
        // Too small for anything, but no reason to end.
        screen(1, 1, &view(Some(rates())));
    }

    #[test]
    fn keys_that_end_it() {
        for (code, modifiers, expected) in [
            (KeyCode::Char('q'), KeyModifiers::NONE, true),
            (KeyCode::Char('Q'), KeyModifiers::SHIFT, true),
            (KeyCode::Esc, KeyModifiers::NONE, true),
            (KeyCode::Char('c'), KeyModifiers::CONTROL, true),
            (KeyCode::Char('c'), KeyModifiers::NONE, false),
            (KeyCode::Enter, KeyModifiers::NONE, false),
        ] {
            assert_eq!(ends(&KeyEvent::new(code, modifiers)), expected, "{code:?}");
        }
    }
}
