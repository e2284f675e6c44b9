use std::sync::Arc;

use arc_swap::ArcSwap;
use model::Interaction;
use sha2::{Digest as _, Sha256};

use super::Generation;

/// A whole, in millionths.
pub const WHOLE_PPM: u32 = 1_000_000;

/// The generation that serves, and perhaps a canary that serves a share of the conversations. Readers never wait: each unit of work loads
/// once and keeps what it loaded, so that a swap in between cannot mix two configurations. Both are behind one pointer, so that nobody ever
/// sees the one of before with the other of after.
#[derive(Debug)]
pub struct Current(ArcSwap<Serving>);

#[derive(Clone, Debug)]
struct Serving {
    generation: Arc<Generation>,
    canary: Option<Canary>,
}

#[derive(Clone, Debug)]
struct Canary {
    generation: Arc<Generation>,
    share_ppm: u32,
}

impl Current {
    /// Serves this one first.
    #[must_use]
    pub fn new(generation: Arc<Generation>) -> Self {
        Self(ArcSwap::from_pointee(Serving { generation, canary: None }))
    }

    /// The generation that serves everybody but a canary's conversations, and that reads all deliveries.
    #[must_use]
    pub fn load(&self) -> Arc<Generation> {
        Arc::clone(&self.0.load().generation)
    }

    /// The generation that decides about this interaction.
    #[must_use]
    pub fn for_interaction(&self, interaction: &Interaction) -> Arc<Generation> {
        let serving = self.0.load();
        match &serving.canary {
            Some(canary) if bucket_ppm(interaction) < canary.share_ppm => Arc::clone(&canary.generation),
            _ => Arc::clone(&serving.generation),
        }
    }

    /// Serves another one from now on, to everybody: a canary ends with it. Gives back the one that served.
    pub fn replace(&self, generation: Arc<Generation>) -> Arc<Generation> {
        Arc::clone(&self.0.swap(Arc::new(Serving { generation, canary: None })).generation)
    }

    /// Lets a candidate decide about this share of the conversations, in millionths. False when there is a canary already.
    pub fn begin_canary(&self, generation: &Arc<Generation>, share_ppm: u32) -> bool {
        self.change(|canary| canary.is_none().then(|| Some(Canary { generation: Arc::clone(generation), share_ppm })))
    }

    /// Gives the canary this share. False when this one is not the canary any more.
    pub fn widen(&self, generation: &Arc<Generation>, share_ppm: u32) -> bool {
        self.change(|canary| is_of(canary, generation).then(|| Some(Canary { generation: Arc::clone(generation), share_ppm })))
    }

    /// Takes the canary's share away, if this one is the canary; the serving generation decides about everybody from now on.
    pub fn withdraw(&self, generation: &Arc<Generation>) -> bool {
        self.change(|canary| is_of(canary, generation).then_some(None))
    }

    /// Lets the canary serve everybody, if this one still is the canary. Gives back the one that served.
    pub fn promote(&self, generation: &Arc<Generation>) -> Option<Arc<Generation>> {
        let mut promoted = false;
        let before = self.0.rcu(|serving| {
            promoted = is_of(serving.canary.as_ref(), generation);
            let promote = || Arc::new(Serving { generation: Arc::clone(generation), canary: None });
            if promoted { promote() } else { Arc::clone(serving) }
        });
        promoted.then(|| Arc::clone(&before.generation))
    }

    /// Takes the share of whatever is the canary away; gives it back.
    pub fn end_canary(&self) -> Option<Arc<Generation>> {
        let (generation, _) = self.canary()?;
        self.withdraw(&generation).then_some(generation)
    }

    /// The canary and its share in millionths.
    #[must_use]
    pub fn canary(&self) -> Option<(Arc<Generation>, u32)> {
        let serving = self.0.load();
        serving.canary.as_ref().map(|canary| (Arc::clone(&canary.generation), canary.share_ppm))
    }

    /// Whether anything that decides asks the outside first.
    #[must_use]
    pub fn enriches(&self) -> bool {
        let serving = self.0.load();
        serving.generation.enriches() || serving.canary.as_ref().is_some_and(|canary| canary.generation.enriches())
    }

    /// Puts what the change makes of the canary in its place, unless the change does not want to.
    fn change(&self, change: impl Fn(Option<&Canary>) -> Option<Option<Canary>>) -> bool {
        let mut changed = false;
        self.0.rcu(|serving| match change(serving.canary.as_ref()) {
            Some(canary) => {
                changed = true;
                Arc::new(Serving { generation: Arc::clone(&serving.generation), canary })
            }
            None => {
                changed = false;
                Arc::clone(serving)
            }
        });
        changed
    }
}

fn is_of(canary: Option<&Canary>, generation: &Arc<Generation>) -> bool {
    canary.is_some_and(|canary| Arc::ptr_eq(&canary.generation, generation))
}

/// Where a conversation stands between 0 and a million: always at the same place, whatever is served, so that a share that grows keeps all
/// that it had. What belongs to no conversation stands for itself.
#[must_use]
pub fn bucket_ppm(interaction: &Interaction) -> u32 {
    let conversation = if interaction.conversation.is_empty() { &interaction.id.0 } else { &interaction.conversation };
    let mut hash = Sha256::new();
    for part in [interaction.connector.as_str(), interaction.account.as_deref().unwrap_or_default(), conversation] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let first = hash.finalize().first_chunk::<8>().copied().unwrap_or_default();
    u32::try_from(u64::from_le_bytes(first) % u64::from(WHOLE_PPM)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use model::{OnFault, Role};
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{Scripted, chain, generation, hold_in, step};

    fn generations() -> (Arc<Generation>, Arc<Generation>) {
        let one = |chain_name: &str| {
            let router = Scripted::new("router").routes(|_, _, _| Ok(hold_in("care"))).done();
            generation(&[router], vec![], vec![chain(chain_name, None, vec![step("router", Role::Router, None, OnFault::Hold)])])
        };
        (one("old"), one("new"))
    }

    fn said(conversation: &str, id: u32) -> Interaction {
        let id = model::InteractionId(format!("i{id}"));
        Interaction { id, connector: "mail".into(), conversation: conversation.into(), ..Interaction::default() }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn a_share_is_about_as_large_as_it_says_and_stays_with_its_conversations(share_ppm in 0_u32..=WHOLE_PPM, seed: u32) {
            let (old, new) = generations();
            let current = Current::new(Arc::clone(&old));
            prop_assert!(current.begin_canary(&new, share_ppm));
            let conversations: Vec<String> = (0..4_000_u32).map(|number| format!("{seed}-{number}")).collect();
            let by_canary = |number: u32| {
                conversations.iter().map(|name| Arc::ptr_eq(&current.for_interaction(&said(name, number)), &new)).collect::<Vec<_>>()
            };
            let first = by_canary(1);
            prop_assert_eq!(&first, &by_canary(2), "by the conversation alone");
            let share = f64::from(u32::try_from(first.iter().filter(|by_canary| **by_canary).count()).unwrap()) / 4_000.0;
            let expected = f64::from(share_ppm) / f64::from(WHOLE_PPM);
            prop_assert!((share - expected).abs() < 0.04, "{share} of {expected}");
            prop_assert!(current.widen(&new, WHOLE_PPM.min(share_ppm.saturating_mul(2))));
            prop_assert!(by_canary(3).iter().zip(&first).all(|(later, first)| *later || !first), "what it had it keeps");
        }
    }

    #[test]
    fn a_canary_comes_goes_and_ends_with_what_serves() {
        let (old, new) = generations();
        let current = Current::new(Arc::clone(&old));
        assert!(current.canary().is_none() && current.end_canary().is_none());
        assert!(!current.widen(&new, 5) && !current.withdraw(&new));
        assert!(current.begin_canary(&new, WHOLE_PPM) && !current.begin_canary(&old, 1));
        assert!(Arc::ptr_eq(&current.for_interaction(&said("", 1)), &new), "all of them");
        assert!(Arc::ptr_eq(&current.load(), &old));
        assert!(!current.withdraw(&old) && current.withdraw(&new));
        assert!(Arc::ptr_eq(&current.for_interaction(&said("", 1)), &old));
        assert!(current.begin_canary(&new, 7));
        assert_eq!(current.canary().map(|(_, share_ppm)| share_ppm), Some(7));
        assert!(Arc::ptr_eq(&current.replace(Arc::clone(&new)), &old));
        assert!(current.canary().is_none());
        assert!(current.promote(&old).is_none() && current.begin_canary(&old, 7));
        assert!(current.promote(&old).is_some_and(|before| Arc::ptr_eq(&before, &new)));
        assert!(Arc::ptr_eq(&current.load(), &old) && current.canary().is_none());
        assert!(current.begin_canary(&old, 7));
        assert!(current.end_canary().is_some_and(|ended| Arc::ptr_eq(&ended, &old)));
    }

    #[test]
    fn places_stay_where_they_are() {
        // Whatever is changed here moves customers from one generation to the other in the midst of a canary.
        let place = |interaction: Interaction| bucket_ppm(&interaction);
        let with_account = Interaction { account: Some("desk".into()), ..said("thread-1", 1) };
        insta::assert_debug_snapshot!([place(said("thread-1", 1)), place(with_account), place(said("", 1))]);
    }
}
