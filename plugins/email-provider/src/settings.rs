//! What the operator says: who we are, which service takes our mails, how posts are signed.

use mail::{Own, Person, Sender};
use pointsman_plugin::Problem;
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Our own addresses (`help@shop.example`) and domains (`@shop.example`): what they send is an echo.
    pub own_addresses: Vec<String>,
    /// Which service takes answers; absent: none.
    pub service: Option<Service>,
    /// Where its API is; absent: where the service says.
    pub base_url: Option<String>,
    /// Who writes: `help@shop.example` or `Shop Help <help@shop.example>`. Absent: the one of our own addresses that received the mail.
    pub from: Option<String>,
    /// The subject of mails that answer none.
    pub subject: Option<String>,
    /// What stands below every answer.
    pub footer: Option<String>,
    /// How posts are signed. The host reads it.
    pub signature: Option<serde_json::Value>,
}

/// A service that takes mails over its API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// Twilio SendGrid.
    SendGrid,
    /// Postmark.
    Postmark,
}

impl Settings {
    /// Everything that is wrong.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (index, address) in self.own_addresses.iter().enumerate() {
            if address.trim().rsplit_once('@').is_none_or(|(_, domain)| domain.is_empty()) {
                let remedy = "Write an address (`help@shop.example`) or a domain (`@shop.example`).";
                problems.push(Problem::new(format!("/own_addresses/{index}"), format!("`{address}` is no address.")).remedy(remedy));
            }
        }
        if self.from.as_deref().is_some_and(|from| Person::read(from).is_none()) {
            let remedy = "Write an address, or a name and an address: `Shop Help <help@shop.example>`.";
            problems.push(Problem::new("/from", "`from` is no address.").remedy(remedy));
        }
        if self.base_url.as_deref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
            problems.push(Problem::new("/base_url", "`base_url` is no address.").remedy("Leave it out for the service's own."));
        }
        problems
    }

    /// How we write, and who we are.
    pub(crate) fn mails(&self) -> Sender {
        Sender {
            own: Own::new(&self.own_addresses),
            from: self.from.as_deref().and_then(Person::read),
            subject: self.subject.clone(),
            footer: self.footer.clone(),
        }
    }

    /// The API's address, without a slash at the end.
    pub(crate) fn base_url(&self, service: Service) -> &str {
        let known = match service {
            Service::SendGrid => "https://api.sendgrid.com",
            Service::Postmark => "https://api.postmarkapp.com",
        };
        self.base_url.as_deref().unwrap_or(known).trim_end_matches('/')
    }
}
