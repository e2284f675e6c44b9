//! Faults in the reader's language, with the figure that was exceeded.

use model::{Fault, FaultKind};

use crate::language::Language;

/// A sentence without its full stop: whose fault it was, and what was done wrong.
pub(crate) fn told(fault: &Fault, language: Language) -> String {
    match language {
        Language::En => fault.to_string(),
        Language::Fr => format!("le module `{}` {}", fault.plugin, french(&fault.kind)),
    }
}

/// What a plugin did wrong, to stand behind its name. What a guest or an engine said stays as it was said.
fn french(kind: &FaultKind) -> String {
    match kind {
        FaultKind::Trap(why) => format!("s'est interrompu : {why}"),
        FaultKind::Deadline { deadline_ms } => format!("a mis plus de {deadline_ms} ms"),
        FaultKind::Fuel { fuel_max } => format!("a utilisé plus de {fuel_max} unités de carburant"),
        FaultKind::Memory { memory_bytes_max } => format!("a demandé plus de {memory_bytes_max} octets de mémoire"),
        FaultKind::Tables { table_elements_max } => format!("a demandé des tables de plus de {table_elements_max} entrées"),
        FaultKind::Instances { core_instances_max } => format!("est fait de plus de {core_instances_max} instances"),
        FaultKind::Handles { handles_max } => format!("a tenu plus de {handles_max} ressources"),
        FaultKind::Stack => "s'est appelé plus profondément que sa pile".to_owned(),
        FaultKind::Output { output_bytes_max } => format!("a rendu plus de {output_bytes_max} octets"),
        FaultKind::List { list_items_max } => format!("a rendu une liste de plus de {list_items_max} entrées"),
        FaultKind::HostCalls { host_calls_max } => format!("a appelé l'hôte plus de {host_calls_max} fois"),
        FaultKind::HostBytes { host_bytes_max } => format!("a échangé plus de {host_bytes_max} octets avec l'hôte"),
        FaultKind::HttpRequests { http_requests_max } => format!("a envoyé plus de {http_requests_max} requêtes"),
        FaultKind::StateWrites { state_writes_max } => format!("a écrit dans son état plus de {state_writes_max} fois"),
        FaultKind::Budget { deadline_ms } => format!("n'a pas été consulté : les {deadline_ms} ms de l'interaction étaient épuisées"),
        FaultKind::Tripped { faults_max, window_ms } => {
            format!("n'a pas été consulté : il est hors service après {faults_max} pannes en {window_ms} ms")
        }
        FaultKind::Contract(why) => format!("n'a pas respecté le contrat : {why}"),
        FaultKind::Instantiate(why) => format!("n'a pas pu démarrer : {why}"),
        FaultKind::Failed(why) => format!("n'a pas pu faire son travail : {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_have_their_figure_in_both_languages() {
        let fault = |kind| Fault { plugin: "rules".to_owned(), kind };
        for (kind, english, french) in [
            (
                FaultKind::Budget { deadline_ms: 50 },
                "plugin `rules` was not asked: the interaction's 50 ms were used up",
                "le module `rules` n'a pas été consulté : les 50 ms de l'interaction étaient épuisées",
            ),
            (
                FaultKind::Tripped { faults_max: 3, window_ms: 1_000 },
                "plugin `rules` was not asked: it is out of service after 3 faults within 1000 ms",
                "le module `rules` n'a pas été consulté : il est hors service après 3 pannes en 1000 ms",
            ),
            (
                FaultKind::Fuel { fuel_max: 7 },
                "plugin `rules` used more than 7 units of fuel",
                "le module `rules` a utilisé plus de 7 unités de carburant",
            ),
        ] {
            assert_eq!(told(&fault(kind.clone()), Language::En), english);
            assert_eq!(told(&fault(kind), Language::Fr), french);
        }
    }
}
