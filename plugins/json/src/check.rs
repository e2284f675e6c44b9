//! What is wrong with settings that have the right shape.

use pointsman_plugin::settings::unknown;
use pointsman_plugin::{Problem, pointer};
use serde_json::Value;

use crate::fields::{DIRECTIONS, EVENTS, KINDS, PROGRESSES, VISIBILITIES};
use crate::settings::{AuthorFields, Fields, Settings};
use crate::source::{Place, Source};

/// The secrets that the manifest asks for: a scheme can name no other.
const SECRETS: [&str; 2] = ["webhook", "handshake"];

/// All problems.
pub(crate) fn problems(settings: &Settings) -> Vec<Problem> {
    let mut check = Check(Vec::new());
    check.signature(&settings.signature);
    if let Some(handshake) = &settings.handshake {
        check.secret("/handshake", handshake);
    }
    check.channel(settings);
    check.optional("/account", &settings.account);
    check.optional("/dedup_key", &settings.dedup_key);
    check.words("/event", "event", &settings.event, &EVENTS);
    check.demands(settings);
    check.fields(&settings.item);
    check.0
}

struct Check(Vec<Problem>);

impl Check {
    fn signature(&mut self, signature: &Value) {
        if signature.get("scheme").and_then(Value::as_str).is_none() {
            let remedy = "Write how deliveries are signed, such as `signature = { scheme = \"hmac\", header = \"x-signature\", secret = \
                          \"webhook\" }`, or `{ scheme = \"none\" }` if they are not.";
            self.0.push(Problem::new("/signature", "The signature scheme is missing.").remedy(remedy));
        }
        self.secret("/signature", signature);
    }

    fn secret(&mut self, path: &str, scheme: &Value) {
        if let Some(secret) = scheme.get("secret").and_then(Value::as_str)
            && !SECRETS.contains(&secret)
        {
            self.0.push(unknown(&format!("{path}/secret"), "secret of this plugin", secret, &SECRETS));
        }
    }

    fn channel(&mut self, settings: &Settings) {
        if !(200..300).contains(&settings.answer.status) {
            let problem = Problem::new("/answer/status", format!("{} is not a status of success.", settings.answer.status));
            self.0.push(problem.remedy("Write a status from 200 to 299: the answer is sent once everything is durable."));
        }
        if let Some(items) = &settings.items {
            self.pointer("/items", items);
        }
        if let Some(challenge) = &settings.challenge {
            self.pointer("/challenge/pointer", &challenge.pointer);
            if let Some(when) = &challenge.when {
                self.pointer("/challenge/when/pointer", &when.pointer);
            }
        }
    }

    /// What the events that can happen need.
    fn demands(&mut self, settings: &Settings) {
        let happens = |name: &str| match &settings.event {
            None => name == "said",
            Some(event) => texts(event).any(|(_, text)| text == name) || (event.map.is_empty() && event.default.is_none()),
        };
        let fields = &settings.item;
        self.demand("source_id", fields.source_id.is_some(), ["said", "edited", "removed"].into_iter().find(|name| happens(name)));
        let mapped = settings.event.as_ref().is_some_and(|event| !event.map.is_empty());
        if mapped {
            self.demand("target", fields.target.is_some(), ["reacted"].into_iter().find(|name| happens(name)));
            self.demand("reaction", fields.reaction.is_some(), ["reacted"].into_iter().find(|name| happens(name)));
            self.demand("progress", fields.progress.is_some(), ["receipt"].into_iter().find(|name| happens(name)));
        }
    }

    fn demand(&mut self, field: &str, given: bool, event: Option<&str>) {
        if let Some(event) = event.filter(|_| !given) {
            let problem = Problem::new(format!("/item/{field}"), format!("`{field}` is missing, and `{event}` needs it."));
            self.0.push(problem.remedy(format!("Say where it stands, such as `{field} = \"/id\"`.")));
        }
    }

    fn fields(&mut self, fields: &Fields) {
        let plain = [
            ("source_id", &fields.source_id),
            ("conversation", &fields.conversation),
            ("in_reply_to", &fields.in_reply_to),
            ("order_key", &fields.order_key),
            ("subject", &fields.subject),
            ("text", &fields.text),
            ("language", &fields.language),
            ("occurred_at", &fields.occurred_at),
            ("likes", &fields.likes),
            ("replies", &fields.replies),
            ("shares", &fields.shares),
            ("views", &fields.views),
            ("target", &fields.target),
            ("reaction", &fields.reaction),
            ("added", &fields.added),
            ("detail", &fields.detail),
        ];
        for (name, source) in plain {
            self.optional(&format!("/item/{name}"), source);
        }
        self.words("/item/kind", "kind", &fields.kind, &KINDS);
        self.words("/item/visibility", "visibility", &fields.visibility, &VISIBILITIES);
        self.words("/item/direction", "direction", &fields.direction, &DIRECTIONS);
        self.words("/item/progress", "progress", &fields.progress, &PROGRESSES);
        if let Some(author) = &fields.author {
            self.author(author);
        }
        self.nested(fields);
    }

    fn author(&mut self, author: &AuthorFields) {
        self.source("/item/author/id", &author.id);
        let plain = [
            ("handle", &author.handle),
            ("display_name", &author.display_name),
            ("profile_url", &author.profile_url),
            ("followers", &author.followers),
            ("verified", &author.verified),
            ("bot", &author.bot),
        ];
        for (name, source) in plain {
            self.optional(&format!("/item/author/{name}"), source);
        }
    }

    fn nested(&mut self, fields: &Fields) {
        if let Some(rating) = &fields.rating {
            self.source("/item/rating/value", &rating.value);
            if !(rating.best - rating.worst).is_normal() {
                let problem = Problem::new("/item/rating/best", "The best figure is the worst one too.");
                self.0.push(problem.remedy("Write the ends of the scale, such as `worst = 1` and `best = 5`."));
            }
        }
        if let Some(files) = &fields.attachments {
            self.pointer("/item/attachments/items", &files.items);
            self.pointer("/item/attachments/url", &files.url);
            for (name, place) in [("media_type", &files.media_type), ("name", &files.name), ("description", &files.description)] {
                if let Some(place) = place {
                    self.pointer(&format!("/item/attachments/{name}"), place);
                }
            }
        }
        for (name, source) in &fields.attributes {
            let path = format!("/item/attributes/{}", pointer::escaped(name));
            if !is_name(name) {
                let problem = Problem::new(path.clone(), format!("`{name}` is no name of an attribute."));
                self.0.push(problem.remedy("Use small letters, digits and hyphens, at most 64."));
            }
            self.source(&path, source);
        }
    }

    fn optional(&mut self, path: &str, source: &Option<Source>) {
        if let Some(source) = source {
            self.source(path, source);
        }
    }

    fn source(&mut self, path: &str, source: &Source) {
        match &source.place {
            Place::Item(place) | Place::Delivery(place) => self.pointer(path, place),
            Place::Header(name) if name.is_empty() => self.0.push(Problem::new(format!("{path}/header"), "The header has no name.")),
            Place::Header(_) | Place::Value(_) => {}
        }
    }

    /// A source whose texts must be known words.
    fn words(&mut self, path: &str, what: &str, source: &Option<Source>, known: &[&str]) {
        let Some(source) = source else { return };
        self.source(path, source);
        for (place, text) in texts(source) {
            if !known.contains(&text) {
                self.0.push(unknown(&format!("{path}{place}"), what, text, known));
            }
        }
    }

    fn pointer(&mut self, path: &str, place: &str) {
        if let Err(why) = pointer::check(place) {
            let problem = Problem::new(path, format!("`{place}` is no JSON pointer: it {why}."));
            self.0.push(problem.remedy(format!("Write it as `/{}`.", place.trim_start_matches(['$', '.', '/']).replace('.', "/"))));
        }
    }
}

/// The texts that settings name as outcomes of a source, with their places below it.
fn texts(source: &Source) -> impl Iterator<Item = (String, &str)> {
    let mapped = source.map.iter().map(|(from, to)| (format!("/map/{}", pointer::escaped(from)), to.as_str()));
    let default = source.default.iter().map(|text| ("/default".to_owned(), text.as_str()));
    let value = match &source.place {
        Place::Value(text) if source.map.is_empty() => Some(("/value".to_owned(), text.as_str())),
        _ => None,
    };
    mapped.chain(default).chain(value)
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
