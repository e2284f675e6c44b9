//! What the operator says: which instance, what to fetch, who we are.

use pointsman_plugin::Problem;
use serde::Deserialize;
use serde_json::Value;

/// The plugin's own table of `pointsman.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The instance, such as `https://mastodon.example`.
    pub base_url: Option<String>,
    /// What to fetch: `notifications`, `conversations`, `home`, `local`, `public`, `tag:NAME`, `list:ID`, `account:ID`.
    pub poll: Option<Vec<String>>,
    /// The id of our own account on the instance: what it says is an echo.
    pub account_id: Option<String>,
    /// The name of our own account, `name` or `name@instance`.
    pub acct: Option<String>,
    /// How far the first poll looks back, in hours.
    pub lookback_hours: Option<u64>,
    /// Pages fetched for one endpoint in one poll.
    pub pages_max: Option<u32>,
    /// Whether to fetch the status that a mention answers, for its context.
    pub fetch_parents: bool,
    /// Who may read what we answer in public: `public`, `unlisted` or `private` (followers).
    pub visibility: Option<String>,
    /// How long a status may be, in the instance's characters.
    pub characters_max: Option<u32>,
    /// The language of what we write, BCP 47.
    pub language: Option<String>,
}

/// Who we are, for telling our own words from others'.
#[derive(Clone, Debug, Default)]
pub(crate) struct Own {
    /// The account's id.
    pub(crate) id: Option<String>,
    /// The account's names in lower case: as people of the instance write it, and in full.
    names: Vec<String>,
    /// What facts name as their account.
    pub(crate) account: Option<String>,
}

/// Something that can be fetched again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// As the settings name it; its key in the cursor.
    pub(crate) name: String,
    /// Path and fixed query.
    pub(crate) path: String,
}

/// What `plugin call` without settings asks: a name that never resolves.
const NOWHERE: &str = "https://instance.invalid";
const POLL: [&str; 2] = ["notifications", "conversations"];
const LOOKBACK_HOURS: u64 = 72;
const PAGES_MAX: u32 = 4;
const ENDPOINTS_MAX: usize = 16;
/// Mastodon's own limit; instances may allow more.
const CHARACTERS_MAX: u32 = 500;

impl Settings {
    /// Everything that is wrong.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut problems = self.address_problems();
        let poll = self.poll.as_deref().unwrap_or_default();
        for (index, name) in poll.iter().enumerate() {
            if Endpoint::read(name).is_none() {
                let remedy = "Write `notifications`, `conversations`, `home`, `local`, `public`, `tag:NAME`, `list:ID` or `account:ID`.";
                problems.push(Problem::new(format!("/poll/{index}"), format!("`{name}` is nothing to poll.")).remedy(remedy));
            }
        }
        if poll.len() > ENDPOINTS_MAX {
            let remedy = "Use several connectors: instances allow about 300 requests in five minutes.";
            problems.push(Problem::new("/poll", format!("More than {ENDPOINTS_MAX} entries.")).remedy(remedy));
        }
        if self.pages_max.is_some_and(|pages| !(1..=20).contains(&pages)) {
            problems.push(Problem::new("/pages_max", "`pages_max` is not between 1 and 20.").remedy("Leave it out for 4."));
        }
        if self.visibility.as_deref().is_some_and(|name| !matches!(name, "public" | "unlisted" | "private")) {
            let remedy = "Write `public`, `unlisted` or `private`; what is only for one person's eyes is direct anyway.";
            problems.push(Problem::new("/visibility", "`visibility` is none of those of public answers.").remedy(remedy));
        }
        if self.characters_max == Some(0) {
            problems.push(Problem::new("/characters_max", "`characters_max` is 0.").remedy("Leave it out for 500."));
        }
        problems
    }

    fn address_problems(&self) -> Vec<Problem> {
        let remedy = "Write the instance's address, such as `https://mastodon.example`.";
        match &self.base_url {
            None if self.is_bare() => Vec::new(),
            None => vec![Problem::new("/base_url", "`base_url` is missing.").remedy(remedy)],
            Some(url) => {
                let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default().trim_end_matches('/');
                let odd = |character: char| character.is_whitespace() || matches!(character, '@' | '?' | '#' | '\\' | '/');
                if host.is_empty() || host.contains(odd) {
                    return vec![Problem::new("/base_url", format!("`{url}` is not the address of an instance.")).remedy(remedy)];
                }
                Vec::new()
            }
        }
    }

    /// Nothing is set at all, as when the plugin is inspected or called by hand: then everything found is given, from nowhere.
    fn is_bare(&self) -> bool {
        self.poll.is_none() && self.account_id.is_none() && self.acct.is_none() && self.lookback_hours.is_none() && self.pages_max.is_none()
    }

    /// With the address in its plain form.
    pub(crate) fn normalised(mut self) -> Self {
        if self.base_url.is_none() {
            self.lookback_hours = Some(u64::MAX);
        }
        self.base_url = Some(self.base_url.as_deref().unwrap_or(NOWHERE).trim_end_matches('/').to_owned());
        self
    }

    /// The instance, without a slash at the end.
    pub(crate) fn base_url(&self) -> &str {
        self.base_url.as_deref().unwrap_or(NOWHERE)
    }

    /// The address of a method of the API.
    pub(crate) fn api(&self, method: &str) -> String {
        format!("{}/api/v1/{method}", self.base_url())
    }

    /// How long a status may be.
    pub(crate) fn characters_max(&self) -> u32 {
        self.characters_max.unwrap_or(CHARACTERS_MAX)
    }

    /// What to fetch.
    pub(crate) fn endpoints(&self) -> Vec<Endpoint> {
        match &self.poll {
            Some(names) => names.iter().filter_map(|name| Endpoint::read(name)).collect(),
            None => POLL.iter().filter_map(|name| Endpoint::read(name)).collect(),
        }
    }

    /// How far the first poll looks back.
    pub(crate) fn lookback_ms(&self) -> u64 {
        self.lookback_hours.unwrap_or(LOOKBACK_HOURS).saturating_mul(3_600_000)
    }

    /// Pages for one endpoint in one poll.
    pub(crate) fn pages_max(&self) -> u32 {
        self.pages_max.unwrap_or(PAGES_MAX)
    }

    /// Who we are.
    pub(crate) fn own(&self) -> Own {
        let mut names = Vec::new();
        let acct = self.acct.as_deref().map(|acct| acct.trim_start_matches('@').to_lowercase());
        if let Some(acct) = &acct {
            let domain = self.base_url.as_deref().and_then(|url| url.split("://").nth(1)).unwrap_or_default().trim_end_matches('/');
            // People of the same instance are named without it.
            match acct.strip_suffix(&format!("@{}", domain.to_lowercase())) {
                Some(local) => names.push(local.to_owned()),
                None if !acct.contains('@') => names.push(format!("{acct}@{}", domain.to_lowercase())),
                None => {}
            }
            names.push(acct.clone());
        }
        Own { id: self.account_id.clone(), names, account: acct.or_else(|| self.account_id.clone()) }
    }
}

impl Own {
    /// Whether an account (or a mention, which has the same fields) is ours.
    pub(crate) fn is(&self, account: &Value) -> bool {
        let by_id = self.id.is_some() && lenient::id(account, "id") == self.id;
        by_id || lenient::text(account, "acct").is_some_and(|acct| self.names.contains(&acct.to_lowercase()))
    }
}

impl Endpoint {
    /// What a name of the settings stands for.
    pub(crate) fn read(name: &str) -> Option<Self> {
        let path = match name.split_once(':') {
            None => match name {
                "notifications" => "/api/v1/notifications?limit=40".to_owned(),
                "conversations" => "/api/v1/conversations?limit=40".to_owned(),
                "home" => "/api/v1/timelines/home?limit=40".to_owned(),
                "public" => "/api/v1/timelines/public?limit=40".to_owned(),
                "local" => "/api/v1/timelines/public?local=true&limit=40".to_owned(),
                _ => return None,
            },
            Some(("tag", tag)) => {
                let tag = tag.trim_start_matches('#');
                let odd = |character: char| !(character.is_alphanumeric() || character == '_' || character == '·');
                if tag.is_empty() || tag.contains(odd) {
                    return None;
                }
                format!("/api/v1/timelines/tag/{}?limit=40", escaped(tag))
            }
            Some(("list", id)) if is_id(id) => format!("/api/v1/timelines/list/{id}?limit=40"),
            Some(("account", id)) if is_id(id) => format!("/api/v1/accounts/{id}/statuses?limit=40"),
            Some(_) => return None,
        };
        Some(Self { name: name.to_owned(), path })
    }
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A part of a path, percent-encoded (RFC 3986).
fn escaped(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
