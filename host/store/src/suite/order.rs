//! The state that results does not depend on the order in which facts arrive.

use dispatch::port::{Intake, Store};
use model::{DeliveryId, Fact, InteractionId, InteractionRecord};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};

use super::fixtures::{echo, edited, intake, keyed, removed, said};

/// What must be the same: all interactions, the conversation, how much waits. Ids are random, so they are left out.
#[derive(Debug, PartialEq)]
struct End {
    interactions: Vec<InteractionRecord>,
    conversation: (model::Situation, model::Timestamp),
    pending: usize,
}

/// Delivers the facts to a connector of their own, `split` to a delivery.
async fn end(store: &dyn Store, connector: &str, facts: &[Fact], split: usize) -> End {
    let mut arisen = Vec::new();
    for facts in facts.chunks(split) {
        let accepted = store.accept(Intake { connector: connector.to_owned(), ..intake(facts.to_vec()) }).await.unwrap();
        arisen.extend(accepted.interactions);
    }
    let mut interactions = Vec::new();
    for id in &arisen {
        interactions.push(anonymous(store.interaction(id).await.unwrap()));
    }
    interactions.sort_by(|one, other| one.source_id.cmp(&other.source_id));
    let conversations = store.conversations(None, 500).await.unwrap();
    let conversation = conversations.into_iter().find(|found| found.connector == connector).unwrap();
    End { interactions, conversation: (conversation.situation, conversation.last_at), pending: arisen.len() }
}

fn anonymous(mut record: InteractionRecord) -> InteractionRecord {
    record.interaction.id = InteractionId::default();
    record.interaction.connector.clear();
    record.order_key.clear();
    record.delivery = DeliveryId::default();
    record
}

pub(crate) async fn every_order_of_facts_ends_alike(store: &dyn Store) {
    let facts = [
        said("1", "helo", 10),
        edited("1", "hello", 20),
        edited("1", "hello!", 30),
        removed("1", 40),
        keyed("again", said("1", "helo", 10)),
    ];
    let expected = end(store, "first", &facts, 1).await;
    assert_eq!(expected.interactions.len(), 1);
    assert_eq!((expected.interactions[0].interaction.text.as_str(), expected.interactions[0].edits), ("hello!", 2));
    for (at, order) in orders(facts.len()).into_iter().enumerate() {
        let facts: Vec<Fact> = order.iter().map(|&at| facts[at].clone()).collect();
        assert_eq!(end(store, &format!("c{at}"), &facts, 1 + at % 3).await, expected, "{order:?}");
    }
}

pub(crate) async fn facts_of_a_conversation_in_any_order_end_alike(store: &dyn Store) {
    let facts = vec![
        said("1", "one", 10),
        said("2", "two", 20),
        said("3", "three", 30),
        echo("e1", 15),
        echo("e2", 25),
        edited("2", "two!", 22),
        edited("3", "three!", 40),
        removed("1", 50),
        keyed("again", said("2", "two", 20)),
    ];
    let expected = end(store, "first", &facts, 1).await;
    assert_eq!((expected.conversation.0.inbound_count, expected.conversation.0.unanswered_count), (3, 1));
    let mut runner = TestRunner::new(Config::with_cases(48));
    for case in 0..48 {
        let strategy = (Just(facts.clone()).prop_shuffle(), 1..4_usize);
        let (facts, split): (Vec<Fact>, usize) = strategy.new_tree(&mut runner).unwrap().current();
        assert_eq!(end(store, &format!("c{case}"), &facts, split).await, expected, "{facts:#?}");
    }
}

fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let insert = |order: Vec<usize>| {
        (0..count).map(move |at| {
            let mut longer = order.clone();
            longer.insert(at, count - 1);
            longer
        })
    };
    orders(count - 1).into_iter().flat_map(insert).collect()
}
