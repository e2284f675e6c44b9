//! `log`: lines for the operator, capped and escaped.

use model::{LogLevel, LogLine};

use super::CallHost;
use super::meter::Metered;
use crate::bindings::pointsman::host::log::{Host, Level};

impl Host for CallHost {
    fn write(&mut self, level: Level, message: String) -> wasmtime::Result<()> {
        let entered = self.enter(message.len())?;
        if self.log_lines >= self.lent.limits.log_lines_max {
            self.logs_dropped += 1;
        } else {
            self.log_lines += 1;
            let bytes_max = usize::try_from(self.lent.limits.log_line_bytes_max).unwrap_or(usize::MAX);
            let line = LogLine { level: level_of(level), message: escape(&message, bytes_max) };
            self.show(&line);
            self.logs.push(line);
        }
        self.leave(&entered, 0)?;
        Ok(())
    }
}

impl CallHost {
    /// Passes a line on to the operator's log, as far as the plugin's rate allows.
    fn show(&self, line: &LogLine) {
        let (plugin, message) = (self.lent.plugin.as_str(), line.message.as_str());
        match self.lent.meter.line() {
            Metered::Shown => match line.level {
                LogLevel::Debug => tracing::debug!(target: "plugin", plugin, "{message}"),
                LogLevel::Info => tracing::info!(target: "plugin", plugin, "{message}"),
                LogLevel::Warn => tracing::warn!(target: "plugin", plugin, "{message}"),
                LogLevel::Error => tracing::error!(target: "plugin", plugin, "{message}"),
            },
            Metered::FirstDropped => {
                let lines_max = self.lent.limits.log_lines_per_minute_max;
                tracing::warn!(target: "plugin", plugin, "wrote more than {lines_max} lines in a minute: the rest of them is not shown");
            }
            Metered::Dropped => {}
        }
    }
}

fn level_of(level: Level) -> LogLevel {
    match level {
        Level::Debug => LogLevel::Debug,
        Level::Info => LogLevel::Info,
        Level::Warn => LogLevel::Warn,
        Level::Error => LogLevel::Error,
    }
}

/// One line of at most `bytes_max` bytes: control characters are escaped, what is too long is cut at a character and ends in `…`.
fn escape(message: &str, bytes_max: usize) -> String {
    let mut line = String::with_capacity(message.len().min(bytes_max));
    for character in message.chars() {
        let before = line.len();
        if is_control(character) {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
        if line.len() > bytes_max {
            line.truncate(before);
            while line.len() + '…'.len_utf8() > bytes_max && line.pop().is_some() {}
            if bytes_max >= '…'.len_utf8() {
                line.push('…');
            }
            break;
        }
    }
    line
}

/// Control characters, and those that turn the reading direction or break lines in terminals and viewers.
fn is_control(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_escaped_and_cut() {
        for (message, bytes_max, expected) in [
            ("plain é", 100, "plain é"),
            ("a\nb\u{1b}[31m", 100, "a\\nb\\u{1b}[31m"),
            ("\u{202e}abc", 100, "\\u{202e}abc"),
            ("abcdef", 6, "abcdef"),
            ("abcdefg", 6, "abc…"),
            ("ééé", 5, "é…"),
            ("abc", 2, ""),
        ] {
            assert_eq!(escape(message, bytes_max), expected, "{message:?}");
        }
    }
}
