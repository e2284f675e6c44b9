//! What was found, as signals with evidence and the normal spelling of each.

use detector::{Calendar, Entity, Kind, Options, entities};
use pointsman_plugin::{Interaction, Reason, Signal, Value};

/// Bytes of a text that are looked at: any text of this length costs less than a call may.
const TEXT_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a subject that are looked at.
const SUBJECT_BYTES_MAX: usize = 1024;
/// The contract's limit for evidence, and as many values of a kind are enough.
const VALUES_MAX: usize = 16;

/// Every code that a reason may have.
pub const CODES: [&str; 8] = ["orders", "emails", "phones", "ibans", "cards", "dates", "amounts", "products"];

/// One signal for each kind that is there. The subject is looked at too; evidence is of the text alone.
pub(crate) fn signals(interaction: &Interaction, options: &Options) -> Vec<Signal> {
    let language = interaction.language.as_deref();
    let found_by_step = interaction.signal("language").and_then(|signal| signal.value.as_text()).filter(|language| *language != "und");
    let language = language.or(found_by_step).unwrap_or_default();
    let calendar = Calendar {
        month_first: options.month_first.unwrap_or_else(|| language.eq_ignore_ascii_case("en-us")),
        said_at: Some(interaction.occurred_at).filter(|at| *at > 0),
    };
    let subject = cut(interaction.subject.as_deref().unwrap_or_default(), SUBJECT_BYTES_MAX);
    let text = cut(&interaction.text, TEXT_BYTES_MAX);
    let in_subject = entities(subject, options, calendar, language);
    let in_text = entities(text, options, calendar, language);
    Kind::ALL.into_iter().filter_map(|kind| signal(kind, (subject, &in_subject), (text, &in_text))).collect()
}

fn signal(kind: Kind, subject: (&str, &[Entity]), text: (&str, &[Entity])) -> Option<Signal> {
    let (mut values, mut normals): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for (said, found) in [subject, text] {
        for entity in found.iter().filter(|entity| entity.kind == kind) {
            let shown = entity.shown(said);
            if values.len() < VALUES_MAX && !values.contains(&shown) {
                values.push(shown);
                normals.push(entity.normal.clone());
            }
        }
    }
    if values.is_empty() {
        return None;
    }
    let mut signal = Signal::new(format!("entity-{}", kind.name()), values).because(reason(kind, normals)).confidence(confidence(kind));
    for entity in text.1.iter().filter(|entity| entity.kind == kind).take(VALUES_MAX) {
        signal = signal.evidence(entity.start..entity.end);
    }
    Some(signal)
}

/// The normal spelling of each value, in the same order.
fn reason(kind: Kind, normals: Vec<String>) -> Reason {
    let (code, start) = match kind {
        Kind::Order => ("orders", "Order numbers"),
        Kind::Email => ("emails", "E-mail addresses"),
        Kind::Phone => ("phones", "Phone numbers"),
        Kind::Iban => ("ibans", "Bank accounts, by country"),
        Kind::Card => ("cards", "Payment cards, by scheme"),
        Kind::Date => ("dates", "Dates"),
        Kind::Amount => ("amounts", "Amounts"),
        Kind::Product => ("products", "Products"),
    };
    Reason::new(code, format!("{start}: {}.", normals.join(", "))).with("values", Value::Texts(normals))
}

/// How far the form proves what it is; no measured share.
fn confidence(kind: Kind) -> f32 {
    match kind {
        Kind::Iban | Kind::Email => 0.99,
        Kind::Card | Kind::Product => 0.95,
        Kind::Amount | Kind::Date => 0.9,
        Kind::Phone => 0.85,
        Kind::Order => 0.8,
    }
}

/// The beginning of a text, at most so many bytes of it.
fn cut(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default()
}
