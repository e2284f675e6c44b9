//! Case folders: `cases/*.json` of a plugin, each with `settings`, an input and what must come out. For tests only.
//!
//! What must come out is a part of it: objects may leave fields out, numbers agree to two places. Everything else must be equal.
#![expect(clippy::panic, reason = "this is what tests call")]

mod fact;
mod json;
mod mutation;
mod part;
mod sender;

use std::path::Path;

use serde_json::Value as Json;

pub use fact::{delivery, fact, received, reception, refusal, response};
pub use json::{priority, routing, signals};
pub use mutation::mutated;
pub use part::difference;
pub use sender::check_sender;

/// Runs every `*.json` of `<crate>/cases` and every example of `<crate>/manifest.json` through `run`, which is given the settings and the
/// input and answers with what came out.
///
/// # Panics
/// With every case that came out otherwise, or if there is none.
pub fn check(crate_dir: &str, run: impl Fn(&Json, &Json) -> Json) {
    let crate_dir = Path::new(crate_dir);
    let mut wrong = Vec::new();
    let mut all = files(&crate_dir.join("cases"));
    assert!(!all.is_empty(), "no cases in {}", crate_dir.display());
    let manifest = read(&crate_dir.join("manifest.json"));
    for example in manifest.get("examples").and_then(Json::as_array).into_iter().flatten() {
        all.push((format!("manifest: {}", example.get("name").unwrap_or(&Json::Null)), example.clone()));
    }
    for (name, case) in all {
        let part = |field: &str| case.get(field).cloned().unwrap_or_else(|| Json::Object(serde_json::Map::new()));
        let found = run(&part("settings"), &part("input"));
        if let Some(difference) = difference(&part("output"), &found, "") {
            wrong.push(format!("{name}: {difference}\n  whole output: {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Runs every webhook case of `<crate>/cases` (`input` is a delivery, or has one) and every manifest example of `webhook.receive`; then
/// every case's body in all the ways in which it can go wrong, which must not panic.
///
/// # Panics
/// With every case that came out otherwise, or if there is none.
pub fn check_webhook<P: pointsman_plugin::Webhook>(crate_dir: &str) {
    const NOW: u64 = 1_790_000_000_000;
    check(crate_dir, |settings, input| {
        let plugin: P = pointsman_plugin::testing::configured(settings.clone());
        let delivery = delivery(input.get("delivery").unwrap_or(input));
        mutated(&delivery.body, |body| {
            let _ = plugin.receive(&pointsman_plugin::Delivery { body: body.to_vec(), ..delivery.clone() }, NOW);
        });
        received(&plugin.receive(&delivery, NOW))
    });
}

/// Checks that the manifest's catalogue has a sentence for each of these reason codes in English and French, and none that nothing gives.
///
/// # Panics
/// With the codes that are missing or unused.
pub fn check_catalogue(crate_dir: &str, codes: &[&str]) {
    let manifest = read(&Path::new(crate_dir).join("manifest.json"));
    for language in ["en", "fr"] {
        let sentences = manifest.pointer(&format!("/catalogue/{language}")).and_then(Json::as_object);
        let missing: Vec<&&str> = codes.iter().filter(|code| !sentences.is_some_and(|all| all.contains_key(**code))).collect();
        assert!(missing.is_empty(), "{language}: no sentence for {missing:?}");
        let unused: Vec<&String> =
            sentences.into_iter().flat_map(|all| all.keys()).filter(|code| !codes.contains(&code.as_str())).collect();
        assert!(unused.is_empty(), "{language}: nothing gives {unused:?}");
    }
}

fn files(folder: &Path) -> Vec<(String, Json)> {
    let Ok(entries) = std::fs::read_dir(folder) else { panic!("no folder {}", folder.display()) };
    let mut paths: Vec<_> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), read(&path))).collect()
}

fn read(path: &Path) -> Json {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
