//! What the operator says: which page, which version of the API.

use pointsman_plugin::Problem;
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where the API is.
    pub base_url: Option<String>,
    /// Our page, `urn:li:organization:…`: who answers, and whose words are echoes.
    pub organization: Option<String>,
    /// The version of the API, a year and a month.
    pub version: Option<String>,
}

const BASE_URL: &str = "https://api.linkedin.com";
/// LinkedIn keeps a version for a year.
const VERSION: &str = "202605";

impl Settings {
    /// Everything that is wrong.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        problems.extend(sending::base_url(self.base_url.as_deref(), BASE_URL).err());
        if self.organization.as_deref().is_some_and(|page| !page.starts_with("urn:li:organization")) {
            let remedy = "Write it as `urn:li:organization:12345`.";
            problems.push(Problem::new("/organization", "`organization` is no URN of a page.").remedy(remedy));
        }
        if self.version.as_deref().is_some_and(|version| version.len() != 6 || !version.bytes().all(|byte| byte.is_ascii_digit())) {
            problems.push(Problem::new("/version", "`version` is no year and month.").remedy(format!("Write it as `{VERSION}`.")));
        }
        problems
    }

    /// The API's address, without a slash at the end.
    pub(crate) fn base_url(&self) -> &str {
        self.base_url.as_deref().unwrap_or(BASE_URL).trim_end_matches('/')
    }

    /// The version of the API.
    pub(crate) fn version(&self) -> &str {
        self.version.as_deref().unwrap_or(VERSION)
    }

    /// Whether a URN is ours.
    pub(crate) fn is_own(&self, urn: &str) -> bool {
        self.organization.as_deref() == Some(urn)
    }
}
