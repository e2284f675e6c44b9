use dispatch::grant::HostGrant;

use crate::report::Report;

/// An entry of a grant's hosts, in the one form that it has: `[METHODS ]host[:port][/path/prefix]`.
pub(super) fn host(text: &str, key: &str, report: &Report) -> Option<String> {
    match HostGrant::parse(text) {
        Ok(host) => Some(host.to_string()),
        Err(error) => {
            report.error(key, error.to_string(), &error.remedy());
            None
        }
    }
}
