use std::collections::BTreeMap;

/// Something that two cores can find apart and put together afterwards, in any order.
pub(super) trait Join {
    /// Takes in what the other found.
    fn join(&mut self, other: Self);
}

impl Join for u64 {
    fn join(&mut self, other: Self) {
        *self = self.saturating_add(other);
    }
}

/// A map of at most `N` keys: the smallest ones are kept, everything else is one entry without a name. Which are kept does not depend on the
/// order in which they came, so that any number of cores finds the same.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bounded<K, V, const N: usize> {
    kept: BTreeMap<K, V>,
    other: V,
}

impl<K: Ord, V: Default, const N: usize> Default for Bounded<K, V, N> {
    fn default() -> Self {
        Self { kept: BTreeMap::new(), other: V::default() }
    }
}

impl<K: Ord, V: Join + Default, const N: usize> Bounded<K, V, N> {
    /// Adds to a key.
    pub(super) fn add(&mut self, key: K, value: V) {
        if let Some(known) = self.kept.get_mut(&key) {
            known.join(value);
            return;
        }
        self.kept.insert(key, value);
        if self.kept.len() > N
            && let Some((_, beyond)) = self.kept.pop_last()
        {
            self.other.join(beyond);
        }
    }

    /// What is kept, by key.
    pub(super) fn kept(&self) -> &BTreeMap<K, V> {
        &self.kept
    }

    /// What is beyond the bound.
    pub(super) fn other(&self) -> &V {
        &self.other
    }
}

impl<K: Ord, V: Join + Default, const N: usize> Join for Bounded<K, V, N> {
    fn join(&mut self, other: Self) {
        other.kept.into_iter().for_each(|(key, value)| self.add(key, value));
        self.other.join(other.other);
    }
}
