//! From a core module to a plugin: the component, with the manifest in its custom section.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use model::PluginManifest;
use wasm_encoder::{ComponentSection as _, CustomSection};
use wit_component::ComponentEncoder;

/// Makes one `.wasm` that travels: the component of `core`, then the section with `manifest` (JSON).
pub(crate) fn pack(core: &[u8], manifest: &str) -> Result<Vec<u8>> {
    let mut encoder = ComponentEncoder::default().validate(true).module(core).context("the core module does not fit the contract")?;
    seal(encoder.encode().context("the component cannot be encoded")?, manifest)
}

/// Adds the section with `manifest` to a component.
fn seal(mut component: Vec<u8>, manifest: &str) -> Result<Vec<u8>> {
    let manifest = checked(manifest)?;
    let section = CustomSection { name: PluginManifest::SECTION.into(), data: manifest.into_bytes().into() };
    section.append_to_component(&mut component);
    Ok(component)
}

/// Reads, packs, writes.
pub(crate) fn pack_file(core: &Path, manifest: &Path, out: &Path) -> Result<usize> {
    let core = std::fs::read(core).with_context(|| format!("reading {}", core.display()))?;
    let text = std::fs::read_to_string(manifest).with_context(|| format!("reading {}", manifest.display()))?;
    let component = pack(&core, &text).with_context(|| format!("packing {}", out.display()))?;
    std::fs::write(out, &component).with_context(|| format!("writing {}", out.display()))?;
    Ok(component.len())
}

/// Adds the manifest to a component and writes it.
pub(crate) fn seal_file(component: Vec<u8>, manifest: &Path, out: &Path) -> Result<usize> {
    let text = std::fs::read_to_string(manifest).with_context(|| format!("reading {}", manifest.display()))?;
    let component = seal(component, &text)?;
    std::fs::write(out, &component).with_context(|| format!("writing {}", out.display()))?;
    Ok(component.len())
}

/// The manifest in its shortest form, once it reads as one.
fn checked(text: &str) -> Result<String> {
    let manifest: PluginManifest = serde_json::from_str(text).context("the manifest is not what wit/README.md describes")?;
    if manifest.manifest != PluginManifest::VERSION {
        bail!("the manifest's `manifest` is {}, this host reads {}", manifest.manifest, PluginManifest::VERSION);
    }
    let value: serde_json::Value = serde_json::from_str(text)?;
    Ok(value.to_string())
}
