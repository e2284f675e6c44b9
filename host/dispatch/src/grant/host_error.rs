use thiserror::Error;

/// Why a text is no host grant. Each holds the text as it was given.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HostGrantError {
    /// It has a scheme.
    #[error("`{text}` is a URL, not a host")]
    Url {
        /// As given.
        text: String,
        /// What was probably meant.
        bare: String,
    },
    /// What stands before the host is no list of methods.
    #[error("`{0}` is no method that plugins may use")]
    Method(String),
    /// What stands behind the colon is no port.
    #[error("`{0}` has no port from 1 to 65535 behind its colon")]
    Port(String),
    /// A star for everything, or for everything below a top-level domain.
    #[error("`{0}` is too wide: it would let the plugin speak to strangers")]
    TooWide(String),
    /// Neither a name nor an address in its usual form.
    #[error("`{0}` is no host")]
    Host(String),
    /// The path cannot be compared by its segments.
    #[error("`{0}` is no path to grant: it needs plain segments, without `%`, `\\`, `;`, `?`, `#`, `.` and `..`")]
    Path(String),
}

impl HostGrantError {
    /// What to write instead, as part of a sentence.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Url { bare, .. } => format!("write `{bare}`"),
            Self::Method(_) => "write some of GET, HEAD, POST, PUT, PATCH, DELETE, separated by commas".to_owned(),
            Self::TooWide(_) => "name the hosts one by one".to_owned(),
            Self::Path(_) => "write `api.example.com/v1`, which covers all below it".to_owned(),
            Self::Port(_) | Self::Host(_) => "write `api.example.com`, `*.example.com` or `api.example.com:8443`".to_owned(),
        }
    }
}
