//! Messages for the operator: never fail, never block. Do not write what customers said.

pub use crate::contract::vocabulary::pointsman::host::log::Level;

/// For the plugin's author.
pub fn debug(message: &str) {
    write(Level::Debug, message);
}

/// Worth knowing.
pub fn info(message: &str) {
    write(Level::Info, message);
}

/// Worth a look.
pub fn warn(message: &str) {
    write(Level::Warn, message);
}

/// Something does not work.
pub fn error(message: &str) {
    write(Level::Error, message);
}

/// Writes one line; lines beyond the limits (64 of 1 KiB a call) are dropped and counted.
pub fn write(level: Level, message: &str) {
    #[cfg(target_family = "wasm")]
    crate::contract::vocabulary::pointsman::host::log::write(level, message);
    #[cfg(not(target_family = "wasm"))]
    crate::testing::log(level, message);
}
