//! What the operator says: who we are, whose objects may be fetched.

use pointsman_plugin::Problem;
use serde::Deserialize;

use crate::linked;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The id of our actor, an address: what it says is an echo, what names it is a mention.
    pub actor: Option<String>,
    /// Hosts whose objects `hydrate` may fetch, as in a grant.
    pub fetch_from: Vec<String>,
}

impl Settings {
    /// Everything that is wrong.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let wrong = self.actor.as_deref().filter(|actor| linked::host(actor).is_none());
        let problem = |actor| {
            Problem::new("/actor", format!("`{actor}` is no address."))
                .remedy("Write the actor's id, such as `https://social.example/users/shop`.")
        };
        wrong.map(problem).into_iter().collect()
    }

    /// Whether this id is our actor.
    pub(crate) fn is_own(&self, id: &str) -> bool {
        self.actor.as_deref() == Some(id)
    }
}
