//! A review of any provider, and the facts that it is.

use lenient::attribute;
use pointsman_plugin::{Author, Direction, Engagement, Fact, Item, Kind, Timestamp, Visibility};

/// A review as its provider tells it.
#[derive(Debug, Default)]
pub(crate) struct Review {
    /// Whose: `google-play`, `app-store`, `google-business`, `trustpilot`, or nothing that is known here.
    pub(crate) provider: &'static str,
    /// The provider's id.
    pub(crate) id: String,
    /// What was reviewed: the package, the app, the shop.
    pub(crate) place: String,
    pub(crate) author: Option<Author>,
    pub(crate) title: Option<String>,
    pub(crate) text: String,
    /// Zero to one.
    pub(crate) rating: Option<f32>,
    pub(crate) language: Option<String>,
    pub(crate) written_at: Option<Timestamp>,
    /// When it was changed, if it was.
    pub(crate) changed_at: Option<Timestamp>,
    pub(crate) likes: u64,
    /// What the company answered, and when.
    pub(crate) answer: Option<(String, Option<Timestamp>)>,
    /// What else the provider tells.
    pub(crate) more: Vec<(&'static str, String)>,
}

impl Review {
    /// What was said: the review, and after it the company's answer as an echo.
    pub(crate) fn said(mut self) -> Vec<Fact> {
        let answer = self.answer.take().and_then(|(words, at)| self.echo(words, at));
        let key = format!("said:{}", self.id);
        std::iter::once(Fact::said(self.item()).dedup_key(key)).chain(answer).collect()
    }

    /// What it reads now.
    pub(crate) fn edited(mut self) -> Vec<Fact> {
        let answer = self.answer.take().and_then(|(words, at)| self.echo(words, at));
        let key = format!("edited:{}:{}", self.id, self.changed_at.unwrap_or_default());
        std::iter::once(Fact::edited(self.item()).dedup_key(key)).chain(answer).collect()
    }

    fn item(self) -> Item {
        let mut attributes = vec![];
        attributes.extend((!self.provider.is_empty()).then(|| attribute("provider", self.provider)));
        attributes.extend((!self.place.is_empty()).then(|| attribute("place", self.place)));
        attributes.extend(self.changed_at.map(|at| attribute("edited-at", at.to_string())));
        attributes.extend(self.more.into_iter().map(|(name, value)| attribute(name, value)));
        let item = Item {
            source_id: self.id,
            kind: Kind::Review,
            visibility: Visibility::Public,
            // Many rate without a word, or with a title only.
            text: if self.text.is_empty() { self.title.clone().unwrap_or_default() } else { self.text },
            subject: self.title,
            author: self.author,
            rating: self.rating,
            language: self.language,
            occurred_at: self.written_at.or(self.changed_at),
            engagement: Some(Engagement { likes: self.likes, ..Engagement::default() }),
            attributes,
            ..Item::default()
        };
        item.bounded()
    }

    fn echo(&self, words: String, at: Option<Timestamp>) -> Option<Fact> {
        let id = Some(reply_id(self.provider, &self.place, &self.id)).filter(|id| id.len() <= Fact::KEY_BYTES_MAX)?;
        let item = Item {
            source_id: id.clone(),
            kind: Kind::Comment,
            visibility: Visibility::Public,
            direction: Direction::Echo,
            conversation: Some(self.id.clone()),
            in_reply_to: Some(self.id.clone()),
            text: words,
            occurred_at: at,
            ..Item::default()
        };
        Some(Fact::said(item.bounded()).dedup_key(format!("said:{id}:{}", at.unwrap_or_default())))
    }
}

/// The id of the company's answer, of which a review has one. It names all that is needed to change it.
pub(crate) fn reply_id(provider: &str, place: &str, review: &str) -> String {
    format!("{provider}|{place}|{review}|reply")
}

/// A rating of so many at most, zero to one.
pub(crate) fn rating(given: f64, max: f64) -> Option<f32> {
    let share = (given / max).clamp(0.0, 1.0);
    // A share has no more digits than this keeps.
    #[expect(clippy::cast_possible_truncation, reason = "between zero and one")]
    share.is_finite().then_some(share as f32)
}

/// Somebody of whom a name is known, or an id.
pub(crate) fn author(id: Option<&str>, name: Option<&str>) -> Option<Author> {
    let known = id.or(name).filter(|known| (1..=256).contains(&known.len()))?;
    Some(Author { id: known.to_owned(), display_name: name.map(str::to_owned), ..Author::default() })
}
