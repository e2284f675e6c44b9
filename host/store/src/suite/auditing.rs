//! Whether the books are right when nobody has touched them.

use dispatch::port::{AuditPoint, Losses};
use model::GenerationId;

use super::Backend;
use super::fixtures::{accept, decide_first, edited, pending, removed, said};

pub(crate) async fn a_chain_that_nobody_touched_is_whole(store: &dyn Backend) {
    let nothing = store.audit(AuditPoint::default(), 100).await.unwrap();
    assert_eq!((nothing.reached, nothing.decisions, nothing.tampering), (AuditPoint::default(), 0, vec![]));
    for at in 1..=25 {
        accept(store, vec![said(&at.to_string(), "hello", at)]).await;
        decide_first(store, "q").await;
    }
    let (mut reached, mut strides) = (AuditPoint::default(), Vec::new());
    loop {
        let stride = store.audit(reached.clone(), 10).await.unwrap();
        assert_eq!((stride.tampering, stride.erased), (vec![], 0));
        strides.push((stride.decisions, stride.reached.seq));
        if stride.reached == reached {
            break;
        }
        reached = stride.reached;
    }
    assert_eq!(strides, [(10, 10), (10, 20), (5, 25), (0, 25)]);
    assert_eq!(reached.link.len(), 64);
    let at_once = store.audit(AuditPoint::default(), 1_000).await.unwrap();
    assert_eq!((at_once.reached, at_once.decisions), (reached, 25));
}

pub(crate) async fn the_books_are_even(store: &dyn Backend) {
    let check = async |step: &str| assert_eq!(store.losses().await.unwrap(), Losses::default(), "{step}");
    check("empty").await;
    accept(store, vec![said("1", "one", 1), said("2", "two", 2), said("3", "three", 3)]).await;
    check("waiting").await;
    decide_first(store, "q").await;
    accept(store, vec![edited("1", "one!", 4), removed("2", 5)]).await;
    check("decided, edited and removed").await;
    store.withdraw(&GenerationId("g1".to_owned())).await.unwrap();
    while !pending(store).await.is_empty() {
        decide_first(store, "q").await;
        check("deciding").await;
    }
    store.withdraw(&GenerationId("g1".to_owned())).await.unwrap();
    check("withdrawn").await;
}
