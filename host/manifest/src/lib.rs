//! `pointsman.toml`: parsed → validated → lowered.
//!
//! Three forms, each its own type. [`parsed`] is what stands in the file and knows no I/O and no meaning; [`validated`] is what makes sense
//! by itself; [`lowered`] is [`model::Configuration`], from which a generation is built and whose digest is its identity. Only the last
//! form leaves this crate. A mistake never stops the reading: everything that is wrong is found in one go, each [`Finding`] with file, line,
//! key and remedy, and a configuration with one error is refused as a whole.
//!
//! What components are and which conditions are sound is not known here; the caller lends that knowledge ([`Checks`]). Secrets pass through
//! as names of places, their values are never read.

mod approvals;
mod bounds;
mod diff;
mod files;
mod finding;
mod lowered;
mod outside;
mod parsed;
mod plan;
mod report;
mod section;
mod settings;
mod source;
mod suggest;
mod template;
mod validated;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use model::{Configuration, Problem};

pub use approvals::{Approval, Approvals, ApprovedAt};
pub use diff::{Change, diff};
pub use files::Component;
pub use finding::{Finding, Findings, Severity};
pub use lowered::Inspected;
pub use outside::Outside;
pub use plan::{Arming, ContractUse, GrantAsked, GrantWithheld, Plan, PlanInputs, Proof, Serving, Versions};
pub use settings::{
    EgressSettings, Network, NetworkError, OutboxSettings, RuntimeSettings, SecretSource, ServerSettings, StoreSettings, SwapSettings,
    Token, TokenRole,
};
pub use template::template;

use parsed::Document;
use report::Report;
use source::{At, Source};
use validated::Validated;

/// What this crate has to be told.
#[derive(Clone, Copy)]
pub struct Checks<'a> {
    /// Whether a CEL condition is sound; the error is a sentence for the operator.
    pub condition: &'a dyn Fn(&str) -> Result<(), String>,
    /// What a component says of itself; the error is a sentence for the operator.
    pub inspect: &'a dyn Fn(&[u8]) -> Result<Inspected, String>,
    /// Whether an environment variable is set and not empty. Without it the secrets' places are not looked for: for a check on a machine
    /// that is not to have them.
    pub variable: Option<&'a dyn Fn(&str) -> bool>,
}

impl fmt::Debug for Checks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checks").field("variable", &self.variable.is_some()).finish_non_exhaustive()
    }
}

/// A configuration without errors.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The file that it stands in.
    pub path: PathBuf,
    /// How it is reached.
    pub server: ServerSettings,
    /// What it keeps.
    pub store: StoreSettings,
    /// What runs components.
    pub runtime: RuntimeSettings,
    /// How plugins reach the network.
    pub egress: EgressSettings,
    /// How one generation follows another.
    pub swap: SwapSettings,
    /// How words go out.
    pub outbox: OutboxSettings,
    /// Where the values of secrets stand, by configured name, newest first.
    pub secrets: BTreeMap<String, Vec<SecretSource>>,
    /// Who may call the API.
    pub tokens: Vec<Token>,
    /// Everything that decides.
    pub configuration: Configuration,
    /// The plugins' components, by configured name.
    pub components: BTreeMap<String, Component>,
    /// What the components say of themselves, by configured name.
    pub inspections: BTreeMap<String, Inspected>,
    /// What is probably not meant so.
    pub warnings: Findings,
    source: Source,
}

/// Reads a configuration and the components that it names.
///
/// # Errors
/// Everything that is wrong, warnings included, when at least one finding is an error.
pub fn load(path: &Path, checks: &Checks<'_>) -> Result<Manifest, Findings> {
    let text = files::text(path)?;
    let (source, root, findings) = Source::parse(&path.display().to_string(), &text);
    let report = Report::new(source, findings);
    if report.has_errors() {
        return Err(report.finish().1);
    }
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let validated = Validated::check(Document::read(&root, &report), &report, checks.condition);
    let components = files::components(&validated, folder, &report);
    let inspections = lowered::inspect(&validated, &components, checks.inspect, &report);
    let secrets = files::secrets(&validated, folder, checks.variable, &report);
    let database = files::database(&validated, folder, &report);
    let configuration = lowered::lower(&validated, &components, &inspections, &report);
    let approvals = files::approvals(&validated, path, folder);
    let (source, findings) = report.finish();
    if findings.has_errors() {
        return Err(findings);
    }
    let runtime = validated.runtime;
    Ok(Manifest {
        path: path.to_owned(),
        server: validated.server,
        store: StoreSettings { path: database, busy_timeout_ms: validated.store.busy_timeout_ms },
        runtime: RuntimeSettings {
            cache_dir: folder.join(runtime.cache_dir),
            instances_max: runtime.instances_max,
            compile_memory_bytes_max: runtime.compile_memory_bytes_max,
            compile_cpu_ms_max: runtime.compile_cpu_ms_max,
            stack_bytes_max: runtime.stack_bytes_max,
        },
        egress: validated.egress,
        swap: SwapSettings { watch: validated.swap.watch, kept_generations_max: validated.swap.kept_generations_max, approvals },
        outbox: validated.outbox,
        secrets,
        tokens: validated.tokens,
        configuration,
        components,
        inspections,
        warnings: findings,
        source,
    })
}

impl Manifest {
    /// An error that somebody else found, at a key such as `server.listen` or `chain[1].step[0].when`.
    #[must_use]
    pub fn finding(&self, key: &str, message: &str, remedy: Option<&str>) -> Finding {
        self.source.finding(Severity::Error, key, At::Value, message.to_owned(), remedy.unwrap_or_default())
    }

    /// A problem that a plugin found in its settings, at the place where it stands in the file.
    #[must_use]
    pub fn problem(&self, plugin: &str, problem: &Problem) -> Finding {
        let Some(section) = self.section("plugin", plugin) else { return self.finding("", &problem.message, problem.remedy.as_deref()) };
        let key = self.source.resolve(&format!("{section}.settings"), &problem.path);
        let message = format!("the plugin `{plugin}` refuses this: {}", problem.message);
        let mut finding = self.finding(&key, &message, problem.remedy.as_deref());
        if let Some((line, column)) = problem.line.map(|line| (line, problem.column.unwrap_or(1))) {
            let number = |figure: u32| usize::try_from(figure).unwrap_or(usize::MAX);
            if let Some((line, column)) = self.source.inside(&key, number(line), number(column)) {
                (finding.line, finding.column) = (Some(line), Some(column));
            }
        }
        finding
    }

    /// The key of a section by its kind and the `name` in it: `section("plugin", "rules")` is `plugin[3]`.
    #[must_use]
    pub fn section(&self, kind: &str, name: &str) -> Option<String> {
        self.source.named(kind, name)
    }
}
