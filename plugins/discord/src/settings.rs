//! What the operator says: which application is ours, what the gateway tells, who sees answers.

use pointsman_plugin::Problem;
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The application's id, which is the bot's user id too: what it says is an echo.
    pub application_id: Option<String>,
    /// Whether everyone in the channel sees the answers to interactions; otherwise only who asked.
    pub public_answers: bool,
    /// What the gateway tells, as Discord's bit field.
    pub intents: Option<u64>,
    /// The API, when it is not Discord's own.
    pub base_url: Option<String>,
}

const BASE_URL: &str = "https://discord.com/api/v10";
/// Messages and reactions of servers and direct messages, and the words in them (a privileged intent).
const INTENTS: u64 = 1 << 9 | 1 << 10 | 1 << 12 | 1 << 13 | 1 << 15;

impl Settings {
    /// The settings with all that is missing.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub(crate) fn checked(mut self) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        match sending::base_url(self.base_url.as_deref(), BASE_URL) {
            Ok(url) => self.base_url = Some(url),
            Err(problem) => problems.push(problem),
        }
        if self.application_id.as_deref().is_some_and(|id| id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit())) {
            let problem = Problem::new("/application_id", "`application_id` is no id of Discord's.");
            problems.push(problem.remedy("Copy the application id from the developer portal: it is a number, written as text."));
        }
        if problems.is_empty() { Ok(self) } else { Err(problems) }
    }

    pub(crate) fn base_url(&self) -> &str {
        self.base_url.as_deref().unwrap_or(BASE_URL)
    }

    pub(crate) fn own_id(&self) -> Option<&str> {
        self.application_id.as_deref()
    }

    pub(crate) fn intents(&self) -> u64 {
        self.intents.unwrap_or(INTENTS)
    }
}
