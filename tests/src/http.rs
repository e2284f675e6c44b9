//! HTTP as a channel or a person with `curl` speaks it. A status is an answer, never an error.

use anyhow::{Context as _, Result};

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// 100 to 599.
    pub status: u16,
    /// Whole, lossily.
    pub body: String,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_str(&self.body).with_context(|| format!("not JSON ({}): {}", self.status, self.body))
    }
}

/// Asks with GET.
///
/// # Errors
/// When there is no whole answer.
pub fn get(url: &str) -> Result<Answer> {
    request("GET", url, &[], b"")
}

/// Asks with any method.
///
/// # Errors
/// When there is no whole answer.
pub fn request(method: &str, url: &str, headers: &[(String, String)], body: &[u8]) -> Result<Answer> {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(std::time::Duration::from_secs(30)))
        .max_redirects(0)
        .build();
    let agent = ureq::Agent::new_with_config(config);
    let mut builder = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        builder = builder.header(name, value);
    }
    let mut answer = if body.is_empty() && method == "GET" {
        agent.run(builder.body(()).context("a request of this form")?)
    } else {
        agent.run(builder.body(body).context("a request of this form")?)
    }
    .with_context(|| format!("{method} {url}"))?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(64 << 20).lossy_utf8(true).read_to_string().context("reading the answer")?;
    Ok(Answer { status, body })
}
