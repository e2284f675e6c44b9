//! What the operator says: which homeserver, who we are, which rooms everybody reads.

use pointsman_plugin::Problem;
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The homeserver, such as `https://matrix.example`.
    pub base_url: Option<String>,
    /// Our own user, `@desk:matrix.example`: what it says is an echo.
    pub user_id: Option<String>,
    /// Rooms that everybody can read, by id; all others are taken for private.
    pub public_rooms: Vec<String>,
    /// Whether we write as an application service, which has to say as whom.
    pub application_service: bool,
}

/// What `plugin call` without settings asks: a name that never resolves.
const NOWHERE: &str = "https://homeserver.invalid";

impl Settings {
    /// The settings with all that is missing.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub(crate) fn checked(mut self) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        match sending::base_url(self.base_url.as_deref(), NOWHERE) {
            Ok(url) => self.base_url = Some(url),
            Err(problem) => problems.push(problem.remedy("Write the homeserver's address, such as `https://matrix.example`.")),
        }
        if self.user_id.as_deref().is_some_and(|id| !id.starts_with('@') || !id.contains(':')) {
            let problem = Problem::new("/user_id", "`user_id` is no user of Matrix.");
            problems.push(problem.remedy("Write it in full: `@desk:matrix.example`."));
        }
        for (index, room) in self.public_rooms.iter().enumerate().filter(|(_, room)| !room.starts_with('!')) {
            let problem = Problem::new(format!("/public_rooms/{index}"), format!("`{room}` is no room's id."));
            problems.push(problem.remedy("Write the id, which starts with `!`: a room's alias may change."));
        }
        if problems.is_empty() { Ok(self) } else { Err(problems) }
    }

    pub(crate) fn base_url(&self) -> &str {
        self.base_url.as_deref().unwrap_or(NOWHERE)
    }

    /// Whether somebody is us.
    pub(crate) fn is_own(&self, user: &str) -> bool {
        self.user_id.as_deref() == Some(user)
    }
}
