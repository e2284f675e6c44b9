use crate::EmailProvider;

#[test]
fn case_folders() {
    cases::check_webhook::<EmailProvider>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn what_goes_out() {
    cases::check_sender::<EmailProvider>(env!("CARGO_MANIFEST_DIR"));
}
