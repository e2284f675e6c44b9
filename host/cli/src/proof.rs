//! Writing proofs: what a generation has shown before it may serve, for [`crate::swap::proofs`] to read.
//!
//! A generation's name is the digest of everything that decides, so a proof is of exactly that and of nothing else. Of each kind the latest
//! counts, passed or not: who finds out that a candidate is worse must not be overruled by what was found before, and not by a run that asks
//! for less either.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use manifest::Proof;
use model::Arm;

use crate::exit::{Code, Done, Failure};
use crate::swap::proofs;

/// Keeps a proof in the place of an earlier one of its kind; gives the file. Written beside its place and then renamed: there is a whole one
/// or the one before.
///
/// # Errors
/// When it is not written.
pub(crate) fn write(store: &Path, proof: Proof) -> Done<PathBuf> {
    let path = proofs::path(store, &proof.generation);
    let failed = |error: std::io::Error| Failure::unavailable(format!("the proof {} cannot be written: {error}", path.display()));
    let mut all = proofs::read(store, &proof.generation);
    if let Some(stricter) = all.iter().find(|other| asks_less(&proof, other)) {
        let text = format!(
            "this proves nothing: an earlier {} of the same candidate did not pass {} gates; run it with at least as many over as many decisions",
            noun(stricter.kind),
            figure(stricter, "gates")
        );
        return Err(Failure::new(Code::Failed, text));
    }
    all.retain(|other| other.kind != proof.kind);
    all.push(proof);
    let text = serde_json::to_vec_pretty(&all).map_err(|error| failed(error.into()))?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let unfinished = path.with_extension(format!("{}.new", std::process::id()));
    let written = std::fs::File::create(&unfinished).and_then(|mut file| {
        file.write_all(&text)?;
        file.sync_all()
    });
    written.and_then(|()| std::fs::rename(&unfinished, &path)).map_err(failed)?;
    Ok(path)
}

/// Whether the new proof passed where one of its kind failed, with fewer gates or over fewer decisions.
fn asks_less(new: &Proof, old: &Proof) -> bool {
    let less = |name| figure(new, name) < figure(old, name);
    new.kind == old.kind && new.passed && !old.passed && (less("gates") || less("judged"))
}

fn figure(proof: &Proof, name: &str) -> u64 {
    proof.summary.get(name).and_then(serde_json::Value::as_u64).unwrap_or_default()
}

fn noun(kind: Arm) -> &'static str {
    match kind {
        Arm::Backtest => "backtest",
        Arm::DryRun => "dry run",
    }
}

#[cfg(test)]
mod tests {
    use model::{GenerationId, Timestamp};
    use serde_json::json;

    use super::*;

    #[test]
    fn the_latest_of_a_kind_counts() {
        let place = tempfile::tempdir().unwrap();
        let store = place.path().join("desk.db");
        let id = GenerationId("ab12".into());
        let proof = |kind, passed| Proof { kind, generation: id.clone(), at: Timestamp(1), passed, summary: json!({"decisions": 3}) };
        assert_eq!(proofs::read(&store, &id), vec![]);
        write(&store, proof(Arm::Backtest, true)).unwrap();
        write(&store, proof(Arm::DryRun, true)).unwrap();
        write(&store, proof(Arm::Backtest, false)).unwrap();
        assert_eq!(proofs::read(&store, &id), vec![proof(Arm::DryRun, true), proof(Arm::Backtest, false)]);
        assert_eq!(proofs::read(&store, &GenerationId("cd34".into())), vec![]);
        assert_eq!(std::fs::read_dir(place.path().join("desk.db.proofs")).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_proof_stands_until_one_that_asks_as_much_passes() {
        let place = tempfile::tempdir().unwrap();
        let store = place.path().join("desk.db");
        let proof = |passed, gates: u64, judged: u64| Proof {
            kind: Arm::Backtest,
            generation: GenerationId("ab12".into()),
            at: Timestamp(1),
            passed,
            summary: json!({"gates": gates, "judged": judged}),
        };
        let check = |new: Proof, written: bool| assert_eq!(write(&store, new.clone()).is_ok(), written, "{new:?}");
        check(proof(false, 2, 100), true);
        check(proof(true, 1, 100), false);
        check(proof(true, 2, 1), false);
        check(proof(false, 1, 1), true);
        check(proof(true, 2, 100), true);
        check(proof(true, 1, 1), true);
    }

    #[test]
    fn a_damaged_file_proves_nothing_and_is_replaced() {
        let place = tempfile::tempdir().unwrap();
        let store = place.path().join("desk.db");
        let proof =
            Proof { kind: Arm::Backtest, generation: GenerationId("ab12".into()), at: Timestamp(1), passed: true, summary: json!({}) };
        let path = write(&store, proof.clone()).unwrap();
        std::fs::write(&path, "[{").unwrap();
        assert_eq!(proofs::read(&store, &proof.generation), vec![]);
        write(&store, proof.clone()).unwrap();
        assert_eq!(proofs::read(&store, &proof.generation), vec![proof]);
    }
}
