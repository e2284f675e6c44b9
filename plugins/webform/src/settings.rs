//! What the operator says: which field holds what.

use pointsman_plugin::Problem;
use serde::Deserialize;
use serde_json::Value;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How deliveries are signed; read by the host. Browsers sign nothing.
    pub signature: Option<Value>,
    /// The name of the form: it becomes the account.
    pub form: Option<String>,
    /// What it is: `message`, `lead` or `review`.
    pub kind: Option<String>,
    /// The names of the fields.
    pub fields: Mapping,
    /// A field that people do not see: who fills it in is a machine.
    pub honeypot: Option<String>,
    /// Fields that are not kept, such as tokens of the site.
    pub ignore: Vec<String>,
    /// The best rating there is.
    pub rating_max: Option<f32>,
    /// Where the browser is sent afterwards.
    pub thanks_url: Option<String>,
    /// What is answered otherwise.
    pub thanks: Option<String>,
}

/// The names of the fields; in JSON bodies also pointers (`/customer/email`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// The words; several are joined.
    pub text: Vec<String>,
    /// The subject line.
    pub subject: Option<String>,
    /// The person's name; several (given and family name) are joined.
    pub name: Vec<String>,
    /// Their e-mail address.
    pub email: String,
    /// Their phone number.
    pub phone: String,
    /// Their id with the company, when they are logged in and the site vouches for it.
    pub author: Option<String>,
    /// The submission's own id.
    pub id: Option<String>,
    /// What belongs together, such as an order number.
    pub conversation: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// A judgement.
    pub rating: Option<String>,
    /// When it was filled in; the time of receipt otherwise.
    pub occurred_at: Option<String>,
}

impl Default for Mapping {
    fn default() -> Self {
        Self {
            text: vec!["message".to_owned()],
            subject: Some("subject".to_owned()),
            name: vec!["name".to_owned()],
            email: "email".to_owned(),
            phone: "phone".to_owned(),
            author: None,
            id: None,
            conversation: None,
            language: None,
            rating: None,
            occurred_at: None,
        }
    }
}

impl Settings {
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(kind) = self.kind.as_deref().filter(|kind| !["message", "lead", "review"].contains(kind)) {
            problems.push(Problem::new("/kind", format!("`{kind}` is no kind.")).remedy("Write `message`, `lead` or `review`."));
        }
        if self.fields.text.is_empty() {
            problems.push(Problem::new("/fields/text", "No field holds the words.").remedy("Name at least one."));
        }
        if self.rating_max.is_some_and(|max| max.is_nan() || max <= 0.0) {
            problems.push(Problem::new("/rating_max", "The best rating is more than nothing."));
        }
        if let Some(url) = self.thanks_url.as_deref().filter(|url| !url.starts_with("https://") && !url.starts_with('/')) {
            problems.push(Problem::new("/thanks_url", format!("`{url}` is no page of the site.")).remedy("Write an `https:` address."));
        }
        problems
    }
}

impl Mapping {
    /// Every field that is named.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let one = [&self.subject, &self.author, &self.id, &self.conversation, &self.language, &self.rating, &self.occurred_at];
        let several = self.text.iter().chain(&self.name).chain([&self.email, &self.phone]);
        several.map(String::as_str).chain(one.into_iter().filter_map(Option::as_deref))
    }
}
