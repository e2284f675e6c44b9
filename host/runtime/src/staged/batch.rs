//! Several entries in one instance: who gets which answer, and who bears which cost.

use model::{Call, Cost, FaultKind, Share};

use super::live::Live;
use crate::host::Records;

/// The answer about one entry, and what the guest's calls of the host left behind meanwhile.
pub(super) struct Answered<T> {
    pub(super) answer: T,
    pub(super) records: Records,
}

/// What came of all entries of one instance, in order.
pub(super) type Answers<T> = Result<Vec<Answered<T>>, FaultKind>;

/// One call for each entry, one after the other.
pub(super) fn each<E, T>(live: &mut Live, entries: &[E], mut one: impl FnMut(&mut Live, &E) -> Result<T, FaultKind>) -> Answers<T> {
    let mut answers = Vec::with_capacity(entries.len());
    for entry in entries {
        let answer = one(live, entry)?;
        answers.push(Answered { answer, records: live.take_records() });
    }
    Ok(answers)
}

/// One call for all entries. What was recorded cannot be told apart: it is the first entry's.
pub(super) fn together<T>(live: &mut Live, answers: Vec<T>) -> Vec<Answered<T>> {
    let mut records = live.take_records();
    answers.into_iter().map(|answer| Answered { answer, records: std::mem::take(&mut records) }).collect()
}

/// The calls of the entries: alone, each has its whole cost; together, each has that of all, marked as shared.
pub(super) fn calls<T>(answers: Vec<Answered<T>>, cost: &Cost) -> Vec<Call<T>> {
    let size = u32::try_from(answers.len()).unwrap_or(u32::MAX);
    let share = |at: usize| (size > 1).then(|| Share { size, at: u32::try_from(at).unwrap_or(u32::MAX) });
    let mut calls = Vec::with_capacity(answers.len());
    for (at, Answered { answer, records }) in answers.into_iter().enumerate() {
        let Records { host_calls, logs, logs_dropped } = records;
        calls.push(Call { outcome: Ok(answer), cost: Cost { share: share(at), host_calls, logs, logs_dropped, ..cost.clone() } });
    }
    calls
}

/// Adds the times that an attempt has cost whose answer nobody gets. Its fuel is not added: an entry's fuel is what a replay compares.
pub(super) fn add_times(cost: &mut Cost, lost: &Cost) {
    cost.duration_ns = cost.duration_ns.saturating_add(lost.duration_ns);
    cost.cpu_ns = cost.cpu_ns.saturating_add(lost.cpu_ns);
    cost.host_ns = cost.host_ns.saturating_add(lost.host_ns);
}
