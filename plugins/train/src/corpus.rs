//! Rows of text with labels.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result};

/// The rows of `<folder>/<name>.tsv` or `.tsv.gz`, these columns of each, in this order.
pub(crate) fn rows(folder: &Path, name: &str, columns: &[&str]) -> Result<Vec<Vec<String>>> {
    let text = read(folder, name)?;
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let place = |column: &&str| {
        head.iter().position(|name| name == column).with_context(|| format!("{name}: there is no column `{column}` among {head:?}"))
    };
    let places = columns.iter().map(place).collect::<Result<Vec<_>>>()?;
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        places.iter().map(|place| cells.get(*place).copied().unwrap_or_default().to_owned()).collect()
    };
    Ok(lines.filter(|line| !line.is_empty()).map(row).collect())
}

/// The rows of a CSV file with a header line, these columns of each, in this order.
pub(crate) fn csv_rows(file: &Path, columns: &[&str]) -> Result<Vec<Vec<String>>> {
    let mut reader = csv::Reader::from_path(file).with_context(|| format!("reading {}", file.display()))?;
    let head = reader.headers()?.clone();
    let place = |column: &&str| {
        let found = head.iter().position(|name| name.trim() == *column);
        found.with_context(|| format!("{}: there is no column `{column}`", file.display()))
    };
    let places = columns.iter().map(place).collect::<Result<Vec<_>>>()?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.with_context(|| format!("reading {}", file.display()))?;
        rows.push(places.iter().map(|place| record.get(*place).unwrap_or_default().trim().to_owned()).collect());
    }
    Ok(rows)
}

fn read(folder: &Path, name: &str) -> Result<String> {
    let plain = folder.join(format!("{name}.tsv"));
    if plain.exists() {
        return std::fs::read_to_string(&plain).with_context(|| format!("reading {}", plain.display()));
    }
    let packed = folder.join(format!("{name}.tsv.gz"));
    let bytes = std::fs::read(&packed).with_context(|| format!("reading {} (or {})", packed.display(), plain.display()))?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).with_context(|| format!("reading {}", packed.display()))?;
    Ok(text)
}
