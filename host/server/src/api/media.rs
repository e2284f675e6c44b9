//! The files of attachments: fetched when an operator asks, and handed out as files, never shown.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use dispatch::port::{EgressError, MediaError, MediaFile};
use model::InteractionId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Principal;
use crate::problem::{Code, Problem, ProblemDetails};
use crate::site::Shared;

/// Kinds of files that a browser would run or follow, if it believed them.
const ACTIVE: [&str; 4] = ["text/html", "text/xml", "application/xml", "image/svg+xml"];

/// A file that was fetched.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Fetched {
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    sha256: String,
    /// By its bytes, not by what the channel says.
    media_type: String,
    /// Of all its bytes.
    size_bytes: u64,
    /// As the channel gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl From<MediaFile> for Fetched {
    fn from(file: MediaFile) -> Self {
        Self { sha256: file.sha256.to_string(), media_type: file.media_type, size_bytes: file.size_bytes, name: file.name }
    }
}

/// An interaction and one of its attachments.
pub(crate) struct Numbered {
    interaction: InteractionId,
    number: u32,
}

impl<S: Send + Sync> FromRequestParts<S> for Numbered {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<(String, u32)>::from_request_parts(parts, state).await {
            Ok(Path((id, number))) if id.len() <= 512 => Ok(Self { interaction: InteractionId(id), number }),
            _ => Err(Problem::not_found("attachment")),
        }
    }
}

/// Fetches the file of an attachment from its channel, within the grant of the connector's plugin. One that is there is not fetched again.
#[utoipa::path(post, path = "/api/v1/interactions/{id}/attachments/{number}/fetch", tag = "interactions",
    params(("id" = String, Path, description = "The interaction's id."), ("number" = u32, Path, description = "Among its attachments, from 0.")),
    responses(
        (status = 200, description = "It is there.", body = Fetched),
        (status = 409, description = "It cannot be fetched.", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
pub(crate) async fn fetch(
    State(site): State<Shared>,
    Numbered { interaction, number }: Numbered,
    Extension(Principal(who)): Extension<Principal>,
) -> Result<Json<Fetched>, Problem> {
    tracing::info!(who, interaction = interaction.0, number, "fetches an attachment");
    Ok(Json(site.services.media.fetch(&interaction, number).await.map_err(problem)?.into()))
}

/// The bytes of a file that was fetched.
#[utoipa::path(get, path = "/api/v1/interactions/{id}/attachments/{number}", tag = "interactions",
    params(("id" = String, Path, description = "The interaction's id."), ("number" = u32, Path, description = "Among its attachments, from 0.")),
    responses((status = 200, description = "The file.", body = Vec<u8>, content_type = "application/octet-stream")))]
pub(crate) async fn get(State(site): State<Shared>, Numbered { interaction, number }: Numbered) -> Result<Response, Problem> {
    let (file, bytes) = site.services.media.file(&interaction, number).await.map_err(problem)?;
    Ok((headers(&file)?, bytes).into_response())
}

/// Whatever a stranger put into the file, no browser shows it as a page of ours.
fn headers(file: &MediaFile) -> Result<[(HeaderName, HeaderValue); 4], Problem> {
    let active = ACTIVE.contains(&file.media_type.as_str());
    let kind = if active { "text/plain; charset=utf-8" } else { &file.media_type };
    let value = |text: &str| HeaderValue::from_str(text).map_err(|error| Problem::internal(error.to_string()));
    Ok([
        (header::CONTENT_TYPE, value(kind)?),
        (header::CONTENT_DISPOSITION, value(&disposition(file.name.as_deref().unwrap_or("attachment")))?),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ])
}

/// To be saved under its name (RFC 6266), which old programs get without other letters.
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|letter| if letter.is_ascii_alphanumeric() || "._- ".contains(letter) { letter } else { '_' }).collect();
    let bytes = name.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    });
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", bytes.collect::<String>())
}

fn problem(error: MediaError) -> Problem {
    let conflict = |detail: String| Problem::new(Code::Conflict, detail);
    match error {
        MediaError::Store(error) => error.into(),
        MediaError::NoAttachment(_) => Problem::not_found("attachment"),
        MediaError::NotFetched => Problem::new(Code::NotFound, "It was not fetched yet: POST to the same address with `/fetch` behind it."),
        MediaError::Busy => Problem::new(Code::Busy, "Other files are being fetched; try again shortly.").retry_after(5),
        MediaError::Egress(EgressError::NotGranted(what)) => conflict(format!(
            "The connector's plugin may not fetch it: {what} was not granted. Add it to `[plugin.grant]` if it is to be trusted."
        )),
        MediaError::Egress(EgressError::TooLarge(bytes)) => conflict(format!("It is larger than {bytes} bytes.")),
        MediaError::Egress(error) => Problem::new(Code::Unavailable, format!("It could not be fetched: {error}.")).retry_after(30),
        other @ (MediaError::Status(_) | MediaError::NoWay(_) | MediaError::Refused(_)) => conflict(format!("It cannot be had: {other}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn files_are_saved_under_their_names() {
        let check = |name: &str, expected: &str| assert_eq!(disposition(name), expected);
        check("a.png", "attachment; filename=\"a.png\"; filename*=UTF-8''a.png");
        check("Grüße \"1\".pdf", "attachment; filename=\"Gr__e _1_.pdf\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%221%22.pdf");
    }
}
