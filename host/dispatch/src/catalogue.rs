//! Sentences for reasons, by language: the plugins' own from their manifests, the host's from the table here.

use model::{PluginManifest, Reason, Value};

/// A fault ended the chain, and a person decides.
pub const HELD_AFTER_FAULT: &str = "held-after-fault";
/// No router said anything.
pub const NO_ROUTER: &str = "no-router";
/// A router named a queue that is not configured.
pub const UNKNOWN_QUEUE: &str = "unknown-queue";

/// Language, code, sentence. English is here too, so that the table is complete for translators.
const SENTENCES: [(&str, &str, &str); 6] = [
    ("en", HELD_AFTER_FAULT, "Plugin {plugin} {fault}, so a person decides."),
    ("fr", HELD_AFTER_FAULT, "Le module {plugin} {fault} : une personne décide."),
    ("en", NO_ROUTER, "No router said where it goes, so a person decides."),
    ("fr", NO_ROUTER, "Aucun routeur n'a dit où l'adresser : une personne décide."),
    ("en", UNKNOWN_QUEUE, "There is no queue {queue}; {instead} is used instead."),
    ("fr", UNKNOWN_QUEUE, "La file {queue} n'existe pas ; {instead} la remplace."),
];

/// Fault, in English and in French, to stand behind a plugin's name.
const FAULTS: [(&str, &str, &str); 19] = [
    ("trap", "trapped", "s'est interrompu"),
    ("deadline", "took too long", "a dépassé son délai"),
    ("fuel", "computed too much", "a trop calculé"),
    ("memory", "needed too much memory", "a demandé trop de mémoire"),
    ("tables", "needed too large tables", "a demandé de trop grandes tables"),
    ("instances", "is made of too many parts", "se compose de trop de parties"),
    ("handles", "held too many handles", "a retenu trop de ressources"),
    ("stack", "recursed too deep", "s'est appelé trop profondément"),
    ("output", "returned too much", "a trop répondu"),
    ("list", "returned too long a list", "a rendu une liste trop longue"),
    ("host_calls", "called the host too often", "a trop appelé l'hôte"),
    ("host_bytes", "exchanged too much with the host", "a trop échangé avec l'hôte"),
    ("http_requests", "sent too many requests", "a envoyé trop de requêtes"),
    ("state_writes", "wrote to its state too often", "a écrit trop souvent dans son état"),
    ("budget", "was not asked because the time was used up", "n'a pas été interrogé car le temps était écoulé"),
    ("tripped", "was not asked because it is out of service", "n'a pas été interrogé car il est hors service"),
    ("contract", "broke the contract", "n'a pas respecté le contrat"),
    ("instantiate", "could not be started", "n'a pas pu démarrer"),
    ("failed", "could not do its work", "n'a pas pu faire son travail"),
];

/// The sentence of a reason in a language (`fr`, `fr-CA`, `fr_FR.UTF-8`): from the manifest of the plugin that gave it, or the host's own;
/// in English when nobody translated it.
#[must_use]
pub fn sentence(reason: &Reason, language: &str, manifest: Option<&PluginManifest>) -> String {
    let language = primary(language);
    // The reason's own text is the English sentence, complete and in the right number.
    if language == "en" && !reason.text.is_empty() {
        return reason.text.clone();
    }
    let own = manifest.and_then(|manifest| manifest.catalogue.get(&language)?.get(&reason.code));
    if let Some(sentence) = own {
        return reason.fill(sentence);
    }
    match SENTENCES.iter().find(|(tag, code, _)| *tag == language && *code == reason.code) {
        Some((_, _, sentence)) => in_words(reason, &language).fill(sentence),
        None => reason.text.clone(),
    }
}

/// A reason of the host, its English sentence filled in.
#[must_use]
pub(crate) fn reason(code: &str, params: &[(&str, &str)]) -> Reason {
    let bare = params.iter().fold(Reason::new(code, ""), |reason, (name, value)| reason.with(name, *value));
    let text = sentence(&bare, "en", None);
    Reason { text, ..bare }
}

/// The primary tag of a language, in lower case.
fn primary(language: &str) -> String {
    language.split(['-', '_', '.', '@']).next().unwrap_or_default().to_ascii_lowercase()
}

/// The reason with its fault named in words of the language.
fn in_words(reason: &Reason, language: &str) -> Reason {
    let Some(Value::Text(fault)) = reason.params.get("fault") else { return reason.clone() };
    let words = FAULTS.iter().find(|(name, ..)| name == fault).map(|(_, en, fr)| if language == "fr" { *fr } else { *en });
    words.map_or_else(|| reason.clone(), |words| reason.clone().with("fault", words))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::FaultKind;

    use super::*;

    #[test]
    fn sentences_come_in_the_readers_language() {
        let held = reason(HELD_AFTER_FAULT, &[("plugin", "sentiment"), ("fault", "deadline")]);
        assert_eq!(held.text, "Plugin sentiment took too long, so a person decides.");
        assert_eq!(sentence(&held, "fr_FR.UTF-8", None), "Le module sentiment a dépassé son délai : une personne décide.");
        assert_eq!(sentence(&held, "de", None), held.text);
        let lost = reason(UNKNOWN_QUEUE, &[("queue", "vip"), ("instead", "triage")]);
        assert_eq!(sentence(&lost, "fr-CA", None), "La file vip n'existe pas ; triage la remplace.");
    }

    #[test]
    fn a_plugins_own_words_come_first() {
        let words = BTreeMap::from([("angry".to_owned(), "Le client est fâché ({words}).".to_owned())]);
        let manifest = PluginManifest { catalogue: BTreeMap::from([("fr".to_owned(), words)]), ..PluginManifest::default() };
        let reason = Reason::new("angry", "The customer is angry (late).").with("words", "late");
        assert_eq!(sentence(&reason, "fr", Some(&manifest)), "Le client est fâché (late).");
        assert_eq!(sentence(&reason, "en", Some(&manifest)), reason.text);
        assert_eq!(sentence(&Reason::new("other", "As is."), "fr", Some(&manifest)), "As is.");
    }

    #[test]
    fn every_code_and_every_fault_has_both_languages() {
        for (_, code, _) in SENTENCES {
            for tag in ["en", "fr"] {
                assert!(SENTENCES.iter().any(|(language, known, _)| *language == tag && *known == code), "{code} in {tag}");
            }
        }
        let number = 0;
        let faults = [
            FaultKind::Trap(String::new()),
            FaultKind::Deadline { deadline_ms: number },
            FaultKind::Fuel { fuel_max: number },
            FaultKind::Memory { memory_bytes_max: number },
            FaultKind::Tables { table_elements_max: number },
            FaultKind::Instances { core_instances_max: number },
            FaultKind::Handles { handles_max: number },
            FaultKind::Stack,
            FaultKind::Output { output_bytes_max: number },
            FaultKind::List { list_items_max: number },
            FaultKind::HostCalls { host_calls_max: number },
            FaultKind::HostBytes { host_bytes_max: number },
            FaultKind::HttpRequests { http_requests_max: number },
            FaultKind::StateWrites { state_writes_max: number },
            FaultKind::Budget { deadline_ms: number },
            FaultKind::Tripped { faults_max: 0, window_ms: number },
            FaultKind::Contract(String::new()),
            FaultKind::Instantiate(String::new()),
            FaultKind::Failed(String::new()),
        ];
        let told = |(name, ..): &(&str, &str, &str)| (*name).to_owned();
        assert_eq!(FAULTS.iter().map(told).collect::<Vec<_>>(), faults.each_ref().map(|fault| fault.name().to_owned()));
        let held = reason(HELD_AFTER_FAULT, &[("plugin", "rules"), ("fault", "tripped")]);
        assert_eq!(held.text, "Plugin rules was not asked because it is out of service, so a person decides.");
        let french = "Le module rules n'a pas été interrogé car il est hors service : une personne décide.";
        assert_eq!(sentence(&held, "fr", None), french);
    }
}
