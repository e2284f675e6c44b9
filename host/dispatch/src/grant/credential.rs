use model::{Credential, CredentialForm, Oauth2, PluginManifest, PluginSpec, Session};
use serde_json::Value as Json;

use super::place::{self, Places};

/// The credential behind a plugin's name for a secret, all places filled; none when the secret was not granted, serves no requests, may go to
/// hosts of which the settings name none, or has a place that leads nowhere.
#[must_use]
pub fn credential(spec: &PluginSpec, manifest: &PluginManifest, name: &str) -> Option<Credential> {
    let request = manifest.secret(name)?;
    let (secret, form) = (spec.grants.secrets.get(name)?.clone(), request.credential.clone()?);
    let hosts: Vec<String> = request.hosts.iter().flat_map(|host| place::host(host, &spec.settings)).collect();
    let form = filled(form, &Places::new(spec, manifest)).ok()?;
    // No hosts at all mean every granted one, so that hosts which came to nothing must not.
    (hosts.is_empty() == request.hosts.is_empty()).then_some(Credential { secret, form, hosts })
}

/// The form with the places filled that settings decide about.
///
/// # Errors
/// The pointer that leads to no text or number.
fn filled(form: CredentialForm, places: &Places<'_>) -> Result<CredentialForm, String> {
    Ok(match form {
        CredentialForm::Basic { username } => CredentialForm::Basic { username: places.filled(&username)? },
        CredentialForm::Oauth2(oauth) => CredentialForm::Oauth2(Oauth2 {
            token_url: places.filled(&oauth.token_url)?,
            scope: oauth.scope.map(|scope| places.filled(&scope)).transpose()?,
            parameters: oauth
                .parameters
                .into_iter()
                .map(|(name, value)| Ok((name, places.filled(&value)?)))
                .collect::<Result<_, String>>()?,
            ..oauth
        }),
        CredentialForm::Session(session) => {
            CredentialForm::Session(Session { url: places.filled(&session.url)?, body: texts(session.body, places)?, ..session })
        }
        other => other,
    })
}

/// A value whose texts have their places filled.
fn texts(value: Json, places: &Places<'_>) -> Result<Json, String> {
    Ok(match value {
        Json::String(text) => Json::String(places.filled(&text)?),
        Json::Array(items) => Json::Array(items.into_iter().map(|item| texts(item, places)).collect::<Result<_, _>>()?),
        Json::Object(fields) => {
            Json::Object(fields.into_iter().map(|(name, value)| Ok((name, texts(value, places)?))).collect::<Result<_, String>>()?)
        }
        other => other,
    })
}
