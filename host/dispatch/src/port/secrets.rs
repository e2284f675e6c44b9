use model::Secret;

/// The configured secrets' values. Read for each use, so that a rotated secret counts at once.
pub trait Secrets: Send + Sync {
    /// All values that are valid now for this configured name, newest first; empty when there is none.
    fn values(&self, name: &str) -> Vec<Secret>;
}
