use std::collections::BTreeSet;

use model::{NotifySpec, Rung, place};

use super::{Known, names};
use crate::parsed;
use crate::parsed::{Form, RungTable};
use crate::report::Report;
use crate::suggest;

/// The most rungs of a ladder.
const RUNGS_MAX: usize = 16;
/// The most texts that may stand in public.
const PUBLIC_TEXTS_MAX: usize = 64;
/// The shortest of them.
const PUBLIC_TEXT_BYTES_MIN: usize = 5;
/// The most parameters of a template.
const PARAMS_MAX: usize = 32;
const PLACE: &str =
    "write `customer/NAME`, `author/NAME` or `attributes/NAME` for an attribute of the customer, the author or the interaction";

/// A rung, and the key at which it stands.
pub(crate) type KeyedRung = (String, Rung);

/// What the text alone tells about a ladder.
pub(super) fn fallback(rungs: Vec<parsed::Rung>, key: &str, known: &Known, report: &Report) -> Vec<KeyedRung> {
    if rungs.is_empty() {
        report.error(&format!("{key}.fallback"), "a ladder has at least one rung", "leave it out for `[\"thread\"]`");
    }
    if rungs.len() > RUNGS_MAX {
        let message = format!("a ladder has at most {RUNGS_MAX} rungs, this one {}", rungs.len());
        report.error(&format!("{key}.fallback"), message, "leave out what is never reached");
    }
    let mut ladder: Vec<KeyedRung> = Vec::new();
    for rung in rungs {
        let Some(lowered) = one(&rung.key, rung.form, known, report) else { continue };
        if ladder.iter().any(|(_, other)| *other == lowered) {
            report.error(&rung.key, "this rung is there already: what failed there fails again", "remove it");
        }
        if let Some((queue, _)) = ladder.iter().find(|(_, other)| matches!(other, Rung::Queue(_))) {
            let message = format!("nothing reaches this rung behind `{queue}`: a task for a person is the end");
            report.error(&rung.key, message, "move it before the queue");
        }
        ladder.push((rung.key, lowered));
    }
    ladder
}

fn one(key: &str, form: Form, known: &Known, report: &Report) -> Option<Rung> {
    match form {
        Form::Word(word) => match word.as_str() {
            "thread" => Some(Rung::Thread),
            "private" => Some(Rung::Private),
            other => {
                report.error(key, format!("`{other}` is no rung"), &suggest::remedy(other, ["thread", "private"]));
                None
            }
        },
        Form::Table(table) => table_of(key, *table, known, report),
    }
}

fn table_of(key: &str, table: RungTable, known: &Known, report: &Report) -> Option<Rung> {
    let RungTable { connector, to, consent, template, language, params, queue } = table;
    if let Some(queue) = queue {
        let others = [connector.is_some(), to.is_some(), consent.is_some(), template.is_some(), language.is_some(), !params.is_empty()];
        if others.contains(&true) {
            report.error(key, "a task for a person has nothing but its `queue`", "make the rest a rung of its own before it");
        }
        names::known("queue", &queue, &known.queues, &format!("{key}.queue"), report);
        return Some(Rung::Queue(queue));
    }
    if let Some(connector) = &connector {
        names::known("connector", connector, &known.connectors, &format!("{key}.connector"), report);
    }
    if let Some(consent) = &consent {
        well_placed(consent, &format!("{key}.consent"), report);
    }
    if let Some(to) = &to {
        well_placed(to, &format!("{key}.to"), report);
    }
    if template.is_none() && (language.is_some() || !params.is_empty()) {
        report.error(key, "`language` and `params` belong to a `template`", "name the template, or remove them");
    }
    let Some(template) = template else {
        return address(key, connector, to, consent, report);
    };
    if connector.is_some() && to.is_none() {
        report.error_at_key(key, "`to` is missing: on another connector the customer has another address", PLACE);
    }
    if params.len() > PARAMS_MAX {
        let message = format!("a template has at most {PARAMS_MAX} parameters, this one {}", params.len());
        report.error(&format!("{key}.params"), message, "");
    }
    for (index, param) in params.iter().enumerate() {
        let filled = param.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        if let Some(filled) = filled.filter(|filled| *filled != "text") {
            well_placed(filled, &format!("{key}.params[{index}]"), report);
        }
    }
    if language.is_none() {
        report.error_at_key(key, "`language` is missing", "write the one in which the template was approved, such as `language = \"fr\"`");
    }
    Some(Rung::Template { connector, to, template, language: language?, params, consent })
}

fn address(key: &str, connector: Option<String>, to: Option<String>, consent: Option<String>, report: &Report) -> Option<Rung> {
    if connector.is_none() {
        report.error_at_key(key, "`connector` is missing", "name the connector that sends, or a `template`, or a `queue`");
    }
    if to.is_none() {
        report.error_at_key(key, "`to` is missing: nobody knows where the address stands", PLACE);
    }
    Some(Rung::Address { connector: connector?, to: to?, consent })
}

fn well_placed(text: &str, key: &str, report: &Report) {
    if place(text).is_none() {
        report.error(key, format!("`{text}` is no place where something of a customer stands"), PLACE);
    }
}

/// Texts that may stand in public.
pub(super) fn public_texts(texts: Vec<String>, key: &str, report: &Report) -> Vec<String> {
    if texts.len() > PUBLIC_TEXTS_MAX {
        let message = format!("at most {PUBLIC_TEXTS_MAX} texts may stand in public, these are {}", texts.len());
        report.error(&format!("{key}.public_texts"), message, "name the company's own addresses and numbers only");
    }
    for (index, text) in texts.iter().enumerate() {
        if text.trim().len() < PUBLIC_TEXT_BYTES_MIN {
            let message = format!("`{text}` is too short: it would make holes in other people's numbers");
            report.error(&format!("{key}.public_texts[{index}]"), message, "write the whole address or number");
        }
    }
    texts
}

/// `[[notify]]`
pub(super) fn notify(notify: Vec<parsed::Notify>, known: &Known, report: &Report) -> Vec<(String, NotifySpec)> {
    let mut seen = BTreeSet::new();
    let mut specs = Vec::new();
    for one in notify {
        let key = one.key;
        if let Some(connector) = &one.connector {
            names::known("connector", connector, &known.connectors, &format!("{key}.connector"), report);
        }
        let (Some(recipient), Some(connector), Some(to)) = (one.recipient, one.connector, one.to) else { continue };
        if !seen.insert(recipient.clone()) {
            report.error(&format!("{key}.recipient"), format!("`{recipient}` has a place already"), "give each recipient one");
        }
        specs.push((key, NotifySpec { recipient, connector, to }));
    }
    specs.sort_by(|(_, a), (_, b)| a.recipient.cmp(&b.recipient));
    specs
}
