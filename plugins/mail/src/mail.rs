//! A mail, parsed: its header fields and its parts.

use mail_parser::{Message, MessageParser, MessagePart, PartType};

use crate::encoded_word;
use crate::frame::Frame;
use crate::headers::Headers;
use crate::part::Part;

/// A mail. Parts inside of mails inside are not its own.
pub(crate) struct Mail<'a> {
    /// Header fields, raw.
    pub(crate) headers: &'a Headers,
    /// The mail's bytes.
    pub(crate) frame: &'a Frame<'a>,
    message: &'a Message<'a>,
}

impl<'a> Mail<'a> {
    /// Ties together what was read.
    pub(crate) fn new(frame: &'a Frame<'a>, headers: &'a Headers, message: &'a Message<'a>) -> Self {
        Self { headers, frame, message }
    }

    /// Parses a frame; a frame without a header is all body.
    pub(crate) fn parse(frame: &'a Frame<'a>) -> Message<'a> {
        let parsed = MessageParser::default().parse(frame.bytes.as_ref()).filter(|message| !message.parts.is_empty());
        parsed.unwrap_or_else(|| Message { parts: vec![all_body(frame)], ..Message::default() })
    }

    /// The mail as its parser sees it.
    pub(crate) fn message(&self) -> &'a Message<'a> {
        self.message
    }

    /// Its parts but containers, depth first.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Part<'_, 'a>> {
        self.message.parts.iter().take(PARTS_MAX).map(|part| Part::new(part, &self.frame.bytes)).filter(|part| !part.is_container())
    }

    /// The first part of this type.
    pub(crate) fn part(&self, media_type: &str) -> Option<Part<'_, 'a>> {
        self.parts().find(|part| part.media_type() == media_type)
    }

    /// The type of the whole, with its `report-type`.
    pub(crate) fn report_type(&self) -> Option<String> {
        let root = Part::new(self.message.parts.first()?, &self.frame.bytes);
        let report = root.media_type() == "multipart/report";
        report.then(|| root.parameter("report-type").unwrap_or_default().to_ascii_lowercase())
    }

    /// It says that it has parts, but none was found.
    pub(crate) fn is_undivided(&self) -> bool {
        let root = self.message.parts.first().map(|root| Part::new(root, &self.frame.bytes));
        let leaves = self.parts().take(2).count();
        root.is_some_and(|root| root.media_type().starts_with("multipart/")) && leaves <= 1
    }

    /// The subject, decoded.
    pub(crate) fn subject(&self) -> Option<String> {
        let subject = self.headers.get("subject").map(encoded_word::decode);
        let subject = subject.map(|subject| subject.split_whitespace().collect::<Vec<_>>().join(" "));
        subject.filter(|subject| !subject.is_empty())
    }
}

/// What has no header field at all: its parser gives nothing, and panics when it is asked for a field of nothing.
fn all_body<'a>(frame: &Frame<'_>) -> MessagePart<'a> {
    let offset_end = u32::try_from(frame.bytes.len()).unwrap_or(u32::MAX);
    MessagePart { body: PartType::Text("".into()), offset_end, ..MessagePart::default() }
}

const PARTS_MAX: usize = 1_000;
