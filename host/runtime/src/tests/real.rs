//! The plugins of this repository, when they have been built.

use std::path::Path;

use model::{Interaction, Limits, Role};
use serde_json::json;

use super::guest::{classified, prioritized, spec};
use super::staging::child;
use super::world::{services, settings};
use crate::{Runtime, StageError};

#[tokio::test]
async fn every_built_plugin_is_staged_or_refuses_empty_settings_in_its_own_words() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/dist");
    let Ok(files) = std::fs::read_dir(&dist) else {
        eprintln!("skipped: no plugins have been built");
        return;
    };
    let mut settings = settings(None, child(1 << 30, 120, 120_000));
    settings.configure_fuel_max = 5_000_000_000;
    let runtime = Runtime::new(settings, services(false)).unwrap();
    for path in files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|suffix| suffix == "wasm")) {
        let component = std::fs::read(&path).unwrap();
        let mut spec = spec(&component, "");
        spec.settings = json!({});
        // A machine that runs all tests at once compiles slowly, and one of them carries an interpreter.
        spec.limits = Limits { compile_ms_max: 120_000, ..Limits::CONNECTOR };
        let plugin = match runtime.stage(&spec, &component).await {
            Ok(plugin) => plugin,
            Err(StageError::Refused(problems)) => {
                assert!(problems.iter().all(|problem| !problem.message.is_empty()) && !problems.is_empty(), "{}", path.display());
                continue;
            }
            Err(why) => panic!("{}: {why}", path.display()),
        };
        // The one in JavaScript is made of several modules, which cannot be snapshotted: it is kept warm.
        assert_eq!(plugin.info().snapshotted, !path.ends_with("shouting-js.wasm"), "{}", path.display());
        let interaction = Interaction { text: "My parcel is late and nobody answers!".to_owned(), ..Interaction::default() };
        if plugin.info().roles.contains(&Role::Classifier) {
            let said = || classified(&*plugin, &interaction).outcome.unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
            assert_eq!(said(), said());
        }
        if plugin.info().roles.contains(&Role::Prioritizer) {
            let call = prioritized(&*plugin, &interaction);
            assert!(call.outcome.is_ok(), "{}: {:?}", path.display(), call.outcome);
        }
    }
}
