//! What the figures were measured on.

use serde::Serialize;

/// Facts about this machine.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Machine {
    cores: usize,
    cpu: String,
    kernel: String,
    memory_mib: u64,
    swap: bool,
    /// Processes that wanted to run when the measurement began, by the minute's average: what is above 0 was not us.
    load_before: f64,
}

impl Machine {
    /// This one, now.
    pub(crate) fn facts() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let after = |text: &str, key: &str| {
            text.lines().find_map(|line| line.strip_prefix(key)?.split_once(':').map(|(_, value)| value.trim().to_owned()))
        };
        let memory = after(&read("/proc/meminfo"), "MemTotal").unwrap_or_default();
        Self {
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            cpu: after(&read("/proc/cpuinfo"), "model name").unwrap_or_default(),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            memory_mib: memory.split(' ').next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default() / 1_024,
            swap: read("/proc/swaps").lines().count() > 1,
            load_before: read("/proc/loadavg").split(' ').next().and_then(|load| load.parse().ok()).unwrap_or_default(),
        }
    }

    /// In a line.
    pub(crate) fn line(&self) -> String {
        let swap = if self.swap { "swap" } else { "no swap" };
        format!(
            "{} cores ({}), {} MiB, {swap}, Linux {}, load before {:.1}",
            self.cores, self.cpu, self.memory_mib, self.kernel, self.load_before
        )
    }
}
