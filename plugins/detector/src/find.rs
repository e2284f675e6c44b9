//! Everything that is told apart, found in one text.

use words::{Phrases, tokens};

use crate::date::Calendar;
use crate::entity::{Entity, Kind};
use crate::options::Options;
use crate::scan::Scan;
use crate::{account, amount, card, date, email, order, phone};

/// Everything in the text, in its order, without overlaps. Linear in the text: each pass looks at a bounded neighbourhood of each character.
#[must_use]
pub fn entities(text: &str, options: &Options, calendar: Calendar, language: &str) -> Vec<Entity> {
    let mut found = if may_hold(text, options) { numbers_and_addresses(text, options, calendar, language) } else { Vec::new() };
    let taken: Vec<(usize, usize)> = found.iter().map(|entity| (entity.start, entity.end)).collect();
    if options.finds(Kind::Product) {
        found.extend(products(text, &options.products).into_iter().filter(|product| is_free(&taken, product)));
    }
    found.retain(|entity| options.finds(entity.kind));
    found.sort_by_key(|entity| entity.start);
    found
}

/// A digit or the sign of an address: without them there is nothing but products.
fn may_hold(text: &str, options: &Options) -> bool {
    let kinds = Kind::ALL.into_iter().any(|kind| kind != Kind::Product && options.finds(kind));
    kinds && text.chars().any(|letter| matches!(letter, '0'..='9' | '@' | '[' | '(') || !letter.is_ascii() && is_spelt(letter))
}

/// Characters beyond ASCII that are read as a digit or a sign.
fn is_spelt(letter: char) -> bool {
    letter.is_numeric() || matches!(letter, '＠' | '﹫')
}

fn numbers_and_addresses(text: &str, options: &Options, calendar: Calendar, language: &str) -> Vec<Entity> {
    let mut scan = Scan::new(text);
    email::find(&mut scan);
    account::find(&mut scan);
    order::find_patterns(&mut scan, &options.order_patterns);
    card::find(&mut scan);
    date::find(&mut scan, calendar);
    amount::find(&mut scan);
    order::find(&mut scan, &options.order_words);
    phone::find(&mut scan, &options.regions_for(language));
    scan.found.sort_by_key(|entity| entity.start);
    scan.found
}

/// Products of the settings, the longest name first.
fn products(text: &str, names: &Phrases<Box<str>>) -> Vec<Entity> {
    // In small letters, so that a capital inside a name does not part it; bytes stay where they are.
    let tokens = tokens(&text.to_ascii_lowercase());
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = tokens.get(at) {
        let Some((length, name)) = names.longest(&tokens, at) else {
            at += 1;
            continue;
        };
        let end = tokens.get(at + length - 1).map_or(first.end, |last| last.end);
        found.push(Entity { kind: Kind::Product, start: first.start, end, normal: name.to_string() });
        at += length.max(1);
    }
    found
}

/// Nothing that was found before overlaps it; `taken` is in order.
fn is_free(taken: &[(usize, usize)], product: &Entity) -> bool {
    let behind = taken.partition_point(|(_, end)| *end <= product.start);
    taken.get(behind).is_none_or(|(start, _)| *start >= product.end)
}
