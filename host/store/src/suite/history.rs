//! Components and swaps.

use std::sync::Arc;

use dispatch::port::StoreError;
use model::{Digest, GenerationId, Swap, SwapKind, SwapTrigger, Timestamp};

use super::Backend;

pub(crate) async fn components_are_kept_by_content(store: &dyn Backend) {
    let bytes: Arc<[u8]> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    let digest = Digest::of(&bytes);
    assert!(matches!(store.component(&digest).await, Err(StoreError::NotFound { .. })));
    for _ in 0..2 {
        store.keep_component(&digest, Arc::clone(&bytes)).await.unwrap();
        assert_eq!(store.component(&digest).await.unwrap(), *bytes);
    }
    let other = Digest::of(b"other");
    assert!(matches!(store.keep_component(&other, bytes).await, Err(StoreError::Corrupt(_))), "a digest that is not its own");
    assert!(matches!(store.component(&other).await, Err(StoreError::NotFound { .. })));
}

pub(crate) fn swap(at: u64, kind: SwapKind) -> Swap {
    Swap {
        seq: 0,
        at: Timestamp(at),
        generation: Some(GenerationId(format!("g{at}"))),
        before: None,
        kind,
        trigger: SwapTrigger::Api,
        by: "ann".to_owned(),
        why: String::new(),
        share_ppm: None,
        staging_ms: 0,
        publishing_ns: 0,
    }
}

pub(crate) async fn swaps_are_newest_first(store: &dyn Backend) {
    assert_eq!(store.swaps(None, 10).await.unwrap(), []);
    let mut written = Vec::new();
    for (at, (kind, trigger)) in (1..).zip(SwapKind::ALL.into_iter().zip(SwapTrigger::ALL.into_iter().cycle())) {
        let rich = Swap {
            before: Some(GenerationId("g0".to_owned())),
            trigger,
            why: "The rule for parcels was wrong.".to_owned(),
            share_ppm: Some(250_000),
            staging_ms: 1_234,
            publishing_ns: 567,
            ..swap(at, kind)
        };
        let plain = Swap { generation: None, trigger, ..swap(at, kind) };
        for line in [rich, plain] {
            let seq = store.note_swap(line.clone()).await.unwrap();
            written.push(Swap { seq, ..line });
        }
    }
    assert!(written.iter().zip(written.iter().skip(1)).all(|(one, next)| one.seq < next.seq));
    written.reverse();
    let (mut read, mut before) = (Vec::new(), None);
    loop {
        let page = store.swaps(before, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.seq);
        read.extend(page);
    }
    assert_eq!(read, written);
}

pub(crate) async fn what_serves_is_the_last_that_served(store: &dyn Backend) {
    assert_eq!(store.serving().await.unwrap(), None);
    for (at, kind, expected) in [
        (1, SwapKind::Refused, None),
        (2, SwapKind::Applied, Some("g2")),
        (3, SwapKind::Held, Some("g2")),
        (4, SwapKind::CanaryBegan, Some("g2")),
        (5, SwapKind::Applied, Some("g5")),
        (6, SwapKind::CanaryWithdrawn, Some("g5")),
        (7, SwapKind::RolledBack, Some("g7")),
    ] {
        store.note_swap(swap(at, kind)).await.unwrap();
        let serving = store.serving().await.unwrap().and_then(|swap| swap.generation);
        assert_eq!(serving.map(|id| id.0), expected.map(str::to_owned), "{kind:?}");
    }
}
