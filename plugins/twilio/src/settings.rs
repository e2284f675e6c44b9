//! What the operator says: whose account it is, from where we write, what calls hear.

use std::collections::BTreeMap;

use pointsman_plugin::Problem;
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The account, `AC…`: in the address of what is sent, and the user name of the credential.
    pub account_sid: Option<String>,
    /// Our own numbers and senders, as Twilio writes them: what comes from them is an echo.
    pub numbers: Vec<String>,
    /// From where we write when nobody was written to: a number for SMS.
    pub from: Option<String>,
    /// The same for WhatsApp: `whatsapp:+…`.
    pub whatsapp_from: Option<String>,
    /// A messaging service, `MG…`, instead of `from`.
    pub messaging_service_sid: Option<String>,
    /// Approved texts: `name` or `name.language` and their `ContentSid`, `HX…`.
    pub templates: BTreeMap<String, String>,
    /// Where Twilio tells how far what we sent has come: the hook of this connector.
    pub status_callback: Option<String>,
    /// The longest SMS, in segments.
    pub segments_max: Option<u32>,
    /// What a call hears: TwiML.
    pub call_twiml: Option<String>,
    /// The API, when it is not Twilio's own.
    pub base_url: Option<String>,
}

const BASE_URL: &str = "https://api.twilio.com";
const SEGMENTS_MAX: u32 = 10;

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
        let sid = |text: &str, start: &str| text.starts_with(start) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if self.account_sid.as_deref().is_some_and(|text| !sid(text, "AC")) {
            let problem = Problem::new("/account_sid", "`account_sid` is no account's id.");
            problems.push(problem.remedy("Write the id that starts with `AC`; it is on the console's first page."));
        }
        if self.segments_max.is_some_and(|segments| !(1..=SEGMENTS_MAX).contains(&segments)) {
            let problem = Problem::new("/segments_max", format!("`segments_max` is not between 1 and {SEGMENTS_MAX}."));
            problems.push(problem.remedy("Leave it out: 10 segments are what Twilio sends."));
        }
        for (name, content) in self.templates.iter().filter(|(_, content)| !sid(content, "HX")) {
            let path = format!("/templates/{}", pointsman_plugin::pointer::escaped(name));
            let problem = Problem::new(path, format!("`{content}` is no content's id."));
            problems.push(problem.remedy("Write the `ContentSid` of the approved text: it starts with `HX`."));
        }
        if problems.is_empty() { Ok(self) } else { Err(problems) }
    }

    /// The API, without a slash at the end.
    pub(crate) fn base_url(&self) -> &str {
        self.base_url.as_deref().unwrap_or(BASE_URL)
    }

    /// The longest SMS, in segments.
    pub(crate) fn segments_max(&self) -> usize {
        self.segments_max.unwrap_or(SEGMENTS_MAX).try_into().unwrap_or(usize::MAX)
    }

    /// Whether an address is one of ours.
    pub(crate) fn owns(&self, address: &str) -> bool {
        let ours = [&self.from, &self.whatsapp_from];
        ours.iter().any(|own| own.as_deref() == Some(address)) || self.numbers.iter().any(|own| own == address)
    }
}
