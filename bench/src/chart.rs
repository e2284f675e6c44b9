//! The chart: bars on a logarithmic scale, because what is compared differs a thousandfold.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::{Color as _, DrawingArea, IntoDrawingArea as _, IntoFont as _, RGBColor, Rectangle, SVGBackend, Text, WHITE};
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Bars that are compared with each other.
pub(crate) struct Group {
    /// What they show.
    pub(crate) title: String,
    /// Words and microseconds.
    pub(crate) bars: Vec<(String, f64)>,
}

const WIDTH: u32 = 1_040;
const LABELS: i32 = 430;
const BAR: i32 = 20;
const HEAD: i32 = 40;
const OURS: RGBColor = RGBColor(0x1b, 0x6c, 0xa8);
const OTHERS: RGBColor = RGBColor(0x9a, 0xa5, 0xb1);
const INK: RGBColor = RGBColor(0x22, 0x2b, 0x36);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws all groups, one below the other.
pub(crate) fn draw(file: &Path, groups: &[Group]) -> Result<()> {
    let groups: Vec<&Group> = groups.iter().filter(|group| !group.bars.is_empty()).collect();
    let height: i32 = groups.iter().map(|group| room_for(group)).sum::<i32>() + 10;
    let area = SVGBackend::new(file, (WIDTH, u32::try_from(height)?)).into_drawing_area();
    area.fill(&WHITE).map_err(failed)?;
    let mut top = 10;
    for group in groups {
        panel(&area, group, top)?;
        top += room_for(group);
    }
    area.present().map_err(failed)
}

fn room_for(group: &Group) -> i32 {
    HEAD + i32::try_from(group.bars.len()).unwrap_or(i32::MAX / 2) * BAR + 16
}

fn part_of(&(_, us): &(String, f64), least: f64, most: f64) -> f64 {
    (us / least).ln() / (most / least).ln()
}

fn panel(area: &Area<'_>, group: &Group, top: i32) -> Result<()> {
    let text = |size: u32| ("sans-serif", size).into_font().color(&INK);
    area.draw(&Text::new(format!("{} (logarithmic)", group.title), (12, top), text(17))).map_err(failed)?;
    // The shortest bar is not nothing.
    let least = group.bars.iter().map(|(_, us)| *us).fold(f64::INFINITY, f64::min) / 2.0;
    let most = group.bars.iter().map(|(_, us)| *us).fold(least * 4.0, f64::max);
    let room = f64::from(i32::try_from(WIDTH)? - LABELS - 90);
    for (at, bar) in group.bars.iter().enumerate() {
        let y = top + HEAD - 10 + i32::try_from(at)? * BAR;
        let colour = if bar.0.starts_with("Pointsman") { OURS } else { OTHERS };
        let end = LABELS + whole(room * part_of(bar, least, most));
        let right = text(13).pos(Pos::new(HPos::Right, VPos::Center));
        area.draw(&Text::new(bar.0.clone(), (LABELS - 8, y + BAR / 2 - 2), right)).map_err(failed)?;
        area.draw(&Rectangle::new([(LABELS, y), (end, y + BAR - 5)], colour.filled())).map_err(failed)?;
        let left = text(12).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(format!("{:.1}", bar.1), (end + 6, y + BAR / 2 - 2), left)).map_err(failed)?;
    }
    Ok(())
}

#[expect(clippy::cast_possible_truncation, reason = "pixels")]
fn whole(pixels: f64) -> i32 {
    pixels.round() as i32
}

fn failed(why: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("the chart: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_has_every_bar() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("chart.svg");
        let bars = vec![("native".to_owned(), 0.2), ("Pointsman".to_owned(), 10.0)];
        draw(&file, &[Group { title: "a".to_owned(), bars }, Group { title: "empty".to_owned(), bars: vec![] }]).unwrap();
        let svg = std::fs::read_to_string(file).unwrap();
        assert!(svg.contains("native") && svg.contains("10.0") && !svg.contains("empty"), "{svg}");
    }
}
