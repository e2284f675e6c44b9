//! What the operator says: which number speaks.

use pointsman_plugin::Problem;
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The API's address with its version, when it is not the usual one.
    pub base_url: Option<String>,
    /// The id of the business phone number that speaks when nothing else says which: templates need it.
    pub phone_number_id: Option<String>,
}

impl Settings {
    /// The API's address.
    ///
    /// # Errors
    /// Everything that is wrong with the settings.
    pub(crate) fn checked(&self) -> Result<String, Vec<Problem>> {
        let address = sending::base_url(self.base_url.as_deref(), BASE_URL).map_err(|problem| vec![problem])?;
        let odd = |id: &str| id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit());
        if self.phone_number_id.as_deref().is_some_and(odd) {
            let remedy = "Write the phone number's id that the App Dashboard shows, not the number itself.";
            return Err(vec![Problem::new("/phone_number_id", "`phone_number_id` is not an id.").remedy(remedy)]);
        }
        Ok(address)
    }
}

const BASE_URL: &str = "https://graph.facebook.com/v23.0";
