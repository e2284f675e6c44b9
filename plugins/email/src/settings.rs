//! What the operator says: who we are, and how `POST /hooks/…` is signed.

use pointsman_plugin::Problem;
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Our own addresses (`help@shop.example`) and domains (`@shop.example`): what they send is an echo.
    pub own_addresses: Vec<String>,
    /// How deliveries over HTTP are signed. The host reads it; without it the plugin takes mails over LMTP only.
    pub signature: Option<serde_json::Value>,
}

impl Settings {
    /// Everything that is wrong.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (index, address) in self.own_addresses.iter().enumerate() {
            let right = address.trim().rsplit_once('@').is_some_and(|(_, domain)| !domain.is_empty())
                && !address.trim().contains(char::is_whitespace);
            if !right {
                let remedy = "Write an address (`help@shop.example`) or a domain (`@shop.example`).";
                problems.push(Problem::new(format!("/own_addresses/{index}"), format!("`{address}` is no address.")).remedy(remedy));
            }
        }
        if self.signature.as_ref().is_some_and(|signature| !signature.is_object()) {
            let remedy = "Write a scheme, such as `signature = { scheme = \"basic\", username = \"mail\", secret = \"password\" }`.";
            problems.push(Problem::new("/signature", "`signature` is no table.").remedy(remedy));
        }
        problems
    }

    /// With addresses in lower case.
    pub(crate) fn normalised(mut self) -> Self {
        self.own_addresses.iter_mut().for_each(|address| *address = address.trim().to_lowercase());
        self
    }

    /// Whether an address is ours.
    pub(crate) fn is_own(&self, address: &str) -> bool {
        let address = address.to_lowercase();
        self.own_addresses.iter().any(|own| if own.starts_with('@') { address.ends_with(own.as_str()) } else { address == *own })
    }
}
