//! `pointsman replay`: decisions made again from their records, by the generations that made them, and compared byte for byte.

mod account;
mod again;
mod staged;

use std::sync::Arc;

use dispatch::grant::Pseudonyms;
use dispatch::port::{Clock as _, Nothing, Recorded, Store as _, StoreError, SystemClock};
use manifest::Manifest;
use model::{DecisionId, InteractionId, StoredDecision};
use store::SqliteStore;

use self::account::Account;
use self::again::Again;
use self::staged::Staged;
use crate::args::{Cli, Replay};
use crate::assemble::{self, Outside};
use crate::command::backtest::decider;
use crate::command::decisions::open;
use crate::exit::{Code, Done, Failure};
use crate::pages::{Pages, Stretch};
use crate::progress::Progress;
use crate::{configuration, output, period};

/// Replays, tells what differs, and fails when anything does.
pub(crate) fn run(cli: &Cli, args: &Replay) -> Done {
    let manifest = configuration::read(&args.config.config, false).map_err(|findings| configuration::refused(&findings))?;
    let now = SystemClock.now();
    let since = args.since.as_deref().map(|text| period::moment(text, now)).transpose().map_err(Failure::wrong)?.unwrap_or_default();
    // Without an end a host that serves would keep it busy for ever.
    let stretch = Stretch { since, until: Some(now.plus_ms(1)), ..Stretch::default() };
    let account = tokio::runtime::Runtime::new()?.block_on(replay(cli, args, &manifest, stretch))?;
    show(cli, &account);
    if account.different > 0 {
        let text = format!("{} of {} decisions are not the same again", account.different, account.decisions());
        return Err(Failure::new(Code::Failed, text));
    }
    if account.components_missing > 0 {
        let text = format!("{} decisions could not be replayed: their generation cannot be built", account.components_missing);
        return Err(Failure::new(Code::NotFound, text));
    }
    if !args.ids.is_empty() && account.identical == 0 {
        return Err(Failure::new(Code::NotFound, "nothing of it can be replayed"));
    }
    Ok(())
}

async fn replay(cli: &Cli, args: &Replay, manifest: &Manifest, stretch: Stretch) -> Done<Account> {
    let store = Arc::new(open(manifest).await?);
    let pseudonyms = Pseudonyms::new(assemble::known_pseudonym_key(&manifest.store.path)?);
    let outside = Outside { egress: Arc::new(Nothing), state: Arc::new(Nothing), secrets: Arc::new(Nothing) };
    let runtime = assemble::runtime(manifest, outside)?;
    let again = Arc::new(Again { decider: decider(pseudonyms), staged: Staged::new(Arc::clone(&store), runtime) });
    let account = if args.ids.is_empty() {
        let pages = Pages::new(store.clone(), stretch).await?;
        let progress = Progress::of(pages.total(), cli.language().choose("replayed", "rejouées"));
        again::all(&again, pages, progress).await?
    } else {
        let mut account = Account::telling_all();
        let found = named(&store, &args.ids).await?;
        again.page(found, &mut account).await?;
        account
    };
    store.close().await;
    Ok(account)
}

/// The decisions of these ids, and of the interactions of these ids.
async fn named(store: &SqliteStore, ids: &[String]) -> Done<Vec<Recorded>> {
    let mut found: Vec<StoredDecision> = Vec::new();
    for id in ids {
        let before = found.len();
        match store.decision(&DecisionId(id.clone())).await {
            Ok(decision) => found.push(decision),
            Err(StoreError::NotFound { .. }) => found.extend(store.decisions_of(&InteractionId(id.clone())).await?),
            Err(error) => return Err(error.into()),
        }
        if found.len() == before {
            return Err(Failure::new(Code::NotFound, format!("there is no decision and no decided interaction `{id}`")));
        }
    }
    let recorded = |(at, stored): (usize, StoredDecision)| Recorded {
        seq: u64::try_from(at).unwrap_or(u64::MAX),
        decision: stored.decision,
        trace: stored.trace,
        label: None,
    };
    Ok(found.into_iter().enumerate().map(recorded).collect())
}

fn show(cli: &Cli, account: &Account) {
    if cli.json {
        account.told.values().for_each(output::json);
        output::json(&serde_json::json!({ "summary": account }));
        return;
    }
    account.lines(cli.language()).iter().for_each(|line| output::line(line));
}
