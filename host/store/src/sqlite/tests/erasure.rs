//! Whatever somebody said stands in content tables only; deleting their rows leaves history whole.

use std::collections::BTreeSet;

use dispatch::port::{DecisionFilter, FaultedFilter, InteractionFilter, NewQuarantine, State, Store};
use model::{
    Answer, Attributes, Author, Delivery, Digest, Disposition, Effect, Event, Fault, FaultKind, GenerationId, Header, Interaction,
    InteractionState, Item, Note, Priority, Reason, Removal, StepOutcome, StepRecord,
};

use super::Home;
use super::accident::rival;
use crate::suite::fixtures::{RECEIVED, accept, decided, fact, intake, pending};

const CANARY: &str = "canary";

/// Tables that may hold words.
fn may_hold_words(table: &str) -> bool {
    table.ends_with("_content") || table == "cursor" || table == "plugin_state"
}

fn author() -> Author {
    let text = || Some(CANARY.to_owned());
    Author { id: CANARY.to_owned(), handle: text(), display_name: text(), profile_url: text(), ..Author::default() }
}

fn item() -> Item {
    let text = || Some(CANARY.to_owned());
    Item {
        source_id: CANARY.to_owned(),
        conversation: text(),
        order_key: text(),
        in_reply_to: text(),
        author: Some(author()),
        subject: text(),
        text: CANARY.to_owned(),
        markup: text(),
        attributes: Attributes::from([("note".to_owned(), CANARY.into())]),
        ..Item::default()
    }
}

/// Says the canary wherever somebody could.
async fn sing(home: &Home) {
    let raw = Delivery {
        url: CANARY.to_owned(),
        headers: vec![Header::new("from", CANARY)],
        body: CANARY.as_bytes().to_vec(),
        ..Delivery::default()
    };
    let note = Note { source_id: Some(CANARY.to_owned()), name: "auto-reply".to_owned(), text: Some(CANARY.to_owned()), ..Note::default() };
    let facts = vec![
        fact(Event::Said(item())),
        fact(Event::Edited(Item { text: format!("{CANARY}!"), ..item() })),
        fact(Event::Removed(Removal { source_id: CANARY.to_owned(), actor: Some(author()), occurred_at: None })),
        fact(Event::Unsupported(note)),
    ];
    let store = &home.store;
    let cursor = Some(CANARY.as_bytes().to_vec());
    store.accept(dispatch::port::Intake { raw: raw.clone(), cursor, ..intake(facts) }).await.unwrap();
    let mut new = decided(store, &pending(store).await[0], Disposition::Hold("people".to_owned()), 5.0).await;
    let reason = Reason::new("quoted", format!("they said {CANARY}")).with("quote", CANARY);
    new.decision.routing.reasons = vec![reason.clone()];
    new.decision.routing.effects = vec![Effect::Answer(Answer { text: CANARY.to_owned(), private: false, attributes: Attributes::new() })];
    let factor = model::Factor { name: "urgency".to_owned(), level: 1.0, weight: 5.0, reason };
    new.decision.priority = Some(Priority { score: 5.0, factors: vec![factor] });
    new.trace.steps[0].outcome = StepOutcome::Said(serde_json::json!([{"name": "entity-name", "value": CANARY}]));
    let fault = Fault { plugin: "crash".to_owned(), kind: FaultKind::Trap(CANARY.to_owned()) };
    new.trace.steps.push(StepRecord { outcome: StepOutcome::Faulted(fault), ..new.trace.steps[0].clone() });
    store.decide(new).await.unwrap();
    let quarantine = NewQuarantine {
        connector: "desk".to_owned(),
        received_at: RECEIVED,
        read_by: GenerationId("g1".to_owned()),
        raw,
        cause: "malformed".to_owned(),
        detail: format!("unexpected {CANARY}"),
        digest: Digest::of(b"component"),
    };
    store.quarantine(quarantine).await.unwrap();
    store.put("p", CANARY, CANARY.as_bytes().to_vec(), None, Some(CANARY.to_owned()), None, 1_000).await.unwrap();
}

/// Which tables hold the canary.
fn heard(connection: &rusqlite::Connection) -> BTreeSet<String> {
    let mut heard = BTreeSet::new();
    let columns = "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'";
    let mut columns = connection.prepare(columns).unwrap();
    let columns = columns.query_map((), |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    for (table, column) in columns.map(Result::unwrap) {
        let count = format!("SELECT count(*) FROM \"{table}\" WHERE instr(CAST(\"{column}\" AS TEXT), '{CANARY}') > 0");
        let hits: i64 = connection.query_row(&count, (), |row| row.get(0)).unwrap();
        if hits > 0 {
            heard.insert(table);
        }
    }
    heard
}

#[tokio::test]
async fn words_stand_in_content_tables_only() {
    let home = Home::new().await;
    sing(&home).await;
    let heard = heard(&rival(&home.path()));
    let strays: Vec<_> = heard.iter().filter(|table| !may_hold_words(table)).collect();
    assert_eq!(strays, Vec::<&String>::new());
    assert!(heard.len() == 10, "the canary sang everywhere: {heard:?}");
}

#[tokio::test]
async fn history_stands_without_words() {
    let home = Home::new().await;
    sing(&home).await;
    let store = &home.store;
    let before = store.interactions(InteractionFilter { limit: 10, ..InteractionFilter::default() }).await.unwrap().remove(0).1;
    let decision = store.decision(before.decision.as_ref().unwrap()).await.unwrap();

    let connection = rival(&home.path());
    for table in heard(&connection) {
        connection.execute_batch(&format!("DELETE FROM {table}")).unwrap();
    }
    let after = store.interaction(&before.interaction.id).await.unwrap();
    assert_eq!((after.state, after.edits, &after.decision), (InteractionState::Removed, 1, &before.decision));
    assert_eq!((after.interaction.text.as_str(), after.interaction.author), ("", None));
    let erased = store.decision(&decision.decision.id).await.unwrap();
    assert_eq!((erased.trace, erased.commitment), (None, decision.commitment));
    assert_eq!(erased.decision.routing.disposition, decision.decision.routing.disposition);
    assert_eq!(erased.decision.routing.reasons[0].code, "quoted");
    assert_eq!(store.decisions(DecisionFilter { limit: 10, ..DecisionFilter::default() }).await.unwrap().len(), 1);
    assert_eq!(store.queues().await.unwrap()[0].top.as_ref().map(|top| top.score), Some(5.0));
    let again = accept(store, vec![fact(Event::Said(item()))]).await;
    assert_eq!((again.duplicates, again.interactions), (1, vec![]), "what was erased does not come back");
    let edit = fact(Event::Edited(Item { occurred_at: Some(RECEIVED.plus_ms(9)), ..item() }));
    accept(store, vec![edit]).await;
    assert_eq!(store.interaction(&before.interaction.id).await.unwrap().interaction.text, Interaction::default().text);
}

#[tokio::test]
async fn a_fault_stands_without_its_sentence() {
    let home = Home::new().await;
    let store = &home.store;
    let id = accept(store, vec![fact(Event::Said(item()))]).await.interactions.remove(0);
    let mut new = decided(store, &pending(store).await[0], Disposition::File, 5.0).await;
    let fault = |text: &str| Fault { plugin: "crash".to_owned(), kind: FaultKind::Contract(text.to_owned()) };
    new.trace.steps[0].outcome = StepOutcome::Faulted(fault(CANARY));
    store.decide(new).await.unwrap();
    let filter = || FaultedFilter { all: true, limit: 10, ..FaultedFilter::default() };
    assert_eq!(store.faulted(filter()).await.unwrap()[0].fault, fault(CANARY));
    rival(&home.path()).execute_batch("DELETE FROM fault_content").unwrap();
    assert_eq!(store.faulted(filter()).await.unwrap()[0].fault, fault(""));
    store.redecide(&id).await.unwrap();
    let again = decided(store, &pending(store).await[0], Disposition::File, 5.0).await;
    store.decide(again).await.unwrap();
    assert_eq!(store.faulted(filter()).await.unwrap(), []);
    let mut faulted = decided(store, &accept_again(store).await, Disposition::File, 5.0).await;
    faulted.trace.steps[0].outcome = StepOutcome::Faulted(fault(CANARY));
    store.decide(faulted).await.unwrap();
    rival(&home.path()).execute_batch("DELETE FROM interaction_content").unwrap();
    assert!(store.redecide(&id).await.is_err(), "there is nothing to decide by");
}

/// The same item, edited.
async fn accept_again(store: &dyn Store) -> dispatch::port::Pending {
    accept(store, vec![fact(Event::Edited(Item { text: "edited".to_owned(), ..item() }))]).await;
    pending(store).await.remove(0)
}
