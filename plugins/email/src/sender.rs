//! What is said to customers, as mails (RFC 5322) for the host to hand over.

use std::borrow::Cow;

use mail::{Letter, Sender};
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::text::Text;
use pointsman_plugin::{Delivered, Outbound, Timestamp, Undelivered};

/// The mail for what is to go out.
///
/// # Errors
/// `Never` for what a mail cannot be, for machines' mail and for nobody to write to.
pub(crate) fn deliver(sender: &Sender, key: &str, outbound: &Outbound, now: Timestamp) -> Result<Delivered, Undelivered> {
    let never = |why: &str| Err(Undelivered::Never(why.to_owned()));
    match outbound {
        Outbound::Reply(reply) => {
            let letter = sender.letter(key, reply)?;
            let bytes = written(&letter, now).map_err(|error| Undelivered::Never(format!("the mail cannot be written: {error}")))?;
            Ok(Delivered::HandOver(bytes))
        }
        Outbound::Post(_) => never("a mail needs somebody to go to"),
        Outbound::Template(_) => never("mails know no templates: send the words"),
        Outbound::Edit(_) | Outbound::Hide(_) => never("what was sent by mail stays sent"),
    }
}

fn written(letter: &Letter, now: Timestamp) -> std::io::Result<Vec<u8>> {
    let name = letter.from.name.as_deref().map(Cow::Borrowed);
    let mut mail = MessageBuilder::new()
        .from(Address::new_address(name, letter.from.address.as_str()))
        .to(Address::new_address(None::<&str>, letter.to.as_str()))
        .subject(letter.subject.as_str())
        .date(now / 1_000)
        .message_id(letter.message_id.as_str());
    if let Some(answered) = &letter.in_reply_to {
        mail = mail.in_reply_to(answered.as_str());
    }
    if !letter.references.is_empty() {
        mail = mail.references(MessageId::new_list(letter.references.iter().map(String::as_str)));
    }
    if letter.automatic {
        mail = mail.header("Auto-Submitted", Text::new("auto-replied"));
    }
    mail.text_body(letter.text.as_str()).write_to_vec()
}
