//! Influence: how many people the author reaches, how far it has spread, and who can see it at all.

use pointsman_plugin::{Interaction, Reason, Visibility};

use crate::level::{Level, magnitude, together};
use crate::options::Options;

/// At most this part comes from the channel's word that the author is who they say.
const VERIFIED: f32 = 0.15;
/// How many likes a reply, a share and a hundred views are worth.
const REPLY: u64 = 3;
const SHARE: u64 = 10;
const VIEWS: u64 = 100;

/// How far the words carry.
#[must_use]
pub fn influence(interaction: &Interaction, options: &Options) -> Level {
    let author = interaction.author.as_ref();
    let followers = author.and_then(|author| author.followers).unwrap_or(0);
    let verified = author.is_some_and(|author| author.verified);
    let spread = interaction.engagement.as_ref().map_or(0, |engagement| {
        engagement
            .likes
            .saturating_add(engagement.replies.saturating_mul(REPLY))
            .saturating_add(engagement.shares.saturating_mul(SHARE))
            .saturating_add(engagement.views.unwrap_or(0) / VIEWS)
    });
    let reach = magnitude(followers, options.followers_full);
    let spreading = magnitude(spread, options.spread_full);
    let open = openness(interaction.visibility);
    let level = together([reach, spreading, if verified { VERIFIED } else { 0.0 }]) * open;
    Level { level, reason: reason(interaction, level, reach >= spreading, followers, spread) }
}

/// What nobody else sees carries no further.
fn openness(visibility: Visibility) -> f32 {
    match visibility {
        Visibility::Public => 1.0,
        Visibility::Restricted => 0.5,
        Visibility::Private => 0.15,
        Visibility::Internal => 0.0,
    }
}

fn reason(interaction: &Interaction, level: f32, by_reach: bool, followers: u64, spread: u64) -> Reason {
    let withheld = |name: &str| interaction.withheld.iter().any(|field| field == name);
    if level <= 0.0 {
        return if withheld("author") || withheld("engagement") {
            Reason::new("influence-withheld", "Followers and spread were not granted.")
        } else {
            Reason::new("influence-none", "Nobody is known to follow or share it.")
        };
    }
    let number = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let private = matches!(interaction.visibility, Visibility::Private | Visibility::Internal);
    match (private, by_reach && followers > 0, spread > 0) {
        (true, ..) => Reason::new("influence-private", "It is private: how many follow the author counts little."),
        (_, true, _) => {
            Reason::new("influence-followers", format!("{followers} people follow the author.")).with("followers", number(followers))
        }
        (_, _, true) => Reason::new("influence-spread", format!("It is spreading: {spread} points of likes, replies, shares and views."))
            .with("spread", number(spread)),
        _ => Reason::new("influence-verified", "The channel vouches for the author."),
    }
}
