use pointsman_plugin::testing::problems;
use serde_json::json;

use super::*;

#[test]
fn case_folders() {
    cases::check_webhook::<Freshdesk>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn sending() {
    cases::check_sender::<Freshdesk>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn an_address_has_a_scheme() {
    assert_eq!(problems::<Freshdesk>(json!({"base_url": "shop.freshdesk.com"}))[0].path, "/base_url");
}
