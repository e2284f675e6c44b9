//! `sender`: replies and posts go to the service, under the host's key, so that a second try sends nothing twice; approved texts are handed
//! over to the host's transport.

use pointsman_plugin::http::{self, Error, Request};
use pointsman_plugin::{Delivered, Failure, Outbound, Response, Sender, Timestamp, Undelivered};
use serde_json::json;

use crate::Probe;
use crate::desk::{escaped, lines};

/// How long after the customer's last words a reply may be sent.
const WINDOW_MS: u64 = 24 * 60 * 60 * 1_000;

impl Sender for Probe {
    fn deliver(&self, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
        if let Outbound::Template(template) = outbound {
            let text =
                format!("To: {}\r\n\r\n{} ({}): {}\r\n", template.recipient, template.name, template.language, template.params.join(", "));
            return Ok(Delivered::HandOver(text.into_bytes()));
        }
        self.allowed(outbound, now)?;
        let request = self.sending(outbound)?.header("idempotency-key", key);
        let answer = http::send(&request).map_err(unanswered)?;
        sent(answer, now)
    }

    fn find(&self, key: &str, _outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
        let request = self.request("GET", &format!("/sent/{}", escaped(key))).ok_or_else(no_service)?;
        let answer = http::send(&request).map_err(|error| undelivered(error.into()))?;
        if answer.status == 404 {
            return Ok(None);
        }
        sent(answer, now).map(Some)
    }
}

impl Probe {
    fn allowed(&self, outbound: &Outbound, now: Timestamp) -> Result<(), Undelivered> {
        let (text, last_inbound_at) = match outbound {
            Outbound::Reply(reply) => (reply.text.as_str(), reply.last_inbound_at),
            Outbound::Post(post) => (post.text.as_str(), None),
            Outbound::Edit(edit) => (edit.text.as_str(), None),
            Outbound::Template(_) | Outbound::Hide(_) => ("", None),
        };
        if last_inbound_at.is_some_and(|at| now.saturating_sub(at) > WINDOW_MS) {
            return Err(Undelivered::WindowClosed("the customer's last words are more than 24 hours old".to_owned()));
        }
        let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        if length > self.settings.text_chars_max {
            return Err(Undelivered::TooLong(self.settings.text_chars_max));
        }
        Ok(())
    }

    fn sending(&self, outbound: &Outbound) -> Result<Request, Undelivered> {
        let (method, path, body) = match outbound {
            Outbound::Reply(reply) => ("POST", "/replies".to_owned(), json!({"conversation": reply.conversation, "text": reply.text})),
            Outbound::Post(post) => ("POST", "/posts".to_owned(), json!({"account": post.account, "text": post.text})),
            Outbound::Edit(edit) => ("PUT", format!("/items/{}", escaped(&edit.source_id)), json!({"text": edit.text})),
            Outbound::Hide(id) => ("DELETE", format!("/items/{}", escaped(id)), json!({})),
            Outbound::Template(template) => return Err(Undelivered::Never(format!("`{}` is handed over", template.name))),
        };
        let request = self.request(method, &path).ok_or_else(no_service)?;
        Ok(Request { body: body.to_string().into_bytes(), ..request }.header("content-type", "application/json"))
    }
}

fn sent(answer: Response, now: Timestamp) -> Result<Delivered, Undelivered> {
    let answer = answer.checked(now).map_err(undelivered)?;
    Ok(Delivered::Sent(lines(&answer)))
}

/// No answer does not mean that nothing was sent.
fn unanswered(error: Error) -> Undelivered {
    match error {
        Error::Timeout | Error::Unavailable(_) | Error::TooLarge(_) => Undelivered::Unknown("the service did not answer".to_owned()),
        refused => undelivered(refused.into()),
    }
}

fn undelivered(failure: Failure) -> Undelivered {
    match failure {
        Failure::Later(when_and_why) => Undelivered::Later(when_and_why),
        Failure::Unauthorised(why) => Undelivered::Unauthorised(why),
        Failure::Never(why) => Undelivered::Never(why),
    }
}

fn no_service() -> Undelivered {
    Undelivered::Never("no `url` is configured".to_owned())
}
