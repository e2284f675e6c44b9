use crate::Slack;

#[test]
fn case_folders() {
    cases::check_webhook::<Slack>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn outgoing_case_folders() {
    cases::check_sender::<Slack>(env!("CARGO_MANIFEST_DIR"));
}
