use model::{ConnectorSpec, Role, Transport};

use super::{Inspected, Inspections, fallback};
use crate::report::Report;
use crate::validated::{Connector, Validated};

/// A connector with its channel filled in; findings when what is configured and what the plugin can do differ.
pub(super) fn lower(connector: &Connector, validated: &Validated, inspections: &Inspections, report: &Report) -> ConnectorSpec {
    let inspected = inspections.get(&connector.plugin);
    if let Some(inspected) = inspected {
        check_ways_in(connector, inspected, report);
    }
    ConnectorSpec {
        name: connector.name.clone(),
        plugin: connector.plugin.clone(),
        channel: channel(connector, inspected, report),
        account: connector.account.clone(),
        poll_interval_ms: connector.poll_interval_ms,
        lmtp_listen: connector.lmtp_listen.clone(),
        smtp_listen: connector.smtp_listen.clone(),
        smtp_tls: connector.smtp_tls.clone(),
        connect: connector.connect,
        fallback: fallback::ladder(connector, validated, inspections, report),
        public_texts: connector.public_texts.clone(),
    }
}

fn channel(connector: &Connector, inspected: Option<&Inspected>, report: &Report) -> String {
    let own = inspected.and_then(|inspected| inspected.manifest.channel.clone());
    let reads = inspected.is_some_and(reads);
    let unreadable = report.has_error_below(&format!("{}.channel", connector.key));
    if connector.channel.is_none() && own.is_none() && reads && !unreadable {
        let message = format!("`channel` is missing: the plugin `{}` reads any kind of channel", connector.plugin);
        report.error_at_key(&connector.key, message, "name the kind of channel, such as `channel = \"shop\"`");
    }
    connector.channel.clone().or(own).unwrap_or_default()
}

fn check_ways_in(connector: &Connector, inspected: &Inspected, report: &Report) {
    let (key, plugin) = (&connector.key, &connector.plugin);
    let has = |role| inspected.roles.contains(&role);
    if !reads(inspected) && !has(Role::Sender) {
        let roles: Vec<&str> = inspected.roles.iter().map(|role| role.name()).collect();
        let message = format!("the plugin `{plugin}` reads no channel: it is {}", crate::suggest::list(&roles, "and"));
        return report.error(&format!("{key}.plugin"), message, "name a plugin that is a webhook, a connection, a feed or a sender");
    }
    let transport = inspected.manifest.transport.as_ref();
    let mails = has(Role::Connection) && matches!(transport, Some(Transport::Mail { .. }));
    // A mailbox counts when the manifest knows of one: whether the settings name it, the generation says.
    let held = has(Role::Connection) && !matches!(transport, None | Some(Transport::Mail { imap: None, .. }));
    if connector.poll_interval_ms.is_some() && !has(Role::Feed) {
        report.error_at_key(&format!("{key}.poll_interval_ms"), format!("the plugin `{plugin}` has no feed to poll"), "remove it");
    }
    if connector.lmtp_listen.is_some() && !mails {
        report.error_at_key(&format!("{key}.lmtp_listen"), format!("the plugin `{plugin}` reads no mails over LMTP"), "remove it");
    }
    if connector.smtp_listen.is_some() && !mails {
        report.error_at_key(&format!("{key}.smtp_listen"), format!("the plugin `{plugin}` reads no mails over SMTP"), "remove it");
    }
    if connector.connect && !held {
        report.error_at_key(&format!("{key}.connect"), format!("the plugin `{plugin}` declares no connection to hold open"), "remove it");
    }
    let listens = connector.lmtp_listen.is_some() || connector.smtp_listen.is_some();
    let open = has(Role::Webhook) || connector.poll_interval_ms.is_some() || listens || connector.connect;
    // Who only sends needs no way in.
    if !open && reads(inspected) {
        let ways =
            [(has(Role::Feed), "`poll_interval_ms = 60_000`"), (mails, "`lmtp_listen = \"127.0.0.1:2424\"`"), (held, "`connect = true`")];
        let ways: Vec<&str> = ways.into_iter().filter_map(|(possible, way)| possible.then_some(way)).collect();
        let message = "nothing can come in: no webhook, and neither polled nor connected";
        let remedy = format!("add {}", ways.join(" or "));
        if has(Role::Sender) { report.warning(key, message.to_owned(), &remedy) } else { report.error_at_key(key, message, &remedy) }
    }
}

fn reads(inspected: &Inspected) -> bool {
    [Role::Webhook, Role::Connection, Role::Feed].iter().any(|role| inspected.roles.contains(role))
}
