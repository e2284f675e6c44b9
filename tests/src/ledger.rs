//! What a host says it has: read through its API, checked against what it promised.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::host::Host;

/// One interaction as the API lists it.
#[derive(Clone, Debug)]
pub struct Row {
    /// The host's id.
    pub id: String,
    /// The channel's id.
    pub source_id: String,
    /// What is processed in order.
    pub order_key: String,
    /// `undecided`, `decided` or `removed`.
    pub state: String,
}

/// All interactions and all decisions of a host.
pub struct Ledger {
    /// Oldest first.
    pub interactions: Vec<Row>,
    /// Interaction ids of the decisions, in the order of their sequence numbers.
    pub decisions: Vec<String>,
}

impl Ledger {
    /// Reads it all.
    ///
    /// # Errors
    /// When the API does not answer as documented.
    pub fn read(host: &Host) -> Result<Self> {
        let mut interactions = all(host, "/interactions?limit=499", "before")?
            .iter()
            .map(|item| {
                let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
                Ok(Row {
                    id: text("/interaction/id").with_context(|| format!("no id in {item}"))?,
                    source_id: text("/source_id").with_context(|| format!("no source_id in {item}"))?,
                    order_key: text("/order_key").unwrap_or_default(),
                    state: text("/state").unwrap_or_default(),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        interactions.reverse();
        let decisions = all(host, "/decisions?limit=499&after=0", "after")?
            .iter()
            .map(|item| {
                item.pointer("/decision/interaction").and_then(Value::as_str).map(str::to_owned).with_context(|| format!("in {item}"))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { interactions, decisions })
    }

    /// Checks the promise: what was answered 2xx is there once and decided once, nothing is decided twice, nothing waits.
    ///
    /// # Errors
    /// When it is broken, with what broke it.
    pub fn check(&self, acknowledged: &BTreeSet<String>) -> Result<()> {
        let mut times = BTreeMap::<&str, usize>::new();
        for decided in &self.decisions {
            *times.entry(decided).or_default() += 1;
        }
        let twice: Vec<_> = times.iter().filter(|(_, count)| **count != 1).collect();
        let here: BTreeSet<&str> = self.interactions.iter().map(|row| row.source_id.as_str()).collect();
        let lost: Vec<_> = acknowledged.iter().filter(|id| !here.contains(id.as_str())).collect();
        let undecided: Vec<_> = self.interactions.iter().filter(|row| !times.contains_key(row.id.as_str())).collect();
        let doubled = self.interactions.len() - here.len();
        if !twice.is_empty() || !lost.is_empty() || !undecided.is_empty() || doubled > 0 {
            bail!("lost {lost:?}\ndecided more than once {twice:?}\nnever decided {undecided:?}\nstored more than once: {doubled}");
        }
        Ok(())
    }

    /// Checks that decisions of one order key are in the order in which their interactions were stored.
    ///
    /// # Errors
    /// When two are not.
    pub fn check_order(&self) -> Result<()> {
        let place: BTreeMap<&str, (usize, &str)> =
            self.interactions.iter().enumerate().map(|(index, row)| (row.id.as_str(), (index, row.order_key.as_str()))).collect();
        let mut last = BTreeMap::<&str, usize>::new();
        for decided in &self.decisions {
            let Some((index, key)) = place.get(decided.as_str()) else { continue };
            if last.get(key).is_some_and(|before| before > index) {
                bail!("`{decided}` was decided after a later interaction of `{key}`");
            }
            last.insert(key, *index);
        }
        Ok(())
    }
}

fn all(host: &Host, path: &str, cursor: &str) -> Result<Vec<Value>> {
    let mut items = Vec::new();
    let mut next = None::<String>;
    loop {
        let mut asked = path.to_owned();
        if let Some(next) = &next {
            asked = match asked.find(&format!("&{cursor}=")) {
                Some(at) => asked.split_at(at).0.to_owned(),
                None => asked,
            };
            asked.push_str(&format!("&{cursor}={next}"));
        }
        let answer = host.api(&asked)?;
        if answer.status != 200 {
            bail!("{asked} was answered {}: {}", answer.status, answer.body);
        }
        let page = answer.json()?;
        items.extend(page.get("items").and_then(Value::as_array).cloned().unwrap_or_default());
        match page.get("next").and_then(Value::as_str) {
            Some(more) => next = Some(more.to_owned()),
            None => return Ok(items),
        }
    }
}
