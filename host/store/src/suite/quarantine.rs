use dispatch::port::{NewQuarantine, Store, StoreError};
use model::{DeliveryId, Digest, GenerationId};

use super::fixtures::{RECEIVED, intake, pending, said};

fn broken(body: &[u8]) -> NewQuarantine {
    NewQuarantine {
        connector: "desk".to_owned(),
        received_at: RECEIVED,
        read_by: GenerationId("g1".to_owned()),
        raw: model::Delivery { body: body.to_vec(), ..intake(Vec::new()).raw },
        cause: "malformed".to_owned(),
        detail: "not JSON".to_owned(),
        digest: Digest::of(b"component"),
    }
}

pub(crate) async fn what_cannot_be_read_waits(store: &dyn Store) {
    let first = store.quarantine(broken(b"{")).await.unwrap();
    let second = store.quarantine(broken(&[0xff, 0xfe])).await.unwrap();
    let all = store.quarantined(None, 10).await.unwrap();
    assert_eq!(all.iter().map(|one| one.id.clone()).collect::<Vec<_>>(), [first.clone(), second.clone()]);
    assert_eq!((all[0].body_bytes, all[0].tries, all[0].cause.as_str(), all[0].detail.as_str()), (1, 1, "malformed", "not JSON"));
    assert_eq!(store.quarantined(Some(&first), 10).await.unwrap(), all[1..]);
    let (quarantined, raw) = store.quarantined_raw(&second).await.unwrap();
    assert_eq!((quarantined, raw), (all[1].clone(), broken(&[0xff, 0xfe]).raw));

    store.retain(&first, "trap".to_owned(), "unreachable".to_owned(), Digest::of(b"newer")).await.unwrap();
    let again = store.quarantined_raw(&first).await.unwrap().0;
    assert_eq!((again.tries, again.cause.as_str(), again.digest), (2, "trap", Digest::of(b"newer")));
    let totals = store.totals().await.unwrap();
    assert_eq!((totals.deliveries, totals.quarantined), (0, 2), "not accepted yet");
    assert_eq!(store.deliveries(None, 10).await.unwrap(), []);
}

pub(crate) async fn what_is_released_keeps_its_id(store: &dyn Store) {
    let id = store.quarantine(broken(b"{}")).await.unwrap();
    let accepted = store.release(&id, intake(vec![said("1", "hello", 1)])).await.unwrap();
    assert_eq!((&accepted.delivery, accepted.facts, accepted.interactions.len()), (&id, 1, 1));
    assert_eq!(store.interaction(&accepted.interactions[0]).await.unwrap().delivery, id);
    assert_eq!(pending(store).await.len(), 1);
    assert_eq!(store.quarantined(None, 10).await.unwrap(), []);
    assert_eq!(store.deliveries(None, 10).await.unwrap()[0].id, id);
    let gone = |outcome: Result<(), StoreError>| assert!(matches!(outcome, Err(StoreError::NotFound { .. })));
    gone(store.release(&id, intake(vec![said("2", "again", 2)])).await.map(drop));
    gone(store.retain(&id, String::new(), String::new(), Digest::default()).await);
    gone(store.quarantined_raw(&id).await.map(drop));
    gone(store.release(&DeliveryId("d0".to_owned()), intake(Vec::new())).await.map(drop));
    assert_eq!(store.totals().await.unwrap().interactions, 1);
}
