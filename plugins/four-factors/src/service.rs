//! Service level: how near the promise is to being broken.

use pointsman_plugin::{Reason, Situation, Timestamp, Trigger};

use crate::level::{Level, unit};
use crate::options::Options;

const MINUTE_MS: u64 = 60_000;

/// How near the next due time is; nothing when none is promised.
#[must_use]
pub fn service_level(situation: &Situation, options: &Options) -> Option<Level> {
    if let Trigger::Breached(name) = &situation.trigger {
        let reason = Reason::new("due-broken", format!("The service level {name} broke.")).with("name", name.clone());
        return Some(Level { level: 1.0, reason });
    }
    let first = situation.first_response_due_at.filter(|_| situation.last_reply_at.is_none());
    let due = [first, situation.resolution_due_at].into_iter().flatten().min()?;
    Some(nearness(due, situation.now, options))
}

fn nearness(due: Timestamp, now: Timestamp, options: &Options) -> Level {
    let late = minutes(now.saturating_sub(due));
    if due <= now {
        return Level { level: 1.0, reason: Reason::new("due-past", format!("It was due {late} minutes ago.")).with("minutes", late) };
    }
    let left = minutes(due - now);
    let window = u32::try_from(options.due_window_minutes.max(1)).unwrap_or(u32::MAX);
    let level = unit(settings::single(1.0 - f64::from(left) / f64::from(window)));
    Level { level, reason: Reason::new("due-in", format!("It is due in {left} minutes.")).with("minutes", left) }
}

fn minutes(ms: u64) -> u32 {
    u32::try_from(ms / MINUTE_MS).unwrap_or(u32::MAX)
}
