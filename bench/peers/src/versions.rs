//! Which version of a crate this program was built with.

/// From the lock file, the newest when there are several.
pub fn of(name: &str) -> String {
    let wanted = format!("name = \"{name}\"");
    let mut lines = include_str!("../Cargo.lock").lines();
    let mut found = String::new();
    while let Some(line) = lines.next() {
        if line == wanted
            && let Some(version) = lines.next().and_then(|line| line.strip_prefix("version = \""))
        {
            found = version.trim_end_matches('"').to_owned();
        }
    }
    found
}
