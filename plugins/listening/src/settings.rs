//! What the operator says: where the export is, what its columns are.

use pointsman_plugin::Problem;
use serde::Deserialize;
use serde_json::Value;

use crate::columns::Columns;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How deliveries are signed; read by the host.
    pub signature: Option<Value>,
    /// The export to poll.
    pub base_url: Option<String>,
    /// Whether the granted secret `token` is sent along.
    pub token: bool,
    /// In JSON: where the list of mentions is.
    pub items: Option<String>,
    /// In CSV: lines before the names of the columns.
    pub skip_lines: usize,
    /// In CSV: what stands between columns; found out when it is not said.
    pub delimiter: Option<char>,
    /// Which column holds what; guessed when it is not said.
    pub columns: Columns,
    /// How dates like 03/02/2026 are written: `dmy` or `mdy`.
    pub dates: Option<String>,
    /// How far the service's clock is east of UTC, in minutes, for dates that do not tell.
    pub utc_offset_minutes: i32,
    /// The best rating there is.
    pub rating_max: Option<f32>,
    /// Authors that are us: what they say is an echo.
    pub own: Vec<String>,
    /// The name of the search: it becomes the account.
    pub account: Option<String>,
}

impl Settings {
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(url) = self.base_url.as_deref().filter(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
            problems.push(Problem::new("/base_url", format!("`{url}` is no address.")));
        }
        if let Some(dates) = self.dates.as_deref().filter(|dates| !["dmy", "mdy"].contains(dates)) {
            problems.push(Problem::new("/dates", format!("`{dates}` is no order.")).remedy("Write `dmy` or `mdy`."));
        }
        if self.items.as_deref().is_some_and(|items| !items.is_empty() && !items.starts_with('/')) {
            problems.push(Problem::new("/items", "This is no JSON pointer.").remedy("Begin it with `/`."));
        }
        if self.delimiter.is_some_and(|delimiter| !delimiter.is_ascii()) {
            problems.push(Problem::new("/delimiter", "The delimiter is one ASCII character."));
        }
        if self.rating_max.is_some_and(|max| max.is_nan() || max <= 0.0) {
            problems.push(Problem::new("/rating_max", "The best rating is more than nothing."));
        }
        if self.utc_offset_minutes.abs() > 14 * 60 {
            problems.push(Problem::new("/utc_offset_minutes", "No clock is further from UTC than 14 hours."));
        }
        problems
    }
}
