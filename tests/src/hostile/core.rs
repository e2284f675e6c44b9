//! From a core module in text form to a component of the contract.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use anyhow::{Context as _, Result, bail};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The contract, read once.
static CONTRACT: LazyLock<Result<Resolve, String>> = LazyLock::new(|| {
    let mut resolve = Resolve::default();
    resolve.push_dir(crate::repository().join("wit")).map_err(|why| format!("{why:#}"))?;
    Ok(resolve)
});

/// Puts the pieces of the prelude where the text names them, and what `with` says into its places: `%x%` as it stands, `%text:x%` as the
/// bytes of a string, `%length:x%` how many these are, `%le:x%` the same in four bytes.
pub(super) fn expand(text: &str, prelude: &str, with: &BTreeMap<String, toml::Value>) -> Result<String> {
    let mut expanded = String::new();
    for line in text.lines() {
        match line.trim().strip_prefix(";; use ") {
            Some(names) => names.split(' ').try_for_each(|name| piece(prelude, name).map(|piece| expanded.push_str(piece)))?,
            None => expanded.push_str(line),
        }
        expanded.push('\n');
    }
    for (key, value) in with {
        let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let escaped: String = plain.bytes().map(|byte| format!("\\{byte:02x}")).collect();
        let length = u32::try_from(plain.len())?;
        let le: String = length.to_le_bytes().iter().map(|byte| format!("\\{byte:02x}")).collect();
        expanded = expanded.replace(&format!("%text:{key}%"), &escaped).replace(&format!("%length:{key}%"), &length.to_string());
        expanded = expanded.replace(&format!("%le:{key}%"), &le).replace(&format!("%{key}%"), &plain);
    }
    Ok(expanded)
}

fn piece<'a>(prelude: &'a str, name: &str) -> Result<&'a str> {
    let mut pieces = prelude.split(";; piece ").skip(1);
    let found = pieces.find_map(|piece| piece.split_once('\n').filter(|(heading, _)| *heading == name));
    found.map(|(_, piece)| piece).with_context(|| format!("the prelude has no piece `{name}`"))
}

/// A component that exports this role. What is a component already stays what it is.
pub(super) fn component(text: &str, role: &str, encoding: Option<&str>) -> Result<Vec<u8>> {
    let mut module = wat::parse_str(text)?;
    if text.lines().any(|line| line.starts_with("(component")) {
        return Ok(module);
    }
    let encoding = match encoding {
        None | Some("utf8") => StringEncoding::UTF8,
        Some("utf16") => StringEncoding::UTF16,
        Some("latin1") => StringEncoding::CompactUTF16,
        Some(other) => bail!("there is no encoding `{other}`"),
    };
    let mut resolve = CONTRACT.clone().map_err(anyhow::Error::msg)?;
    let package = resolve.push_str("hostile.wit", &world(role, text.contains("[resource-")))?;
    let world = resolve.select_world(&[package], Some("hostile"))?;
    embed_component_metadata(&mut module, &resolve, world, encoding)?;
    ComponentEncoder::default().module(&module)?.validate(true).encode()
}

/// Everything to import, one role to export, and a resource of its own where the guest makes handles.
fn world(role: &str, own: bool) -> String {
    let package = if matches!(role, "webhook" | "connection" | "feed" | "sender") { "connector" } else { "policy" };
    let own = if own { "export things;" } else { "" };
    format!(
        "package test:hostile;
        interface things {{ resource thing; }}
        world hostile {{
            include pointsman:plugin/plugin@0.1.0;
            import pointsman:host/keys@0.1.0;
            import pointsman:host/http@0.1.0;
            import pointsman:host/state@0.1.0;
            export pointsman:{package}/{role}@0.1.0;
            {own}
        }}"
    )
}
