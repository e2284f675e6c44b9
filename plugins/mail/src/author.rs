//! Who wrote a mail, and to whom.

use mail_parser::{Addr, Address};
use pointsman_plugin::Author;

use crate::encoded_word;
use crate::mail::Mail;

/// The author: `From`, or what comes nearest to it.
pub(crate) fn of(mail: &Mail<'_>, envelope_from: Option<&str>) -> Option<Author> {
    let message = mail.message();
    let named = [message.from(), message.sender(), message.reply_to()].into_iter().flatten().find_map(person);
    let found = named.or_else(|| {
        let bare = ["from", "sender", "return-path"].into_iter().filter_map(|name| mail.headers.get(name)).find_map(address_in);
        bare.or_else(|| envelope_from.and_then(address_in)).map(|id| (id, None))
    });
    let (id, name) = found?;
    let name = encoded_name(mail).or(name);
    Some(Author { handle: id.contains('@').then(|| id.clone()), display_name: name, id, ..Author::default() })
}

/// The name before the first address, when it is encoded: what can be decoded of it is decoded here, with more patience than a parser has.
fn encoded_name(mail: &Mail<'_>) -> Option<String> {
    let (before, _) = mail.headers.get("from")?.split_once('<')?;
    if !before.contains("=?") || before.contains(',') {
        return None;
    }
    let name = encoded_word::decode(before.trim().trim_matches('"')).split_whitespace().collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}

/// The addresses of a field.
pub(crate) fn addresses(field: Option<&Address<'_>>) -> Vec<String> {
    let all = field.into_iter().flat_map(Address::iter).filter_map(Addr::address);
    all.map(plain).filter(|address| address.contains('@')).take(ADDRESSES_MAX).collect()
}

/// Id and name of the first address with either.
fn person(field: &Address<'_>) -> Option<(String, Option<String>)> {
    field.iter().take(ADDRESSES_MAX).find_map(|one| {
        let name = one.name().map(|name| name.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|name| !name.is_empty());
        match one.address().map(plain).filter(|address| !address.is_empty()) {
            Some(address) => Some((address, name)),
            // `From: MAILER-DAEMON`: a name where an address should be. One with blanks is no id.
            None => name.filter(|name| !name.contains(' ')).map(|name| (name, None)),
        }
    })
}

fn plain(address: &str) -> String {
    address.chars().filter(|character| !character.is_whitespace() && !character.is_control()).take(ADDRESS_CHARS_MAX).collect()
}

/// The first thing in a text that looks like an address.
pub(crate) fn address_in(text: &str) -> Option<String> {
    let separate = |character: char| character.is_whitespace() || matches!(character, '<' | '>' | ',' | ';' | '(' | ')' | '"' | '[' | ']');
    let word =
        text.split(separate).find(|word| word.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty()))?;
    Some(word.trim_start_matches("mailto:").chars().take(ADDRESS_CHARS_MAX).collect())
}

const ADDRESSES_MAX: usize = 50;
const ADDRESS_CHARS_MAX: usize = 320;
