use crate::Linkedin;

#[test]
fn case_folders() {
    cases::check_webhook::<Linkedin>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn what_goes_out() {
    cases::check_sender::<Linkedin>(env!("CARGO_MANIFEST_DIR"));
}
