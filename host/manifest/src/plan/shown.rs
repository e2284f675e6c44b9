//! A plan as a person reads it: signs in the first column as in a diff, at most one screen.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};

use super::arming::noun;
use super::{GrantAsked, Plan};

/// Changes that are shown.
const CHANGES_MAX: usize = 24;
/// Rows of any other part that are shown. What is to be approved is never cut: who agrees has seen it.
const ROWS_MAX: usize = 12;

impl Display for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        if !self.is_empty() {
            part(f, "", CHANGES_MAX, &self.changes.iter().map(ToString::to_string).collect::<Vec<_>>())?;
            let (approved, open): (Vec<_>, Vec<_>) = self.grants.iter().partition(|asked| asked.approved);
            let grants: Vec<String> = open.iter().chain(&approved).map(|asked| grant(asked)).collect();
            part(f, self.grants_title(), ROWS_MAX.max(open.len()), &grants)?;
            let withheld = self.withheld.iter().map(|row| format!("· {}: {}  {}", row.plugin, row.grant, row.reason));
            part(f, "asked for and not given", ROWS_MAX, &withheld.collect::<Vec<_>>())?;
            part(f, "contract", ROWS_MAX, &self.contract_rows())?;
            part(f, "armed chains", ROWS_MAX, &self.arming_rows())?;
            let proofs = self.proofs.iter().map(|proof| {
                let passed = if proof.passed { "passed" } else { "did not pass" };
                format!("· {} {passed}: {}", noun(proof.kind), proof.line())
            });
            part(f, "tried out", ROWS_MAX, &proofs.collect::<Vec<_>>())?;
        }
        part(f, "only a restart makes effective", ROWS_MAX, &self.restart.iter().map(|row| format!("! {row}")).collect::<Vec<_>>())?;
        self.foot(f)
    }
}

impl Plan {
    fn head(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let short = |id: &model::GenerationId| id.0.chars().take(12).collect::<String>();
        match &self.serving {
            Some(_) if self.is_empty() => writeln!(f, "Nothing changes: generation {} serves already.", short(&self.candidate)),
            Some(serving) => writeln!(f, "Generation {} would follow {}.", short(&self.candidate), short(serving)),
            None => writeln!(f, "Generation {} would be the first.", short(&self.candidate)),
        }
    }

    fn grants_title(&self) -> &'static str {
        if self.serving.is_some() { "grants asked anew" } else { "grants, approved by the first start" }
    }

    /// Only what differs; the same for all is one row.
    fn contract_rows(&self) -> Vec<String> {
        let differs = self.contract.iter().filter(|row| !row.is_same()).map(|row| {
            let host = row.host.as_deref().map_or_else(|| "does not know it".to_owned(), |version| format!("has {version}"));
            format!("· {} was built against {} {}; this host {host}", row.plugin, row.package, row.version)
        });
        let mut rows: Vec<String> = differs.collect();
        let same: BTreeSet<&str> = self.contract.iter().filter(|row| row.is_same()).map(|row| row.version.as_str()).collect();
        if rows.is_empty() && !same.is_empty() {
            rows.push(format!("· all plugins were built against this host's own {}", same.into_iter().collect::<Vec<_>>().join(" and ")));
        }
        rows
    }

    fn arming_rows(&self) -> Vec<String> {
        let row = |arming: &super::Arming| {
            let (chain, noun) = (&arming.chain, noun(arming.arm));
            match (&arming.proof, arming.missing()) {
                (_, true) => format!("! {}", arming.what_is_missing()),
                (Some(_), false) if arming.changed => format!("· the chain `{chain}` changes, and its {noun} passed"),
                _ => format!("· the chain `{chain}` does not change: it needs no {noun}"),
            }
        };
        self.arming.iter().map(row).collect()
    }

    fn foot(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let held = self.held();
        if held.is_empty() {
            return if self.is_empty() { Ok(()) } else { write!(f, "\nIt can be applied: `pointsman apply`.") };
        }
        write!(f, "\nIt is held:")?;
        if !self.unapproved().is_empty() {
            write!(f, " look at the grants, then approve them with `pointsman apply --approve` or in the approvals file.")?;
        }
        for arm in self.arming.iter().filter(|arming| arming.missing()).map(|arming| arming.arm).collect::<BTreeSet<_>>() {
            match arm {
                model::Arm::Backtest => write!(f, " Run `pointsman backtest` on the candidate first.")?,
                model::Arm::DryRun => write!(f, " Run `pointsman run --prove` on the candidate first.")?,
            }
        }
        Ok(())
    }
}

fn grant(asked: &GrantAsked) -> String {
    let sign = if asked.approved { "+" } else { "!" };
    let approved = if asked.approved { String::new() } else { format!("  (not approved for {})", asked.of) };
    let reason = if asked.reason.is_empty() { "No reason of the plugin's: it stands in the configuration." } else { &asked.reason };
    format!("{sign} {}: {}{approved}  {reason}", asked.plugin, asked.grant)
}

/// Rows under a title, and how many more there are.
fn part(f: &mut Formatter<'_>, title: &str, rows_max: usize, rows: &[String]) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(f, "{}{title}", if title.is_empty() { "" } else { "\n" })?;
    for row in rows.iter().take(rows_max) {
        writeln!(f, "  {}", printable(row))?;
    }
    match rows.len().saturating_sub(rows_max) {
        0 => Ok(()),
        more => writeln!(f, "  … and {more} more: `--json` shows all"),
    }
}

/// What plugins and files say, unable to steer a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}
