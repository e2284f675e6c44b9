//! The approvals file: which grants a person has looked at and agreed to. It lies beside the configuration, so that it goes through the same
//! review, and it is only ever added to by this program.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use toml::Value as Toml;

/// One agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The plugin, by its configured name.
    pub plugin: String,
    /// Which plugin that was when somebody agreed: publisher and name as it says of itself, see [`model::PluginManifest`], such as
    /// `Pointsman/language`. A line without it approves nothing: another plugin may stand under the configured name by now.
    #[serde(default)]
    pub of: String,
    /// The grant as a plan writes it, such as `field author` or `host api.example.com/v1`.
    pub grant: String,
    /// Who agreed.
    #[serde(default)]
    pub by: String,
    /// When, as they wrote it; this program writes Unix milliseconds.
    #[serde(default)]
    pub at: ApprovedAt,
}

/// When somebody agreed: for readers, nothing follows from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ApprovedAt {
    /// Unix milliseconds.
    Time(u64),
    /// In a person's own way.
    Text(String),
}

impl Default for ApprovedAt {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

/// All agreements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approvals(Vec<Approval>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    approval: Vec<Approval>,
}

impl Approvals {
    /// The largest file that is read, in bytes.
    pub const BYTES_MAX: u64 = 1 << 20;

    /// Reads the text of the file.
    ///
    /// # Errors
    /// What is wrong with it, one sentence: a file that is half understood would approve what nobody meant.
    pub fn parse(text: &str) -> Result<Self, String> {
        // A point in time may be written as TOML's own, which is a text here.
        let mut table: toml::Table = toml::from_str(text).map_err(|error| error.message().replace('\n', ", "))?;
        for approval in table.get_mut("approval").and_then(Toml::as_array_mut).into_iter().flatten() {
            if let Some(at) = approval.get_mut("at").filter(|at| at.is_datetime()) {
                *at = Toml::String(at.to_string());
            }
        }
        let document: Document = Toml::Table(table).try_into().map_err(|error: toml::de::Error| error.message().replace('\n', ", "))?;
        Ok(Self(document.approval))
    }

    /// Whether somebody has agreed to this grant of this plugin, and it was the plugin of this publisher and name.
    #[must_use]
    pub fn has(&self, plugin: &str, grant: &str, of: &str) -> bool {
        !of.is_empty() && self.0.iter().any(|approval| approval.plugin == plugin && approval.grant == grant && approval.of == of)
    }

    /// What is to be written behind the file's text for these agreements.
    #[must_use]
    pub fn addition(approvals: &[Approval]) -> String {
        let mut text = String::new();
        for Approval { plugin, of, grant, by, at } in approvals {
            text.push_str("\n[[approval]]\n");
            for (key, value) in [("plugin", plugin), ("of", of), ("grant", grant), ("by", by)] {
                let _ = writeln!(text, "{key} = {}", Toml::String(value.clone()));
            }
            let _ = match at {
                ApprovedAt::Time(at) => writeln!(text, "at = {at}"),
                ApprovedAt::Text(at) => writeln!(text, "at = {}", Toml::String(at.clone())),
            };
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn approvals_are_for_one_grant_of_one_plugin() {
        let text = "[[approval]]\nplugin = 'probe'\nof = 'Shop/probe'\ngrant = 'field author'\nby = 'ada'\nat = 2026-11-22T11:00:00Z\n";
        let approvals = Approvals::parse(text).unwrap();
        for (plugin, grant, of, expected) in [
            ("probe", "field author", "Shop/probe", true),
            ("probe", "field text", "Shop/probe", false),
            ("other", "field author", "Shop/probe", false),
            ("probe", "field author", "Somebody/probe", false),
            ("probe", "field author", "", false),
        ] {
            assert_eq!(approvals.has(plugin, grant, of), expected, "{plugin} {grant} {of}");
        }
        let without = Approvals::parse("[[approval]]\nplugin = 'probe'\ngrant = 'field author'\n").unwrap();
        assert!(!without.has("probe", "field author", "Shop/probe") && !without.has("probe", "field author", ""));
        assert_eq!(Approvals::parse("").unwrap(), Approvals::default());
    }

    #[test]
    fn what_is_not_understood_approves_nothing() {
        for (text, expected) in [
            ("[[approval]]\nplugin = 'probe'\n", "missing field `grant`"),
            ("[[approval]]\nplugin = 'probe'\ngrant = 'x'\nunless = 'y'\n", "unknown field `unless`"),
            ("[[aproval]]\nplugin = 'probe'\ngrant = 'x'\n", "unknown field `aproval`"),
            ("[[approval]\n", "unclosed"),
        ] {
            let error = Approvals::parse(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            plugin in "[ -~]{0,12}", of in "\\PC{1,12}", grant in "\\PC{0,20}", by in "\\PC{0,8}", at in 0_u64..1 << 50, day in "\\PC{0,8}",
        ) {
            let first = Approval { plugin: plugin.clone(), of: of.clone(), grant: grant.clone(), by, at: ApprovedAt::Time(at) };
            let second = Approval { plugin: "b".to_owned(), at: ApprovedAt::Text(day), ..first.clone() };
            let text = Approvals::addition(&[first.clone(), second.clone()]);
            let read = Approvals::parse(&text).unwrap();
            prop_assert!(read.has(&plugin, &grant, &of) && read.has("b", &grant, &of), "{}", text);
            prop_assert_eq!(read.0, vec![first, second]);
        }
    }
}
