//! Every role of a staged plugin, called.

use std::collections::BTreeMap;

use dispatch::port::{Budget, Plugin, Question};
use model::{
    Attributes, Author, Call, Decided, Delivery, Disposition, FaultKind, GenerationId, Header, Interaction, Outbound, Pointer, Priority,
    Role, Routing, Situation, Timestamp, Value,
};

const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// How the calls ended: `answered`, or the fault's name.
pub(crate) type Ends = BTreeMap<&'static str, u64>;

/// Calls everything that it exports, the pure roles once alone and once together.
pub(crate) async fn exercise(plugin: &dyn Plugin) -> Ends {
    let mut ends = Ends::new();
    for role in plugin.info().roles.clone() {
        match role {
            Role::Webhook | Role::Connection | Role::Classifier | Role::Prioritizer | Role::Router => pure(plugin, role, &mut ends),
            _ => edge(plugin, role, &mut ends).await,
        }
    }
    ends
}

fn note<T>(ends: &mut Ends, call: &Call<T>) {
    let name = match &call.outcome {
        Ok(_) => "answered",
        Err(kind) => {
            assert!(!kind.to_string().contains("panicked"), "{kind}");
            kind.name()
        }
    };
    *ends.entry(name).or_default() += 1;
}

fn pure(plugin: &dyn Plugin, role: Role, ends: &mut Ends) {
    let (interaction, situation, delivery) = (interaction(), Situation::default(), delivery());
    let priority = Priority { score: 50.0, factors: Vec::new() };
    for count in [1, 3] {
        let question = Question { interaction: &interaction, situation: &situation, priority: Some(&priority) };
        let questions = vec![question; count];
        let mut answered = 0;
        match role {
            Role::Webhook => plugin.receive(&vec![&delivery; count], NOW).iter().for_each(|call| {
                answered += 1;
                note(ends, call);
            }),
            Role::Connection => {
                note(ends, &plugin.opened(None, NOW));
                note(ends, &plugin.received(b"From: a@example.org\r\n\r\nhello", &Attributes::new(), Some(b"cursor"), NOW));
                note(ends, &plugin.woken(Some(b"cursor"), NOW));
                answered = count;
            }
            Role::Classifier => plugin.classify(&questions, Budget::of(200)).iter().for_each(|call| {
                answered += 1;
                note(ends, call);
            }),
            Role::Prioritizer => plugin.prioritize(&questions, Budget::WHOLE).iter().for_each(|call| {
                answered += 1;
                note(ends, call);
            }),
            _ => plugin.route(&questions, Budget::WHOLE).iter().for_each(|call| {
                answered += 1;
                note(ends, call);
            }),
        }
        assert_eq!(answered, count, "{role:?} gives one call for each entry");
    }
}

async fn edge(plugin: &dyn Plugin, role: Role, ends: &mut Ends) {
    let (interaction, situation) = (interaction(), Situation::default());
    match role {
        Role::Feed => {
            note(ends, &plugin.poll(Some(b"cursor"), NOW).await);
            note(ends, &plugin.hydrate(&Pointer::default(), NOW).await);
        }
        Role::Sender => {
            note(ends, &plugin.send("key", &Outbound::Hide("m1".to_owned()), NOW).await);
            note(ends, &plugin.find("key", &Outbound::Hide("m1".to_owned()), NOW).await);
        }
        Role::Enricher => note(ends, &plugin.enrich(&interaction, NOW, Budget::of(200)).await),
        Role::Responder => note(ends, &plugin.suggest(&interaction, &situation, &filed(), Budget::WHOLE).await),
        _ => {
            let decided = Decided { interaction, priority: None, routing: filed(), generation: GenerationId("g".to_owned()) };
            note(ends, &plugin.export(&[decided]).await);
            note(ends, &plugin.erase("somebody").await);
        }
    }
}

fn filed() -> Routing {
    Routing { disposition: Disposition::File, effects: Vec::new(), reasons: Vec::new() }
}

fn interaction() -> Interaction {
    Interaction {
        text: "Where is my parcel? Ça fait trois jours…".to_owned(),
        author: Some(Author { id: "7".to_owned(), handle: Some("ada".to_owned()), followers: Some(12), ..Author::default() }),
        attributes: Attributes::from([("store".to_owned(), Value::from("lyon"))]),
        received_at: NOW,
        ..Interaction::default()
    }
}

fn delivery() -> Delivery {
    let headers = vec![Header::new("content-type", "application/json"), Header { name: "x-odd".to_owned(), value: vec![0xff] }];
    let body = br#"{"id":"1","text":"hello"}"#.to_vec();
    Delivery { method: "POST".to_owned(), url: "https://desk.example/hooks/x".to_owned(), headers, body, ..Delivery::default() }
}

/// Whether a fault is of a kind that says enough.
pub(crate) fn is_typed(kind: &FaultKind) -> bool {
    !kind.name().is_empty() && !kind.to_string().is_empty() && !kind.to_string().contains("panicked")
}
