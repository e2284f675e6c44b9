//! The files of attachments, fetched when somebody asks for them.
//!
//! A file is fetched within the grant of the plugin that named it: its address came from a stranger, so that it leads to granted hosts only,
//! and a credential goes along only where it may go. What it is, its bytes say and not the channel; programs are not kept. What came is kept
//! by content, as long as the words that it came with.

mod kind;
mod raw;

use std::sync::Arc;

use async_trait::async_trait;
use dispatch::generation::{Connector, Current};
use dispatch::grant;
use dispatch::port::{Egress as _, EgressGrant, EgressRequest, Media, MediaError, MediaFile, MediaStore, NewMedia, Store};
use model::{Attachment, Content, Digest, Interaction, InteractionId, InteractionState, Resolve};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::sync::Semaphore;
use url::Url;

use crate::egress::HttpEgress;
use crate::resolve::found;

/// Longest name of a file that is kept.
const NAME_CHARS_MAX: usize = 200;

/// How much is fetched.
#[derive(Clone, Copy, Debug)]
pub struct LibraryLimits {
    /// Largest file.
    pub file_bytes_max: u64,
    /// Longest wait for a file.
    pub fetch_ms_max: u64,
    /// Files at a time.
    pub fetches_max: usize,
}

impl Default for LibraryLimits {
    fn default() -> Self {
        Self { file_bytes_max: 25 << 20, fetch_ms_max: 60_000, fetches_max: 4 }
    }
}

/// What the files are fetched by and kept in.
pub struct LibraryPorts {
    /// The way to the network.
    pub egress: HttpEgress,
    /// Where interactions are.
    pub store: Arc<dyn Store>,
    /// Where files are kept.
    pub media: Arc<dyn MediaStore>,
    /// Whose connectors may fetch.
    pub current: Arc<Current>,
}

/// Fetches and keeps files.
pub struct Library {
    ports: LibraryPorts,
    limits: LibraryLimits,
    places: Semaphore,
}

impl Library {
    /// Takes its ports.
    #[must_use]
    pub fn new(ports: LibraryPorts, limits: LibraryLimits) -> Self {
        Self { ports, limits, places: Semaphore::new(limits.fetches_max) }
    }

    async fn attachment(&self, id: &InteractionId, number: u32) -> Result<(Interaction, Attachment), MediaError> {
        let record = self.ports.store.interaction(id).await?;
        let at = usize::try_from(number).unwrap_or(usize::MAX);
        let attachment = record.interaction.attachments.get(at).cloned().filter(|_| record.state != InteractionState::Removed);
        Ok((record.interaction, attachment.ok_or(MediaError::NoAttachment(number))?))
    }

    async fn bytes(&self, interaction: &Interaction, attachment: &Attachment) -> Result<Vec<u8>, MediaError> {
        let url = match &attachment.content {
            Content::RawRange(first, count) => {
                let raw = self.ports.media.raw_of(&interaction.id).await?;
                let part = raw::part(&raw.body, *first, *count);
                return part.ok_or_else(|| MediaError::NoWay("the delivery has no such part".to_owned()));
            }
            Content::Url(url) => Ok(url.clone()),
            Content::Reference(id) => Err(id.clone()),
        };
        let generation = self.ports.current.load();
        let connector = generation.connector(&interaction.connector);
        let connector = connector.ok_or_else(|| MediaError::NoWay(format!("the connector `{}` does not serve", interaction.connector)))?;
        Fetch::new(self, connector)?.file(url).await
    }
}

#[async_trait]
impl Media for Library {
    async fn fetch(&self, interaction: &InteractionId, number: u32) -> Result<MediaFile, MediaError> {
        let (said, attachment) = self.attachment(interaction, number).await?;
        let origin = origin(&attachment.content);
        if let Some(file) = self.ports.media.media(interaction, number, &origin).await? {
            return Ok(file);
        }
        let _place = self.places.try_acquire().map_err(|_| MediaError::Busy)?;
        let bytes = self.bytes(&said, &attachment).await?;
        let size_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if size_bytes > self.limits.file_bytes_max {
            return Err(MediaError::Refused(format!("it is larger than {} bytes", self.limits.file_bytes_max)));
        }
        let media_type = kind::of(&bytes).map_err(MediaError::Refused)?;
        let name = attachment.name.as_deref().and_then(plain_name);
        let file = MediaFile { sha256: Digest::of(&bytes), media_type, size_bytes, name };
        self.ports.media.keep_media(interaction, number, NewMedia { file: file.clone(), origin, bytes }).await?;
        Ok(file)
    }

    async fn file(&self, interaction: &InteractionId, number: u32) -> Result<(MediaFile, Vec<u8>), MediaError> {
        let (_, attachment) = self.attachment(interaction, number).await?;
        let file = self.ports.media.media(interaction, number, &origin(&attachment.content)).await?.ok_or(MediaError::NotFetched)?;
        let bytes = self.ports.media.media_bytes(&file.sha256).await?;
        Ok((file, bytes))
    }
}

/// Where a file is, in one line.
fn origin(content: &Content) -> String {
    match content {
        Content::RawRange(first, count) => format!("raw:{first}+{count}"),
        Content::Url(url) => format!("url:{url}"),
        Content::Reference(id) => format!("reference:{id}"),
    }
}

/// The last part of a name, without what is no letter of a name.
fn plain_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|letter| !letter.is_control() && !is_turning(*letter)).take(NAME_CHARS_MAX).collect();
    let plain = plain.trim().trim_start_matches('.').trim();
    (!plain.is_empty()).then(|| plain.to_owned())
}

/// Letters that turn the direction of what follows: `gpj.exe` is not to look like `exe.jpg`.
fn is_turning(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// One file, fetched in a connector's name.
struct Fetch<'a> {
    library: &'a Library,
    grant: EgressGrant,
    media: model::Media,
}

impl<'a> Fetch<'a> {
    fn new(library: &'a Library, connector: &Connector) -> Result<Self, MediaError> {
        let info = connector.plugin.info();
        let media = grant::media(&info.spec, &info.manifest);
        let media = media.map_err(|error| MediaError::NoWay(format!("plugin `{}` {error}", info.spec.name)))?;
        let grant = EgressGrant {
            body_bytes_max: library.limits.file_bytes_max,
            timeout_ms_max: library.limits.fetch_ms_max,
            ..grant::egress_grant(&info.spec, &info.manifest)
        };
        Ok(Self { library, grant, media })
    }

    /// By its address, or by an id that is looked up first.
    async fn file(&self, place: Result<String, String>) -> Result<Vec<u8>, MediaError> {
        let url = match place {
            Ok(url) => url,
            Err(id) => {
                let resolve = self.media.resolve.as_ref();
                let resolve =
                    resolve.ok_or_else(|| MediaError::NoWay("its connector does not say how references are looked up".to_owned()))?;
                let answer = self.ask(resolve.method.as_deref(), &asked(resolve, &id), resolve.credential.as_deref()).await?;
                if resolve.pointer.is_none() {
                    return Ok(answer.body);
                }
                found(resolve, &answer).ok_or_else(|| MediaError::NoWay("the channel does not say where the file is".to_owned()))?
            }
        };
        Ok(self.ask(None, &url, self.media.credential.as_deref()).await?.body)
    }

    async fn ask(&self, method: Option<&str>, url: &str, credential: Option<&str>) -> Result<model::Response, MediaError> {
        let method = method.unwrap_or("GET").to_owned();
        // Where it may not go, the file may be open to everybody.
        let goes = |name: &&str| Url::parse(url).is_ok_and(|url| HttpEgress::goes(&self.grant, name, &method, &url));
        let credential = credential.filter(goes).map(str::to_owned);
        let request = EgressRequest { method: method.clone(), url: url.to_owned(), credential, ..EgressRequest::default() };
        let answer = self.library.ports.egress.send(&self.grant, request).await.map_err(MediaError::Egress)?;
        if (200..300).contains(&answer.status) { Ok(answer) } else { Err(MediaError::Status(answer.status)) }
    }
}

/// The address at which a reference is looked up.
fn asked(resolve: &Resolve, id: &str) -> String {
    resolve.url.replace("{reference}", &utf8_percent_encode(id, NON_ALPHANUMERIC).to_string())
}

#[cfg(test)]
mod tests;
