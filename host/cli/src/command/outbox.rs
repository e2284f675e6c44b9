//! `pointsman outbox`: what goes out, each try, and what became of it.

use dispatch::port::{Outbox as _, OutgoingFilter};
use model::{Effect, InteractionId, Outgoing, OutgoingId, OutgoingRecord, OutgoingState, Progress, Try, Wanted};
use serde_json::json;

use crate::args::{Cli, HostArgs, OutboxList, OutboxPark, OutboxRetry, OutboxShow};
use crate::client::Client;
use crate::command::decisions::open;
use crate::command::reply::segment;
use crate::exit::{Done, Failure};
use crate::language::Language;
use crate::{configuration, output, table};

/// Lists it, newest first for programs, oldest first for people: they read downwards to the latest.
pub(crate) fn list(cli: &Cli, args: &OutboxList) -> Done {
    let states = args.state.iter().map(|name| {
        OutgoingState::parse(name)
            .ok_or_else(|| Failure::wrong(format!("`{name}` is no state: {}", OutgoingState::ALL.map(OutgoingState::name).join(", "))))
    });
    let filter = OutgoingFilter {
        states: states.collect::<Done<_>>()?,
        kind: args.kind.clone(),
        connector: args.connector.clone(),
        interaction: args.interaction.clone().map(InteractionId),
        limit: args.limit,
        ..OutgoingFilter::default()
    };
    let manifest = configuration::read(&args.config.config, false).map_err(|findings| configuration::refused(&findings))?;
    let threads = tokio::runtime::Runtime::new()?;
    let mut rows = threads.block_on(async { Ok::<_, Failure>(open(&manifest).await?.outgoing(filter).await?) })?;
    if cli.json {
        rows.iter().for_each(output::json);
        return Ok(());
    }
    rows.reverse();
    rows.iter().for_each(|row| output::line(&line(row, cli.language())));
    if rows.is_empty() {
        output::diagnostic(cli.language().choose("nothing is in the outbox", "rien n'est à envoyer"));
    }
    Ok(())
}

/// Shows one with every try.
pub(crate) fn show(cli: &Cli, args: &OutboxShow) -> Done {
    let manifest = configuration::read(&args.config.config, false).map_err(|findings| configuration::refused(&findings))?;
    let id = OutgoingId(args.id.clone());
    let threads = tokio::runtime::Runtime::new()?;
    let record = threads.block_on(async { Ok::<_, Failure>(open(&manifest).await?.outgoing_one(&id).await?) })?;
    told(cli, &record);
    Ok(())
}

/// Tries again.
pub(crate) fn retry(cli: &Cli, args: &OutboxRetry) -> Done {
    turn(cli, &args.host, &args.id, "retry", &json!({"not_sent": args.not_sent}))
}

/// Tries no more.
pub(crate) fn park(cli: &Cli, args: &OutboxPark) -> Done {
    turn(cli, &args.host, &args.id, "park", &json!({"why": args.why}))
}

fn turn(cli: &Cli, host: &HostArgs, id: &str, what: &str, body: &serde_json::Value) -> Done {
    let client = Client::of(host)?;
    let path = format!("/outgoing/{}/{what}", segment(id)?);
    let record: OutgoingRecord = tokio::runtime::Runtime::new()?.block_on(client.post(&path, body))?;
    told(cli, &record);
    Ok(())
}

fn told(cli: &Cli, record: &OutgoingRecord) {
    if cli.json {
        output::json(record);
        return;
    }
    let language = cli.language();
    output::line(&line(&record.outgoing, language));
    for tried in &record.history {
        output::line(&tried_line(tried, language));
    }
    for sent in &record.sent {
        let far = progress(sent.progress, language);
        output::line(&table::plain(&format!("  {} {}  {far}", sent.connector, sent.source_id)));
    }
}

fn line(row: &Outgoing, language: Language) -> String {
    let far = row.progress.map(|far| format!(" ({})", progress(far, language))).unwrap_or_default();
    let why = row.why.as_deref().map(|why| format!("  {}", table::shorten(why, 200))).unwrap_or_default();
    let words = row.wanted.as_ref().map(words).unwrap_or_default();
    let at = table::clock_time(row.created_at);
    let (kind, connector, state) = (&row.kind, &row.connector, state(row.state, language));
    table::plain(&format!("{}  {at}  {kind} {connector}  {state}{far} {}×  {words}{why}", row.id, row.tries))
}

fn tried_line(tried: &Try, language: Language) -> String {
    let outcome = if tried.outcome.is_empty() { language.choose("under way", "en cours") } else { &tried.outcome };
    let detail = tried.detail.as_deref().map(|detail| format!(": {}", table::shorten(detail, 200))).unwrap_or_default();
    let (at, rung) = (table::clock_time(tried.at), tried.rung.saturating_add(1));
    table::plain(&format!(
        "  {at}  {} {rung}  {} {}  {outcome}{detail}",
        language.choose("rung", "échelon"),
        tried.call.name(),
        tried.connector
    ))
}

fn words(wanted: &Wanted) -> String {
    let text = match wanted {
        Wanted::Effect(Effect::Answer(answer)) => &answer.text,
        Wanted::Effect(Effect::Notify(notice)) => return format!("{}: “{}”", notice.recipient, table::shorten(&notice.text, 80)),
        Wanted::Effect(Effect::Timer { name, .. } | Effect::Mark { name, .. }) => return name.clone(),
        Wanted::Reply(words) => &words.text,
        Wanted::Post(post) => &post.text,
        Wanted::Edit(edit) => &edit.text,
        Wanted::Hide(id) => return id.clone(),
    };
    format!("“{}”", table::shorten(text, 80))
}

fn state(state: OutgoingState, language: Language) -> &'static str {
    match state {
        OutgoingState::Pending => language.choose("pending", "en attente"),
        OutgoingState::Sending => language.choose("being sent", "en cours d'envoi"),
        OutgoingState::Waiting => language.choose("waits for another try", "attend un nouvel essai"),
        OutgoingState::Unknown => language.choose("may have gone out", "peut-être envoyé"),
        OutgoingState::Done => language.choose("done", "fait"),
        OutgoingState::Parked => language.choose("parked", "mis de côté"),
        OutgoingState::Recalled => language.choose("recalled", "rappelé"),
    }
}

fn progress(progress: Progress, language: Language) -> &'static str {
    match progress {
        Progress::Sent => language.choose("sent", "envoyé"),
        Progress::Delivered => language.choose("delivered", "remis"),
        Progress::Read => language.choose("read", "lu"),
        Progress::Failed => language.choose("failed", "échoué"),
    }
}
