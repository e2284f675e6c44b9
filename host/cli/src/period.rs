//! Times as people give them: so long ago, or a moment.

use chrono::{DateTime, NaiveDate};
use model::Timestamp;

/// `7d`, `36h`, `90m`, `45s` or `2w` before `now`; a day, `2026-11-01`, from midnight UTC; or RFC 3339.
///
/// # Errors
/// What may be written, when it is none of these.
pub(crate) fn moment(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let ago = || {
        let (figure, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let unit_ms = match unit {
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return None,
        };
        Some(Timestamp(now.0.saturating_sub(figure.parse::<u64>().ok()?.saturating_mul(unit_ms))))
    };
    let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0).map(|at| at.and_utc().timestamp_millis());
    let instant = || DateTime::parse_from_rfc3339(text).ok().map(|at| at.timestamp_millis());
    let found = ago().or_else(|| day().or_else(instant).and_then(|ms| u64::try_from(ms).ok()).map(Timestamp));
    found.ok_or_else(|| format!("`{text}` is no time: write `7d`, `36h`, `2026-11-01` or `2026-11-01T08:00:00Z`"))
}

/// `2026-11-01 08:00 UTC`
pub(crate) fn shown(at: Timestamp) -> String {
    let moment = i64::try_from(at.0).ok().and_then(DateTime::from_timestamp_millis);
    moment.map_or_else(|| at.0.to_string(), |moment| moment.format("%Y-%m-%d %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        let now = Timestamp(1_793_606_400_000);
        let check = |text: &str, expected: Option<u64>| assert_eq!(moment(text, now).ok().map(|at| at.0), expected, "{text}");
        check("7d", Some(now.0 - 7 * 86_400_000));
        check("36h", Some(now.0 - 36 * 3_600_000));
        check("0s", Some(now.0));
        check("99999999999w", Some(0));
        check("2026-11-02", Some(1_793_577_600_000));
        check("2026-11-02T08:00:00Z", Some(now.0));
        check("2026-11-02T09:00:00+01:00", Some(now.0));
        check("1969-12-31", None);
        check("d", None);
        check("", None);
        check("7é", None);
        check("yesterday", None);
    }

    #[test]
    fn shown_to_the_minute() {
        assert_eq!(shown(Timestamp(1_793_606_402_500)), "2026-11-02 08:00 UTC");
    }
}
