//! Which column holds what.

use serde::Deserialize;
use serde_json::Value;

/// Names of columns, or in JSON also pointers; what is not named is guessed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// The mention's own id; otherwise its address, otherwise its content.
    pub id: Option<String>,
    /// The words.
    pub text: Option<String>,
    /// The title of an article or a thread.
    pub title: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// The author's id; otherwise their name.
    pub author_id: Option<String>,
    /// The author's name.
    pub author: Option<String>,
    /// How many follow them.
    pub followers: Option<String>,
    /// When it was said.
    pub occurred_at: Option<String>,
    /// On which network or site.
    pub network: Option<String>,
    /// What it is there: post, comment, review.
    pub kind: Option<String>,
    /// The thread.
    pub conversation: Option<String>,
    /// BCP 47, or the language's name.
    pub language: Option<String>,
    /// A judgement.
    pub rating: Option<String>,
    /// Likes.
    pub likes: Option<String>,
    /// Replies.
    pub replies: Option<String>,
    /// Shares.
    pub shares: Option<String>,
    /// Views.
    pub views: Option<String>,
    /// The service's own opinion of the mood: kept, never believed.
    pub sentiment: Option<String>,
}

/// Names that services use, folded: lower case, letters and digits only. The first that is there counts.
mod guesses {
    pub(super) const ID: &[&str] = &["mentionid", "documentid", "docid", "resourceid", "postid", "externalid", "uuid", "guid", "id"];
    pub(super) const TEXT: &[&str] =
        &["fulltext", "content", "text", "mention", "body", "message", "snippet", "hitsentence", "description", "openingtext"];
    pub(super) const TITLE: &[&str] = &["title", "headline", "subject", "threadtitle"];
    pub(super) const URL: &[&str] = &["url", "permalink", "link", "originalurl", "mentionurl"];
    pub(super) const AUTHOR_ID: &[&str] = &["authorid", "userid", "accountid", "authorurl"];
    pub(super) const AUTHOR: &[&str] =
        &["author", "authorname", "fullname", "username", "screenname", "user", "authorhandle", "influencer"];
    pub(super) const FOLLOWERS: &[&str] =
        &["followers", "followercount", "followerscount", "authorfollowers", "xfollowers", "twitterfollowers"];
    pub(super) const AT: &[&str] =
        &["date", "published", "publishedat", "createdat", "publicationdate", "datetime", "timestamp", "postdate", "time", "added"];
    pub(super) const NETWORK: &[&str] =
        &["network", "platform", "pagetype", "sourcetype", "contentsourcename", "source", "site", "domain", "channel"];
    pub(super) const KIND: &[&str] = &["kind", "mentiontype", "posttype", "threadentrytype", "contenttype", "type"];
    pub(super) const CONVERSATION: &[&str] = &["threadid", "conversationid", "parentid", "threadurl"];
    pub(super) const LANGUAGE: &[&str] = &["language", "lang"];
    pub(super) const RATING: &[&str] = &["rating", "stars", "score"];
    pub(super) const LIKES: &[&str] = &["likes", "likecount", "favorites", "favourites", "reactions"];
    pub(super) const REPLIES: &[&str] = &["replies", "replycount", "comments", "commentcount", "numberofcomments"];
    pub(super) const SHARES: &[&str] = &["shares", "sharecount", "retweets", "reposts"];
    pub(super) const VIEWS: &[&str] = &["views", "viewcount", "impressions"];
    pub(super) const SENTIMENT: &[&str] = &["sentiment", "tone", "polarity"];
}

/// One cell of a row, by what it means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cell {
    Id,
    Text,
    Title,
    Url,
    AuthorId,
    Author,
    Followers,
    At,
    Network,
    Kind,
    Conversation,
    Language,
    Rating,
    Likes,
    Replies,
    Shares,
    Views,
    Sentiment,
}

impl Columns {
    fn of(&self, cell: Cell) -> (Option<&String>, &'static [&'static str]) {
        let (named, guesses) = match cell {
            Cell::Id => (&self.id, guesses::ID),
            Cell::Text => (&self.text, guesses::TEXT),
            Cell::Title => (&self.title, guesses::TITLE),
            Cell::Url => (&self.url, guesses::URL),
            Cell::AuthorId => (&self.author_id, guesses::AUTHOR_ID),
            Cell::Author => (&self.author, guesses::AUTHOR),
            Cell::Followers => (&self.followers, guesses::FOLLOWERS),
            Cell::At => (&self.occurred_at, guesses::AT),
            Cell::Network => (&self.network, guesses::NETWORK),
            Cell::Kind => (&self.kind, guesses::KIND),
            Cell::Conversation => (&self.conversation, guesses::CONVERSATION),
            Cell::Language => (&self.language, guesses::LANGUAGE),
            Cell::Rating => (&self.rating, guesses::RATING),
            Cell::Likes => (&self.likes, guesses::LIKES),
            Cell::Replies => (&self.replies, guesses::REPLIES),
            Cell::Shares => (&self.shares, guesses::SHARES),
            Cell::Views => (&self.views, guesses::VIEWS),
            Cell::Sentiment => (&self.sentiment, guesses::SENTIMENT),
        };
        (named.as_ref(), guesses)
    }

    /// The value of a cell, trimmed; none when it is empty. An empty name in the settings means: there is none.
    pub(crate) fn get(&self, row: &Value, cell: Cell) -> Option<String> {
        let (named, guesses) = self.of(cell);
        let found = match named {
            Some(name) if name.is_empty() => None,
            Some(name) => lenient::at(row, name).and_then(written),
            None => guesses.iter().find_map(|guess| {
                let fields = row.as_object()?;
                fields.iter().filter(|(name, _)| folded(name) == *guess).find_map(|(_, value)| written(value))
            }),
        }?;
        Some(found.trim().to_owned()).filter(|value| !value.is_empty())
    }
}

fn folded(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What can be written in a cell; of an object its name or id.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Object(_) => lenient::text(value, "name").map(str::to_owned).or_else(|| lenient::id(value, "id")),
        _ => None,
    }
}
