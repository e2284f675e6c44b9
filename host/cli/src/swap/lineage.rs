//! What the history of swaps says about where to go back to.

use dispatch::port::{History, StoreError};
use model::{GenerationId, Swap, SwapKind, SwapTrigger};

/// Lines that are read at a time.
const PAGE: u32 = 500;
/// Pages that are looked through at most: far more swaps than anybody would go back.
const PAGES_MAX: usize = 20;

/// The lines after which another generation served everybody, oldest first.
pub(crate) async fn lines(history: &dyn History) -> Result<Vec<Swap>, StoreError> {
    let mut lines: Vec<Swap> = Vec::new();
    let mut before = None;
    for _ in 0..PAGES_MAX {
        let page = history.swaps(before, PAGE).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.seq);
        lines.extend(page.into_iter().filter(|swap| swap.kind.serves()));
    }
    lines.reverse();
    Ok(lines)
}

/// The generation that served before what serves now, without those that were withdrawn: going back twice goes back two generations.
pub(crate) fn earlier(lines: &[Swap]) -> Option<GenerationId> {
    let mut served: Vec<&GenerationId> = lines.first().and_then(|first| first.before.as_ref()).into_iter().collect();
    for line in lines {
        let Some(generation) = &line.generation else { continue };
        match served.iter().rposition(|other| *other == generation) {
            // Back to one that served: everything since is withdrawn.
            Some(at) if line.kind == SwapKind::RolledBack => served.truncate(at + 1),
            _ if served.last() == Some(&generation) => {}
            _ => served.push(generation),
        }
    }
    served.pop()?;
    served.pop().cloned()
}

/// Whether the newest line left this generation on purpose, while a file may still say it: it was rolled back from, or a canary took its place.
pub(crate) fn was_left(newest: Option<&Swap>, generation: &GenerationId) -> bool {
    newest.is_some_and(|swap| {
        let on_purpose = swap.kind == SwapKind::RolledBack || swap.trigger == SwapTrigger::Canary;
        swap.kind.serves() && on_purpose && swap.before.as_ref() == Some(generation)
    })
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::*;

    fn line(kind: SwapKind, before: Option<&str>, generation: &str) -> Swap {
        let id = |name: &str| GenerationId(name.to_owned());
        Swap {
            seq: 0,
            at: Timestamp(0),
            generation: Some(id(generation)),
            before: before.map(id),
            kind,
            trigger: SwapTrigger::Api,
            by: String::new(),
            why: String::new(),
            share_ppm: None,
            staging_ms: 0,
            publishing_ns: 0,
        }
    }

    #[test]
    fn going_back_goes_back_and_not_to_and_fro() {
        use SwapKind::{Applied, RolledBack};
        for (history, expected) in [
            (vec![], None),
            (vec![(Applied, "a")], None),
            (vec![(Applied, "a"), (Applied, "b")], Some("a")),
            (vec![(Applied, "a"), (Applied, "b"), (RolledBack, "a")], None),
            (vec![(Applied, "a"), (Applied, "b"), (Applied, "c"), (RolledBack, "b")], Some("a")),
            (vec![(Applied, "a"), (Applied, "b"), (RolledBack, "a"), (Applied, "c")], Some("a")),
            (vec![(Applied, "a"), (Applied, "b"), (Applied, "a")], Some("b")),
            (vec![(Applied, "a"), (Applied, "b"), (Applied, "c"), (RolledBack, "a"), (Applied, "c")], Some("a")),
            (vec![(Applied, "a"), (Applied, "a")], None),
            // Back to one that served before all that is known.
            (vec![(Applied, "b"), (RolledBack, "z")], Some("b")),
        ] {
            let lines: Vec<Swap> = history.iter().map(|(kind, generation)| line(*kind, None, generation)).collect();
            assert_eq!(earlier(&lines).map(|id| id.0), expected.map(str::to_owned), "{history:?}");
        }
        assert_eq!(earlier(&[line(Applied, Some("a"), "b")]).map(|id| id.0), Some("a".to_owned()));
    }

    #[test]
    fn what_was_left_on_purpose() {
        let left = |kind, trigger| was_left(Some(&Swap { trigger, ..line(kind, Some("b"), "a") }), &GenerationId("b".to_owned()));
        assert!(left(SwapKind::RolledBack, SwapTrigger::Api) && left(SwapKind::Applied, SwapTrigger::Canary));
        assert!(!left(SwapKind::Applied, SwapTrigger::Watch) && !left(SwapKind::CanaryWithdrawn, SwapTrigger::Canary));
        assert!(
            !was_left(Some(&line(SwapKind::RolledBack, Some("c"), "a")), &GenerationId("b".to_owned()))
                && !was_left(None, &GenerationId("b".to_owned()))
        );
    }
}
