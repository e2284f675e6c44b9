//! Replies: posts, and chat messages for what is private.

use lenient::{list, object, text};
use pointsman_plugin::http::Request;
use pointsman_plugin::{Delivered, Outbound, Reply, Response, Timestamp, Undelivered};
use sending::{attribute, query, rfc3339, with_links};
use serde_json::{Value, json};

use crate::feed::{CHAT_PROXY, reset_at, token_refused};
use crate::settings::Settings;
use crate::writing::{MESSAGE, fitting, insert, post, record_key};
use crate::{facet, uri};

/// Answers that one gate hides.
const HIDDEN_MAX: usize = 300;
const POSTS: &str = "app.bsky.feed.post";
const GATES: &str = "app.bsky.feed.threadgate";

/// Sends it.
///
/// # Errors
/// As the server says.
pub(crate) fn deliver(settings: &Settings, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    let server = Server { settings, now };
    match outbound {
        Outbound::Reply(reply) if is_chat(reply) => server.chat(reply),
        Outbound::Reply(reply) => {
            let mut record = post(&reply.text, &reply.attachments, &settings.languages, now)?;
            insert(&mut record, "reply", server.answered(reply)?);
            server.create(key, &record)
        }
        Outbound::Post(broadcast) => {
            let record = post(&broadcast.text, &broadcast.attachments, &settings.languages, now)?;
            server.create(key, &record)
        }
        Outbound::Hide(hidden) => server.hide(hidden),
        Outbound::Edit(_) => Err(Undelivered::Never("Bluesky does not show new wordings of a post".to_owned())),
        Outbound::Template(_) => Err(Undelivered::Never("Bluesky knows no templates".to_owned())),
    }
}

/// Looks for it: a post by the key that it would have, a message among the newest of its conversation.
///
/// # Errors
/// As the server says.
pub(crate) fn find(settings: &Settings, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Option<Delivered>, Undelivered> {
    let server = Server { settings, now };
    match outbound {
        Outbound::Reply(reply) if is_chat(reply) => server.find_message(reply),
        Outbound::Reply(_) | Outbound::Post(_) => {
            let found = server.record(server.own()?, POSTS, &record_key(key))?;
            Ok(found.and_then(|record| text(&record, "uri").map(|uri| Delivered::Sent(vec![uri.to_owned()]))))
        }
        // Hiding what is hidden does no harm.
        _ => Ok(None),
    }
}

fn is_chat(reply: &Reply) -> bool {
    reply.private || attribute(&reply.attributes, "convo-id").is_some()
}

struct Server<'a> {
    settings: &'a Settings,
    now: Timestamp,
}

impl Server<'_> {
    fn own(&self) -> Result<&str, Undelivered> {
        self.settings.did.as_deref().ok_or_else(|| Undelivered::Never("there is no `did` in the settings to write as".to_owned()))
    }

    /// Parent and root of an answer, each with the fingerprint of what it says: from the item, or asked for.
    fn answered(&self, reply: &Reply) -> Result<Value, Undelivered> {
        let parent = reply.in_reply_to.as_deref().unwrap_or(&reply.conversation);
        if uri::parts(parent).is_none() {
            return Err(Undelivered::Never(format!("`{parent}` is no post")));
        }
        if let Some(cid) = attribute(&reply.attributes, "cid") {
            let own_root = reply.conversation == parent;
            let root = if own_root { Some(cid) } else { attribute(&reply.attributes, "root-cid") };
            if let Some(root_cid) = root {
                return Ok(json!({"parent": {"uri": parent, "cid": cid}, "root": {"uri": reply.conversation, "cid": root_cid}}));
            }
        }
        let post = self.shown(parent)?;
        let parent = json!({"uri": parent, "cid": text(&post, "cid").unwrap_or_default()});
        let root = object(&post, "/record/reply/root").cloned().unwrap_or_else(|| parent.clone());
        Ok(json!({"parent": parent, "root": root}))
    }

    /// A post as the network shows it.
    fn shown(&self, address: &str) -> Result<Value, Undelivered> {
        let url = self.settings.method("app.bsky.feed.getPosts") + &query(&[("uris", address)]);
        let page = self.judged(Request::get(url), false)?;
        list(&page, "posts").first().cloned().ok_or_else(|| Undelivered::Never("the post is gone".to_owned()))
    }

    fn create(&self, key: &str, record: &Value) -> Result<Delivered, Undelivered> {
        let own = self.own()?;
        let rkey = record_key(key);
        let body = json!({"repo": own, "collection": POSTS, "rkey": rkey, "record": record});
        match self.judged(self.post("com.atproto.repo.createRecord", &body), true) {
            Ok(answer) => {
                let address = text(&answer, "uri").map_or_else(|| uri::of(own, POSTS, &rkey), str::to_owned);
                Ok(Delivered::Sent(vec![address]))
            }
            // A try before this one has written it.
            Err(Undelivered::Never(why)) if why.contains("already exists") => Ok(Delivered::Sent(vec![uri::of(own, POSTS, &rkey)])),
            Err(why) => Err(why),
        }
    }

    fn record(&self, repo: &str, collection: &str, rkey: &str) -> Result<Option<Value>, Undelivered> {
        let url =
            self.settings.method("com.atproto.repo.getRecord") + &query(&[("repo", repo), ("collection", collection), ("rkey", rkey)]);
        let answer = sending::exchange(&Request::get(url).credential("account"), false)?;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let message = text(&body, "message").unwrap_or_default();
        let absent = text(&body, "error") == Some("RecordNotFound") || message.contains("Could not locate record");
        if absent { Ok(None) } else { judged(answer, false, self.now).map(Some) }
    }

    /// Hides an answer below one of our posts, for everybody, by the gate of its thread.
    fn hide(&self, hidden: &str) -> Result<Delivered, Undelivered> {
        let own = self.own()?;
        let post = self.shown(hidden)?;
        let root = text(&post, "/record/reply/root/uri").unwrap_or_default();
        let Some((_, _, rkey)) = uri::parts(root).filter(|(did, ..)| *did == own) else {
            return Err(Undelivered::Never("only answers below our own posts can be hidden".to_owned()));
        };
        let gate = self.record(own, GATES, rkey)?;
        let before = gate.as_ref().and_then(|gate| object(gate, "value")).cloned();
        let mut record = before.unwrap_or_else(|| json!({"$type": GATES, "post": root, "createdAt": rfc3339(self.now)}));
        let mut answers: Vec<Value> = list(&record, "hiddenReplies").to_vec();
        if !answers.iter().any(|answer| answer.as_str() == Some(hidden)) {
            if answers.len() >= HIDDEN_MAX {
                return Err(Undelivered::Never(format!("{HIDDEN_MAX} answers are hidden already")));
            }
            answers.push(json!(hidden));
            insert(&mut record, "hiddenReplies", json!(answers));
            // Somebody else's change in between is not overwritten.
            let swap = gate.as_ref().and_then(|gate| text(gate, "cid"));
            let body = json!({"repo": own, "collection": GATES, "rkey": rkey, "record": record, "swapRecord": swap});
            self.judged(self.post("com.atproto.repo.putRecord", &body), true)?;
        }
        Ok(Delivered::Sent(vec![hidden.to_owned()]))
    }

    fn chat(&self, reply: &Reply) -> Result<Delivered, Undelivered> {
        let said = with_links(&reply.text, &reply.attachments)?;
        let said = fitting(&said, MESSAGE)?;
        let conversation = self.conversation(reply)?;
        let mut message = json!({"text": said});
        let facets = facet::write(said);
        if !facets.is_empty() {
            insert(&mut message, "facets", json!(facets));
        }
        let body = json!({"convoId": conversation, "message": message});
        let answer = self.judged(self.post("chat.bsky.convo.sendMessage", &body).header("atproto-proxy", CHAT_PROXY), true)?;
        let id = text(&answer, "id").map(str::to_owned);
        id.map(|id| Delivered::Sent(vec![id])).ok_or_else(|| Undelivered::Unknown("the answer names no message".to_owned()))
    }

    /// The conversation of a chat, or the one with the person to whom we answer privately.
    fn conversation(&self, reply: &Reply) -> Result<String, Undelivered> {
        if let Some(conversation) = attribute(&reply.attributes, "convo-id") {
            return Ok(conversation.to_owned());
        }
        let recipient = reply.recipient.as_deref().filter(|did| did.starts_with("did:"));
        let recipient = recipient.ok_or_else(|| Undelivered::Never("it is not known to whom to write".to_owned()))?;
        let url = self.settings.method("chat.bsky.convo.getConvoForMembers") + &query(&[("members", recipient)]);
        let answer = self.judged(Request::get(url).header("atproto-proxy", CHAT_PROXY), false)?;
        let conversation = text(&answer, "/convo/id").map(str::to_owned);
        conversation.ok_or_else(|| Undelivered::Never("they take no messages".to_owned()))
    }

    fn find_message(&self, reply: &Reply) -> Result<Option<Delivered>, Undelivered> {
        let own = self.own()?;
        let said = with_links(&reply.text, &reply.attachments)?;
        let conversation = self.conversation(reply)?;
        let url = self.settings.method("chat.bsky.convo.getMessages") + &query(&[("convoId", &conversation), ("limit", "100")]);
        let page = self.judged(Request::get(url).header("atproto-proxy", CHAT_PROXY), false)?;
        let is_it = |message: &&Value| {
            let since = reply.last_inbound_at.is_none_or(|since| lenient::time(message, "sentAt").is_none_or(|at| at >= since));
            since && text(message, "/sender/did") == Some(own) && text(message, "text") == Some(said.trim())
        };
        let found = list(&page, "messages").iter().find(is_it).and_then(|message| text(message, "id"));
        Ok(found.map(|id| Delivered::Sent(vec![id.to_owned()])))
    }

    fn post(&self, method: &str, body: &Value) -> Request {
        Request::post_json(self.settings.method(method), body.to_string())
    }

    fn judged(&self, request: Request, changes: bool) -> Result<Value, Undelivered> {
        judged(sending::exchange(&request.credential("account"), changes)?, changes, self.now)
    }
}

fn judged(answer: Response, changes: bool, now: Timestamp) -> Result<Value, Undelivered> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if let Some(why) = token_refused(&body) {
        return Err(Undelivered::Unauthorised(why));
    }
    match (answer.status, text(&body, "error")) {
        (429, _) => {
            let why = text(&body, "message").unwrap_or("too many requests").to_owned();
            Err(Undelivered::Later((reset_at(&answer).or_else(|| answer.retry_at(now)), why)))
        }
        // Somebody wrote in between: another try reads anew.
        (_, Some("InvalidSwap")) => Err(Undelivered::Later((None, "it was changed meanwhile".to_owned()))),
        _ => sending::judged(answer, changes, now).map(|_| body),
    }
}
