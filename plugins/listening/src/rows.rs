//! Rows of an export, whatever its form, as JSON objects.

use pointsman_plugin::Refusal;
use serde_json::{Map, Value};

use crate::settings::Settings;

/// Where services put their lists.
const LISTS: [&str; 8] = ["mentions", "results", "items", "data", "documents", "records", "posts", "hits"];
const COLUMNS_MAX: usize = 400;
/// Rows that are read of one export; what is behind them waits for the next.
const ROWS_MAX: usize = 100_000;

/// Reads an export: JSON when it begins like it, otherwise CSV.
///
/// # Errors
/// When it is none of them.
pub(crate) fn read(body: &[u8], settings: &Settings) -> Result<Vec<Value>, Refusal> {
    let text = text(body)?;
    let start = text.trim_start();
    if start.is_empty() {
        return Ok(Vec::new());
    }
    if !start.starts_with(['{', '[']) {
        return csv(&text, settings);
    }
    match serde_json::from_str::<Value>(start) {
        Ok(document) => Ok(list(document, settings)),
        Err(why) => ndjson(start).ok_or_else(|| Refusal::Malformed(format!("the export is no JSON: {why}"))),
    }
}

/// UTF-8, or UTF-16 as spreadsheet programs export it, told by its byte order mark.
fn text(body: &[u8]) -> Result<String, Refusal> {
    let wide = |read: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let units: Vec<u16> = bytes.chunks_exact(2).filter_map(|pair| Some(read(pair.try_into().ok()?))).collect();
        String::from_utf16(&units).map_err(|_| Refusal::Malformed("the export is no UTF-16".to_owned()))
    };
    match body {
        [0xff, 0xfe, rest @ ..] => wide(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => wide(u16::from_be_bytes, rest),
        _ => {
            let text = std::str::from_utf8(body).map_err(|why| Refusal::Malformed(format!("the export is no UTF-8: {why}")))?;
            Ok(text.trim_start_matches('\u{feff}').to_owned())
        }
    }
}

fn list(document: Value, settings: &Settings) -> Vec<Value> {
    let place = settings.items.as_deref();
    let found = match place {
        Some(place) => document.pointer(place),
        None => LISTS.iter().find_map(|name| document.get(name)).filter(|found| found.is_array()),
    };
    match found {
        Some(Value::Array(items)) => items.iter().take(ROWS_MAX).cloned().collect(),
        Some(one) => vec![one.clone()],
        None => match document {
            Value::Array(items) => items,
            one => vec![one],
        },
    }
}

/// One object a line; a last line that is cut off means that the whole is.
fn ndjson(text: &str) -> Option<Vec<Value>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(ROWS_MAX);
    lines.map(|line| serde_json::from_str(line).ok()).collect()
}

fn csv(text: &str, settings: &Settings) -> Result<Vec<Value>, Refusal> {
    let body = after_lines(text, settings.skip_lines);
    let delimiter = settings.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok()).unwrap_or_else(|| delimiter(body));
    let mut reader =
        ::csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).trim(::csv::Trim::Headers).from_reader(body.as_bytes());
    let malformed = |why: ::csv::Error| Refusal::Malformed(format!("the export is no CSV: {why}"));
    let names: Vec<String> = reader.headers().map_err(malformed)?.iter().take(COLUMNS_MAX).map(str::to_owned).collect();
    if names.len() < 2 {
        return Err(Refusal::Malformed("the export has fewer than two columns".to_owned()));
    }
    let mut rows = Vec::new();
    for record in reader.records().take(ROWS_MAX) {
        let record = record.map_err(malformed)?;
        let cells = names.iter().zip(record.iter()).filter(|(name, _)| !name.is_empty());
        let mut row = Map::new();
        for (name, cell) in cells {
            // Of two columns with one name the first counts.
            row.entry(name.as_str()).or_insert_with(|| Value::String(cell.to_owned()));
        }
        rows.push(Value::Object(row));
    }
    Ok(rows)
}

fn after_lines(text: &str, count: usize) -> &str {
    (0..count).fold(text, |rest, _| rest.split_once('\n').map_or("", |(_, after)| after))
}

/// What stands most often in the first line.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |delimiter: u8| first.bytes().filter(|byte| *byte == delimiter).count();
    [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}
