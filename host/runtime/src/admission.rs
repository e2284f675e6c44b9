//! What a component must be before any of its code is compiled or run: small enough, a component, carrying a manifest, importing only what
//! the host lends, exporting the contract's types.
//!
//! The limits on functions and memories stand before compilation, because compiling is unbounded work.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use model::{Digest, Limits, PluginManifest, Role};
use wasmparser::{ComponentExternalKind, ComponentTypeRef, Encoding, Parser, Payload, TypeBounds, Validator, WasmFeatures};
use wit_parser::{Resolve, WorldId, WorldKey};

use crate::bindings::COMPONENT_TYPE;
use crate::convert::lift::is_kebab;
use crate::function;
use crate::pool::Pool;
use crate::stage::StageError;

/// Largest manifest.
const MANIFEST_BYTES_MAX: usize = 256 << 10;
/// Most core modules; fused adapters are not counted.
const MODULES_MAX: u64 = 64;
/// Most components inside the component: each interface that it exports is one.
const COMPONENTS_MAX: u64 = 256;
/// Most instances that instantiating it could make, counted from above. What it really makes is limited when it is made; this keeps
/// components within components within components from becoming billions while they are compiled.
const INSTANCES_MAX: u64 = 4_096;
/// How much of a name of the component's own is shown.
const SHOWN_CHARS_MAX: usize = 120;
/// The version of all packages that this host speaks: guests built for another patch of it fit.
const LINE: (&str, &str) = ("0", "1");

/// What the bytes say, before they are judged.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
    pub(crate) manifest: Option<Vec<u8>>,
    functions: u64,
    modules: u64,
    components: u64,
    memories: u64,
    instances: Instances,
}

/// How many instances a component makes at most: each of its own, times the most that any component inside it makes.
#[derive(Debug, Default)]
struct Instances {
    /// Of the components that are being read, outermost first: core instances, and instances of components.
    open: Vec<(u64, u64)>,
    /// The most that one of those read so far makes.
    most: u64,
}

/// A component that may be staged.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) digest: Digest,
    pub(crate) roles: BTreeSet<Role>,
    pub(crate) manifest: PluginManifest,
}

/// Judges a component.
pub(crate) fn admit(component: &[u8], limits: &Limits) -> Result<Admitted, StageError> {
    let bytes_max = limits.component_bytes_max;
    if u64::try_from(component.len()).map_or(true, |bytes| bytes > bytes_max) {
        return Err(StageError::TooLarge { bytes: component.len(), bytes_max });
    }
    let outline = outline(component)?;
    outline.check_counts(limits.functions_max)?;
    let manifest = manifest(&outline)?;
    check_imports(&outline)?;
    let roles = roles(&outline)?;
    check_exports(&outline)?;
    check_types(component, &roles)?;
    let missing = manifest.missing_for(&roles.iter().copied().collect::<Vec<_>>());
    if !missing.is_empty() {
        return Err(StageError::Manifest(missing.join("; ")));
    }
    Ok(Admitted { digest: Digest::of(component), roles, manifest })
}

/// Reads the outline; refuses what is no component.
pub(crate) fn outline(component: &[u8]) -> Result<Outline, StageError> {
    if !component.starts_with(b"\0asm") {
        return Err(StageError::NotAComponent("it is not WebAssembly"));
    }
    let mut outline = Outline::default();
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.map_err(|why| StageError::Invalid(why.message().to_owned()))?;
        match payload {
            Payload::Version { encoding, .. } => {
                depth += 1;
                outline.version(encoding, depth)?;
            }
            Payload::End(_) => {
                depth = depth.saturating_sub(1);
                outline.instances.close();
            }
            payload => outline.read(&payload, depth).map_err(|why| StageError::Invalid(why.message().to_owned()))?,
        }
    }
    Ok(outline)
}

impl Outline {
    fn version(&mut self, encoding: Encoding, depth: u32) -> Result<(), StageError> {
        self.instances.open.push((0, 0));
        match encoding {
            Encoding::Module if depth == 1 => return Err(StageError::NotAComponent("it is a core module: make a component of it")),
            Encoding::Module => self.modules = self.modules.saturating_add(1),
            Encoding::Component => self.components = self.components.saturating_add(1),
        }
        Ok(())
    }

    fn read(&mut self, payload: &Payload<'_>, depth: u32) -> wasmparser::Result<()> {
        match payload {
            Payload::FunctionSection(section) => self.functions = self.functions.saturating_add(section.count().into()),
            Payload::MemorySection(section) => self.memories = self.memories.saturating_add(section.count().into()),
            Payload::InstanceSection(section) => {
                for instance in section.clone() {
                    self.instances.core(u64::from(matches!(instance?, wasmparser::Instance::Instantiate { .. })));
                }
            }
            Payload::ComponentInstanceSection(section) => {
                for instance in section.clone() {
                    self.instances.component(u64::from(matches!(instance?, wasmparser::ComponentInstance::Instantiate { .. })));
                }
            }
            Payload::CustomSection(section) if depth == 1 && section.name() == PluginManifest::SECTION => {
                self.manifest.get_or_insert_with(|| section.data().to_vec());
            }
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section.clone() {
                    let import = import?;
                    // A `use` in a world imports a type by its equal: nothing is lent with it.
                    if !matches!(import.ty, ComponentTypeRef::Type(TypeBounds::Eq(_))) {
                        self.imports.push(import.name.name.to_owned());
                    }
                }
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                for export in section.clone() {
                    let export = export?;
                    if export.kind != ComponentExternalKind::Type {
                        self.exports.push(export.name.name.to_owned());
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn check_counts(&self, functions_max: u64) -> Result<(), StageError> {
        for (what, count, count_max) in [
            ("functions", self.functions, functions_max),
            ("core modules", self.modules, MODULES_MAX),
            ("components inside it", self.components.saturating_sub(1), COMPONENTS_MAX),
            ("memories", self.memories, Pool::MEMORIES_MAX.into()),
            ("instances", self.instances.most, INSTANCES_MAX),
        ] {
            if count > count_max {
                return Err(StageError::TooComplex { what, count, count_max });
            }
        }
        Ok(())
    }
}

impl Instances {
    fn core(&mut self, more: u64) {
        if let Some((core, _)) = self.open.last_mut() {
            *core = core.saturating_add(more);
        }
    }

    fn component(&mut self, more: u64) {
        if let Some((_, components)) = self.open.last_mut() {
            *components = components.saturating_add(more);
        }
    }

    /// The innermost component or module has been read.
    fn close(&mut self) {
        if let Some((core, components)) = self.open.pop() {
            let inside = components.saturating_mul(self.most.saturating_add(1));
            self.most = self.most.max(core.saturating_add(inside));
        }
    }
}

/// The manifest in the custom section.
pub(crate) fn manifest(outline: &Outline) -> Result<PluginManifest, StageError> {
    let bytes = outline.manifest.as_deref().ok_or(StageError::NoManifest)?;
    if bytes.len() > MANIFEST_BYTES_MAX {
        return Err(StageError::Manifest(format!("it has {} bytes, at most {MANIFEST_BYTES_MAX} are allowed", bytes.len())));
    }
    let manifest: PluginManifest = serde_json::from_slice(bytes).map_err(|why| StageError::Manifest(why.to_string()))?;
    if manifest.manifest != PluginManifest::VERSION {
        let version = PluginManifest::VERSION;
        return Err(StageError::Manifest(format!("`manifest` is {}, this host reads version {version}", manifest.manifest)));
    }
    if !is_kebab(&manifest.name) {
        return Err(StageError::Manifest("`name` is not a kebab-case name of at most 64 bytes".to_owned()));
    }
    if !is_version(&manifest.version) {
        return Err(StageError::Manifest("`version` is not 1 to 64 letters, digits, dots, hyphens and plus signs".to_owned()));
    }
    Ok(manifest)
}

/// What may stand as a version in columns and file names; none at all is fine.
fn is_version(version: &str) -> bool {
    version.len() <= 64 && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+'))
}

/// A name of the component's own, for people: escaped and cut.
fn shown(name: &str) -> String {
    let mut characters = name.chars();
    let mut shown: String = characters.by_ref().take(SHOWN_CHARS_MAX).flat_map(char::escape_debug).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// Whether the host lends this import.
fn is_lent(name: &str) -> bool {
    function::interface(name).is_some_and(|(interface, version)| {
        let known = matches!(
            interface,
            "pointsman:host/log"
                | "pointsman:host/budget"
                | "pointsman:host/keys"
                | "pointsman:host/http"
                | "pointsman:host/state"
                | "pointsman:host/types"
                | "pointsman:interaction/types"
                | "pointsman:connector/facts"
                | "pointsman:policy/decisions"
        );
        known && speaks(version)
    })
}

fn speaks(version: &str) -> bool {
    let mut parts = version.split('.');
    (parts.next(), parts.next()) == (Some(LINE.0), Some(LINE.1))
}

fn check_imports(outline: &Outline) -> Result<(), StageError> {
    match outline.imports.iter().find(|name| !is_lent(name)) {
        Some(name) => Err(StageError::Import(shown(name))),
        None => Ok(()),
    }
}

/// The roles that it exports.
pub(crate) fn roles(outline: &Outline) -> Result<BTreeSet<Role>, StageError> {
    let roles: BTreeSet<Role> = outline
        .exports
        .iter()
        .filter_map(|name| function::interface(name))
        .filter(|(_, version)| speaks(version))
        .filter_map(|(interface, _)| function::role_of(interface))
        .collect();
    if roles.is_empty() {
        let exports = if outline.exports.is_empty() { "nothing".to_owned() } else { shown(&outline.exports.join(", ")) };
        return Err(StageError::NoRole { exports });
    }
    Ok(roles)
}

fn check_exports(outline: &Outline) -> Result<(), StageError> {
    if !outline.exports.iter().any(|name| name == "configure") {
        return Err(StageError::World("it does not export `configure`".to_owned()));
    }
    let strange = |name: &&String| match function::interface(name) {
        Some((interface, version)) => interface.starts_with("pointsman:") && (function::role_of(interface).is_none() || !speaks(version)),
        None => false,
    };
    match outline.exports.iter().find(strange) {
        Some(name) => {
            let name = shown(name);
            Err(StageError::World(format!("it exports `{name}`, which is no role of the contract at version {}.{}", LINE.0, LINE.1)))
        }
        None => Ok(()),
    }
}

/// The contract as the bindings were generated from it.
static CONTRACT: LazyLock<Option<(Resolve, WorldId)>> = LazyLock::new(|| wit_parser::decoding::decode_world(COMPONENT_TYPE).ok());

/// The packages of the contract, with their versions.
pub(crate) fn packages() -> BTreeMap<String, String> {
    let resolves = CONTRACT.iter().flat_map(|(resolve, _)| resolve.package_names.keys());
    resolves.filter_map(|name| Some((format!("{}:{}", name.namespace, name.name), name.version.as_ref()?.to_string()))).collect()
}

/// Whether every import and export has the contract's type: the component must fit a world that has its roles and everything to import.
fn check_types(component: &[u8], roles: &BTreeSet<Role>) -> Result<(), StageError> {
    Validator::new_with_features(features()).validate_all(component).map_err(|why| StageError::Invalid(why.message().to_owned()))?;
    let Some((mut resolve, world)) = CONTRACT.clone() else {
        return Err(StageError::World("the contract itself cannot be read".to_owned()));
    };
    let wanted: BTreeSet<String> = roles.iter().map(|role| function::interface_of(*role).to_owned()).collect();
    let kept = |key: &WorldKey| match key {
        WorldKey::Name(_) => true,
        WorldKey::Interface(id) => resolve.id_of(*id).is_some_and(|name| wanted.contains(&name)),
    };
    let exports = resolve.worlds.get(world).map(|world| world.exports.clone()).unwrap_or_default();
    let exports = exports.into_iter().filter(|(key, _)| kept(key)).collect();
    if let Some(world) = resolve.worlds.get_mut(world) {
        world.exports = exports;
    }
    wit_component::targets(&resolve, world, component).map_err(|why| StageError::World(plain(&why)))
}

/// What the engines accept.
fn features() -> WasmFeatures {
    let mut features = WasmFeatures::WASM2 | WasmFeatures::EXTENDED_CONST | WasmFeatures::COMPONENT_MODEL;
    features.remove(WasmFeatures::GC_TYPES);
    features
}

/// The validator's reason from the outside in, without the name of our own world and without positions in a file that nobody has.
fn plain(why: &anyhow::Error) -> String {
    let why = why.root_cause().to_string();
    let lines = why.lines().filter(|line| !line.trim().is_empty() && !line.contains("`everything`"));
    let text = lines.map(str::trim).collect::<Vec<_>>().join(": ");
    text.split(" (at offset").next().unwrap_or_default().to_owned()
}
