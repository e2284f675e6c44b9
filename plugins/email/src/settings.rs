//! What the operator says: who we are, how answers look, and how `POST /hooks/…` is signed.

use mail::{Own, Person, Sender};
use pointsman_plugin::Problem;
use serde::Deserialize;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Our own addresses (`help@shop.example`) and domains (`@shop.example`): what they send is an echo.
    pub own_addresses: Vec<String>,
    /// Who writes: `help@shop.example` or `Shop Help <help@shop.example>`. Absent: the one of our own addresses that received the mail.
    pub from: Option<String>,
    /// The subject of mails that answer none.
    pub subject: Option<String>,
    /// What stands below every answer, such as the company's name and address.
    pub footer: Option<String>,
    /// The mailbox that the host reads, `imaps://mail.example/INBOX`. The host reads it.
    pub imap: Option<String>,
    /// The server that takes our mails, `smtps://mail.example`. The host reads it.
    pub smtp: Option<String>,
    /// The user name at both. The host reads it.
    pub username: Option<String>,
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
        if self.from.as_deref().is_some_and(|from| Person::read(from).is_none()) {
            let remedy = "Write an address, or a name and an address: `Shop Help <help@shop.example>`.";
            problems.push(Problem::new("/from", "`from` is no address.").remedy(remedy));
        }
        for (name, value, schemes) in [("imap", &self.imap, ["imaps://", "imap://"]), ("smtp", &self.smtp, ["smtps://", "smtp://"])] {
            if value.as_deref().is_some_and(|url| !schemes.iter().any(|scheme| url.starts_with(scheme))) {
                let remedy = format!("Write `{}mail.example`.", schemes.first().unwrap_or(&""));
                problems.push(Problem::new(format!("/{name}"), format!("`{name}` is no address of a mail server.")).remedy(remedy));
            }
        }
        if self.signature.as_ref().is_some_and(|signature| !signature.is_object()) {
            let remedy = "Write a scheme, such as `signature = { scheme = \"basic\", username = \"mail\", secret = \"password\" }`.";
            problems.push(Problem::new("/signature", "`signature` is no table.").remedy(remedy));
        }
        problems
    }

    /// How we write, and who we are.
    pub(crate) fn sender(self) -> Sender {
        Sender {
            own: Own::new(&self.own_addresses),
            from: self.from.as_deref().and_then(Person::read),
            subject: self.subject,
            footer: self.footer,
        }
    }
}
