//! What is remembered of waiting interactions is what the database says.

use dispatch::port::Store;
use model::{Attributes, Author, Event, Item};

use super::Home;
use crate::SqliteStore;
use crate::suite::fixtures::{accept, decide_first, echo, edited, fact, item, pending, said};

/// Everything that waits reads alike from memory and from a store without one.
async fn check(home: &Home, expected: usize) {
    let reader = SqliteStore::open_reader(home.path()).await.unwrap();
    let waiting = pending(&home.store).await;
    assert_eq!(waiting.len(), expected);
    assert_eq!(waiting, pending(&reader).await);
    for one in &waiting {
        assert_eq!(home.store.work(one).await.unwrap(), reader.work(one).await.unwrap());
    }
    reader.close().await;
}

#[tokio::test]
async fn memory_and_database_say_the_same() {
    let home = Home::new().await;
    let store = &home.store;
    let attributes = Attributes::from([("share".to_owned(), 0.1.into()), ("whole".to_owned(), 1.0.into()), ("note".to_owned(), "".into())]);
    let author = Author { id: String::new(), handle: Some(String::new()), ..Author::default() };
    let rich = Item { attributes, author: Some(author), subject: Some(String::new()), rating: None, ..item("1", "one", 1) };
    accept(store, vec![fact(Event::Said(rich))]).await;
    check(&home, 1).await;
    accept(store, vec![edited("1", "one!", 2), said("2", "two", 3)]).await;
    check(&home, 2).await;
    decide_first(store, "q").await;
    check(&home, 1).await;
    accept(store, vec![said("3", "three", 4), edited("4", "before it was said", 6), said("4", "four", 5)]).await;
    check(&home, 3).await;
    accept(store, vec![echo("e", 9)]).await;
    check(&home, 3).await;
    accept(store, vec![edited("1", "one?", 10)]).await;
    check(&home, 4).await;
    for left in (0..4).rev() {
        decide_first(store, "other").await;
        check(&home, left).await;
    }
}

/// More than is remembered at a time.
#[tokio::test]
async fn what_is_too_much_is_read() {
    let home = Home::new().await;
    let store = &home.store;
    let said = |at: u64| fact(Event::Said(Item { conversation: None, ..item(&at.to_string(), "hello", at) }));
    accept(store, (1..=5_000).map(said).collect()).await;
    let mut after = 0;
    let mut seen = 0;
    loop {
        let page = store.pending(after, 700).await.unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.iter().zip(page.iter().skip(1)).all(|(one, next)| one.seq < next.seq) && page[0].seq > after);
        after = last.seq;
        seen += page.len();
        store.work(last).await.unwrap();
        store.work(&page[0]).await.unwrap();
    }
    assert_eq!(seen, 5_000);
    assert_eq!(store.totals().await.unwrap().pending, 5_000);
}
