//! Calls: what is said on them, recordings, and how they went.
//!
//! A call opens a case when somebody waits for us after it: it was missed, a voicemail was left, or words were spoken to a menu. That it
//! rang, was taken or ended is told as `system`. Sources: Twilio's "TwiML Voice request parameters", `<Gather>`, `<Record>`, call status
//! callbacks.

use lenient::{Form, attribute, fingerprint};
use pointsman_plugin::{Attachment, Content, Direction, Fact, Item, Kind, Note, Timestamp, Visibility};

use crate::message::author;
use crate::settings::Settings;

/// Whether nobody listens any more.
pub(crate) fn is_over(form: &Form) -> bool {
    matches!(form.get("CallStatus"), Some("completed" | "busy" | "failed" | "no-answer" | "canceled"))
}

/// What a form about a call tells.
pub(crate) fn fact(form: &Form, at: Option<Timestamp>, settings: &Settings) -> Fact {
    let inbound = !form.get("Direction").unwrap_or("inbound").starts_with("outbound");
    let status = form.get("CallStatus").unwrap_or("call");
    let at = at.or_else(|| pointsman_plugin::time::parse(form.get("Timestamp")?));
    let call = Call { form, at, settings };
    let told = if let Some(recording) = form.get("RecordingSid") {
        call.recording(recording)
    } else if let Some(words) = form.get("SpeechResult") {
        let said = form.iter().map(|(name, value)| format!("{name}={value}\n")).collect::<String>();
        let id = format!("{}/speech/{}", call.sid(), fingerprint(said.as_bytes()));
        Fact::said(call.item(&id, words))
    } else if let Some(digits) = form.get("Digits") {
        call.note("digits", Some(digits))
    } else if inbound && matches!(status, "busy" | "failed" | "no-answer" | "canceled") {
        Fact::said(Item { subject: Some(format!("Missed call ({status})")), ..call.item(call.sid(), "") })
    } else {
        call.note(&format!("call-{}", status.chars().take(32).collect::<String>()), None)
    };
    let ours = if inbound { ["To", "Called"] } else { ["From", "Caller"] };
    Fact { account: ours.iter().find_map(|name| form.get(name)).map(str::to_owned), ..told }
}

struct Call<'a> {
    form: &'a Form,
    at: Option<Timestamp>,
    settings: &'a Settings,
}

impl Call<'_> {
    fn sid(&self) -> &str {
        self.form.get("CallSid").unwrap_or_default()
    }

    /// A voicemail; when its transcription comes later, the same item with words.
    fn recording(&self, recording: &str) -> Fact {
        let transcription = self.form.get("TranscriptionText");
        let Some(url) =
            self.form.get("RecordingUrl").filter(|_| self.form.get("RecordingStatus").is_none_or(|status| status == "completed"))
        else {
            return self.note("recording", None);
        };
        let attachment = Attachment {
            media_type: "audio/wav".to_owned(),
            content: Content::Url(url.to_owned()),
            name: None,
            size_bytes: None,
            description: None,
        };
        let item = Item { attachments: vec![attachment], ..self.item(recording, transcription.unwrap_or_default()) };
        let item = Item { subject: Some("Voicemail".to_owned()), ..item };
        if transcription.is_some() {
            return Fact::edited(item).dedup_key(format!("edited:{recording}:transcription"));
        }
        // The `action` of `<Record>` and the status callback of the recording tell the same.
        Fact::said(item).dedup_key(format!("said:{recording}"))
    }

    fn item(&self, id: &str, text: &str) -> Item {
        let from = self.form.get("From").unwrap_or_default();
        let fields = [
            ("call-sid", "CallSid"),
            ("call-status", "CallStatus"),
            ("duration-s", "CallDuration"),
            ("recording-duration-s", "RecordingDuration"),
            ("speech-confidence", "Confidence"),
        ];
        Item {
            kind: Kind::Call,
            visibility: Visibility::Private,
            direction: if self.settings.owns(from) { Direction::Echo } else { Direction::Inbound },
            conversation: self.form.get("From").map(str::to_owned),
            author: author(self.form),
            occurred_at: self.at,
            attributes: fields.iter().filter_map(|(name, field)| Some(attribute(name, self.form.get(field)?))).collect(),
            ..Item::new(id, text)
        }
        .bounded()
    }

    fn note(&self, name: &str, text: Option<&str>) -> Fact {
        let told = self.form.iter().map(|(name, value)| format!("{name}={value}\n")).collect::<String>();
        let note = Note {
            source_id: self.form.get("CallSid").map(str::to_owned),
            text: text.map(str::to_owned),
            actor: author(self.form),
            conversation: self.form.get("From").map(str::to_owned),
            visibility: Some(Visibility::Private),
            occurred_at: self.at,
            ..Note::new(name)
        };
        Fact::system(note).dedup_key(format!("system:{}:{name}:{}", self.sid(), fingerprint(told.as_bytes())))
    }
}
