//! Replies: statuses that name whom they answer, direct ones for what is private.

use lenient::{id, list, text};
use pointsman_plugin::http::Request;
use pointsman_plugin::{Broadcast, Delivered, Edit, Outbound, Reply, Response, Timestamp, Undelivered};
use sending::{Unit, attribute, with_links};
use serde_json::{Value, json};

use crate::settings::Settings;

/// What an address counts, whatever its length.
const LINK_CHARS: usize = 23;

/// Sends it. The instance keeps `key` for an hour: a second try with it gives the same status.
///
/// # Errors
/// As the instance says.
pub(crate) fn deliver(settings: &Settings, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    let instance = Instance { settings, now };
    match outbound {
        Outbound::Reply(reply) => {
            let mut status = instance.reply(reply)?;
            if let (Some(fields), Some(language)) = (status.as_object_mut(), &settings.language) {
                fields.insert("language".to_owned(), json!(language));
            }
            instance.send(Request::post_json(settings.api("statuses"), status.to_string()).header("idempotency-key", key))
        }
        Outbound::Post(post) => {
            let status =
                json!({"status": instance.words(post)?, "visibility": visibility(attribute(&post.attributes, "visibility"), settings)});
            instance.send(Request::post_json(settings.api("statuses"), status.to_string()).header("idempotency-key", key))
        }
        Outbound::Edit(edit) => instance.edit(edit),
        Outbound::Template(_) => Err(Undelivered::Never("Mastodon knows no templates".to_owned())),
        Outbound::Hide(_) => Err(Undelivered::Never("Mastodon cannot hide other people's statuses".to_owned())),
    }
}

/// Looks for it among our newest statuses.
///
/// # Errors
/// As the instance says.
pub(crate) fn find(settings: &Settings, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
    let instance = Instance { settings, now };
    match outbound {
        Outbound::Reply(reply) => instance.newest(&with_links(&reply.text, &reply.attachments)?, Some(answered(reply)?)),
        Outbound::Post(post) => instance.newest(&with_links(&post.text, &post.attachments)?, None),
        // A second edit to the same words changes nothing.
        _ => Ok(None),
    }
}

struct Instance<'a> {
    settings: &'a Settings,
    now: Timestamp,
}

impl Instance<'_> {
    /// The status that answers: it has to name the person, or they are not told, and could not read it when it is direct.
    fn reply(&self, reply: &Reply) -> Result<Value, Undelivered> {
        let answered = answered(reply)?;
        let as_item = attribute(&reply.attributes, "visibility");
        let visibility = if reply.private { "direct" } else { visibility(as_item, self.settings) };
        let said = with_links(&reply.text, &reply.attachments)?;
        let said = match self.name(reply)? {
            Some(name) if !names(&said, &name) => format!("@{name} {said}"),
            None if visibility == "direct" => return Err(Undelivered::Never("it is not known to whom to write".to_owned())),
            _ => said,
        };
        self.fits(&said)?;
        Ok(json!({"status": said, "in_reply_to_id": answered, "visibility": visibility}))
    }

    /// The name of the person: from the item, or asked for.
    fn name(&self, reply: &Reply) -> Result<Option<String>, Undelivered> {
        if let Some(name) = attribute(&reply.attributes, "acct") {
            return Ok(Some(name.to_owned()));
        }
        let Some(person) = reply.recipient.as_deref().filter(|id| is_id(id)) else { return Ok(None) };
        let account = self.get(&self.settings.api(&format!("accounts/{person}")))?;
        Ok(text(&account, "acct").map(str::to_owned))
    }

    fn words(&self, post: &Broadcast) -> Result<String, Undelivered> {
        let said = with_links(&post.text, &post.attachments)?;
        self.fits(&said).map(|()| said)
    }

    /// An edit keeps the names of those to whom the status was written.
    fn edit(&self, edit: &Edit) -> Result<Delivered, Undelivered> {
        if !is_id(&edit.source_id) {
            return Err(Undelivered::Never(format!("`{}` is no status", edit.source_id)));
        }
        let url = self.settings.api(&format!("statuses/{}", edit.source_id));
        let before = self.get(&url)?;
        let said = sending::words(&edit.text)?;
        let people = list(&before, "mentions").iter().filter_map(|one| text(one, "acct")).filter(|name| !names(said, name));
        let whole: String = people.map(|name| format!("@{name} ")).chain([said.to_owned()]).collect();
        self.fits(&whole)?;
        let body = json!({"status": whole}).to_string().into_bytes();
        self.send(Request { body, ..Request::new("PUT", url) }.header("content-type", "application/json"))
    }

    /// As the instance counts: addresses as 23, names without their instance.
    fn fits(&self, said: &str) -> Result<(), Undelivered> {
        let max = self.settings.characters_max();
        if length(said) <= usize::try_from(max).unwrap_or(usize::MAX) { Ok(()) } else { Err(Undelivered::TooLong(max)) }
    }

    fn newest(&self, said: &str, answered: Option<&str>) -> Result<Option<Delivered>, Undelivered> {
        let own = match &self.settings.account_id {
            Some(own) => own.clone(),
            None => id(&self.get(&self.settings.api("accounts/verify_credentials"))?, "id").unwrap_or_default(),
        };
        if !is_id(&own) {
            return Err(Undelivered::Never("it is not known who we are: a person has to look".to_owned()));
        }
        let page = self.get(&self.settings.api(&format!("accounts/{own}/statuses?limit=40")))?;
        let statuses = page.as_array().map(Vec::as_slice).unwrap_or_default();
        let is_it = |status: &&Value| {
            let same_place = answered.is_none_or(|answered| id(status, "in_reply_to_id").as_deref() == Some(answered));
            same_place && bare(&markup::text(text(status, "content").unwrap_or_default())) == bare(said)
        };
        Ok(statuses.iter().find(is_it).and_then(|status| id(status, "id")).map(|id| Delivered::Sent(vec![id])))
    }

    fn send(&self, request: Request) -> Result<Delivered, Undelivered> {
        let status = self.judged(sending::exchange(&request.credential("token"), true)?, true)?;
        let id = id(&status, "id");
        id.map(|id| Delivered::Sent(vec![id])).ok_or_else(|| Undelivered::Unknown("the answer names no status".to_owned()))
    }

    fn get(&self, url: &str) -> Result<Value, Undelivered> {
        self.judged(sending::exchange(&Request::get(url).credential("token"), false)?, false)
    }

    fn judged(&self, answer: Response, changes: bool) -> Result<Value, Undelivered> {
        let reset = answer.header("x-ratelimit-reset").and_then(pointsman_plugin::time::parse);
        let answer = sending::judged(answer, changes, self.now).map_err(|why| match why {
            Undelivered::Later((None, why)) => Undelivered::Later((reset, why)),
            // The token lacks a scope, or the instance forbids this one thing; either way a person has to look at the account.
            other => other,
        })?;
        let unknown = |why: String| if changes { Undelivered::Unknown(why) } else { Undelivered::Later((None, why)) };
        serde_json::from_slice(&answer.body).map_err(|why| unknown(format!("the answer is no JSON: {why}")))
    }
}

/// The status that is answered.
fn answered(reply: &Reply) -> Result<&str, Undelivered> {
    let answered = reply.in_reply_to.as_deref().unwrap_or(&reply.conversation);
    if is_id(answered) { Ok(answered) } else { Err(Undelivered::Never(format!("`{answered}` is no status"))) }
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Who may read it: as those who may read what is answered, never more.
fn visibility<'a>(as_item: Option<&'a str>, settings: &'a Settings) -> &'a str {
    match as_item {
        Some(known @ ("direct" | "private" | "unlisted" | "public")) => known,
        // Forks know more kinds, all of them smaller circles.
        Some(_) => "private",
        None => settings.visibility.as_deref().unwrap_or("public"),
    }
}

/// Whether a text names somebody, with or without the instance.
fn names(said: &str, name: &str) -> bool {
    let local = name.split('@').next().unwrap_or(name);
    let odd = |character: char| character.is_whitespace() || matches!(character, ',' | ':' | '.' | '!' | '?' | ')');
    said.split_whitespace()
        .filter_map(|word| word.strip_prefix('@'))
        .map(|word| word.trim_end_matches(odd))
        .any(|word| word.eq_ignore_ascii_case(name) || word.eq_ignore_ascii_case(local))
}

fn length(said: &str) -> usize {
    let links = sending::links(said);
    let mut used = links.len() * LINK_CHARS;
    let mut from = 0;
    for link in links.iter().chain(std::iter::once(&(said.len()..said.len()))) {
        used += Unit::Graphemes.count(&without_instances(said.get(from..link.start).unwrap_or_default()));
        from = link.end;
    }
    used
}

fn without_instances(said: &str) -> String {
    let word = |word: &str| match word.strip_prefix('@').and_then(|name| name.split_once('@')) {
        Some((local, instance)) => {
            let end =
                instance.find(|character: char| !(character.is_alphanumeric() || matches!(character, '.' | '-'))).unwrap_or(instance.len());
            format!("@{local}{}", instance.get(end..).unwrap_or_default())
        }
        None => word.to_owned(),
    };
    said.split_inclusive(char::is_whitespace).map(word).collect()
}

/// The text without its addresses, which are shown shortened, and without the names before it.
fn bare(said: &str) -> String {
    let words = said.split_whitespace().skip_while(|word| word.starts_with('@')).filter(|word| !word.contains("://"));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{length, names};

    #[test]
    fn lengths_as_the_instance_counts_them() {
        assert_eq!(length("@amira@other.example see https://shop.example/a/very/long/address/indeed"), 6 + 5 + 23);
        assert_eq!(length("👨‍👩‍👧é"), 2);
    }

    #[test]
    fn who_is_named() {
        assert!(names("Hello @amira!", "amira@other.example"));
        assert!(names("@Amira@other.example hello", "amira@other.example"));
        assert!(!names("Hello @amir", "amira"));
    }
}
