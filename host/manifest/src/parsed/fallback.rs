//! `fallback = [ "thread", { connector = "mail", to = "customer/email" }, … ]` of a connector, and `[[notify]]`.

use serde_json::Value as Json;

use crate::report::Report;
use crate::section::{Section, kind};

/// What to write.
const REMEDY: &str = "write `\"thread\"`, `\"private\"`, `{ connector = \"mail\", to = \"customer/email\" }`, \
                      `{ template = \"name\", language = \"en\" }` or `{ queue = \"phone\" }`";

/// One rung as written.
#[derive(Debug)]
pub(crate) struct Rung {
    pub(crate) key: String,
    pub(crate) form: Form,
}

/// What was written.
#[derive(Debug)]
pub(crate) enum Form {
    /// `"thread"` or `"private"`, or what somebody took for it.
    Word(String),
    /// A table.
    Table(Box<Table>),
}

/// The fields of a rung.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) connector: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) consent: Option<String>,
    pub(crate) template: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) params: Vec<String>,
    pub(crate) queue: Option<String>,
}

/// `[[notify]]`
#[derive(Debug)]
pub(crate) struct Notify {
    pub(crate) key: String,
    pub(crate) recipient: Option<String>,
    pub(crate) connector: Option<String>,
    pub(crate) to: Option<String>,
}

/// The rungs of a connector, in order; none when there is no `fallback`.
pub(super) fn fallback(section: &mut Section<'_>) -> Option<Vec<Rung>> {
    let key = section.at("fallback");
    let report = section.report();
    match section.any("fallback")? {
        Json::Array(items) => {
            Some(items.iter().enumerate().filter_map(|(index, item)| rung(report, format!("{key}[{index}]"), item)).collect())
        }
        other => {
            report.error(&key, format!("must be a list, not {}", kind(other)), REMEDY);
            None
        }
    }
}

fn rung(report: &Report, key: String, value: &Json) -> Option<Rung> {
    let form = match value {
        Json::String(word) => Form::Word(word.clone()),
        Json::Object(table) => {
            let mut inner = Section::new(report, &key, table);
            let table = Table {
                connector: inner.text("connector"),
                to: inner.text("to"),
                consent: inner.text("consent"),
                template: inner.text("template"),
                language: inner.text("language"),
                params: inner.texts("params"),
                queue: inner.text("queue"),
            };
            inner.finish();
            Form::Table(Box::new(table))
        }
        other => {
            report.error(&key, format!("must be a text or a table, not {}", kind(other)), REMEDY);
            return None;
        }
    };
    Some(Rung { key, form })
}

pub(super) fn notify(mut section: Section<'_>) -> Notify {
    let notify = Notify {
        key: section.key.clone(),
        recipient: section.required("recipient", "name whom policies notify"),
        connector: section.required("connector", "name the connector that sends"),
        to: section.required("to", "write the address there, such as `\"lead@example.com\"`"),
    };
    section.finish();
    notify
}
