/// The commented configuration that `pointsman init` writes. It loads as soon as the components that it names are there.
#[must_use]
pub fn template() -> &'static str {
    include_str!("template.toml")
}
