//! `log`: lines for the operator, capped and escaped.

use model::{LogLevel, LogLine};

use super::CallHost;
use crate::bindings::pointsman::host::log::{Host, Level};

impl Host for CallHost {
    fn write(&mut self, level: Level, message: String) -> wasmtime::Result<()> {
        if self.logs.len() as u64 >= self.lent.limits.log_lines_max {
            self.logs_dropped += 1;
            return Ok(());
        }
        let bytes_max = usize::try_from(self.lent.limits.log_line_bytes_max).unwrap_or(usize::MAX);
        let message = escape(&message, bytes_max);
        let plugin = self.lent.plugin.as_str();
        let level = match level {
            Level::Debug => {
                tracing::debug!(target: "plugin", plugin, "{message}");
                LogLevel::Debug
            }
            Level::Info => {
                tracing::info!(target: "plugin", plugin, "{message}");
                LogLevel::Info
            }
            Level::Warn => {
                tracing::warn!(target: "plugin", plugin, "{message}");
                LogLevel::Warn
            }
            Level::Error => {
                tracing::error!(target: "plugin", plugin, "{message}");
                LogLevel::Error
            }
        };
        self.logs.push(LogLine { level, message });
        Ok(())
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
