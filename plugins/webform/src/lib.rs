//! Forms on the company's own site: urlencoded, multipart or JSON bodies, fields named by the settings.
//!
//! A form proves nothing about who fills it in: its author is what they wrote. The address of the hook is as public as the site; a field
//! that people do not see catches the simplest machines, which are answered like everybody else.

mod fields;
mod multipart;
mod settings;
mod submission;
#[cfg(test)]
mod tests;

use pointsman_plugin::{Delivery, Fact, Note, Plugin, Problem, Reception, Refusal, Response, Timestamp, Webhook, plugin};

use fields::Fields;
pub use settings::{Mapping, Settings};

/// The connector, configured.
#[derive(Debug)]
pub struct WebForm {
    settings: Settings,
}

impl Plugin for WebForm {
    type Settings = Settings;

    fn configure(settings: Settings) -> Result<Self, Vec<Problem>> {
        match settings.problems() {
            problems if problems.is_empty() => Ok(Self { settings }),
            problems => Err(problems),
        }
    }
}

impl Webhook for WebForm {
    fn receive(&self, delivery: &Delivery, now: Timestamp) -> Result<Reception, Refusal> {
        if delivery.method == "GET" && delivery.body.is_empty() {
            return Ok(Reception { answer: self.answer(), ..Reception::of(Vec::new()) });
        }
        let fields = Fields::read(delivery)?;
        let fact = if self.settings.honeypot.as_deref().is_some_and(|name| fields.get(name).is_some()) {
            Fact::system(Note { source_id: Some(lenient::fingerprint(&delivery.body)), ..Note::new("honeypot") })
        } else {
            submission::fact(&fields, &self.settings, &delivery.body, now)
        };
        Ok(Reception { answer: self.answer(), ..Reception::of(vec![fact]) })
    }
}

impl WebForm {
    /// What the person sees: a page of the site, or a line.
    fn answer(&self) -> Response {
        match &self.settings.thanks_url {
            Some(url) => Response::new(303).with_header("location", url),
            None => Response::new(200).body("text/plain; charset=utf-8", self.settings.thanks.as_deref().unwrap_or("Thank you.")),
        }
    }
}

plugin!(WebForm: webhook);
