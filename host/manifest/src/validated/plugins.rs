use std::collections::BTreeSet;

use dispatch::grant::{REDACTED_TEXT, TEXT};
use model::{BreakerSpec, Digest, Grants, Isolation};
use serde_json::Value as Json;

use super::names::{self, Names};
use super::{Known, hosts, secrets};
use crate::bounds;
use crate::parsed::{self, Numbers};
use crate::report::Report;
use crate::source::join;
use crate::suggest;

/// The fields of an interaction that are granted by name.
pub(crate) const FIELDS: [&str; 7] = [TEXT, REDACTED_TEXT, "author", "customer", "attachments", "engagement", "attributes"];

/// A plugin as far as the text tells.
#[derive(Debug)]
pub(crate) struct Plugin {
    pub(crate) key: String,
    pub(crate) name: String,
    /// As written.
    pub(crate) file: Option<String>,
    pub(crate) pin: Option<Digest>,
    pub(crate) settings: Json,
    pub(crate) grants: Grants,
    /// Those that were given.
    pub(crate) limits: Numbers,
    pub(crate) isolation: Isolation,
    pub(crate) breaker: BreakerSpec,
}

/// `[[plugin]]`
pub(super) fn plugins(plugins: Vec<parsed::Plugin>, known: &Known, report: &Report) -> Vec<Plugin> {
    let mut names = Names::new("plugin");
    plugins.into_iter().filter_map(|plugin| one(plugin, &mut names, known, report)).collect()
}

fn one(plugin: parsed::Plugin, names: &mut Names, known: &Known, report: &Report) -> Option<Plugin> {
    let key = plugin.key;
    secrets::warn_about_plaintext(&plugin.settings, &format!("{key}.settings"), report);
    bounds::check_limits(report, &format!("{key}.limits"), &plugin.limits);
    let grants = grants(plugin.grant, &format!("{key}.grant"), known, report);
    let isolation = plugin.isolation.map_or(Isolation::Interaction, |given| isolation(&given, &format!("{key}.isolation"), report));
    let breaker = breaker(&plugin.breaker, &format!("{key}.breaker"), report);
    let pin = plugin.sha256.as_deref().and_then(|sha256| pin(sha256, &format!("{key}.sha256"), report));
    let name = names.admit(plugin.name?, &key, report);
    Some(Plugin { key, name, file: plugin.file, pin, settings: plugin.settings, grants, limits: plugin.limits, isolation, breaker })
}

fn isolation(given: &parsed::Isolation, key: &str, report: &Report) -> Isolation {
    let bounded = |name: &str, number: u64, (least, most): (u64, u64)| {
        bounds::within(report, &format!("{key}.{name}"), number, least, most);
        u32::try_from(number).unwrap_or(u32::MAX)
    };
    match given {
        parsed::Isolation::Word(word) => {
            if word != "interaction" {
                let remedy = match suggest::nearest(word, ["interaction", "batch", "warm"]) {
                    Some("batch") => "say how many interactions: `isolation = { batch = 32 }`".to_owned(),
                    Some("warm") => "say how many calls: `isolation = { warm = 1_000 }`".to_owned(),
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "write `\"interaction\"`, `{ batch = 32 }` or `{ warm = 1_000 }`".to_owned(),
                };
                report.error(key, format!("`{word}` is no kind of isolation by itself"), &remedy);
            }
            Isolation::Interaction
        }
        parsed::Isolation::Batch(size) => Isolation::Batch { interactions_max: bounded("batch", *size, bounds::BATCH_INTERACTIONS) },
        parsed::Isolation::Warm(calls) => Isolation::Warm { calls_max: bounded("warm", *calls, bounds::WARM_CALLS) },
    }
}

fn breaker(given: &Numbers, key: &str, report: &Report) -> BreakerSpec {
    let number = |name| bounds::number(report, key, &bounds::BREAKER, given, name);
    let small = |name| u32::try_from(number(name)).unwrap_or(u32::MAX);
    let breaker = BreakerSpec {
        faults_max: small("faults_max"),
        fault_percent_min: small("fault_percent_min"),
        window_ms: number("window_ms"),
        open_ms: number("open_ms"),
        open_ms_max: number("open_ms_max"),
    };
    if breaker.open_ms > breaker.open_ms_max {
        let place = if given.contains_key("open_ms_max") { "open_ms_max" } else { "open_ms" };
        let message =
            format!("`open_ms` ({}) is more than `open_ms_max` ({})", bounds::figure(breaker.open_ms), bounds::figure(breaker.open_ms_max));
        report.error(
            &format!("{key}.{place}"),
            message,
            "the first time out of service is the shortest: lower `open_ms`, or raise `open_ms_max`",
        );
    }
    breaker
}

fn pin(sha256: &str, key: &str, report: &Report) -> Option<Digest> {
    let digest = Digest::parse(sha256);
    if digest.is_none() {
        let message = format!("a SHA-256 has 64 hexadecimal digits, this has {} letters", sha256.chars().count());
        report.error(key, message, "`pointsman plugin inspect FILE` shows it");
    }
    digest
}

fn grants(grant: parsed::Grant, key: &str, known: &Known, report: &Report) -> Grants {
    let mut grants = Grants {
        state_bytes_max: grant.state_bytes_max.unwrap_or_default(),
        private_network: grant.private_network.unwrap_or_default(),
        fields: fields(grant.fields, key, report),
        ..Grants::default()
    };
    bounds::within(report, &format!("{key}.state_bytes_max"), grants.state_bytes_max, 0, bounds::STATE_BYTES);
    for (index, host) in grant.hosts.iter().enumerate() {
        grants.hosts.extend(hosts::host(host, &format!("{key}.hosts[{index}]"), report));
    }
    for (name, configured, place) in grant.secrets {
        if !known.secrets.contains(&configured) {
            let remedy = match suggest::nearest(&configured, known.secrets.iter().map(String::as_str)) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("add `{} = {{ env = \"NAME\" }}` under `[secrets]`", join("", &configured)),
            };
            report.error(&place, format!("there is no secret `{configured}`"), &remedy);
        }
        grants.secrets.insert(name, configured);
    }
    grants
}

fn fields(names: Vec<String>, key: &str, report: &Report) -> BTreeSet<String> {
    for (index, name) in names.iter().enumerate() {
        if !FIELDS.contains(&name.as_str()) {
            let remedy = suggest::remedy(name, FIELDS);
            report.error(&format!("{key}.fields[{index}]"), format!("there is no field `{name}` to grant"), &remedy);
        }
    }
    if let (Some(plain), Some(_)) = (names.iter().position(|name| name == TEXT), names.iter().position(|name| name == REDACTED_TEXT)) {
        let message = format!("`{TEXT}` and `{REDACTED_TEXT}` are both given, so nothing would be masked");
        report.error(&format!("{key}.fields[{plain}]"), message, "give the one that you mean");
    }
    names.into_iter().collect()
}

/// A finding when no plugin has this name.
pub(super) fn known_plugin(name: &str, known: &Known, key: &str, report: &Report) -> bool {
    names::known("plugin", name, &known.plugins, key, report)
}
