//! Who the host is towards a mail server.

use dispatch::grant::Endpoint;
use dispatch::port::{EgressError, EgressGrant, credential_goes_to};
use model::{CredentialForm, Secret};

use crate::egress::HttpEgress;

/// A name and what proves it.
pub(crate) enum Login {
    /// A password.
    Password { user: String, password: String },
    /// A token of OAuth 2, for SASL's XOAUTH2.
    Token { user: String, token: String },
}

impl Login {
    /// From a credential of the form `basic` or `oauth2`; none when none is named. `refused` is a token that opened nothing.
    ///
    /// # Errors
    /// When the credential was not granted, may not go there, is of another form, or has no value.
    pub(crate) async fn of(
        egress: &HttpEgress,
        grant: &EgressGrant,
        name: Option<&str>,
        endpoint: &Endpoint,
        refused: Option<&Secret>,
    ) -> Result<Option<Self>, EgressError> {
        let Some(name) = name else { return Ok(None) };
        let credential = grant.credentials.get(name).ok_or_else(|| EgressError::NotGranted(format!("credential `{name}`")))?;
        if !credential_goes_to(credential, endpoint) {
            return Err(EgressError::NotGranted(format!("credential `{name}` on host `{}`", endpoint.host)));
        }
        let unusable = || EgressError::Unavailable(format!("the secret `{}` cannot be used to log in to mails", credential.secret));
        let text = |secret: &Secret| std::str::from_utf8(secret.expose()).map(str::to_owned).map_err(|_| unusable());
        let plain = |part: &str| !part.is_empty() && !part.chars().any(char::is_control);
        let login = match &credential.form {
            CredentialForm::Basic { username } => {
                let password = text(&egress.lent(grant, credential, None).await?)?;
                Self::Password { user: username.clone(), password }
            }
            CredentialForm::Oauth2(_) => {
                let user = egress.field(credential, "username").ok_or_else(unusable)?;
                let token = text(&egress.lent(grant, credential, refused).await?)?;
                Self::Token { user, token }
            }
            _ => return Err(unusable()),
        };
        let (Self::Password { user, password: proof } | Self::Token { user, token: proof }) = &login;
        if plain(user) && plain(proof) { Ok(Some(login)) } else { Err(unusable()) }
    }

    /// The token, to be renewed when it opens nothing.
    pub(crate) fn token(&self) -> Option<Secret> {
        match self {
            Self::Token { token, .. } => Some(Secret::new(token.as_bytes())),
            Self::Password { .. } => None,
        }
    }
}

/// The one message of XOAUTH2.
pub(crate) fn xoauth2(user: &str, token: &str) -> String {
    format!("user={user}\u{1}auth=Bearer {token}\u{1}\u{1}")
}
