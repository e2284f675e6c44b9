//! Another process, seen from outside: what it has used of the CPU.

use std::time::Duration;

use anyhow::{Context as _, Result};

/// Linux counts in hundredths of a second for programs that ask (`USER_HZ`), whatever its own clock does.
const TICKS_PER_S: u32 = 100;

/// User and system time of all its threads, to a hundredth of a second.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).with_context(|| format!("process {pid}"))?;
    parse(&text).with_context(|| format!("/proc/{pid}/stat: {text}"))
}

/// After the name, which may hold anything but ends with the last parenthesis: fields 14 and 15 of `proc(5)`.
fn parse(stat: &str) -> Option<Duration> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (u32, u32) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(Duration::from_secs(1) / TICKS_PER_S * (user + system))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_system_time_are_added() {
        let stat = "42 (a (b) c) S 1 1 1 0 -1 4194304 1 2 3 4 150 50 7 8 20 0 9 0 100 0 0";
        assert_eq!(parse(stat), Some(Duration::from_secs(2)));
        assert!(cpu(std::process::id()).is_ok());
        assert_eq!(parse("nothing"), None);
    }
}
